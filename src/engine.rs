//! The paved road: an [`Engine`] owns the networks, and [`Engine::verify`] goes from two
//! photographs to a verdict.
//!
//! Every stage that it calls is public and can be used alone. The engine is shared by all threads
//! (`&self` everywhere, no lock), reads no clock and no file after it is built.

mod evidence;
mod page;
mod verdict;

pub use crate::observer::{Side, StageObserver};
pub use verdict::{Comparison, FaceRefusal, FaceReport, SideReport, Verdict, VerdictReason, Verification};

use crate::capture::{CaptureSession, Guidance};
use crate::compare::{Calibration, Decision, Pairing, Threshold, score};
use crate::detect::{DetectOptions, Detection, Detector, FaceSelection, Rotation, select_face};
use crate::document::DocumentPhoto;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::{Frame, Photo};
use crate::liveness::{LivenessProgress, LivenessSession};
use crate::mesh::{FaceMesher, Mesh};
use crate::model::{Backend, Model, ModelSource, Task};
use crate::observer::observed;
use crate::outcome::Outcome;
use crate::quality::{QualityReport, assess};
use crate::template::{ExtractOptions, Template, TemplateExtractor};

/// Configures an [`Engine`]: which models, which backend, how far to search.
#[derive(Debug, Clone)]
#[must_use]
pub struct EngineBuilder {
    backend: Backend,
    detector: ModelSource,
    mesh: ModelSource,
    template: ModelSource,
    calibrations: Vec<Calibration>,
    detect: DetectOptions,
    extract: ExtractOptions,
    require_chip: bool,
}

impl Default for EngineBuilder {
    fn default() -> Self {
        Self {
            backend: Backend::default(),
            detector: ModelSource::Bundled,
            mesh: ModelSource::Bundled,
            template: ModelSource::Bundled,
            calibrations: Vec::new(),
            detect: DetectOptions::default(),
            extract: ExtractOptions::default(),
            require_chip: false,
        }
    }
}

impl EngineBuilder {
    /// What executes the networks; the crate's own executor by default.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Another detection network, of the bundled one's shapes.
    pub fn detector(mut self, source: ModelSource) -> Self {
        self.detector = source;
        self
    }

    /// Another landmark network, of the bundled one's shapes.
    pub fn mesh(mut self, source: ModelSource) -> Self {
        self.mesh = source;
        self
    }

    /// Another template network: any ONNX file of the ArcFace family with a card.
    pub fn template(mut self, source: ModelSource) -> Self {
        self.template = source;
        self
    }

    /// A calibration of your own, for its pairing in place of the one on the template network's
    /// card.
    pub fn calibration(mut self, calibration: Calibration) -> Self {
        self.calibrations.retain(|c| c.spec().pairing != calibration.spec().pairing);
        self.calibrations.push(calibration);
        self
    }

    /// How far to search for a face.
    pub fn detect_options(mut self, options: DetectOptions) -> Self {
        self.detect = options;
        self
    }

    /// How templates are taken.
    pub fn extract_options(mut self, options: ExtractOptions) -> Self {
        self.extract = options;
        self
    }

    /// Demands documents read from a chip ([`crate::document::Origin::is_chip`]):
    /// [`Engine::verify`] refuses all others before any network runs, with
    /// [`VerdictReason::DocumentNotFromChip`]. An image file never satisfies this, wherever it was taken
    /// from.
    pub fn require_chip(mut self) -> Self {
        self.require_chip = true;
        self
    }

    /// Loads the networks.
    ///
    /// # Errors
    /// Those of [`Model::load`], [`ErrorKind::InvalidModel`] if a model is not of the kind that its
    /// stage needs, and [`ErrorKind::ModelMismatch`] if a calibration is for another template
    /// network.
    pub fn build(self) -> Result<Engine> {
        let load = |task, source| Model::load(task, source, &self.backend);
        let template = load(Task::Template, &self.template)?;
        let mut calibrations = self.calibrations;
        if let Some(other) = calibrations.iter().find(|c| c.model_id() != template.card.id) {
            let message = format!("a calibration for {:?} does not apply to {:?}", other.model_id(), template.card.id);
            return Err(Error::new(ErrorKind::ModelMismatch, Stage::Engine, message));
        }
        for spec in &template.card.calibrations {
            if calibrations.iter().all(|c| c.spec().pairing != spec.pairing) {
                calibrations.push(Calibration::new(&template.card.id, spec.clone())?);
            }
        }
        Ok(Engine {
            detector: Detector::new(load(Task::Detect, &self.detector)?)?,
            mesher: FaceMesher::new(load(Task::Mesh, &self.mesh)?)?,
            calibrations,
            extractor: TemplateExtractor::new(template)?,
            detect: self.detect,
            extract: self.extract,
            require_chip: self.require_chip,
        })
    }
}

