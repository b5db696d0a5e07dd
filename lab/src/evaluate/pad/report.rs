//! [`PadReport`]: what a campaign's sessions come to, for people (HTML with pictures) and for
//! programs (JSON).

use super::campaign::PadCampaign;
use super::people::PadPeople;
use super::rates::{Rate, SpeciesRates};
use super::session::{PadSession, SessionOutcome};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::simulate::{Half, Species};
use selfsame::liveness::LivenessLimits;
use serde::Serialize;
use std::collections::BTreeSet;

/// Version of the JSON's layout.
const FORMAT: u32 = 1;
/// Where bins of light end, in lux, and of distance, in centimetres.
const LUX: [f32; 8] = [50.0, 100.0, 200.0, 400.0, 600.0, 1_500.0, 5_000.0, 10_000.0];
const DISTANCE_CM: [f32; 3] = [30.0, 35.0, 40.0];
/// Bits up to which other challenges are counted.
const MOST_BITS: u32 = 12;

/// Sessions that have something in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PadGroup {
    /// What the sessions have in common: `skin`, `ambient_lux`, `distance_cm`, `fps`.
    pub by: &'static str,
    /// The value, or the range of values, that they share.
    pub value: String,
    /// Share of the live sessions that are taken for an attack (BPCER).
    pub bpcer: Option<Rate>,
    /// Share of the live sessions without an answer (BPNRR).
    pub bpnrr: Option<Rate>,
    /// Attacks of all species together that pass. No APCER, which is a species': a comparison of
    /// groups.
    pub attacks_live: Option<Rate>,
    /// Attacks of all species together without response.
    pub attacks_non_response: Option<Rate>,
}

impl PadGroup {
    fn new(by: &'static str, value: String, sessions: &[&PadSession]) -> Self {
        let (attacks, live): (Vec<&PadSession>, Vec<&PadSession>) =
            sessions.iter().partition(|s| s.species().is_attack());
        let rate = |of: &[&PadSession], outcome| Rate::of(of.iter().copied(), outcome);
        Self {
            by,
            value,
            bpcer: rate(&live, SessionOutcome::Attack),
            bpnrr: rate(&live, SessionOutcome::Inconclusive),
            attacks_live: rate(&attacks, SessionOutcome::Live),
            attacks_non_response: rate(&attacks, SessionOutcome::Inconclusive),
        }
    }
}

/// How many other challenges reached so many bits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChancePoint {
    /// Bits.
    pub bits: f64,
    /// The share of other challenges that reach them.
    pub share: Rate,
    /// 2^−bits: what a guess may reach.
    pub bound: f64,
}

/// What live sessions say of challenges that they did not answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WrongChallenges {
    /// The share that the sessions pass.
    pub live: Rate,
    /// Shares by bits.
    pub curve: Vec<ChancePoint>,
}

impl WrongChallenges {
    fn new(sessions: &[PadSession]) -> Option<Self> {
        let count = |of: fn(&PadSession) -> u32| sessions.iter().map(|s| u64::from(of(s))).sum::<u64>();
        let all = count(|s| s.wrong);
        let bits: Vec<f64> = sessions.iter().flat_map(|s| &s.wrong_bits).map(|b| f64::from(*b)).collect();
        let point = |half_bits: u32| {
            let least = 0.5 * f64::from(half_bits);
            let reached = bits.iter().filter(|b| **b >= least).count() as u64;
            Some(ChancePoint { bits: least, share: Rate::new(reached, all)?, bound: (-least).exp2() })
        };
        Some(Self {
            live: Rate::new(count(|s| s.wrong_live), all)?,
            curve: (0..=2 * MOST_BITS).filter_map(point).collect(),
        })
    }
}

