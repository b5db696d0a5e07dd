//! [`LivenessVerdict`]: live, an attack, or neither can be told.
//!
//! # The model
//! Each cue has two limits: from one on it speaks for a live face, beyond the other for an attack,
//! and between them, or where it could not be measured, it tells nothing.
//! - **Attack** if any cue speaks for one.
//! - **Live** if *every* cue speaks for a live face.
//! - **Inconclusive** otherwise.
//!
//! So the model is monotone: no cue can make up for another, and one that is missing, or a response
//! that is flat, can't end in [`LivenessVerdict::Live`]. What each cue stops, and what none of them
//! stops, is told in the [module](super).

use super::analysis::{Cues, RecordingCue, ResponseCue, SequenceCue, ShapeCue, TimingCue};
use crate::error::{ErrorKind, Result};
use serde::Serialize;
use std::cmp::Ordering;
use std::fmt;

/// What a session showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
#[must_use]
pub enum LivenessVerdict {
    /// A live face answered the challenge.
    Live,
    /// Something else did, or something that is no answer to this challenge.
    Attack {
        /// Why, the weightiest first.
        reasons: Vec<AttackReason>,
    },
    /// It can't be told.
    Inconclusive {
        /// Why not.
        reasons: Vec<InconclusiveReason>,
        /// What the person can do.
        advice: Vec<Advice>,
    },
}

impl LivenessVerdict {
    /// A stable `snake_case` word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Attack { .. } => "attack",
            Self::Inconclusive { .. } => "inconclusive",
        }
    }

    /// The words of all reasons; empty for [`LivenessVerdict::Live`].
    pub fn reasons(&self) -> Vec<&'static str> {
        match self {
            Self::Live => Vec::new(),
            Self::Attack { reasons } => reasons.iter().map(|r| r.as_str()).collect(),
            Self::Inconclusive { reasons, .. } => reasons.iter().map(|r| r.as_str()).collect(),
        }
    }
}

/// Makes an enumeration of words: its variants with their documentation, and `as_str`, `Display`
/// and serde by `snake_case`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// A stable `snake_case` word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Why a session is taken for an attack.
    AttackReason {
        /// The response answers another challenge.
        OtherChallenge => "other_challenge",
        /// What answers is as flat as a sheet of paper or a display.
        FlatShape => "flat_shape",
        /// The face becomes another person's.
        OtherFace => "other_face",
        /// Frames come again.
        RepeatedFrames => "repeated_frames",
        /// The response comes faster or slower than the challenge.
        UnevenTiming => "uneven_timing",
    }
}

words! {
    /// Why nothing can be told.
    InconclusiveReason {
        /// In too many frames there is no face.
        NoFace => "no_face",
        /// There is more than one face.
        SeveralFaces => "several_faces",
        /// The face was lost, or jumped.
        FaceLost => "face_lost",
        /// The head is turned away.
        TurnedAway => "turned_away",
        /// Parts of the face are blown out.
        TooBright => "too_bright",
        /// Parts of the face are black.
        TooDark => "too_dark",
        /// Frames come too slowly, or the camera stutters.
        TooFewFrames => "too_few_frames",
        /// Frames are missing in the middle.
        FramesMissing => "frames_missing",
        /// The recording begins too late, or ends too early.
        Incomplete => "incomplete",
        /// The face does not answer the screen, or too little: strong light, a screen that is too dark, or no live face.
        FlatResponse => "flat_response",
        /// The edges of the challenge are not found sharply in the response.
        UnclearTiming => "unclear_timing",
        /// The response is too weak to show a shape.
        UnclearShape => "unclear_shape",
        /// Too few frames could be compared with each other.
        UnclearIdentity => "unclear_identity",
        /// The challenge has expired, or is not valid yet.
        Expired => "expired",
    }
}

words! {
    /// What a person can do before the next attempt. Texts are the client's.
    Advice {
        /// Look at the camera until the flashes end.
        FaceTheCamera => "face_the_camera",
        /// Nobody else in view.
        BeAlone => "be_alone",
        /// Keep still.
        HoldStill => "hold_still",
        /// Come closer to the screen.
        MoveCloser => "move_closer",
        /// Find a darker place, away from windows and lamps.
        GoWhereItIsDarker => "go_where_it_is_darker",
        /// Find some light: the picture is black.
        GoWhereItIsBrighter => "go_where_it_is_brighter",
        /// Set the screen to its full brightness.
        BrightenTheScreen => "brighten_the_screen",
        /// Close other programs: frames are missing.
        FreeTheDevice => "free_the_device",
        /// Begin again, with a new challenge.
        BeginAgain => "begin_again",
    }
}