/// The networks, ready; shared by all threads.
///
/// ```
/// use selfsame::{document::DocumentPhoto, engine::{Engine, Verdict}, image::Photo};
///
/// let engine = Engine::new()?;
/// let limits = Default::default();
/// let document = DocumentPhoto::from_image_file(&std::fs::read("datasets/portraits/obama.jpg")?, &limits)?;
/// let selfie = Photo::decode(&std::fs::read("datasets/portraits/obama2.jpg")?, &limits)?;
/// let verification = engine.verify(&document, &selfie, 1e-4)?;
/// assert!(matches!(verification.verdict, Verdict::Match(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    detector: Detector,
    mesher: FaceMesher,
    extractor: TemplateExtractor,
    calibrations: Vec<Calibration>,
    detect: DetectOptions,
    extract: ExtractOptions,
    require_chip: bool,
}

/// One face, found, measured and turned into a template.
#[derive(Debug)]
pub struct Face {
    /// Where the detector saw it.
    pub detection: Detection,
    /// Its dense landmarks.
    pub mesh: Mesh,
    /// Its quality measures and remarks.
    pub quality: QualityReport,
    /// Its template.
    pub template: Template,
}

/// One picture's faces, and the subject's.
struct Seen {
    faces: usize,
    face: Outcome<Box<Face>, Vec<FaceRefusal>>,
}

/// What [`Engine::locate`] found.
#[derive(Debug)]
#[must_use]
pub struct Located {
    /// How many faces the detector reported.
    pub faces: usize,
    /// The chosen face and its mesh, or why there is none.
    pub outcome: Outcome<(Detection, Mesh), FaceRefusal>,
}

impl Located {
    /// Turns what the mesh network does not recognise as a face into a refusal.
    fn confirmed(mut self) -> Self {
        if matches!(&self.outcome, Outcome::Found((_, mesh)) if !mesh.is_face()) {
            self.outcome = Outcome::Refused(FaceRefusal::NoFace);
        }
        self
    }
}

impl Engine {
    /// An engine with the bundled models on the native backend.
    ///
    /// # Errors
    /// As [`EngineBuilder::build`].
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Starts the configuration of an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// The detection stage.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// The landmark stage.
    pub fn mesher(&self) -> &FaceMesher {
        &self.mesher
    }

    /// The template stage.
    pub fn extractor(&self) -> &TemplateExtractor {
        &self.extractor
    }

    /// What scores of such pairs mean; `None` if neither the builder nor the template network's
    /// card told it.
    pub fn calibration(&self, pairing: Pairing) -> Option<&Calibration> {
        self.calibrations.iter().find(|c| c.spec().pairing == pairing)
    }

    /// Is the person on `selfie` the one on `document`, at a false match rate of at most `fmr`
    /// (such as 1e-4)?
    ///
    /// No face, two faces of similar size, a picture that can't carry a comparison or a document of
    /// another origin than demanded ([`EngineBuilder::require_chip`]) is a [`Verdict::Refused`]
    /// with its reasons, never a match.
    ///
    /// The threshold is that of [`Pairing::DocumentSelfie`], or where that is not calibrated of
    /// [`Pairing::SelfieSelfie`]; [`Threshold::pairing`] tells which.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if no threshold is known for `fmr`, and faults of the stages.
    pub fn verify(&self, document: &DocumentPhoto, selfie: &Photo, fmr: f64) -> Result<Verification> {
        self.verify_observed(document, selfie, fmr, &mut ())
    }

