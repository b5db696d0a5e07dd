//! [`Rate`]: errors over trials, and what a species or a group of sessions comes to.

use super::session::{PadSession, SessionOutcome};
use crate::evaluate::{Interval, clopper_pearson};
use crate::simulate::Species;
use serde::Serialize;
use std::collections::BTreeMap;

/// A share with its exact 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// What is counted.
    pub errors: u64,
    /// Of how many.
    pub trials: u64,
    /// One over the other.
    pub rate: f64,
    /// The 95 % interval of the rate, as if all sessions were independent.
    pub interval: Interval,
}

impl Rate {
    /// `None` without trials, or with more errors than trials.
    pub fn new(errors: u64, trials: u64) -> Option<Self> {
        let interval = clopper_pearson(errors, trials)?;
        Some(Self { errors, trials, rate: errors as f64 / trials as f64, interval })
    }

    /// The share of `sessions` with this outcome.
    pub(super) fn of<'a>(sessions: impl IntoIterator<Item = &'a PadSession>, outcome: SessionOutcome) -> Option<Self> {
        let (mut errors, mut trials) = (0, 0);
        for session in sessions {
            trials += 1;
            errors += u64::from(session.outcome == outcome);
        }
        Self::new(errors, trials)
    }
}

/// Outcomes of presentations of one kind, counted in the terms of ISO/IEC 30107-3.
pub(in crate::evaluate) struct Counted {
    /// The share that is classified wrongly.
    pub error: Rate,
    /// The same among those that got a response; `None` if none did.
    pub error_of_responses: Option<Rate>,
    /// The share without response.
    pub non_response: Rate,
    /// How often each reason was given.
    pub reasons: BTreeMap<String, u64>,
}

impl Counted {
    /// What is wrong: an attack that is taken for live, or a live face that is taken for an attack.
    pub fn wrong(is_attack: bool) -> SessionOutcome {
        if is_attack { SessionOutcome::Live } else { SessionOutcome::Attack }
    }

    /// Of presentations' outcomes and reasons; `None` without any.
    pub fn new<'a>(is_attack: bool, sessions: impl Iterator<Item = (SessionOutcome, &'a [String])>) -> Option<Self> {
        let (mut trials, mut errors, mut silent) = (0, 0, 0);
        let mut reasons = BTreeMap::new();
        for (outcome, why) in sessions {
            trials += 1;
            errors += u64::from(outcome == Self::wrong(is_attack));
            silent += u64::from(outcome == SessionOutcome::Inconclusive);
            why.iter().for_each(|reason| *reasons.entry(reason.clone()).or_default() += 1);
        }
        Some(Self {
            error: Rate::new(errors, trials)?,
            error_of_responses: Rate::new(errors, trials - silent),
            non_response: Rate::new(silent, trials)?,
            reasons,
        })
    }
}

/// What the sessions of one species came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpeciesRates {
    /// The species.
    pub species: Species,
    /// The share that is classified wrongly: APCER of an attack, BPCER of live faces.
    pub error: Rate,
    /// The share that is classified wrongly among the sessions that got a response; `None` if none
    /// did.
    pub error_of_responses: Option<Rate>,
    /// The share without response: APNRR, BPNRR.
    pub non_response: Rate,
    /// How often each reason was given.
    pub reasons: BTreeMap<String, u64>,
}

impl SpeciesRates {
    /// `None` without sessions of the species.
    pub(super) fn new(species: Species, sessions: &[PadSession]) -> Option<Self> {
        let own = sessions.iter().filter(|s| s.species() == species);
        let counted = Counted::new(species.is_attack(), own.map(|s| (s.outcome, s.reasons.as_slice())))?;
        let Counted { error, error_of_responses, non_response, reasons } = counted;
        Some(Self { species, error, error_of_responses, non_response, reasons })
    }
}
