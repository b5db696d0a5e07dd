//! From two pictures to a verdict: [`Engine::verify`].

use super::builder::Engine;
use super::locate::{Face, Seen};
use super::report::{FaceReport, SideReport, Verification};
use super::verdict::{Comparison, FaceRefusal, Verdict, VerdictReason};
use crate::align::{Distance, Impression};
use crate::compare::{Calibration, Decision, Pairing, Threshold, score};
use crate::document::DocumentPhoto;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::Photo;
use crate::mesh::Mesh;
use crate::observer::{Side, StageObserver, observed};
use crate::outcome::Outcome;
use crate::telemetry::debug_event;
use crate::template::Template;

/// The pairings whose calibration can give the threshold, in the order in which they are asked:
/// that of two selfies stands in where a template network's card has none for documents.
const PAIRINGS: [Pairing; 2] = [Pairing::DocumentSelfie, Pairing::SelfieSelfie];

/// What is compared of one picture.
type Taken = (Template, Mesh);

impl Engine {
    /// Answers whether the person on `selfie` is the one on `document`, at a false match rate of at
    /// most `fmr`.
    ///
    /// `fmr` is the share of pairs of *different* people that may be taken for one: 1e-4 is one in
    /// ten thousand. The lower it is, the more pairs of one person are taken for different people.
    /// The calibration says which rates can be asked for
    /// ([`Calibration::fmr_range`]).
    ///
    /// A picture with no face, with two faces of similar size, or that cannot carry a comparison,
    /// and a document that does not meet what is demanded of it ([`EngineBuilder::require`]), are a
    /// [`Verdict::Refused`] with reasons for both sides, never a match.
    ///
    /// A selfie that was taken from near is compared as a portrait would show the face
    /// ([`EngineBuilder::selfie_distance`]); the report says from which distance that was undone
    /// ([`FaceReport::distance`]).
    ///
    /// The threshold keeps the rate for whom the engine was told to
    /// ([`EngineBuilder::fmr_basis`]). It is that of [`Pairing::DocumentSelfie`], or where that is
    /// not calibrated so of [`Pairing::SelfieSelfie`]; [`Threshold::pairing`] and
    /// [`Threshold::basis`] tell which.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if no threshold is known for `fmr`, and faults of the stages.
    ///
    /// [`EngineBuilder::fmr_basis`]: super::EngineBuilder::fmr_basis
    /// [`EngineBuilder::selfie_distance`]: super::EngineBuilder::selfie_distance
    /// [`EngineBuilder::require`]: super::EngineBuilder::require
    pub fn verify(&self, document: &DocumentPhoto, selfie: &Photo, fmr: f64) -> Result<Verification> {
        self.verify_observed(document, selfie, fmr, &mut ())
    }

    /// [`Engine::verify`], telling `observer` when each stage begins and ends: the engine itself
    /// has no clock.
    ///
    /// # Errors
    /// Those of [`Engine::verify`].
    pub fn verify_observed(
        &self,
        document: &DocumentPhoto,
        selfie: &Photo,
        fmr: f64,
        observer: &mut dyn StageObserver,
    ) -> Result<Verification> {
        // Before any network runs, so that a wrong rate is told at once and whatever the pictures
        // show.
        let (calibration, threshold) = self.threshold_for(fmr)?;
        let origin = document.origin();
        let standing = document.standing();
        if let Some(failed) = self.demands.iter().find(|demand| !standing.meets(**demand, origin)) {
            let verdict = Verdict::Refused(vec![VerdictReason::Document(*failed)]);
            let unseen = || SideReport { faces: None, face: None };
            debug_event!(verdict = verdict.as_str(), origin = origin.as_str(), "verified");
            return Ok(Verification {
                verdict,
                threshold,
                origin,
                document: unseen(),
                selfie: unseen(),
                likeness: None,
                morph: None,
            });
        }
        let photos = [document.photo(), selfie];
        let (document, of_document) = self.side(Side::Document, document.photo(), Distance::Portrait, observer)?;
        let (selfie, of_selfie) = self.side(Side::Selfie, selfie, self.distance_of(selfie), observer)?;
        let likeness = match (&of_document, &of_selfie) {
            (Outcome::Found((_, document)), Outcome::Found((_, selfie))) => {
                let [a, b] = photos;
                Some(Impression::of(&a.frame(), document)?.likeness(&Impression::of(&b.frame(), selfie)?))
            }
            _ => None,
        };
        let (verdict, morph) = observed(observer, Side::Both, Stage::Compare, || {
            self.judge(
                of_document.map(|(template, _)| template),
                of_selfie.map(|(template, _)| template),
                calibration,
                &threshold,
            )
        })?;
        let mut verification = Verification { verdict, threshold, origin, document, selfie, likeness, morph };
        let policies = [
            (self.refuse_same_picture && verification.is_same_picture(), VerdictReason::SamePicture),
            (self.refuse_possible_morph && verification.is_possible_morph(), VerdictReason::PossibleMorph),
        ];
        let refused: Vec<VerdictReason> =
            policies.into_iter().filter_map(|(holds, why)| holds.then_some(why)).collect();
        if !refused.is_empty() {
            verification.verdict = Verdict::Refused(refused);
        }
        debug_event!(verdict = verification.verdict.as_str(), origin = origin.as_str(), "verified");
        Ok(verification)
    }

