//! [`EngineBuilder`] and the [`Engine`] that it builds.

use crate::align::Distance;
use crate::compare::{Calibration, FmrBasis, MorphDetector, Pairing};
use crate::detect::{DetectOptions, Detector};
use crate::document::DocumentDemand;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::mesh::FaceMesher;
use crate::model::{Backend, Ensemble, Model, ModelSource, Task, TemplateSource};
use crate::telemetry::debug_event;
use crate::template::{ExtractOptions, TemplateExtractor};

/// Configures an [`Engine`]: which networks, which backend, how far to search, which documents.
///
/// Everything has a default, so that [`Engine::new`] is enough for most programs.
///
/// ```
/// use selfsame::document::DocumentDemand;
/// use selfsame::engine::Engine;
/// use selfsame::model::Backend;
///
/// // Templates in 8-bit integers, and no document but a chip's.
/// let engine = Engine::builder().backend(Backend::Int8).require(DocumentDemand::Format).build()?;
/// # Ok::<(), selfsame::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct EngineBuilder {
    backend: Backend,
    detector: ModelSource,
    mesh: ModelSource,
    template: TemplateSource,
    calibrations: Vec<Calibration>,
    detect: DetectOptions,
    extract: ExtractOptions,
    basis: FmrBasis,
    selfie_distance: Option<Distance>,
    demands: Vec<DocumentDemand>,
    refuse_covered: bool,
    refuse_same_picture: bool,
    refuse_possible_morph: bool,
}

impl Default for EngineBuilder {
    /// The bundled networks on the native backend, with all options at their defaults.
    fn default() -> Self {
        Self {
            backend: Backend::default(),
            detector: ModelSource::Bundled,
            mesh: ModelSource::Bundled,
            template: TemplateSource::default(),
            calibrations: Vec::new(),
            detect: DetectOptions::default(),
            extract: ExtractOptions::default(),
            basis: FmrBasis::WorstGroup,
            selfie_distance: None,
            demands: Vec::new(),
            refuse_covered: false,
            refuse_same_picture: false,
            refuse_possible_morph: false,
        }
    }
}

impl EngineBuilder {
    /// Chooses what executes the networks. Default: [`Backend::Native`], this crate's own executor.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Chooses another detection network: one of the bundled one's shapes, or one whose card says
    /// how its outputs become faces ([`DetectorSpec`](crate::model::DetectorSpec)). Default:
    /// the bundled one.
    pub fn detector(mut self, source: ModelSource) -> Self {
        self.detector = source;
        self
    }

    /// Chooses another landmark network, with inputs and outputs of the bundled one's shapes.
    /// Default: the bundled one.
    pub fn mesh(mut self, source: ModelSource) -> Self {
        self.mesh = source;
        self
    }

    /// Chooses the template networks: a [`Profile`](crate::model::Profile), a [`ModelSource`] of
    /// one network (any ONNX file of the ArcFace family with a card), an
    /// [`EnsembleCard`](crate::model::EnsembleCard) on disk, or networks that were loaded before.
    /// Default: [`Profile::Standard`](crate::model::Profile::Standard).
    ///
    /// Templates of different networks or ensembles cannot be compared, and scores mean something
    /// only with a calibration on the card or one passed to [`EngineBuilder::calibration`].
    pub fn template(mut self, source: impl Into<TemplateSource>) -> Self {
        self.template = source.into();
        self
    }

    /// Adds a calibration of your own. It takes the place of the one for the same pairing and basis
    /// on the card of the template networks, and of an earlier one passed here.
    pub fn calibration(mut self, calibration: Calibration) -> Self {
        self.calibrations.retain(|c| !c.replaces(&calibration));
        self.calibrations.push(calibration);
        self
    }

