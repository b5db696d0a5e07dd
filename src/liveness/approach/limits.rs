//! [`ApproachLimits`], and how cues become a verdict.

use super::cues::{ApproachCues, ApproachShare};
use crate::error::Stage;
use crate::liveness::verdict::{AttackReason, InconclusiveReason, LivenessVerdict};
use crate::settings::settings;

/// Fewer textured places beside the head tell nothing of the surroundings. Chosen by hand.
const LEAST_BESIDE: usize = 12;
/// How much more a plane's share must be than its error before a flat face is called an attack.
const CLEAR: f64 = 3.0;

settings! {
    /// From where on an approach speaks for a live face, and for an attack.
    ///
    /// The defaults were chosen on simulated sessions of other people and parameters than reported
    /// rates come from.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct ApproachLimits in Stage::Liveness {
        /// Share of a head's perspective in the inner face, against a plane, at least.
        inner_share, with_inner_share: f64 = 0.5, in 0.0..=2.0;
        /// Share of a head's perspective in face, ears and hair, against a plane, at least.
        head_share, with_head_share: f64 = 0.6, in 0.0..=2.0;
        /// Share of a head's perspective in the inner face, against a sheet that bends as it likes,
        /// at least.
        sheet_share, with_sheet_share: f64 = 0.25, in 0.0..=2.0;
        /// How many of its standard errors each share must be, at least.
        errors, with_errors: f64 = 1.5, in 0.0..=100.0;
        /// A share of the inner face's perspective, against a plane, that is a plane's.
        flat_share, with_flat_share: f64 = 0.25, in 0.0..=2.0;
        /// Share of the textured places beside the head that may move as the face's plane does.
        stuck, with_stuck: f64 = 0.7, in 0.0..=1.0;
        /// Most that the face's size may be off the oval's while that grows: standard
        /// deviation of the natural logarithm of their ratio, at the best lag.
        pace_error, with_pace_error: f64 = 0.08, in 0.001..=10.0;
        /// Longest time by which the face may follow the oval, in milliseconds.
        lag_ms, with_lag_ms: f64 = 900.0, in 0.0..=10_000.0;
        /// Comparison score of the last hold's face with the first one's, at least; see
        /// [`LivenessLimits::identity_score`](crate::liveness::LivenessLimits::identity_score).
        identity_score, with_identity_score: f32 = 0.5, in -2.0..=2.0;
        /// At or below this comparison score another person took over.
        other_face_score, with_other_face_score: f32 = 0.35, in -2.0..=2.0;
    }
}

impl ApproachLimits {
    /// The verdict on `cues`: live if every one of them speaks for a head that came nearer as it
    /// was asked to; what is missing never makes up for anything.
    pub fn judge(&self, cues: &ApproachCues) -> LivenessVerdict {
        use InconclusiveReason::*;
        let (mut attacks, mut unclear) = (Vec::new(), Vec::new());
        if !cues.completed {
            unclear.push(Incomplete);
        }
        if cues.track_changes > 0 {
            unclear.push(FaceLost);
        }
        // So written that NaN follows nothing.
        let followed = cues.pace.is_some_and(|pace| pace.error <= self.pace_error() && pace.lag_ms <= self.lag_ms());
        if !followed {
            unclear.push(NotFollowed);
        }
        let speaks = |share: Option<ApproachShare>, least: f64| {
            share.is_some_and(|s| s.share >= least && s.share >= self.errors() * s.error)
        };
        let head = speaks(cues.inner, self.inner_share())
            && speaks(cues.head, self.head_share())
            && speaks(cues.sheet, self.sheet_share());
        let flat = |s: ApproachShare| s.share <= self.flat_share() && s.share + CLEAR * s.error <= self.inner_share();
        if cues.inner.is_some_and(flat) {
            attacks.push(AttackReason::FlatShape);
        } else if !head {
            unclear.push(UnclearShape);
        }
        if cues.beside >= LEAST_BESIDE && cues.beside_stuck as f64 > self.stuck() * cues.beside as f64 {
            attacks.push(AttackReason::StuckSurroundings);
        }
        match cues.identity {
            Some(score) if score >= self.identity_score() => {}
            Some(score) if score <= self.other_face_score() => attacks.push(AttackReason::OtherFace),
            _ => unclear.push(UnclearIdentity),
        }
        LivenessVerdict::of(attacks, unclear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liveness::approach::PaceCue;

    fn live() -> ApproachCues {
        let share = |share| Some(ApproachShare { share, error: 0.1, residual_px: 0.4, points: 140 });
        ApproachCues {
            completed: true,
            track_changes: 0,
            growth: Some(1.8),
            pace: Some(PaceCue { lag_ms: 300.0, error: 0.04, frames: 60 }),
            inner: share(0.9),
            head: share(1.2),
            sheet: share(0.7),
            beside: 20,
            beside_stuck: 1,
            identity: Some(0.9),
        }
    }

    #[test]
    fn every_cue_is_needed_and_can_refuse_alone() {
        let judged = |change: fn(&mut ApproachCues)| {
            let mut cues = live();
            change(&mut cues);
            ApproachLimits::default().judge(&cues)
        };
        assert_eq!(judged(|_| ()), LivenessVerdict::Live);
        type Change = fn(&mut ApproachCues);
        let cases: [(Change, &str); 14] = [
            (|c| c.completed = false, "incomplete"),
            (|c| c.track_changes = 1, "face_lost"),
            (|c| c.pace = None, "not_followed"),
            (|c| c.pace.as_mut().unwrap().error = f64::NAN, "not_followed"),
            (|c| c.inner = None, "unclear_shape"),
            (|c| c.head = None, "unclear_shape"),
            (|c| c.sheet = None, "unclear_shape"),
            (|c| c.sheet.as_mut().unwrap().share = f64::NAN, "unclear_shape"),
            (|c| c.sheet.as_mut().unwrap().error = 1.0, "unclear_shape"),
            (|c| c.inner.as_mut().unwrap().share = 0.02, "flat_shape"),
            (|c| c.beside_stuck = 15, "stuck_surroundings"),
            (|c| c.identity = None, "unclear_identity"),
            (|c| c.identity = Some(f32::NAN), "unclear_identity"),
            (|c| c.identity = Some(0.1), "other_face"),
        ];
        for (change, reason) in cases {
            assert_eq!(judged(change).reasons(), [reason]);
        }
    }
}