impl InconclusiveReason {
    /// What the person can do about it.
    pub fn advice(self) -> &'static [Advice] {
        use Advice::*;
        match self {
            Self::NoFace | Self::TurnedAway => &[FaceTheCamera],
            Self::SeveralFaces => &[BeAlone],
            Self::FaceLost | Self::UnclearIdentity => &[HoldStill, FaceTheCamera],
            Self::TooBright => &[GoWhereItIsDarker],
            Self::TooDark => &[GoWhereItIsBrighter],
            Self::TooFewFrames | Self::FramesMissing => &[FreeTheDevice],
            Self::Incomplete => &[FaceTheCamera],
            Self::FlatResponse | Self::UnclearShape => &[GoWhereItIsDarker, MoveCloser, BrightenTheScreen],
            Self::UnclearTiming => &[HoldStill, GoWhereItIsDarker],
            Self::Expired => &[BeginAgain],
        }
    }
}

/// From where on cues speak for a live face, and for an attack. The defaults were chosen on
/// simulated sessions, on portraits and ranges of parameters that no reported rate comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LivenessLimits {
    /// Bits of evidence that the face answers this challenge, at least; 4 or more. One guess in
    /// 2^bits gets there.
    pub sequence_bits: f64,
    /// Where the bits speak against this challenge (below 0), a strong enough response that some
    /// other one explains this well (binary logarithm, 0 is perfect) is an attack.
    pub other_fit: f64,
    /// Bits of evidence for a face's shape, at least.
    pub shape_bits: f64,
    /// What must remain of them whichever spot is left out, at least.
    pub shape_least_bits: f64,
    /// Largest standard error of the relief: where it is larger, mirrors make what they like of it.
    pub relief_error: f64,
    /// Most that the strongest patches may respond over the median one; see [`ShapeCue::glare`].
    pub glare: f64,
    /// At or below these bits, nothing left out, a strong enough response is a sheet's.
    pub sheet_bits: f64,
    /// The lowest comparison score among a session's frames, at least. Coloured light lowers
    /// scores.
    pub identity_score: f32,
    /// At or below it, another person took over.
    pub other_face_score: f32,
    /// Most that single edges may be off their common lag (upper quartile), in milliseconds, beside
    /// half the time between frames.
    pub edge_spread_ms: f64,
    /// Most that the lag may grow, in milliseconds per second.
    pub edge_drift_ms_per_s: f64,
    /// Longest time between frames in the median, in milliseconds: 12 frames a second.
    pub interval_ms: f64,
    /// Longest gap between frames with a face, in milliseconds.
    pub gap_ms: f64,
}

impl Default for LivenessLimits {
    fn default() -> Self {
        Self {
            sequence_bits: 12.0,
            other_fit: -3.0,
            shape_bits: 2.0,
            shape_least_bits: -2.0,
            relief_error: 0.25,
            glare: 2.75,
            sheet_bits: -3.0,
            identity_score: 0.4,
            other_face_score: 0.2,
            edge_spread_ms: 90.0,
            edge_drift_ms_per_s: 60.0,
            interval_ms: 84.0,
            gap_ms: 350.0,
        }
    }
}

/// Of the shares of frames that may be spoilt, in each way.
const SPOILT: f64 = 0.1;
/// How often the face may be lost and found again; the first frame of each track is compared with
/// the session's first.
pub(crate) const MAX_TRACK_CHANGES: u32 = 2;
/// Of the face, in the mean.
const MOST_CLIPPED: f32 = 0.2;
/// How much of the challenge may lack frames at both ends together, in milliseconds: less than one
/// guard.
const MOST_MISSING_MS: f64 = 400.0;
/// Edges that must be found, of all.
const LEAST_EDGES: f64 = 0.7;
/// Frames that must be compared.
const LEAST_COMPARED: usize = 3;
/// Mean range of the response that is enough to call a wrong sequence, or a flat shape, an attack.
const STRONG: f32 = 0.05;
/// Range over the noise of single frames, likewise.
const STRONG_OVER_NOISE: f32 = 5.0;

/// What one cue says.
enum Says {
    Live,
    Attack(AttackReason),
    Nothing(InconclusiveReason),
}