    /// Chooses whose false match rate thresholds keep. Default: [`FmrBasis::WorstGroup`], so that a
    /// rate asked for holds for the people who match falsely most often too.
    ///
    /// Where a pairing has no calibration of this basis, the other one's is taken;
    /// [`Threshold::basis`](crate::compare::Threshold::basis) tells which it was.
    pub fn fmr_basis(mut self, basis: FmrBasis) -> Self {
        self.basis = basis;
        self
    }

    /// Sets how far to search for a face. Default: [`DetectOptions::default`].
    pub fn detect_options(mut self, options: DetectOptions) -> Self {
        self.detect = options;
        self
    }

    /// Sets how templates are taken. Default: [`ExtractOptions::default`].
    pub fn extract_options(mut self, options: ExtractOptions) -> Self {
        self.extract = options;
        self
    }

    /// Says how far from the camera selfies are taken. Default: what the photo's own focal length
    /// tells ([`Photo::focal_length_px`](crate::image::Photo::focal_length_px)), and a portrait's
    /// distance where it has none.
    ///
    /// The template of a selfie shows the face as a portrait would
    /// ([`Perspective`](crate::align::Perspective)); documents' portraits are taken as they are.
    /// With [`Distance::Unknown`] the face's proportions are asked, which helps selfies from 25 cm
    /// and costs pictures that were taken from afar; with [`Distance::Portrait`] selfies are taken
    /// as they are, too.
    pub fn selfie_distance(mut self, distance: Distance) -> Self {
        self.selfie_distance = Some(distance);
        self
    }

    /// Demands something of documents; all demands have to be met.
    ///
    /// [`Engine::verify`] then refuses all other documents before any network runs, with
    /// [`VerdictReason::Document`](super::VerdictReason::Document). All but the format are met by
    /// an [`AuthenticDocument`](crate::document::chip::AuthenticDocument) alone.
    pub fn require(mut self, demand: DocumentDemand) -> Self {
        if !self.demands.contains(&demand) {
            self.demands.push(demand);
            // The first that fails is told.
            self.demands.sort_unstable();
        }
        self
    }

    /// Refuses faces with covered eyes or mouth, and faces that are covered elsewhere or cut by the
    /// picture's edge, with [`FaceRefusal::Covered`](super::FaceRefusal::Covered). Default: they
    /// are remarked upon, and compared where the template is reliable.
    pub fn refuse_covered(mut self) -> Self {
        self.refuse_covered = true;
        self
    }

    /// Refuses a selfie that is the document's own portrait, copied, cropped, scaled, compressed or
    /// photographed ([`Verification::is_same_picture`](super::Verification::is_same_picture)), with
    /// [`VerdictReason::SamePicture`](super::VerdictReason::SamePicture). Default: it is told, and
    /// matches.
    ///
    /// Where no liveness is asked for, this is the commonest fraud: whoever has the document has
    /// its portrait.
    pub fn refuse_same_picture(mut self) -> Self {
        self.refuse_same_picture = true;
        self
    }

    /// Refuses a match whose document may show a blend of two faces
    /// ([`Verification::is_possible_morph`](super::Verification::is_possible_morph), which says how
    /// often that errs), with
    /// [`VerdictReason::PossibleMorph`](super::VerdictReason::PossibleMorph). Default: it is told,
    /// and matches.
    ///
    /// Where the networks' card does not say how morphs are told, none is.
    pub fn refuse_possible_morph(mut self) -> Self {
        self.refuse_possible_morph = true;
        self
    }

