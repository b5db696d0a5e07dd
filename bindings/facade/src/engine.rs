//! [`Engine`]: the networks, and one method for each question.

use crate::flash::{FlashChallenge, FlashSession};
use crate::frame::FrameLayout;
use crate::models::{self, ModelFile};
use crate::options::{EngineOptions, Precision, Profile};
use crate::results::{Compared, Comparison, Face, Verification};
use crate::templates::{BatchPicture, Extraction, Progress, Template, each, threads};
use crate::watch::{Guidance, Watch, WatchOptions};
use crate::{Document, Error, Picture, Result};
use selfsame::detect::Detector;
use selfsame::engine::Engine as Whole;
use selfsame::image::Frame;
use selfsame::mesh::FaceMesher;
use selfsame::model::{Backend, Ensemble, Model, ModelSource, Profile as TemplateProfile, Task};
use selfsame::outcome::Outcome;
use std::sync::Arc;

/// What an engine's profile needs.
pub(crate) enum Networks {
    /// Detection and landmarks alone.
    Guidance(Box<(Detector, FaceMesher)>),
    /// All.
    Whole(Box<Whole>),
}

impl Networks {
    pub(crate) fn detector(&self) -> &Detector {
        match self {
            Self::Guidance(two) => &two.0,
            Self::Whole(engine) => engine.detector(),
        }
    }

    pub(crate) fn mesher(&self) -> &FaceMesher {
        match self {
            Self::Guidance(two) => &two.1,
            Self::Whole(engine) => engine.mesher(),
        }
    }

    pub(crate) fn whole(&self) -> Result<&Whole> {
        match self {
            Self::Guidance(_) => {
                let message = "an engine of the profile guidance has no template networks";
                Err(Error::new("invalid_argument", "engine", message))
            }
            Self::Whole(engine) => Ok(engine),
        }
    }
}

/// The networks, loaded and ready: build one and share it; a clone shares it, too.
#[derive(Clone)]
pub struct Engine {
    networks: Arc<Networks>,
    threads: usize,
}

impl Engine {
    /// An engine with the networks that are inside the library (features `bundled-models` and
    /// `sface`).
    ///
    /// # Errors
    /// `invalid_argument` if the profile's networks are not inside, or for too many threads.
    pub fn new(options: &EngineOptions) -> Result<Self> {
        let load = |task| Model::load(task, &ModelSource::Bundled, &backend(options));
        let ensemble = |profile| Ensemble::load(&TemplateProfile::into(profile), &backend(options));
        Self::of(options, |task| Ok(load(task)?), |profile| Ok(ensemble(profile)?))
    }

    /// An engine with the networks of the caller's files: [`model_files`](crate::model_files) says
    /// which. Each is held against the digest on its card.
    ///
    /// # Errors
    /// `invalid_argument` if a file is missing, `invalid_model` if one is not what it should be.
    pub fn with_models(options: &EngineOptions, files: &[ModelFile]) -> Result<Self> {
        let card = |task: Task| if task == Task::Detect { "detect.toml" } else { "mesh.toml" };
        let load = |task| models::load(task, card(task), files, &backend(options));
        Self::of(options, load, |profile| models::ensemble(profile, files, &backend(options)))
    }

    fn of(
        options: &EngineOptions,
        load: impl Fn(Task) -> Result<Model>,
        ensemble: impl Fn(TemplateProfile) -> Result<Ensemble>,
    ) -> Result<Self> {
        let threads = threads(options.threads)?;
        let (detect, mesh) = (load(Task::Detect)?, load(Task::Mesh)?);
        let profile = match options.profile {
            Profile::Guidance => None,
            Profile::Fast => Some(TemplateProfile::Fast),
            Profile::Standard => Some(TemplateProfile::Standard),
            Profile::Accurate => Some(TemplateProfile::Accurate),
        };
        let networks = match profile {
            None => Networks::Guidance(Box::new((Detector::new(detect)?, FaceMesher::new(mesh)?))),
            Some(profile) => {
                let builder = Whole::builder().detector(ModelSource::Loaded(detect)).mesh(ModelSource::Loaded(mesh));
                let mut builder = builder.backend(backend(options)).template(ensemble(profile)?);
                if options.refuse_same_picture {
                    builder = builder.refuse_same_picture();
                }
                if options.refuse_possible_morph {
                    builder = builder.refuse_possible_morph();
                }
                if options.refuse_covered {
                    builder = builder.refuse_covered();
                }
                Networks::Whole(Box::new(builder.build()?))
            }
        };
        Ok(Self { networks: Arc::new(networks), threads })
    }

    /// The identity that this engine's templates carry; empty for the profile `guidance`.
    #[must_use]
    pub fn model_id(&self) -> String {
        self.networks.whole().map_or_else(|_| String::new(), |engine| engine.extractor().model_id().to_owned())
    }

