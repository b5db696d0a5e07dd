//! [`PadSession`]: what is kept of one simulated session.

use super::response_plot::Response;
use crate::simulate::{Scene, Species};
use selfsame::liveness::{LivenessReport, LivenessVerdict};
use serde::{Deserialize, Serialize};

/// A verdict without its reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionOutcome {
    /// Taken for a live face.
    Live,
    /// Taken for an attack.
    Attack,
    /// No response.
    Inconclusive,
}

impl From<&LivenessVerdict> for SessionOutcome {
    fn from(verdict: &LivenessVerdict) -> Self {
        match verdict {
            LivenessVerdict::Live => Self::Live,
            LivenessVerdict::Attack { .. } => Self::Attack,
            // An inconclusive one, and any that this program doesn't know yet.
            _ => Self::Inconclusive,
        }
    }
}

/// One session of a campaign: what was simulated, and what came of it. No picture, no template and
/// no name. What could not be measured is `None`; units are those of [`selfsame::liveness::Cues`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PadSession {
    /// Which campaign it belongs to.
    pub campaign: String,
    /// The session's number among those of its species, from 0.
    pub number: u32,
    /// The number of the person.
    pub person: usize,
    /// What was simulated.
    pub scene: Scene,
    /// The verdict.
    pub outcome: SessionOutcome,
    /// The words of the verdict's reasons.
    pub reasons: Vec<String>,
    /// Frames that were seen.
    pub frames: usize,
    /// Frames that show a face.
    pub with_face: usize,
    /// Mean range of the response over the channels.
    pub range: Option<f32>,
    /// Noise of the response, in the units of `range`.
    pub noise: Option<f32>,
    /// Bits of the sequence.
    pub bits: Option<f32>,
    /// How well this challenge explains the response.
    pub fit: Option<f32>,
    /// How well the challenge explains the response that explains it best.
    pub best_fit: Option<f32>,
    /// Lag in milliseconds.
    pub lag_ms: Option<f32>,
    /// Share of the edges that were found.
    pub edges_found: Option<f32>,
    /// Spread of the found edges' times, in milliseconds.
    pub spread_ms: Option<f32>,
    /// Drift of the found edges' times, in milliseconds per second.
    pub drift_ms_per_s: Option<f32>,
    /// Relief of the shape.
    pub relief: Option<f32>,
    /// Standard error of the relief.
    pub relief_error: Option<f32>,
    /// Bits of the shape, all of it.
    pub shape_bits: Option<f32>,
    /// The fewest bits of the shape that remain whichever spot is left out.
    #[serde(default)]
    pub shape_least_bits: Option<f32>,
    /// How much the strongest patches respond over the median one.
    #[serde(default)]
    pub glare: Option<f32>,
    /// Relief of the change alone.
    #[serde(default)]
    pub change_relief: Option<f32>,
    /// The lowest comparison score.
    pub identity_lowest: Option<f32>,
    /// How far a frame stands out from those about it.
    #[serde(default)]
    pub outstanding: Option<f32>,
    /// How far the head jumps where colours change, over elsewhere.
    #[serde(default)]
    pub jumps: Option<f32>,
    /// How surely something answers before the face.
    #[serde(default)]
    pub echo: Option<f32>,
    /// The time from a frame's taking to its arrival, in milliseconds.
    #[serde(default)]
    pub arrival_ms: Option<f32>,
    /// Whether the session's picture matches a document of the person that is claimed, at a false
    /// match rate of 1e-4; `None` where there is no such picture.
    #[serde(default)]
    pub matched: Option<bool>,
    /// Bits of a live session when it is judged against other challenges. A judgement without a
    /// measurement has none, and is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrong_bits: Vec<f32>,
    /// How many other challenges the session was judged against.
    #[serde(default)]
    pub wrong: u32,
    /// How many of these other challenges the session passed.
    #[serde(default)]
    pub wrong_live: u32,
    /// The response over time, kept for the first session of each species.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
}

impl PadSession {
    pub(super) fn new(campaign: &str, number: u32, person: usize, scene: &Scene, report: &LivenessReport) -> Self {
        let LivenessReport { verdict, cues, .. } = report;
        let mean = |v: [f32; 3]| finite(v.iter().sum::<f32>() / 3.0);
        let wide = |v: f64| finite(v as f32);
        let (response, sequence, shape) = (&cues.response, &cues.sequence, &cues.shape);
        Self {
            campaign: campaign.to_owned(),
            number,
            person,
            scene: scene.clone(),
            outcome: verdict.into(),
            reasons: verdict.reasons().into_iter().map(str::to_owned).collect(),
            frames: cues.recording.frames,
            with_face: cues.recording.with_face,
            range: response.and_then(|r| mean(r.range)),
            noise: response.and_then(|r| mean(r.noise)),
            bits: sequence.and_then(|s| wide(s.bits)),
            fit: sequence.and_then(|s| wide(s.fit)),
            best_fit: sequence.and_then(|s| wide(s.best_fit)),
            lag_ms: sequence.and_then(|s| wide(s.lag_ms)),
            edges_found: cues.timing.and_then(|t| finite(t.found as f32 / t.edges as f32)),
            spread_ms: cues.timing.and_then(|t| wide(t.spread_ms)),
            drift_ms_per_s: cues.timing.and_then(|t| wide(t.drift_ms_per_s)),
            relief: shape.and_then(|s| wide(s.relief)),
            relief_error: shape.and_then(|s| wide(s.relief_error)),
            shape_bits: shape.and_then(|s| wide(s.bits)),
            shape_least_bits: shape.and_then(|s| wide(s.least_bits)),
            glare: shape.and_then(|s| wide(s.glare)),
            change_relief: shape.and_then(|s| wide(s.change_relief)),
            identity_lowest: cues.identity.and_then(|i| finite(i.lowest)),
            outstanding: cues.seams.and_then(|s| finite(s.outstanding)),
            jumps: cues.seams.and_then(|s| wide(s.jumps?)),
            echo: cues.echo.and_then(|e| wide(e.strength)),
            arrival_ms: cues.arrival.and_then(|a| wide(a.delay_ms)),
            matched: None,
            wrong_bits: Vec::new(),
            wrong: 0,
            wrong_live: 0,
            response: None,
        }
    }

    /// What was before the camera.
    pub fn species(&self) -> Species {
        self.scene.species
    }

    /// Adds the verdict on the same frames, taken for an answer to another challenge.
    pub(super) fn add_wrong(&mut self, report: &LivenessReport) {
        self.wrong += 1;
        self.wrong_live += u32::from(report.verdict == LivenessVerdict::Live);
        self.wrong_bits.extend(report.cues.sequence.and_then(|s| finite(s.bits as f32)));
    }
}

/// JSON has no other numbers.
fn finite(value: f32) -> Option<f32> {
    value.is_finite().then_some(value)
}
