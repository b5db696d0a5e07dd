//! Ceremonies whose every event is a choice of the input's: each does what the model of the unit
//! tests expects, whether evidence is honest or stale, bound elsewhere, or too little, whatever the
//! clock does, with states that are stored in between.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|choices: &[u8]| {
    selfsame::fuzzing::follow_ceremonies(choices);
});
