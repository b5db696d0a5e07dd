//! Any bytes as an ONNX file: refused, or compiled and run.
//!
//! Blind mutation of a protobuf breaks the lengths that enclose it, so most mutations here are made
//! on the message's tree.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use selfsame_fuzz::onnx;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    selfsame::fuzzing::compile_and_run(bytes);
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| { onnx::mutate(data, size, max_size, seed) });
