//! What the engine certifies: evidence for one attempt, made together with the verdict that it
//! rests on.

use super::builder::Engine;
use super::report::Verification;
use super::verdict::{FaceRefusal, Verdict};
use crate::binding::Binding;
use crate::compare::MatchEvidence;
use crate::document::{DocumentEvidence, DocumentPhoto};
use crate::error::Result;
use crate::image::Photo;
use crate::outcome::Outcome;

impl Engine {
    /// Answers as [`Engine::verify`] does, for the attempt that `binding` names: with evidence if,
    /// and only if, the verdict is a match.
    ///
    /// A [`Verification`] alone is no evidence, and cannot be turned into it.
    ///
    /// ```
    /// use selfsame::binding::Binding;
    /// use selfsame::secret::Nonce;
    /// use selfsame::{DocumentPhoto, Engine, Limits, Photo};
    ///
    /// let engine = Engine::new()?;
    /// let limits = Limits::default();
    /// let document = std::fs::read("datasets/portraits/obama.jpg")?;
    /// let document = DocumentPhoto::from_bytes(&document, &limits)?;
    /// let selfie = Photo::decode(&std::fs::read("datasets/portraits/obama2.jpg")?, &limits)?;
    /// // The nonce is the ceremony's, the time the caller's.
    /// let binding = Binding::new(Nonce::from_bytes([7; 32]), 1_790_000_000, 120);
    /// let (verification, evidence) = engine.verify_for(&binding, &document, &selfie, 1e-4)?;
    /// assert_eq!(verification.verdict.as_str(), "match");
    /// let evidence = evidence.expect("a match has evidence");
    /// assert_eq!(evidence.document(), document.digest());
    /// assert_eq!(evidence.capture(), selfie.digest());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Engine::verify`].
    pub fn verify_for(
        &self,
        binding: &Binding,
        document: &DocumentPhoto,
        selfie: &Photo,
        fmr: f64,
    ) -> Result<(Verification, Option<MatchEvidence>)> {
        let verification = self.verify(document, selfie, fmr)?;
        let evidence = match &verification.verdict {
            Verdict::Match(comparison) => Some(MatchEvidence {
                binding: *binding,
                document: document.digest(),
                capture: selfie.digest(),
                origin: document.origin(),
                model: verification.threshold.model_id().to_owned(),
                calibration: verification.threshold.calibration(),
                basis: verification.threshold.basis(),
                fmr_limit: verification.threshold.fmr(),
                fmr: comparison.fmr,
                log_likelihood_ratio: comparison.log_likelihood_ratio,
                marginal: comparison.marginal,
            }),
            Verdict::NoMatch(_) | Verdict::Refused(_) => None,
        };
        Ok((verification, evidence))
    }

    /// Makes evidence that `document` was read in the attempt that `binding` names, if its portrait
    /// can carry a comparison; tells why not otherwise.
    ///
    /// # Errors
    /// Faults of the stages.
    pub fn document_evidence(
        &self,
        binding: &Binding,
        document: &DocumentPhoto,
    ) -> Result<Outcome<DocumentEvidence, Vec<FaceRefusal>>> {
        let face = self.face(&document.photo().frame())?;
        Ok(face.map(|_| DocumentEvidence::new(*binding, document.digest(), document.origin(), document.standing())))
    }
}
