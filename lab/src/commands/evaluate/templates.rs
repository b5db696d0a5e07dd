//! One template per picture, from the cache or from the engine, behind a progress bar.

use super::arguments::TemplateArguments;
use crate::commands::shared::{Anyhow, progress};
use indicatif::{ParallelProgressIterator, ProgressBar};
use rayon::prelude::*;
use selfsame::engine::Engine;
use selfsame::error::ErrorKind;
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, Ensemble, Model, ModelCard, ModelSource, Task, TemplateSource};
use selfsame::template::{ExtractOptions, Template};
use selfsame_lab::error::{OfFile, Result, Stage};
use selfsame_lab::evaluate::{CacheKey, FaceChoice, Padding, PictureDigest, TemplateCache};
use selfsame_lab::note;
use selfsame_lab::tools::command_line;
use std::path::{Path, PathBuf};

/// Pictures between two writes of the cache, so that an interrupted run loses little.
const CHUNK: usize = 1_000;

/// An engine, and what its templates depend on.
pub struct Setup {
    pub engine: Engine,
    pub ensemble: Ensemble,
    pub options: ExtractOptions,
    pub choice: FaceChoice,
    /// The detector's id.
    pub detector: String,
    pad: Option<Padding>,
    key: CacheKey,
}

impl Setup {
    pub fn new(asked: &TemplateArguments, choice: FaceChoice) -> Anyhow<Self> {
        let backend = if asked.int8 { Backend::Int8 } else { Backend::Native };
        let options = ExtractOptions::default().with_flip(!asked.no_flip);
        let detect = match &asked.detector {
            None => Model::load(Task::Detect, &ModelSource::Bundled, &backend)?,
            Some(path) => Model::load(Task::Detect, &ModelSource::Card(path.clone()), &backend).of_file(path)?,
        };
        let mesh = Model::load(Task::Mesh, &ModelSource::Bundled, &backend)?;
        let ensemble = match &asked.card {
            None => Ensemble::load(&asked.profile.into(), &backend)?,
            Some(path) => Ensemble::load(&TemplateSource::Card(path.clone()), &backend).of_file(path)?,
        };
        let networks: Vec<&ModelCard> = ensemble.model_cards().chain([&*detect.card, &*mesh.card]).collect();
        let key = CacheKey::new(ensemble.card(), &networks, &backend, &options, choice, asked.pad);
        let engine = Engine::builder()
            .detector(ModelSource::Loaded(detect.clone()))
            .mesh(ModelSource::Loaded(mesh.clone()))
            .template(ensemble.clone())
            .extract_options(options)
            .build()?;
        Ok(Self { engine, ensemble, options, choice, detector: detect.card.id.clone(), pad: asked.pad, key })
    }

    /// A picture of these bytes, with room around it if that was asked for.
    pub fn photo(&self, bytes: &[u8]) -> Result<Photo> {
        let photo = Photo::decode(bytes, &Limits::default())?;
        match self.pad {
            Some(padding) => padding.around(&photo),
            None => Ok(photo),
        }
    }

    /// The same from a file.
    pub fn read(&self, path: &Path) -> Result<Photo> {
        self.photo(&command_line::read(path, &Limits::default(), Stage::Evaluate)?).of_file(path)
    }
}

/// What came of one picture.
pub enum Outcome {
    Template(Template),
    /// No face that the chain would compare.
    FailureToEnrol,
    /// The file cannot be decoded, and `--skip-bad` was given.
    Bad,
}

/// The outcome for each of `paths`.
pub fn templates(setup: &Setup, paths: &[PathBuf], options: &TemplateArguments) -> Anyhow<Vec<Outcome>> {
    let mut cache = TemplateCache::new(setup.key.clone());
    let mut file = options.cache.as_deref();
    if let Some(path) = file {
        match TemplateCache::load(path, setup.key.clone()) {
            Ok(loaded) => cache = loaded,
            Err(error) if [ErrorKind::ModelMismatch, ErrorKind::Corrupt].contains(&error.kind()) => {
                note!("{}: ignored, will be written anew: {error}", path.display());
            }
            Err(error) => {
                note!("{}: ignored and left alone: {error}", path.display());
                file = None;
            }
        }
    }
    let bar = progress(paths.len(), "templates")?;
    let mut outcomes = Vec::with_capacity(paths.len());
    for chunk in paths.chunks(CHUNK) {
        let one = |path: &PathBuf| one(setup, &cache, path, options.skip_bad, &bar);
        let found = chunk.par_iter().progress_with(bar.clone()).map(one).collect::<Anyhow<Vec<_>>>()?;
        let known = cache.len();
        for (digest, outcome) in found {
            match &outcome {
                Outcome::Template(template) => cache.insert(digest, Some(template.clone())),
                Outcome::FailureToEnrol => cache.insert(digest, None),
                Outcome::Bad => {}
            }
            outcomes.push(outcome);
        }
        if let Some(path) = file.filter(|_| cache.len() > known) {
            cache.save(path)?;
        }
    }
    bar.finish_and_clear();
    Ok(outcomes)
}

fn one(
    setup: &Setup,
    cache: &TemplateCache,
    path: &Path,
    skip_bad: bool,
    bar: &ProgressBar,
) -> Anyhow<(PictureDigest, Outcome)> {
    let bytes = std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let digest = TemplateCache::digest(&bytes);
    let template = match cache.get(&digest) {
        Some(known) => known,
        None => match setup.photo(&bytes) {
            Ok(photo) => setup.choice.template(&setup.engine, &photo, &setup.options)?,
            Err(error) if skip_bad => {
                bar.suspend(|| note!("left out: {}: {error}", path.display()));
                return Ok((digest, Outcome::Bad));
            }
            Err(error) => return Err(format!("{}: {error} (--skip-bad leaves such files out)", path.display()).into()),
        },
    };
    Ok((digest, template.map_or(Outcome::FailureToEnrol, Outcome::Template)))
}
