//! Load: good and hostile requests, mixed, on many threads, for as long as is asked for; and
//! whether the machine bears it.
//!
//! `cargo run --release -p selfsame-lab -- soak [--seconds 600] [--threads 16] [--shared]`
//!
//! A quarter of the time goes to one thread alone, a quarter to as many threads as there are cores
//! (latency), half to all threads (throughput, memory). Limits: only expected outcomes; in the
//! second half of the last phase at most 256 KiB stay allocated, and memory grows by less than 2 %,
//! both measured while no request is on its way; throughput within 10 % of one thread's times the
//! cores; of each honest kind of request p99 at most three times the median while threads are as
//! many as cores. With `--shared` times are printed and not judged, since others use the machine;
//! in under five minutes the process's memory is not either, since the system's allocator still
//! grows. Exit status: 0 within the limits, 1 not, 3 error.

mod figures;
mod program;
mod requests;

pub use program::{Arguments, run};
