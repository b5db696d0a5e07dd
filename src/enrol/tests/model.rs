//! 100,000 random events against the model, and the table of transitions against what they reached.

use super::*;
use crate::enrol::testing::{follow, random};

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
