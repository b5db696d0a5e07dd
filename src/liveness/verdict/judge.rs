//! How cues become a verdict.

use super::limits::LivenessLimits;
use super::words::{AttackReason, InconclusiveReason, LivenessVerdict};
use crate::liveness::analysis::{
    ArrivalCue, Cues, EchoCue, RecordingCue, ResponseCue, SeamCue, SequenceCue, ShapeCue, TimingCue,
};
use std::cmp::Ordering;

/// The share of frames that may be spoilt, in each way. Chosen by hand.
const SPOILT: f64 = 0.1;
/// How often the face may be lost and found again; the first frame of each track is compared with
/// the reference. Chosen by hand.
pub(crate) const MAX_TRACK_CHANGES: u32 = 2;
/// The share of the face that may be blown out or black, in the mean over frames. Chosen by hand.
const MOST_CLIPPED: f32 = 0.2;
/// How much of the challenge may lack frames at both ends together, in milliseconds: less than one
/// guard.
const MOST_MISSING_MS: f64 = 400.0;
/// How much earlier or later than planned a segment may be shown, in milliseconds: some pictures of
/// a slow display.
const MOST_DISPLAY_OFF_MS: f64 = 100.0;
/// The share of edges that must be found. Chosen by hand.
const LEAST_EDGES: f64 = 0.7;
/// Frames that must be compared with the session's reference. Chosen by hand.
const LEAST_COMPARED: usize = 3;
/// From so many times the limit on, a frame that stands out is called another face's: less accuses
/// nobody. Chosen by hand.
const SURELY_SWAPPED: f32 = 1.3;
/// Mean range of the response from which on a wrong sequence, or a flat shape, is called an attack.
/// Chosen by hand: weaker responses accuse nobody.
const STRONG: f32 = 0.05;
/// Range over the noise of single frames from which on a response is strong. Chosen by hand.
const STRONG_OVER_NOISE: f32 = 5.0;

/// What one cue says.
enum Says {
    Live,
    Attack(AttackReason),
    Nothing(InconclusiveReason),
}