    /// How many values this engine's templates have; 0 for the profile `guidance`.
    #[must_use]
    pub fn dimension(&self) -> u32 {
        // Without template networks there are no values; a network has fewer than 2³².
        self.networks.whole().map_or(0, |engine| u32::try_from(engine.extractor().dimension()).unwrap_or(u32::MAX))
    }

    /// Whether the person on `selfie` is the one on `document`, if at most a share `fmr` of pairs
    /// of different people may pass: 1e-4 is one in ten thousand.
    ///
    /// # Errors
    /// `invalid_argument` for a rate that is not calibrated.
    pub fn verify(&self, document: &Document, selfie: &Picture, fmr: f64) -> Result<Verification> {
        Ok((&self.networks.whole()?.verify(&document.0, &selfie.0, fmr)?).into())
    }

    /// [`Self::verify`] of two files: a chip's data group 2 or a photograph, and a photograph.
    ///
    /// # Errors
    /// Those of [`Document::decode`], [`Picture::decode`] and [`Self::verify`].
    pub fn verify_files(&self, document: &[u8], selfie: &[u8], fmr: f64) -> Result<Verification> {
        self.verify(&Document::decode(document)?, &Picture::decode(selfie)?, fmr)
    }

    /// The template of the face on a picture, or why there is none.
    ///
    /// # Errors
    /// Faults of the networks.
    pub fn template(&self, picture: &Picture) -> Result<Extraction> {
        self.extraction(&picture.0.frame())
    }

    /// [`Self::template`] of a frame, whose pixels are not copied.
    ///
    /// # Errors
    /// `shape_mismatch` if `data` is shorter than the layout says; else those of
    /// [`Self::template`].
    pub fn template_of_frame(&self, data: &[u8], layout: &FrameLayout) -> Result<Extraction> {
        self.extraction(&layout.frame(data)?)
    }

    fn extraction(&self, frame: &Frame<'_>) -> Result<Extraction> {
        Ok(match self.networks.whole()?.face(frame)? {
            Outcome::Found(face) => {
                let described = Face::from(&*face);
                Extraction { template: Some(Template(face.template)), face: Some(described), reasons: Vec::new() }
            }
            Outcome::Refused(refusals) => {
                let reasons = refusals.iter().map(ToString::to_string).collect();
                Extraction { template: None, face: None, reasons }
            }
        })
    }

    /// The templates of many pictures, in their order, on all threads of the engine. A picture that
    /// cannot be read has the code of its error among its reasons, and stops nothing.
    ///
    /// # Errors
    /// `cancelled` if `progress` says so; faults of the networks.
    pub fn templates(&self, pictures: &[BatchPicture], progress: &dyn Progress) -> Result<Vec<Extraction>> {
        self.networks.whole()?;
        let one = |place: usize| {
            let missing = || Error::new("invalid_argument", "engine", "there is no such picture");
            let decoded = pictures.get(place).ok_or_else(missing).and_then(BatchPicture::decoded);
            match decoded {
                Ok(picture) => self.template(&picture),
                Err(error) => Ok(Extraction::unread(&error)),
            }
        };
        each(pictures.len(), self.threads, progress, one)
    }

    /// Whether two templates are of one person, at a false match rate of at most `fmr`.
    ///
    /// # Errors
    /// `model_mismatch` for templates of other networks, `invalid_argument` for a rate that is not
    /// calibrated.
    pub fn compare(&self, document: &Template, selfie: &Template, fmr: f64) -> Result<Comparison> {
        let (verdict, threshold) = self.networks.whole()?.compare(&document.0, &selfie.0, fmr)?;
        let uncompared = || Error::new("backend", "compare", "templates were not compared");
        let compared = Compared::from(*verdict.comparison().ok_or_else(uncompared)?);
        Ok(Comparison { decision: (&verdict).into(), compared, threshold: (&threshold).into() })
    }

    /// What one frame alone says: the most useful hint, and the face's measures.
    ///
    /// # Errors
    /// `shape_mismatch` if `data` is shorter than the layout says; faults of the networks.
    pub fn guide(&self, data: &[u8], layout: &FrameLayout) -> Result<Guidance> {
        self.watch(&WatchOptions::default())?.frame(data, layout, 0)
    }

    /// Begins to follow a face through a camera's frames, until it fills the oval and holds still.
    ///
    /// # Errors
    /// `invalid_argument` for options out of their ranges.
    pub fn watch(&self, options: &WatchOptions) -> Result<Watch> {
        Watch::new(Arc::clone(&self.networks), options)
    }

    /// Begins to watch the answer to a flash challenge.
    ///
    /// # Errors
    /// `invalid_argument` if the default policy cannot have drawn the challenge, and for the
    /// profile `guidance`.
    pub fn flash_session(&self, challenge: &FlashChallenge) -> Result<FlashSession> {
        FlashSession::new(Arc::clone(&self.networks), challenge)
    }
}

fn backend(options: &EngineOptions) -> Backend {
    match options.precision {
        Precision::Float32 => Backend::Native,
        Precision::Int8 => Backend::Int8,
    }
}