impl LivenessLimits {
    pub(crate) fn check(&self) -> Result<()> {
        let Self { sequence_bits, other_fit, shape_bits, sheet_bits, .. } = self;
        let ordered = *sequence_bits >= 4.0
            && other_fit.is_finite()
            && shape_bits > sheet_bits
            && self.identity_score >= self.other_face_score
            && [
                self.edge_spread_ms,
                self.edge_drift_ms_per_s,
                self.interval_ms,
                self.gap_ms,
                self.relief_error,
                self.glare,
            ]
            .iter()
            .all(|v| *v > 0.0);
        let finite = [*sequence_bits, *shape_bits, self.shape_least_bits].iter().all(|bits| bits.is_finite())
            && self.identity_score.is_finite();
        if ordered && finite {
            return Ok(());
        }
        Err(super::error(ErrorKind::InvalidArgument, "a limit of the verdict is out of range or out of order"))
    }

    /// The verdict on `cues`.
    pub fn judge(&self, cues: &Cues) -> LivenessVerdict {
        use InconclusiveReason::*;
        let strong = cues.response.is_some_and(|response| is_strong(&response));
        let frontal = few(cues.recording.turned_away, cues.recording.with_face);
        let mut said = self.recording(&cues.recording);
        said.push(match &cues.sequence {
            Some(sequence) => self.sequence(sequence, strong),
            None => Says::Nothing(FlatResponse),
        });
        // Timing and shape are those of an answer to this challenge; of another one they say nothing.
        let answered = matches!(said.last(), Some(Says::Live));
        if answered {
            said.push(
                cues.timing
                    .map_or(Says::Nothing(UnclearTiming), |timing| self.timing(&timing, &cues.recording, strong)),
            );
            said.push(cues.shape.map_or(Says::Nothing(UnclearShape), |shape| self.shape(&shape, strong && frontal)));
        }
        said.push(match &cues.identity {
            Some(identity) if identity.compared >= LEAST_COMPARED => match identity.lowest {
                lowest if lowest >= self.identity_score => Says::Live,
                lowest if lowest <= self.other_face_score => Says::Attack(AttackReason::OtherFace),
                _ => Says::Nothing(UnclearIdentity),
            },
            _ => Says::Nothing(UnclearIdentity),
        });
        let (mut attacks, mut unclear) = (Vec::new(), Vec::new());
        for word in said {
            match word {
                Says::Live => {}
                Says::Attack(reason) => attacks.push(reason),
                Says::Nothing(reason) => unclear.push(reason),
            }
        }
        match (attacks.is_empty(), unclear.is_empty()) {
            (false, _) => LivenessVerdict::Attack { reasons: attacks },
            (true, false) => LivenessVerdict::inconclusive(unclear),
            (true, true) => LivenessVerdict::Live,
        }
    }

    fn recording(&self, cue: &RecordingCue) -> Vec<Says> {
        use InconclusiveReason::*;
        let faces = cue.with_face;
        // So written that NaN is not fine.
        let fine = [
            (few(cue.frames.saturating_sub(faces), cue.frames) && faces > 0, NoFace),
            (few(cue.several_faces, faces), SeveralFaces),
            (cue.track_changes <= MAX_TRACK_CHANGES, FaceLost),
            (few(cue.turned_away, faces), TurnedAway),
            (cue.over_exposed <= MOST_CLIPPED, TooBright),
            (cue.under_exposed <= MOST_CLIPPED, TooDark),
            (cue.interval_ms <= self.interval_ms && few(cue.stuttered, faces), TooFewFrames),
            (cue.longest_gap_ms <= self.gap_ms, FramesMissing),
            (cue.missing_ms <= MOST_MISSING_MS, Incomplete),
        ];
        let says = fine.into_iter().map(|(fine, reason)| if fine { Says::Live } else { Says::Nothing(reason) });
        let repeated = if few(cue.repeated, faces) { Says::Live } else { Says::Attack(AttackReason::RepeatedFrames) };
        says.chain([repeated]).collect()
    }

    fn sequence(&self, cue: &SequenceCue, strong: bool) -> Says {
        if cue.bits >= self.sequence_bits {
            Says::Live
        } else if strong && cue.best_fit >= self.other_fit && cue.bits.partial_cmp(&0.0) != Some(Ordering::Greater) {
            Says::Attack(AttackReason::OtherChallenge)
        } else {
            Says::Nothing(InconclusiveReason::FlatResponse)
        }
    }

