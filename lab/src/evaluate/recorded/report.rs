//! [`RecordedReport`]: what recorded sessions come to.

use super::label::LIVE;
use super::session::RecordedSession;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::evaluate::pad::{Counted, Rate, SessionOutcome};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Version of the JSON's layout.
const FORMAT: u32 = 1;
/// Where bins of light end, in lux.
const LUX: [f32; 5] = [50.0, 200.0, 600.0, 1_500.0, 5_000.0];

/// Rates of live faces, or of the attacks of one species.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PresentationRates {
    /// `live`, or the species.
    pub presentation: String,
    /// Different subjects in these sessions.
    pub subjects: usize,
    /// The share that is classified wrongly: APCER of an attack, BPCER of live faces.
    pub error: Rate,
    /// The share of subjects with a session that is classified wrongly: sessions of one subject are
    /// not independent, subjects are.
    pub subjects_with_error: Rate,
    /// The share that is classified wrongly among the sessions that got a response; `None` if none
    /// did.
    pub error_of_responses: Option<Rate>,
    /// The share without response: APNRR, BPNRR.
    pub non_response: Rate,
    /// The share, of those with a document, that is live and matches it: of an attack the IAPAR.
    pub live_and_match: Option<Rate>,
    /// How often each reason was given.
    pub reasons: BTreeMap<String, u64>,
}

impl PresentationRates {
    /// `None` without sessions.
    fn new(presentation: &str, sessions: &[&RecordedSession]) -> Option<Self> {
        let is_attack = presentation != LIVE;
        let outcomes = sessions.iter().map(|s| (s.outcome, s.reasons.as_slice()));
        let Counted { error, error_of_responses, non_response, reasons } = Counted::new(is_attack, outcomes)?;
        let subject = |s: &&RecordedSession| s.label.subject;
        let people: BTreeSet<u32> = sessions.iter().map(subject).collect();
        let wronged = sessions.iter().filter(|s| s.outcome == Counted::wrong(is_attack));
        let wronged: BTreeSet<u32> = wronged.map(subject).collect();
        let documents: Vec<bool> =
            sessions.iter().filter_map(|s| Some(s.matched? && s.outcome == SessionOutcome::Live)).collect();
        Some(Self {
            presentation: presentation.to_owned(),
            subjects: people.len(),
            error,
            subjects_with_error: Rate::new(wronged.len() as u64, people.len() as u64)?,
            error_of_responses,
            non_response,
            live_and_match: Rate::new(documents.iter().filter(|both| **both).count() as u64, documents.len() as u64),
            reasons,
        })
    }
}

/// Sessions of one device, or of a range of light.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedGroup {
    /// What they have in common: `device`, `lux`.
    pub by: &'static str,
    /// The value, or the range of values, that they share.
    pub value: String,
    /// Live faces.
    pub bona_fide: Option<PresentationRates>,
    /// The species with the highest APCER in this group.
    pub worst: Option<PresentationRates>,
}

/// A session that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadSession {
    /// The name of its folder.
    pub folder: String,
    /// Why.
    pub error: String,
}

/// What recorded sessions come to, in the terms of ISO/IEC 30107-3:2023. What there is no session
/// for is `None`, null in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedReport {
    /// Version of this layout: 1.
    pub format: u32,
    /// Version of the crate.
    pub crate_version: String,
    /// Whose sessions.
    pub data_set: String,
    /// The false match rate that documents were compared at.
    pub fmr: f64,
    /// Rates of live faces.
    pub bona_fide: Option<PresentationRates>,
    /// Rates of each attack instrument's species.
    pub attacks: Vec<PresentationRates>,
    /// The species with the highest APCER.
    pub worst: Option<String>,
    /// Rates by device and light.
    pub groups: Vec<RecordedGroup>,
    /// Sessions that could not be judged. They count in no rate.
    pub unread: Vec<UnreadSession>,
    /// The sessions.
    pub sessions: Vec<RecordedSession>,
}

impl RecordedReport {
    /// Counts `sessions`; `data_set` names their origin.
    #[must_use]
    pub fn new(data_set: &str, fmr: f64, sessions: Vec<RecordedSession>, unread: Vec<UnreadSession>) -> Self {
        let all: Vec<&RecordedSession> = sessions.iter().collect();
        let (bona_fide, attacks) = rates(&all);
        Self {
            format: FORMAT,
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            data_set: data_set.to_owned(),
            fmr,
            worst: worst(&attacks).map(|rates| rates.presentation.clone()),
            bona_fide,
            attacks,
            groups: groups(&all),
            unread,
            sessions,
        }
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it can't be written.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self)
            .map_err(|e| Error::new(ErrorKind::Io, Stage::Evaluate, "a report that can't be written").with_source(e))
    }
}

/// Of live faces, and of each species in the order of their names.
fn rates(sessions: &[&RecordedSession]) -> (Option<PresentationRates>, Vec<PresentationRates>) {
    let mut by_word: BTreeMap<&str, Vec<&RecordedSession>> = BTreeMap::new();
    sessions.iter().for_each(|s| by_word.entry(&s.label.presentation).or_default().push(s));
    let live = by_word.remove(LIVE).and_then(|sessions| PresentationRates::new(LIVE, &sessions));
    (live, by_word.iter().filter_map(|(word, sessions)| PresentationRates::new(word, sessions)).collect())
}

fn worst(attacks: &[PresentationRates]) -> Option<&PresentationRates> {
    attacks.iter().max_by(|a, b| a.error.rate.total_cmp(&b.error.rate))
}

fn groups(sessions: &[&RecordedSession]) -> Vec<RecordedGroup> {
    let mut groups: BTreeMap<(&'static str, usize, String), Vec<&RecordedSession>> = BTreeMap::new();
    for session in sessions {
        if let Some(device) = &session.label.device {
            groups.entry(("device", 0, device.clone())).or_default().push(session);
        }
        if let Some(lux) = session.label.lux {
            let bin = LUX.iter().filter(|end| lux >= **end).count();
            let from = bin.checked_sub(1).and_then(|i| LUX.get(i));
            let value = match (from, LUX.get(bin)) {
                (Some(from), Some(to)) => format!("{from} to {to}"),
                (None, Some(to)) => format!("below {to}"),
                (Some(from), None) => format!("{from} and more"),
                (None, None) => continue,
            };
            groups.entry(("lux", bin, value)).or_default().push(session);
        }
    }
    let group = |((by, _, value), sessions): (_, Vec<&RecordedSession>)| {
        let (bona_fide, attacks) = rates(&sessions);
        RecordedGroup { by, value, bona_fide, worst: worst(&attacks).cloned() }
    };
    groups.into_iter().map(group).collect()
}