    /// Loads the networks and checks that they fit their stages and the calibrations.
    ///
    /// # Errors
    /// Those of [`Model::load`] and [`Ensemble::load`]; [`ErrorKind::InvalidModel`] if a model is
    /// not of the kind that its stage needs, and [`ErrorKind::ModelMismatch`] if a calibration
    /// is for another template network.
    pub fn build(self) -> Result<Engine> {
        let load = |task, source| Model::load(task, source, &self.backend);
        let template = Ensemble::load(&self.template, &self.backend)?;
        let card = template.card();
        let mut calibrations = self.calibrations;
        if let Some(other) = calibrations.iter().find(|c| c.model_id() != card.id) {
            let message = format!("a calibration for {:?} does not apply to {:?}", other.model_id(), card.id);
            return Err(Error::new(ErrorKind::ModelMismatch, Stage::Engine, message));
        }
        // The caller's calibrations come first; the card fills in what they leave out.
        for spec in &card.calibrations {
            let of_card = Calibration::new(&card.id, spec.clone())?;
            if !calibrations.iter().any(|c| c.replaces(&of_card)) {
                calibrations.push(of_card);
            }
        }
        // The basis that was asked for first: it is the one that is found.
        calibrations.sort_by_key(|c| c.spec().basis != self.basis);
        let extractor = TemplateExtractor::new(template.clone())?;
        let detector = |spec| MorphDetector::new(spec, &card.id, extractor.dimension());
        let morphs = card.morphs.as_ref().map(detector).transpose()?;
        let engine = Engine {
            detector: Detector::new(load(Task::Detect, &self.detector)?)?,
            mesher: FaceMesher::new(load(Task::Mesh, &self.mesh)?)?,
            calibrations,
            extractor,
            detect: self.detect,
            extract: self.extract,
            basis: self.basis,
            selfie_distance: self.selfie_distance,
            demands: self.demands,
            refuse_covered: self.refuse_covered,
            refuse_same_picture: self.refuse_same_picture,
            morphs,
            refuse_possible_morph: self.refuse_possible_morph,
        };
        debug_event!(
            template_model = engine.extractor.model_id(),
            calibrations = engine.calibrations.len(),
            demands = engine.demands.len(),
            "engine built"
        );
        Ok(engine)
    }
}

/// The networks, loaded and ready, with one method for each question; see the
/// [module's page](super) for the list.
///
/// Build one, share it by reference or in an `Arc` with all threads, and keep it: building loads
/// the networks, calls do not. Every method takes `&self` and no call takes a lock.
///
/// ```
/// use selfsame::{DocumentPhoto, Engine, Limits, Photo, Verdict};
///
/// let engine = Engine::new()?;
/// let limits = Limits::default();
/// let document = std::fs::read("datasets/portraits/obama.jpg")?;
/// let document = DocumentPhoto::from_bytes(&document, &limits)?;
/// let selfie = Photo::decode(&std::fs::read("datasets/portraits/obama2.jpg")?, &limits)?;
/// let verification = engine.verify(&document, &selfie, 1e-4)?;
/// assert!(matches!(verification.verdict, Verdict::Match(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    pub(super) detector: Detector,
    pub(super) mesher: FaceMesher,
    pub(super) extractor: TemplateExtractor,
    pub(super) calibrations: Vec<Calibration>,
    pub(super) detect: DetectOptions,
    pub(super) extract: ExtractOptions,
    pub(super) basis: FmrBasis,
    pub(super) selfie_distance: Option<Distance>,
    pub(super) demands: Vec<DocumentDemand>,
    pub(super) refuse_covered: bool,
    pub(super) refuse_same_picture: bool,
    pub(super) morphs: Option<MorphDetector>,
    pub(super) refuse_possible_morph: bool,
}

impl Engine {
    /// Builds an engine with the bundled networks, the native backend and all defaults.
    ///
    /// # Errors
    /// Those of [`EngineBuilder::build`].
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Starts the configuration of an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// The detection stage, to be used alone.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// The landmark stage, to be used alone.
    pub fn mesher(&self) -> &FaceMesher {
        &self.mesher
    }

    /// The template stage, to be used alone.
    pub fn extractor(&self) -> &TemplateExtractor {
        &self.extractor
    }

    /// The calibration for `pairing`, of the basis that was asked for or else of the other one:
    /// what scores of such pairs mean; `None` if neither the builder nor a card told it.
    pub fn calibration(&self, pairing: Pairing) -> Option<&Calibration> {
        self.calibrations.iter().find(|c| c.spec().pairing == pairing)
    }
}
