//! Two witnesses of one attempt: the answer to the flashes, and the approach.

use super::builder::Engine;
use crate::compare::score;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::Photo;
use crate::liveness::approach::ApproachFinished;
use crate::liveness::{AttackReason, Finished, InconclusiveReason, LivenessLimits, LivenessVerdict};
use crate::template::Template;

impl Engine {
    /// What flashes and approach say together: evidence only where both were live, of one attempt,
    /// and show one person. The session of the flashes is returned, with the worse of both
    /// verdicts, and with evidence that knows of the approach
    /// ([`LivenessEvidence::approach_bits`](crate::liveness::LivenessEvidence::approach_bits)).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the sessions answer challenges of two attempts; the faults
    /// of the networks.
    pub fn two_witnesses(&self, flashes: Finished, approach: ApproachFinished) -> Result<Finished> {
        let Finished { mut report, reference, evidence } = flashes;
        let other = approach.report.verdict;
        let attack = |verdict: &LivenessVerdict| matches!(verdict, LivenessVerdict::Attack { .. });
        if report.verdict == LivenessVerdict::Live || (attack(&other) && !attack(&report.verdict)) {
            report.verdict = other;
        }
        // What is missing from either is missing from both.
        let all = evidence.zip(approach.evidence).zip(reference.as_ref().zip(approach.reference.as_ref()));
        let Some(((evidence, second), (one, two))) = all else {
            return Ok(Finished { report, reference, evidence: None });
        };
        if evidence.binding().nonce() != second.binding().nonce() {
            let message = "flashes and approach answer challenges of two attempts";
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Liveness, message));
        }
        let (one, two) = (self.template_of(&one.photo)?, self.template_of(&two.photo)?);
        // By the scores that tell whether one session shows one person.
        let limits = LivenessLimits::default();
        let likeness = one.zip(two).map(|(one, two)| score(&one, &two)).transpose()?.map(|score| score.value());
        let evidence = match likeness {
            Some(likeness) if likeness >= limits.identity_score() => Some(evidence.with_approach(second.shape_bits())),
            Some(likeness) if likeness <= limits.other_face_score() => {
                report.verdict = LivenessVerdict::Attack { reasons: vec![AttackReason::OtherFace] };
                None
            }
            _ => {
                report.verdict = LivenessVerdict::inconclusive(vec![InconclusiveReason::UnclearIdentity]);
                None
            }
        };
        Ok(Finished { report, reference, evidence })
    }

    /// The template of a reference frame; `None` where it shows no usable face.
    fn template_of(&self, photo: &Photo) -> Result<Option<Template>> {
        Ok(self.face_from(&photo.frame(), self.distance_of(photo))?.into_result().ok().map(|face| face.template))
    }
}
