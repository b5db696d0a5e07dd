//! Damaged photographs: fits what tells how much is left on one, and measures how often verdicts
//! err on them.
//!
//! ```sh
//! cargo run --release -p selfsame-lab -- damage fit DIR --folds 1-5 --out PROBES.toml
//! cargo run --release -p selfsame-lab -- damage rates DIR --folds 6-10 --out RATES
//! ```
//!
//! `DIR` holds Labeled Faces in the Wild, as for `evaluate lfw`. `fit` writes `[reliability]` and
//! `[covering]` for an ensemble's card; `rates` writes `RATES.md` and `RATES.json`, with the kinds
//! and strengths of [`selfsame_lab::damage::DamageKind`].

use super::shared::{Anyhow, progress, status, write};
use clap::{Args, Subcommand};
use rayon::prelude::*;
use selfsame::Engine;
use selfsame::compare::{FmrBasis, Pairing};
use selfsame::error::Stage;
use selfsame::image::{Limits, Photo};
use selfsame::model::{CoveringSpec, Profile, ReliabilitySpec, TemplateSource};
use selfsame_lab::damage::{DamageKind, DamageRates, DamagedSample, damaged_samples, fit_covering, fit_reliability};
use selfsame_lab::evaluate::LfwPairs;
use selfsame_lab::note;
use selfsame_lab::tools::command_line;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Fits on damaged photographs, or measures rates on them.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Writes `[reliability]` and `[covering]` for an ensemble's card.
    Fit {
        #[command(flatten)]
        set: Set,
        /// The TOML file to write.
        #[arg(long)]
        out: PathBuf,
        /// Damaged copies of each picture.
        #[arg(long, default_value_t = 4)]
        copies: usize,
        /// The least reliability that a comparison may rest on.
        #[arg(long, default_value_t = 0.6)]
        least: f32,
    },
    /// Measures how often verdicts err on damaged pictures.
    Rates {
        #[command(flatten)]
        set: Set,
        /// The files to write, without their endings.
        #[arg(long)]
        out: PathBuf,
        /// The false match rate asked for.
        #[arg(long, default_value_t = 1e-4)]
        fmr: f64,
        /// Keep it on average over people, instead of for the group with the most false matches.
        #[arg(long)]
        average: bool,
        /// These kinds alone.
        #[arg(long)]
        kinds: Vec<String>,
    },
}

#[derive(Args)]
struct Set {
    /// The folder of Labeled Faces in the Wild.
    folder: PathBuf,
    /// The folds whose people are taken: `1-5`.
    #[arg(long, value_parser = folds)]
    folds: (usize, usize),
    /// Which of the crate's networks: fast, standard or accurate.
    #[arg(long, default_value = "standard", value_parser = command_line::profile)]
    profile: Profile,
    /// The card of other networks.
    #[arg(long, conflicts_with = "profile")]
    card: Option<PathBuf>,
    /// At most so many people.
    #[arg(long)]
    people: Option<usize>,
    /// The same seed draws the same damages.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn folds(text: &str) -> Result<(usize, usize), String> {
    let bad = || format!("{text:?} is no range such as 1-5");
    let (first, last) = text.split_once('-').ok_or_else(bad)?;
    let number = |text: &str| text.parse().map_err(|_| bad());
    Ok((number(first)?, number(last)?))
}

/// Fits or measures; exit status 0, or 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    status(match &arguments.action {
        Action::Fit { set, out, copies, least } => fit(set, out, *copies, *least),
        Action::Rates { set, out, fmr, average, kinds } => rates(set, out, *fmr, *average, kinds),
    })
}

impl Set {
    /// Each person's pictures of these folds, without people of the other folds.
    fn people(&self) -> Anyhow<Vec<Vec<PathBuf>>> {
        let path = self.folder.join("pairs.txt");
        let text = std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        let all = LfwPairs::parse(&text)?;
        let (first, last) = self.folds;
        let chosen = all.folds(first.saturating_sub(1)..last).ok_or("there are no such folds")?;
        let mut people: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
        for (index, (name, _)) in chosen.images.iter().enumerate() {
            let path = chosen.path(index).ok_or("a picture without a name")?;
            people.entry(name).or_default().push(self.folder.join("images").join(path));
        }
        // Of a few people there are pictures in several folds.
        let outside = (0..all.folds.len()).filter(|fold| !(first.saturating_sub(1)..last).contains(fold));
        for other in outside.filter_map(|fold| all.folds(fold..fold + 1)) {
            other.images.iter().for_each(|(name, _)| drop(people.remove(name.as_str())));
        }
        let mut people: Vec<_> = people.into_values().collect();
        people.iter_mut().for_each(|pictures| pictures.sort());
        // All of them where no number is asked for.
        people.truncate(self.people.unwrap_or(usize::MAX));
        Ok(people)
    }