    /// [`Engine::verify`], telling `observer` when each stage begins and ends: the engine
    /// itself has no clock.
    ///
    /// # Errors
    /// As [`Engine::verify`].
    pub fn verify_observed(
        &self,
        document: &DocumentPhoto,
        selfie: &Photo,
        fmr: f64,
        observer: &mut dyn StageObserver,
    ) -> Result<Verification> {
        let pairings = [Pairing::DocumentSelfie, Pairing::SelfieSelfie];
        let calibration = pairings.iter().find_map(|pairing| self.calibration(*pairing)).ok_or_else(|| {
            let message = format!("{:?} is not calibrated", self.extractor.model_id());
            Error::new(ErrorKind::InvalidArgument, Stage::Engine, message)
        })?;
        let threshold = calibration.threshold(fmr)?;
        let origin = document.origin();
        if self.require_chip && !origin.is_chip() {
            let verdict = Verdict::Refused(vec![VerdictReason::DocumentNotFromChip]);
            let unseen = || SideReport { faces: 0, face: None };
            return Ok(Verification { verdict, threshold, origin, document: unseen(), selfie: unseen() });
        }
        let (document, document_template) = self.side(Side::Document, document.photo(), observer)?;
        let (selfie, selfie_template) = self.side(Side::Selfie, selfie, observer)?;
        observer.enter(Side::Both, Stage::Compare);
        let verdict = match (document_template, selfie_template) {
            (Outcome::Found(a), Outcome::Found(b)) => decide(&a, &b, calibration, &threshold)?,
            (a, b) => {
                let reasons = |side, refusals: Vec<FaceRefusal>| {
                    refusals.into_iter().map(move |r| VerdictReason::Refused(side, r))
                };
                let document = reasons(Side::Document, a.refused().unwrap_or_default());
                let selfie = reasons(Side::Selfie, b.refused().unwrap_or_default());
                Verdict::Refused(document.chain(selfie).collect())
            }
        };
        observer.leave(Side::Both, Stage::Compare);
        Ok(Verification { verdict, threshold, origin, document, selfie })
    }

    /// One picture's report and its template, or the refusals.
    #[allow(clippy::type_complexity)]
    fn side(
        &self,
        side: Side,
        photo: &Photo,
        observer: &mut dyn StageObserver,
    ) -> Result<(SideReport, Outcome<Template, Vec<FaceRefusal>>)> {
        let Seen { faces, face } = self.face_observed(side, &photo.frame(), observer)?;
        Ok(match face {
            Outcome::Found(face) => {
                let Face { detection, mesh, quality, template } = *face;
                let face = FaceReport { rect: detection.rect, score: detection.score, flag: mesh.flag(), quality };
                (SideReport { faces, face: Some(face) }, Outcome::Found(template))
            }
            Outcome::Refused(refusals) => (SideReport { faces, face: None }, Outcome::Refused(refusals)),
        })
    }

    /// Guides the capture by the next frame of `session`, taken at `timestamp_us` (any monotonic
    /// clock).
    ///
    /// # Errors
    /// As [`crate::capture::Tracker::track`].
    pub fn guide(&self, session: &mut CaptureSession, frame: &Frame<'_>, timestamp_us: u64) -> Result<Guidance> {
        self.guide_observed(session, frame, timestamp_us, &mut ())
    }