    /// Compares two templates that were taken before, of a document's portrait and of a selfie or
    /// of two selfies, at a false match rate of at most `fmr`: the last step of
    /// [`Engine::verify`], by the same threshold, which is returned too.
    ///
    /// The verdict is never [`Verdict::Refused`]: what cannot be compared has no template.
    ///
    /// ```
    /// use selfsame::{Engine, Limits, Photo};
    ///
    /// let engine = Engine::new()?;
    /// let template = |path: &str| -> Result<_, Box<dyn std::error::Error>> {
    ///     let photo = Photo::decode(&std::fs::read(path)?, &Limits::default())?;
    ///     Ok(engine.face(&photo.frame())?.found().ok_or("no usable face")?.template)
    /// };
    /// let one = template("datasets/portraits/obama.jpg")?;
    /// let two = template("datasets/portraits/obama2.jpg")?;
    /// let (verdict, threshold) = engine.compare(&one, &two, 1e-4)?;
    /// assert_eq!((verdict.as_str(), threshold.fmr()), ("match", 1e-4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if no threshold is known for `fmr`, and
    /// [`ErrorKind::ModelMismatch`] if a template is of other networks than the engine's.
    pub fn compare(&self, document: &Template, selfie: &Template, fmr: f64) -> Result<(Verdict, Threshold)> {
        let (calibration, threshold) = self.threshold_for(fmr)?;
        let model_id = self.extractor.model_id();
        if let Some(other) = [document, selfie].into_iter().find(|template| template.model_id() != model_id) {
            let message = format!("a template of {:?}, the engine's are of {model_id:?}", other.model_id());
            return Err(Error::new(ErrorKind::ModelMismatch, Stage::Compare, message));
        }
        Ok((decide(document, selfie, calibration, &threshold)?, threshold))
    }

    /// The threshold for `fmr`, and the calibration that it comes from.
    fn threshold_for(&self, fmr: f64) -> Result<(&Calibration, Threshold)> {
        // The basis goes before the pairing: a rate that must hold for everyone is not given up for
        // one that is measured on documents. Of equals the first is taken.
        let calibrations = PAIRINGS.iter().filter_map(|pairing| self.calibration(*pairing));
        let calibration = calibrations.min_by_key(|c| c.spec().basis != self.basis).ok_or_else(|| {
            let message = format!("{:?} is not calibrated", self.extractor.model_id());
            Error::new(ErrorKind::InvalidArgument, Stage::Engine, message)
        })?;
        Ok((calibration, calibration.threshold(fmr)?))
    }

    /// The verdict on both sides: a comparison if both have a template, and else all reasons of
    /// both; of a match also how much the portrait looks like a blend of two faces.
    fn judge(
        &self,
        document: Outcome<Template, Vec<VerdictReason>>,
        selfie: Outcome<Template, Vec<VerdictReason>>,
        calibration: &Calibration,
        threshold: &Threshold,
    ) -> Result<(Verdict, Option<f32>)> {
        let refused = |reasons| Ok((Verdict::Refused(reasons), None));
        match (document, selfie) {
            (Outcome::Found(document), Outcome::Found(selfie)) => {
                let verdict = decide(&document, &selfie, calibration, threshold)?;
                let matches = matches!(verdict, Verdict::Match(_));
                let detector = self.morphs.as_ref().filter(|_| matches);
                let morph = detector.map(|detector| detector.measure(&document, &selfie)).transpose()?;
                Ok((verdict, morph))
            }
            (Outcome::Refused(document), Outcome::Refused(selfie)) => refused([document, selfie].concat()),
            (Outcome::Refused(reasons), Outcome::Found(_)) | (Outcome::Found(_), Outcome::Refused(reasons)) => {
                refused(reasons)
            }
        }
    }

    /// What is known of how far away the face on `selfie` was: what was told, or what the lens
    /// says, or nothing, and then it is taken as it is.
    pub(super) fn distance_of(&self, selfie: &Photo) -> Distance {
        let lens = || selfie.focal_length_px().map_or(Distance::Portrait, Distance::FocalPx);
        self.selfie_distance.unwrap_or_else(lens)
    }

    /// One picture's report, and its template and mesh or the refusals.
    fn side(
        &self,
        side: Side,
        photo: &Photo,
        distance: Distance,
        observer: &mut dyn StageObserver,
    ) -> Result<(SideReport, Outcome<Taken, Vec<VerdictReason>>)> {
        let Seen { faces, face } = self.face_observed(side, &photo.frame(), distance, observer)?;
        let faces = Some(faces);
        Ok(match face {
            Outcome::Found(face) => {
                let Face { detection, mesh, quality, template, perspective } = *face;
                let reliability = template.reliability();
                let face = FaceReport {
                    rect: detection.rect,
                    score: detection.score,
                    flag: mesh.flag(),
                    distance: perspective.map(|near| (near.distance_cm(), near.source())),
                    quality,
                    reliability,
                };
                (SideReport { faces, face: Some(face) }, Outcome::Found((template, mesh)))
            }
            Outcome::Refused(refusals) => {
                let reason = |refusal: FaceRefusal| VerdictReason::Refused(side, refusal);
                (SideReport { faces, face: None }, Outcome::Refused(refusals.into_iter().map(reason).collect()))
            }
        })
    }
}

fn decide(document: &Template, selfie: &Template, calibration: &Calibration, threshold: &Threshold) -> Result<Verdict> {
    let score = score(document, selfie)?;
    let comparison = Comparison {
        score,
        fmr: calibration.fmr(score),
        log_likelihood_ratio: calibration.log_likelihood_ratio(score),
        marginal: threshold.is_marginal(score),
    };
    Ok(match threshold.decide(score) {
        Decision::Match => Verdict::Match(comparison),
        Decision::NoMatch => Verdict::NoMatch(comparison),
    })
}
