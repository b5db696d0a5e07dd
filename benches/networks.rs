//! The three bundled networks on the native backend, batch 1, one thread.

// Where nothing comes from outside, an assertion or a panic is the plainest report.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]

use criterion::{Criterion, criterion_group, criterion_main};
use selfsame::model::{Backend, Task};

#[path = "support/mod.rs"]
mod support;
use support::Runner;

fn networks(c: &mut Criterion) {
    for (name, task) in [("detect", Task::Detect), ("mesh", Task::Mesh), ("template", Task::Template)] {
        let mut runner = Runner::load(task, &Backend::Native, 1);
        c.bench_function(name, |b| b.iter(|| runner.run()));
        runner.check();
    }
}

criterion_group!(benches, networks);
criterion_main!(benches);