    /// [`Engine::guide`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// Those of [`Engine::guide`].
    pub fn guide_observed(
        &self,
        session: &mut CaptureSession,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<Guidance> {
        session.frame_observed(&self.detector, &self.mesher, frame, timestamp_us, observer)
    }

    /// Shows the next frame to a liveness session; `timestamp_us` counts from the challenge's first
    /// picture on the screen, on any clock of the client's.
    ///
    /// # Errors
    /// As [`LivenessSession::frame`].
    pub fn watch(
        &self,
        session: &mut LivenessSession,
        frame: &Frame<'_>,
        timestamp_us: u64,
    ) -> Result<LivenessProgress> {
        self.watch_observed(session, frame, timestamp_us, &mut ())
    }

    /// [`Engine::watch`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// Those of [`Engine::watch`].
    pub fn watch_observed(
        &self,
        session: &mut LivenessSession,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<LivenessProgress> {
        session.frame_observed(&self.detector, &self.mesher, &self.extractor, frame, timestamp_us, observer)
    }

    /// Finds the subject's face in `frame`, measures it, and takes its template.
    ///
    /// # Errors
    /// Faults of the stages; what the picture shows or lacks is an [`Outcome`].
    pub fn face(&self, frame: &Frame<'_>) -> Result<Outcome<Box<Face>, Vec<FaceRefusal>>> {
        self.face_observed(Side::Both, frame, &mut ()).map(|seen| seen.face)
    }

    /// Finds the face that `choose` picks in `frame`, and its mesh.
    ///
    /// A face that the detector saw turned, or that the mesh network does not recognise, is looked
    /// for upright once more: on LFW the detector alone takes some upright faces for turned
    /// ones. The hypothesis with the larger product of detection score and face flag is taken;
    /// several upright faces to choose from are a refusal, whatever was seen turned.
    ///
    /// # Errors
    /// Faults of the stages.
    pub fn locate(&self, frame: &Frame<'_>, choose: impl Fn(&[Detection]) -> FaceSelection) -> Result<Located> {
        self.locate_observed(Side::Both, frame, choose, &mut ())
    }

    fn locate_observed(
        &self,
        side: Side,
        frame: &Frame<'_>,
        choose: impl Fn(&[Detection]) -> FaceSelection,
        observer: &mut dyn StageObserver,
    ) -> Result<Located> {
        let first = self.hypothesis(side, frame, &self.detect, &choose, observer)?;
        let doubtful =
            matches!(&first.outcome, Outcome::Found((d, mesh)) if d.rotation != Rotation::None || !mesh.is_face());
        if !(doubtful && self.detect.turned()) {
            return Ok(first.confirmed());
        }
        let upright = self.detect.with_turned(false);
        let second = self.hypothesis(side, frame, &upright, &choose, observer)?;
        if matches!(second.outcome, Outcome::Refused(FaceRefusal::SeveralFaces)) {
            return Ok(second);
        }
        let plausibility = |located: &Located| match &located.outcome {
            Outcome::Found((detection, mesh)) => detection.score * mesh.flag(),
            Outcome::Refused(_) => 0.0,
        };
        let better = if plausibility(&second) > plausibility(&first) { second } else { first };
        Ok(better.confirmed())
    }

    /// One search, and the mesh of what it found.
    fn hypothesis(
        &self,
        side: Side,
        frame: &Frame<'_>,
        options: &DetectOptions,
        choose: impl Fn(&[Detection]) -> FaceSelection,
        observer: &mut dyn StageObserver,
    ) -> Result<Located> {
        let detections = observed(observer, side, Stage::Detect, || self.detector.detect(frame, options))?;
        let outcome = match choose(&detections) {
            FaceSelection::One(detection) => {
                let mesh = observed(observer, side, Stage::Mesh, || self.mesher.mesh(frame, &detection))?;
                Outcome::Found((detection, mesh))
            }
            FaceSelection::None => Outcome::Refused(FaceRefusal::NoFace),
            FaceSelection::Several(_) => Outcome::Refused(FaceRefusal::SeveralFaces),
        };
        Ok(Located { faces: detections.len(), outcome })
    }

    fn face_observed(&self, side: Side, frame: &Frame<'_>, observer: &mut dyn StageObserver) -> Result<Seen> {
        let Located { faces, outcome } = self.locate_observed(side, frame, select_face, observer)?;
        let (detection, mesh) = match outcome {
            Outcome::Found(found) => found,
            Outcome::Refused(refusal) => return Ok(Seen { faces, face: Outcome::Refused(vec![refusal]) }),
        };
        let quality = observed(observer, side, Stage::Quality, || assess(frame, &mesh))?;
        let refusals: Vec<FaceRefusal> = quality.refusals.iter().copied().map(FaceRefusal::from).collect();
        if !refusals.is_empty() {
            return Ok(Seen { faces, face: Outcome::Refused(refusals) });
        }
        let template =
            observed(observer, side, Stage::Template, || self.extractor.extract(frame, &mesh, &self.extract))?;
        Ok(Seen { faces, face: Outcome::Found(Box::new(Face { detection, mesh, quality, template })) })
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

#[cfg(test)]
mod tests;