    fn engine(&self, average: bool) -> Anyhow<Engine> {
        let basis = if average { FmrBasis::Average } else { FmrBasis::WorstGroup };
        Ok(Engine::builder()
            .template(match &self.card {
                Some(path) => TemplateSource::Card(path.clone()),
                None => self.profile.into(),
            })
            .fmr_basis(basis)
            .build()?)
    }
}

fn read(path: &Path) -> Anyhow<Photo> {
    Ok(command_line::photo(path, &Limits::default(), Stage::Decode)?)
}

fn fit(set: &Set, out: &Path, copies: usize, least: f32) -> Anyhow<()> {
    #[derive(Serialize)]
    struct Probes {
        reliability: ReliabilitySpec,
        covering: CoveringSpec,
    }
    let (engine, people) = (set.engine(false)?, set.people()?);
    let pictures: Vec<(usize, &PathBuf)> =
        people.iter().enumerate().flat_map(|(person, paths)| paths.iter().map(move |path| (person, path))).collect();
    let bar = progress(pictures.len(), "damaging")?;
    let samples = |(index, (person, path)): (usize, &(usize, &PathBuf))| -> Anyhow<Vec<DamagedSample>> {
        let samples = damaged_samples(&engine, &read(path)?, *person, copies, set.seed ^ ((index as u64) << 20))?;
        bar.inc(1);
        Ok(samples)
    };
    let samples: Vec<Vec<DamagedSample>> = pictures.par_iter().enumerate().map(samples).collect::<Anyhow<_>>()?;
    let samples: Vec<DamagedSample> = samples.into_iter().flatten().collect();
    bar.finish();
    let data = |what: &str| {
        format!(
            "Labeled Faces in the Wild (deep-funneled), View 2, folds {} to {}, {} pictures and {what}",
            set.folds.0,
            set.folds.1,
            pictures.len()
        )
    };
    let damaged = samples.iter().filter(|sample| !sample.clean).count();
    let (reliability, correlation) = fit_reliability(&samples, least, data(&format!("{damaged} damaged copies")))?;
    let covering = fit_covering(&samples, data("copies with drawn covers"))?;
    note!("reliability: correlation {correlation:.3} on people not fitted on, {} samples", samples.len());
    write(out, &toml::to_string(&Probes { reliability, covering })?)
}

fn rates(set: &Set, out: &Path, fmr: f64, average: bool, kinds: &[String]) -> Anyhow<()> {
    let engine = set.engine(average)?;
    let kinds = match kinds {
        [] => DamageKind::ALL.to_vec(),
        words => {
            let kind = |word: &String| DamageKind::ALL.iter().find(|kind| kind.as_str() == word).copied();
            words
                .iter()
                .map(|word| kind(word).ok_or_else(|| format!("there is no damage {word:?}")))
                .collect::<Result<_, _>>()?
        }
    };
    let calibration = engine.calibration(Pairing::SelfieSelfie).ok_or("the networks are not calibrated")?;
    let threshold = calibration.threshold(fmr)?;
    let people = set.people()?;
    let photos = people
        .par_iter()
        .filter_map(|paths| paths.split_first())
        .map(|(first, others)| Ok((read(first)?, others.first().map(|path| read(path)).transpose()?)))
        .collect::<Anyhow<Vec<_>>>()?;
    let cells = 1 + kinds.iter().map(|kind| kind.strengths().len()).sum::<usize>();
    let bar = progress(cells, "damages")?;
    let rates = DamageRates::measure(&engine, &photos, &kinds, threshold.score().value(), set.seed, |_| bar.inc(1))?;
    bar.finish();
    let head = format!(
        "{} people of folds {} to {}, {}, threshold {:.4} for FMR {fmr:e} ({})\n\n",
        photos.len(),
        set.folds.0,
        set.folds.1,
        engine.extractor().model_id(),
        threshold.score().value(),
        threshold.basis().as_str()
    );
    write(&out.with_extension("md"), &format!("{head}{rates}"))?;
    write(&out.with_extension("json"), &serde_json::to_string_pretty(&rates)?)
}