    fn timing(&self, cue: &TimingCue, recording: &RecordingCue, strong: bool) -> Says {
        let spread = self.edge_spread_ms + 0.5 * recording.interval_ms;
        let clear = cue.found as f64 >= LEAST_EDGES * cue.edges as f64 && cue.spread_ms <= spread;
        let even = cue.drift_ms_per_s.abs() <= self.edge_drift_ms_per_s;
        match (clear, even) {
            (true, true) => Says::Live,
            (true, false) if strong => Says::Attack(AttackReason::UnevenTiming),
            _ => Says::Nothing(InconclusiveReason::UnclearTiming),
        }
    }

    fn shape(&self, cue: &ShapeCue, strong: bool) -> Says {
        let clear = cue.relief_error <= self.relief_error && cue.glare <= self.glare;
        if clear && cue.bits >= self.shape_bits && cue.least_bits >= self.shape_least_bits {
            Says::Live
        } else if strong && cue.bits <= self.sheet_bits {
            Says::Attack(AttackReason::FlatShape)
        } else {
            Says::Nothing(InconclusiveReason::UnclearShape)
        }
    }
}

/// Whether so few frames may be spoilt.
fn few(n: usize, of: usize) -> bool {
    n as f64 <= SPOILT * of as f64
}

/// Whether a response is strong enough to speak against someone.
fn is_strong(response: &ResponseCue) -> bool {
    let mean = |v: [f32; 3]| v.iter().sum::<f32>() / 3.0;
    let range = mean(response.range);
    range >= STRONG && range >= STRONG_OVER_NOISE * mean(response.noise)
}

impl LivenessVerdict {
    /// With the advice that follows from the reasons.
    pub(crate) fn inconclusive(reasons: Vec<InconclusiveReason>) -> Self {
        let mut advice: Vec<Advice> = Vec::new();
        for piece in reasons.iter().flat_map(|reason| reason.advice()) {
            if !advice.contains(piece) {
                advice.push(*piece);
            }
        }
        Self::Inconclusive { reasons, advice }
    }
}

#[cfg(test)]
mod tests {
    use super::super::analysis::IdentityCue;
    use super::*;

    fn live() -> Cues {
        Cues {
            recording: RecordingCue {
                frames: 140,
                with_face: 140,
                track_changes: 0,
                several_faces: 0,
                stuttered: 0,
                repeated: 0,
                interval_ms: 33.0,
                longest_gap_ms: 70.0,
                missing_ms: 20.0,
                over_exposed: 0.01,
                under_exposed: 0.0,
                turned_away: 0,
            },
            response: Some(ResponseCue {
                range: [0.2; 3],
                noise: [0.01; 3],
                contrast: [0.18; 3],
                mixing: [[0.18, 0.0, 0.0], [0.0, 0.18, 0.0], [0.0, 0.0, 0.18]],
                drift: Some([0.05, 0.01]),
                surroundings: [Some(0.05); 4],
                corneas: [1.5; 2],
            }),
            sequence: Some(SequenceCue { bits: 30.0, fit: -1.0, best_fit: 4.0, lag_ms: 90.0 }),
            timing: Some(TimingCue { edges: 9, found: 9, lag_ms: 90.0, spread_ms: 8.0, drift_ms_per_s: 1.0 }),
            shape: Some(ShapeCue {
                relief: 0.95,
                relief_error: 0.1,
                bits: 25.0,
                least_bits: 18.0,
                glare: 1.5,
                gloss: 0.1,
                residual: 0.12,
            }),
            identity: Some(IdentityCue { compared: 9, lowest: 0.55, median: 0.6 }),
        }
    }

    fn flat(cues: &mut Cues, bits: f64) {
        let shape = cues.shape.as_mut().unwrap();
        (shape.bits, shape.least_bits) = (bits, bits - 1.0);
    }

    fn judged(change: impl FnOnce(&mut Cues)) -> LivenessVerdict {
        let mut cues = live();
        change(&mut cues);
        LivenessLimits::default().judge(&cues)
    }

    #[test]
    fn every_cue_is_needed() {
        assert_eq!(judged(|_| ()), LivenessVerdict::Live);
        let missing: [fn(&mut Cues); 4] =
            [|c| c.sequence = None, |c| c.timing = None, |c| c.shape = None, |c| c.identity = None];
        for change in missing {
            assert_eq!(judged(change).as_str(), "inconclusive");
        }
        // Without the strength of the response nothing is called an attack, but nothing live either.
        assert_eq!(judged(|c| (c.response, c.sequence) = (None, None)).as_str(), "inconclusive");
    }

