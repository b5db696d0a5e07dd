//! Any bytes as what is kept of a liveness session, and as changes to that of a live face: judged
//! without a panic, and live only if every cue was measured.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    selfsame::fuzzing::judge_traces(bytes);
});