/// What a campaign found. What could not be measured is `None`, null in JSON. Rates are rates of
/// the simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PadReport {
    /// Version of this layout: 1.
    pub format: u32,
    /// Version of the crate.
    pub crate_version: String,
    /// Whose portraits.
    pub data_set: String,
    /// [`PadCampaign::id`].
    pub campaign: String,
    /// The conditions' name.
    pub conditions: String,
    /// Which half.
    pub half: Half,
    /// Seed of the campaign.
    pub seed: u64,
    /// People whose faces were seen.
    pub people: usize,
    /// Sessions.
    pub sessions: usize,
    /// Rates of live faces.
    pub bona_fide: Option<SpeciesRates>,
    /// Rates of each attack.
    pub attacks: Vec<SpeciesRates>,
    /// The attack with the highest APCER.
    pub worst: Option<Species>,
    /// Rates by skin tone, light, distance and frame rate.
    pub groups: Vec<PadGroup>,
    /// What was judged against other challenges.
    pub wrong_challenges: Option<WrongChallenges>,
    /// From where on cues speak for a live face, and for an attack.
    #[serde(skip)]
    pub(super) limits: LivenessLimits,
    /// The sessions, which pictures are drawn from.
    #[serde(skip)]
    pub(super) kept: Vec<PadSession>,
}

impl PadReport {
    /// Counts those of `sessions` that belong to `campaign`; `data_set` names the portraits'
    /// origin.
    pub fn new(campaign: &PadCampaign, people: &PadPeople, data_set: &str, sessions: &[PadSession]) -> Self {
        let id = campaign.id(people);
        let wanted = |s: &&PadSession| {
            s.campaign == id && campaign.species.contains(&s.species()) && s.number < campaign.sessions
        };
        let mut kept: Vec<PadSession> = sessions.iter().filter(wanted).cloned().collect();
        kept.sort_by_key(|s| (s.species() as usize, s.number));
        kept.dedup_by_key(|s| (s.species() as usize, s.number));
        let rates: Vec<SpeciesRates> = Species::ALL.iter().filter_map(|s| SpeciesRates::new(*s, &kept)).collect();
        let (attacks, live): (Vec<_>, Vec<_>) = rates.into_iter().partition(|r| r.species.is_attack());
        // Of equal ones the first.
        let worst =
            attacks.iter().rev().max_by(|a, b| a.error.rate.total_cmp(&b.error.rate)).map(|rates| rates.species);
        Self {
            format: FORMAT,
            crate_version: selfsame::VERSION.to_owned(),
            data_set: data_set.to_owned(),
            campaign: id,
            conditions: campaign.conditions.to_string(),
            half: campaign.half,
            seed: campaign.seed,
            people: kept.iter().map(|s| s.person).collect::<BTreeSet<_>>().len(),
            sessions: kept.len(),
            bona_fide: live.into_iter().next(),
            attacks,
            worst,
            groups: groups(&kept),
            wrong_challenges: WrongChallenges::new(&kept),
            limits: campaign.options.limits(),
            kept,
        }
    }

    /// Rates of the worst attack.
    pub fn worst_rates(&self) -> Option<&SpeciesRates> {
        self.attacks.iter().find(|rates| Some(rates.species) == self.worst)
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// None in practice; `serde_json` reserves them.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|e| {
            Error::new(ErrorKind::NonFinite, Stage::Evaluate, "the report cannot be written").with_source(e)
        })
    }
}

/// The name of what groups share, its value, and where that is in order.
type Key = (&'static str, fn(&PadSession) -> (usize, String));

fn groups(sessions: &[PadSession]) -> Vec<PadGroup> {
    let keys: [Key; 4] = [
        ("skin", |s| (s.scene.skin.into(), s.scene.skin.to_string())),
        ("ambient_lux", |s| bin(s.scene.ambient_lux, &LUX)),
        ("distance_cm", |s| bin(s.scene.distance_cm, &DISTANCE_CM)),
        ("fps", |s| (s.scene.camera.fps as usize, s.scene.camera.fps.to_string())),
    ];
    let mut groups = Vec::new();
    for (by, key) in keys {
        let values: BTreeSet<(usize, String)> = sessions.iter().map(key).collect();
        for value in values {
            let own: Vec<&PadSession> = sessions.iter().filter(|s| key(s) == value).collect();
            groups.push(PadGroup::new(by, value.1, &own));
        }
    }
    groups
}

/// The bin that a value lies in: its number and its range.
fn bin(value: f32, ends: &[f32]) -> (usize, String) {
    let number = ends.iter().filter(|end| value >= **end).count();
    let from = number.checked_sub(1).and_then(|before| ends.get(before));
    let range = match (from, ends.get(number)) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        (None, Some(to)) => format!("under {to}"),
        (Some(from), None) => format!("{from} and more"),
        (None, None) => "any".to_owned(),
    };
    (number, range)
}
