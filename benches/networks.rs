//! The three bundled networks on the native backend, batch 1, one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array2, Array4};
use selfsame::model::{Backend, Model, ModelSource, Task};
use std::hint::black_box;

fn networks(c: &mut Criterion) {
    for (name, task) in [("detect", Task::Detect), ("mesh", Task::Mesh), ("template", Task::Template)] {
        let model = Model::load(task, &ModelSource::Bundled, &Backend::Native).unwrap();
        let signature = model.network.signature().clone();
        let shape = (1, signature.height, signature.width, signature.channels);
        let input = Array4::from_shape_fn(shape, |(_, y, x, channel)| (0.1 * (y + 2 * x + channel) as f32).sin());
        let mut outputs: Vec<Array2<f32>> =
            (0..signature.outputs.len()).map(|i| Array2::zeros((1, signature.output_len(i)))).collect();
        c.bench_function(name, |b| {
            b.iter(|| {
                let mut views: Vec<_> = outputs.iter_mut().map(|o| o.view_mut()).collect();
                model.network.run(black_box(input.view()), &mut views).unwrap();
            });
        });
        // What was timed has computed something.
        assert!(outputs.iter().all(|o| o.iter().all(|v| v.is_finite()) && o.iter().any(|v| *v != 0.0)));
    }
}

criterion_group!(benches, networks);
criterion_main!(benches);
