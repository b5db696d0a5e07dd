//! One template per picture, from the cache or from the engine, behind a progress bar.

use super::arguments::TemplateArguments;
use crate::commands::shared::{Anyhow, progress};
use indicatif::{ParallelProgressIterator, ProgressBar};
use rayon::prelude::*;
use selfsame::engine::Engine;
use selfsame::error::ErrorKind;
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, Model, ModelCard, ModelSource, Task};
use selfsame::template::{ExtractOptions, Template};
use selfsame_lab::error::{OfFile, Result, Stage};
use selfsame_lab::evaluate::{CacheKey, FaceChoice, Padding, PictureDigest, TemplateCache};
use selfsame_lab::note;
use selfsame_lab::tools::command_line;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Pictures between two writes of the cache, so that an interrupted run loses little.
const CHUNK: usize = 1_000;

/// An engine, and what its templates depend on.
pub struct Setup {
    pub engine: Engine,
    pub card: Arc<ModelCard>,
    pub options: ExtractOptions,
    pub choice: FaceChoice,
    pad: Option<Padding>,
    key: CacheKey,
}

impl Setup {
    pub fn new(asked: &TemplateArguments, choice: FaceChoice) -> Anyhow<Self> {
        let backend = if asked.int8 { Backend::Int8 } else { Backend::Native };
        let options = ExtractOptions::default().with_flip(!asked.no_flip);
        let load = |task| Model::load(task, &ModelSource::Bundled, &backend);
        let (detect, mesh) = (load(Task::Detect)?, load(Task::Mesh)?);
        let template = match &asked.card {
            None => load(Task::Template)?,
            Some(path) => Model::load(Task::Template, &ModelSource::Card(path.clone()), &backend).of_file(path)?,
        };
        let others = [&*detect.card, &*mesh.card];
        let key = CacheKey::new(&template.card, &others, &backend, &options, choice, asked.pad);
        let card = template.card.clone();
        let engine = Engine::builder()
            .detector(ModelSource::Loaded(detect))
            .mesh(ModelSource::Loaded(mesh))
            .template(ModelSource::Loaded(template))
            .extract_options(options)
            .build()?;
        Ok(Self { engine, card, options, choice, pad: asked.pad, key })
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