    #[test]
    fn each_cue_can_refuse_alone() {
        type Change = fn(&mut Cues);
        let cases: [(Change, &str); 25] = [
            (|c| c.sequence.as_mut().unwrap().bits = 11.9, "flat_response"),
            (|c| c.sequence.as_mut().unwrap().bits = -1.0, "other_challenge"),
            (|c| c.sequence.as_mut().unwrap().bits = f64::NAN, "other_challenge"),
            (
                |c| (c.sequence.as_mut().unwrap().bits, c.sequence.as_mut().unwrap().best_fit) = (-9.0, -9.0),
                "flat_response",
            ),
            (|c| c.timing.as_mut().unwrap().found = 6, "unclear_timing"),
            (|c| c.timing.as_mut().unwrap().spread_ms = 120.0, "unclear_timing"),
            (|c| c.timing.as_mut().unwrap().spread_ms = f64::NAN, "unclear_timing"),
            (|c| c.timing.as_mut().unwrap().drift_ms_per_s = -200.0, "uneven_timing"),
            (|c| c.shape.as_mut().unwrap().bits = 1.9, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().least_bits = -2.1, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().least_bits = f64::NAN, "unclear_shape"),
            (|c| flat(c, -3.1), "flat_shape"),
            (|c| c.shape.as_mut().unwrap().relief_error = 0.3, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().relief_error = f64::NAN, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().glare = 3.0, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().glare = f64::NAN, "unclear_shape"),
            (|c| c.identity.as_mut().unwrap().lowest = 0.25, "unclear_identity"),
            (|c| c.identity.as_mut().unwrap().lowest = -0.3, "other_face"),
            (|c| c.identity.as_mut().unwrap().compared = 2, "unclear_identity"),
            (|c| c.recording.with_face = 120, "no_face"),
            (|c| c.recording.several_faces = 20, "several_faces"),
            (|c| c.recording.repeated = 40, "repeated_frames"),
            (|c| c.recording.interval_ms = 90.0, "too_few_frames"),
            (|c| c.recording.over_exposed = f32::NAN, "too_bright"),
            (|c| c.recording.missing_ms = 700.0, "incomplete"),
        ];
        for (change, reason) in cases {
            let verdict = judged(change);
            assert_eq!(verdict.reasons(), [reason], "{verdict:?}");
            if let LivenessVerdict::Inconclusive { advice, .. } = verdict {
                assert!(!advice.is_empty(), "{reason}");
            }
        }
    }

    #[test]
    fn a_weak_response_accuses_nobody() {
        let weak = |c: &mut Cues| c.response.as_mut().unwrap().range = [0.01; 3];
        assert_eq!(judged(|c| (weak(c), flat(c, -9.0)).0).as_str(), "inconclusive");
        assert_eq!(judged(|c| (weak(c), c.sequence.as_mut().unwrap().bits = -9.0).0).as_str(), "inconclusive");
        let uneven = |c: &mut Cues| c.timing.as_mut().unwrap().drift_ms_per_s = -200.0;
        assert_eq!(judged(|c| (weak(c), uneven(c)).0).reasons(), ["unclear_timing"]);
    }

    #[test]
    fn a_head_that_is_turned_away_has_no_shape_to_accuse() {
        let verdict = judged(|c| {
            flat(c, -9.0);
            c.recording.turned_away = 140;
        });
        assert_eq!(verdict.reasons(), ["turned_away", "unclear_shape"]);
    }

    #[test]
    fn an_attack_outweighs_what_cannot_be_told() {
        let verdict = judged(|c| {
            flat(c, -8.0);
            c.recording.interval_ms = 200.0;
        });
        assert_eq!(verdict, LivenessVerdict::Attack { reasons: vec![AttackReason::FlatShape] });
    }

    #[test]
    fn limits_out_of_order_are_refused() {
        let changed = |change: fn(&mut LivenessLimits)| {
            let mut limits = LivenessLimits::default();
            change(&mut limits);
            limits.check()
        };
        assert!(changed(|_| ()).is_ok());
        let wrong: [fn(&mut LivenessLimits); 7] = [
            |l| l.shape_least_bits = f64::NAN,
            |l| l.sequence_bits = 1.0,
            |l| l.sequence_bits = f64::NAN,
            |l| l.shape_bits = -5.0,
            |l| l.identity_score = f32::NAN,
            |l| l.gap_ms = 0.0,
            |l| l.other_fit = f64::INFINITY,
        ];
        for change in wrong {
            assert_eq!(changed(change).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }
}
