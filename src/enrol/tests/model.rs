//! 100,000 random events against the model, and the table of transitions against what they reached.

use super::*;
use crate::enrol::testing::{follow, interleaved, random};

const STEPS: usize = 100_000;

#[test]
fn nobody_is_enrolled_of_whom_something_is_missing() {
    let tally = random(77, STEPS);
    let missing: Vec<_> = TRANSITIONS.iter().filter(|t| !tally.transitions.contains(t)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
    assert!(
        tally.enrolled > 100 && tally.refused > 100,
        "{} enrolled, {} refused of {}",
        tally.enrolled,
        tally.refused,
        tally.ceremonies
    );
}

#[test]
fn a_script_leads_the_ceremony() {
    // Every choice 1: renewal with an account that confirms, and nothing but honest steps.
    assert!(follow(&[1; 200]) > 0);
    assert_eq!(follow(&[0; 200]), 0, "every choice 0: given up at once");
}

/// Walks of requests side by side; each is a hundred turns and more.
fn walks(seeds: std::ops::Range<u64>) {
    let mut all = Seen::default();
    for seed in seeds {
        let seen = interleaved(seed, 300);
        all.enrolled += seen.enrolled;
        all.locked += seen.locked;
        all.cut_off += seen.cut_off;
        all.faults += seen.faults;
        all.overtaken += seen.overtaken;
    }
    println!("{all:?}");
    assert!(all.enrolled > 0 && all.locked > 0 && all.cut_off > 0 && all.faults > 0 && all.overtaken > 0, "{all:?}");
}

#[test]
fn no_interleaving_evades_a_lock_or_enrols_twice() {
    walks(0..2000);
}

/// `cargo test --release --lib a_hundred_thousand_walks -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn a_hundred_thousand_walks() {
    walks(0..100_000);
}
