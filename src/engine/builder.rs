//! [`EngineBuilder`] and the [`Engine`] that it builds.

use crate::compare::{Calibration, Pairing};
use crate::detect::{DetectOptions, Detector};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::mesh::FaceMesher;
use crate::model::{Backend, Model, ModelSource, Task};
use crate::telemetry::debug_event;
use crate::template::{ExtractOptions, TemplateExtractor};

/// Configures an [`Engine`]: which networks, which backend, how far to search, which documents.
///
/// Everything has a default, so that [`Engine::new`] is enough for most programs.
///
/// ```
/// use selfsame::engine::Engine;
/// use selfsame::model::Backend;
///
/// // Templates in 8-bit integers, and no document but a chip's.
/// let engine = Engine::builder().backend(Backend::Int8).require_chip().build()?;
/// # Ok::<(), selfsame::Error>(())
/// ```
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
    /// The bundled networks on the native backend, with all options at their defaults.
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
    /// Chooses what executes the networks. Default: [`Backend::Native`], this crate's own executor.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Chooses another detection network, with inputs and outputs of the bundled one's shapes.
    /// Default: the bundled one.
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

    /// Chooses another template network: any ONNX file of the ArcFace family with a card. Default:
    /// the bundled one.
    ///
    /// Templates of different networks cannot be compared, and scores mean something only with a
    /// calibration on the network's card or one passed to [`EngineBuilder::calibration`].
    pub fn template(mut self, source: ModelSource) -> Self {
        self.template = source;
        self
    }

    /// Adds a calibration of your own. It takes the place of the one for the same pairing on the
    /// template network's card, and of an earlier one passed here.
    pub fn calibration(mut self, calibration: Calibration) -> Self {
        self.calibrations.retain(|c| c.spec().pairing != calibration.spec().pairing);
        self.calibrations.push(calibration);
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

    /// Demands documents read from a chip ([`Origin::is_chip`](crate::document::Origin::is_chip)).
    ///
    /// [`Engine::verify`] then refuses all other documents before any network runs, with
    /// [`VerdictReason::DocumentNotFromChip`](super::VerdictReason::DocumentNotFromChip). An image
    /// file never satisfies this, wherever it was taken from. Whether a chip's data are genuine is
    /// for the caller to check: this crate reads the format and does no passive authentication.
    pub fn require_chip(mut self) -> Self {
        self.require_chip = true;
        self
    }

    /// Loads the networks and checks that they fit their stages and the calibrations.
    ///
    /// # Errors
    /// Those of [`Model::load`]; [`ErrorKind::InvalidModel`] if a model is not of the kind that its
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
        // The caller's calibrations come first; the card fills in the pairings that they leave out.
        for spec in &template.card.calibrations {
            if calibrations.iter().all(|c| c.spec().pairing != spec.pairing) {
                calibrations.push(Calibration::new(&template.card.id, spec.clone())?);
            }
        }
        let engine = Engine {
            detector: Detector::new(load(Task::Detect, &self.detector)?)?,
            mesher: FaceMesher::new(load(Task::Mesh, &self.mesh)?)?,
            calibrations,
            extractor: TemplateExtractor::new(template)?,
            detect: self.detect,
            extract: self.extract,
            require_chip: self.require_chip,
        };
        debug_event!(
            template_model = engine.extractor.model_id(),
            calibrations = engine.calibrations.len(),
            require_chip = engine.require_chip,
            "engine built"
        );
        Ok(engine)
    }
}

/// The networks, loaded and ready, with one method for each question; see the
/// [module's page](super) for the list.
///
/// Build one, share it by reference or in an `Arc` with all threads, and keep it: building loads
/// three networks, calls do not. Every method takes `&self` and no call takes a lock.
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
    pub(super) require_chip: bool,
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

    /// The calibration for `pairing`: what scores of such pairs mean; `None` if neither the builder
    /// nor the template network's card told it.
    pub fn calibration(&self, pairing: Pairing) -> Option<&Calibration> {
        self.calibrations.iter().find(|c| c.spec().pairing == pairing)
    }
}