impl LivenessLimits {
    /// The verdict on `cues`.
    ///
    /// ```
    /// use selfsame::liveness::{LivenessLimits, LivenessReport, LivenessVerdict};
    /// /// What stricter limits would have said about a session that was kept.
    /// fn reviewed(report: &LivenessReport, limits: &LivenessLimits) -> LivenessVerdict {
    ///     limits.judge(&report.cues)
    /// }
    /// ```
    pub fn judge(&self, cues: &Cues) -> LivenessVerdict {
        use InconclusiveReason::*;
        let strong = cues.response.is_some_and(|response| is_strong(&response));
        // A head that is turned away hides its relief: that speaks against nobody.
        let frontal = few(cues.recording.turned_away, cues.recording.with_face);
        let mut said = self.recording(&cues.recording);
        if let Some(arrival) = &cues.arrival {
            said.extend(self.arrival(arrival, cues.recording.frames));
        }
        // An answer by another clock is a client's fault before it is an attack.
        let by_another_clock = cues.clock.is_some_and(|clock| clock.bits >= self.sequence_bits());
        // So written that NaN is no answer.
        let answers = |sequence: &SequenceCue| sequence.bits >= self.sequence_bits();
        said.push(match &cues.sequence {
            Some(sequence) if by_another_clock && !answers(sequence) => Says::Nothing(ClockOff),
            Some(sequence) => self.sequence(sequence, strong),
            None => Says::Nothing(FlatResponse),
        });
        // Timing and shape are those of an answer to this challenge; about another one they say
        // nothing.
        let answered = matches!(said.last(), Some(Says::Live));
        if answered {
            said.push(cues.timing.map_or(Says::Nothing(UnclearTiming), |timing| self.timing(&timing, &cues.recording)));
            // Without frames enough for an early answer there is no word about it.
            said.push(cues.echo.map_or(Says::Nothing(UnclearEcho), |echo| self.echo(&echo)));
            said.push(self.lag(cues.timing.map(|timing| timing.lag_ms)));
            said.push(cues.shape.map_or(Says::Nothing(UnclearShape), |shape| self.shape(&shape, strong && frontal)));
        }
        said.push(cues.seams.map_or(Says::Nothing(FaceLost), |seams| self.seams(&seams)));
        said.push(match &cues.identity {
            Some(identity) if identity.compared >= LEAST_COMPARED => match identity.lowest {
                lowest if lowest >= self.identity_score() => Says::Live,
                lowest if lowest <= self.other_face_score() => Says::Attack(AttackReason::OtherFace),
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
        LivenessVerdict::of(attacks, unclear)
    }

    /// What the recording says: one word for each condition.
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
            (cue.interval_ms <= self.interval_ms() && few(cue.stuttered, faces), TooFewFrames),
            (cue.longest_gap_ms <= self.gap_ms(), FramesMissing),
            (cue.missing_ms <= MOST_MISSING_MS, Incomplete),
            (cue.display_off_ms <= MOST_DISPLAY_OFF_MS, DisplayLate),
        ];
        let says = fine.into_iter().map(|(fine, reason)| if fine { Says::Live } else { Says::Nothing(reason) });
        let repeated = if few(cue.repeated, faces) { Says::Live } else { Says::Attack(AttackReason::RepeatedFrames) };
        says.chain([repeated]).collect()
    }

    /// Whether frames continue each other.
    fn seams(&self, cue: &SeamCue) -> Says {
        // So written that NaN is not fine.
        let continued = cue.outstanding < self.outstanding();
        let unsure = cue.outstanding < SURELY_SWAPPED * self.outstanding();
        let steady = cue.jumps.is_none_or(|jumps| jumps <= self.jumps());
        match (continued, unsure, steady) {
            (true, _, true) => Says::Live,
            (true, _, false) => Says::Nothing(InconclusiveReason::JumpsWithColors),
            (false, true, _) => Says::Nothing(InconclusiveReason::FaceLost),
            (false, false, _) => Says::Attack(AttackReason::SwappedFrames),
        }
    }

    /// Whether nothing answers before the face.
    fn echo(&self, cue: &EchoCue) -> Says {
        match cue.strength {
            strength if strength >= self.early_echo() => Says::Attack(AttackReason::LateFace),
            strength if strength <= self.no_echo() => Says::Live,
            _ => Says::Nothing(InconclusiveReason::UnclearEcho),
        }
    }

    /// Whether the face answers when this device's cameras do, if that is known.
    fn lag(&self, lag_ms: Option<f64>) -> Says {
        match (self.device_lag(), lag_ms) {
            (None, _) => Says::Live,
            (Some(device), Some(lag_ms)) if device.covers(lag_ms) => Says::Live,
            _ => Says::Nothing(InconclusiveReason::UnusualLag),
        }
    }

    /// Whether frames of a streamed challenge arrived as such frames do.
    fn arrival(&self, cue: &ArrivalCue, frames: usize) -> [Says; 2] {
        use InconclusiveReason::*;
        // So written that NaN is not fine.
        let possible = cue.arrived >= frames && cue.early_ms <= 0.0 && cue.delay_ms >= 0.0;
        let even = cue.drift_ms_per_s.abs() <= self.edge_drift_ms_per_s();
        let quick = cue.delay_ms <= self.arrival_ms() && cue.spread_ms <= self.arrival_ms();
        let says = |fine: bool, reason| if fine { Says::Live } else { Says::Nothing(reason) };
        [says(possible && even, ImplausibleArrival), says(quick, ArrivedLate)]
    }

    /// Whether the response answers this challenge.
    fn sequence(&self, cue: &SequenceCue, strong: bool) -> Says {
        if cue.bits >= self.sequence_bits() {
            Says::Live
        } else if strong && cue.best_fit >= self.other_fit() && cue.bits.partial_cmp(&0.0) != Some(Ordering::Greater) {
            Says::Attack(AttackReason::OtherChallenge)
        } else {
            Says::Nothing(InconclusiveReason::FlatResponse)
        }
    }

    /// Whether all edges come at one lag.
    fn timing(&self, cue: &TimingCue, recording: &RecordingCue) -> Says {
        let spread = self.edge_spread_ms() + 0.5 * recording.interval_ms;
        let clear = cue.found as f64 >= LEAST_EDGES * cue.edges as f64 && cue.spread_ms <= spread;
        let even = cue.drift_ms_per_s.abs() <= self.edge_drift_ms_per_s();
        match (clear, even) {
            (true, true) => Says::Live,
            (true, false) => Says::Nothing(InconclusiveReason::ClockOff),
            _ => Says::Nothing(InconclusiveReason::UnclearTiming),
        }
    }

    /// Whether what answers has a face's shape.
    fn shape(&self, cue: &ShapeCue, strong: bool) -> Says {
        let clear = cue.relief_error <= self.relief_error()
            && cue.glare <= self.glare()
            && cue.relief + cue.change_relief >= self.both_reliefs();
        if clear && cue.bits >= self.shape_bits() && cue.least_bits >= self.shape_least_bits() {
            Says::Live
        } else if strong && cue.bits <= self.sheet_bits() {
            Says::Attack(AttackReason::FlatShape)
        } else {
            Says::Nothing(InconclusiveReason::UnclearShape)
        }
    }
}

/// Whether `n` of so many frames may be spoilt.
fn few(n: usize, of: usize) -> bool {
    n as f64 <= SPOILT * of as f64
}

/// Whether a response is strong enough to speak against someone.
fn is_strong(response: &ResponseCue) -> bool {
    let mean = |v: [f32; 3]| v.iter().sum::<f32>() / 3.0;
    let range = mean(response.range);
    range >= STRONG && range >= STRONG_OVER_NOISE * mean(response.noise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liveness::analysis::IdentityCue;

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
                display_off_ms: 0.0,
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
                change_relief: 1.0,
                gloss: 0.1,
                residual: 0.12,
            }),
            identity: Some(IdentityCue { compared: 9, lowest: 0.85, median: 0.9 }),
            arrival: None,
            clock: None,
            seams: Some(SeamCue { outstanding: 0.2, jumps: Some(1.1) }),
            echo: Some(EchoCue { strength: 3.0, lead_ms: 150.0 }),
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
        // Without the strength of the response nothing is called an attack, but nothing live
        // either.
        assert_eq!(judged(|c| (c.response, c.sequence) = (None, None)).as_str(), "inconclusive");
    }

    #[test]
    fn each_cue_can_refuse_alone() {
        type Change = fn(&mut Cues);
        let cases: [(Change, &str); 36] = [
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
            (|c| c.timing.as_mut().unwrap().drift_ms_per_s = -200.0, "clock_off"),
            (|c| c.shape.as_mut().unwrap().bits = 3.9, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().least_bits = -2.1, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().least_bits = f64::NAN, "unclear_shape"),
            (|c| flat(c, -3.1), "flat_shape"),
            (|c| c.shape.as_mut().unwrap().relief_error = 0.4, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().relief_error = f64::NAN, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().glare = 3.3, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().glare = f64::NAN, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().change_relief = 0.04, "unclear_shape"),
            (|c| c.shape.as_mut().unwrap().change_relief = f64::NAN, "unclear_shape"),
            (|c| c.seams = None, "face_lost"),
            (|c| c.seams.as_mut().unwrap().outstanding = 1.4, "swapped_frames"),
            (|c| c.seams.as_mut().unwrap().outstanding = 1.1, "face_lost"),
            (|c| c.seams.as_mut().unwrap().outstanding = f32::NAN, "swapped_frames"),
            (|c| c.seams.as_mut().unwrap().jumps = Some(9.0), "jumps_with_colors"),
            (|c| c.echo = None, "unclear_echo"),
            (|c| c.echo.as_mut().unwrap().strength = 20.0, "late_face"),
            (|c| c.echo.as_mut().unwrap().strength = 8.0, "unclear_echo"),
            (|c| c.echo.as_mut().unwrap().strength = f64::NAN, "unclear_echo"),
            (|c| c.identity.as_mut().unwrap().lowest = 0.5, "unclear_identity"),
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
        assert_eq!(judged(|c| (weak(c), uneven(c)).0).reasons(), ["clock_off"]);
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
}
