//! What the model knows of a ceremony from outside, and what it counts.

use super::now::Now;
use super::office::*;
use crate::enrol::*;
use crate::secret::Nonce;
use std::collections::HashSet;

/// The nonce of a state, and whether nothing outside stops its next step.
pub(super) fn outlook(ceremony: &Ceremony, office: &mut Office) -> (Option<Nonce>, bool) {
    let room = ceremony.audit().records.len() + 1 < 256;
    macro_rules! of {
        ($($name:ident),*) => {
            match ceremony {
                $(Ceremony::$name(s) => {
                    let locked = s.lock(&mut office.ctx()).now().unwrap().is_some();
                    (Some(*s.nonce()), s.time_left_s(&office.ctx()) > 0 && !locked && room)
                })*
                Ceremony::Proofed(s) => (Some(s.core.nonce), true),
                Ceremony::Enrolled(_) | Ceremony::Terminated(_) => (None, false),
            }
        };
    }
    of!(
        Form,
        Document,
        Instructions,
        Oval,
        Flashes,
        Comparison,
        Confirmation,
        Consent,
        OnDevice,
        Pins,
        PinsAgain,
        Signature
    )
}

/// What a run has seen.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) steps: usize,
    pub(crate) ceremonies: u64,
    pub(crate) enrolled: usize,
    pub(crate) refused: usize,
    pub(crate) transitions: HashSet<Transition>,
}
