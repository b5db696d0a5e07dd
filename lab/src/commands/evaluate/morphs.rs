//! `morphs`: what morphed portraits of look-alikes achieve, and how often they are told.

use super::morphs_arguments::MorphsArguments;
use super::morphs_kept::Made;
use super::morphs_text as text;
use crate::commands::shared::{Anyhow, progress, write};
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use selfsame::compare::{FmrBasis, MorphDetector, Pairing, score};
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, Ensemble, EnsembleCard, ModelCard, Profile, TemplateSource};
use selfsame_lab::error::{OfFile, Stage};
use selfsame_lab::evaluate::morphs::{
    Contributor, MORPHS, Morph, MorphExample, MorphMeasures, MorphPerson, MorphPortrait, MorphScores, MorphSystems,
    STORED, fit_morphs, look_alikes,
};
use selfsame_lab::evaluate::{CfpSet, DocumentKind, IdentityFolder, LfwPairs, View};
use selfsame_lab::output;
use selfsame_lab::tools::command_line;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The systems that judge; the second is the default engine, which also chooses look-alikes.
const PROFILES: [Profile; 3] = [Profile::Fast, Profile::Standard, Profile::Accurate];
const DEFAULT: usize = 1;
/// Different people who score this or more may be one person under two names, and are not morphed:
/// the limit of docs/design/scores.md for second pictures of one person.
const SAME: f32 = 0.55;
/// The most attempts of one person: chosen by hand, so that nobody counts for many.
const MOST: usize = 5;
/// The share of genuine portraits at which the fitted measure is 0.
const BSCER: f64 = 0.01;
/// The detector is fitted on pairs that match at this rate: chosen by the fitting people's other
/// half, against all pairs.
const FIT_FMR: f64 = 1e-3;

/// Makes the morphs and prints the rates, or fits.
pub fn run(arguments: &MorphsArguments) -> Anyhow<()> {
    let (name, paths, subjects) = pictures(arguments)?;
    let engines: Vec<Engine> =
        PROFILES.into_iter().map(|p| Engine::builder().template(p).build()).collect::<Result<_, _>>()?;
    let systems = MorphSystems::new(engines);
    let made = match &arguments.keep {
        Some(file) if file.is_file() => Made::kept(file)?,
        _ => make(arguments, &systems, &paths, &subjects)?,
    };
    if let Some(file) = &arguments.keep {
        made.keep(file)?;
    }
    if let Some(file) = &arguments.fit {
        return fit(arguments, &systems, &made, &name, file);
    }
    let asked = thresholds(&systems, arguments.fmr)?;
    let mut page = text::head(&name, made.people.len(), made.genuine.len(), &asked, arguments.fmr);
    for morph in MORPHS {
        let of_kind: Vec<&MorphPortrait> = made.morphs.iter().filter(|p| p.morph == Some(morph)).collect();
        let scores: Vec<MorphScores> =
            of_kind.iter().map(|portrait| scores(&made, portrait, arguments.attempts)).collect::<Anyhow<_>>()?;
        page += &text::potential(morph, &scores, &PROFILES, &asked, arguments.seed);
    }
    for (system, profile) in PROFILES.iter().enumerate() {
        let card = EnsembleCard::parse(profile.card())?;
        let spec = match &arguments.detector {
            None => card.morphs,
            Some(file) if *profile == arguments.profile => Some(toml::from_str::<Card>(&read_text(file)?)?.morphs),
            Some(_) => None,
        };
        let Some(spec) = spec else { continue };
        let detector = MorphDetector::new(&spec, &card.id, systems.engines()[system].extractor().dimension())?;
        page += &text::detection_head(*profile);
        for wanted in MORPHS.map(Some).into_iter().chain([None]) {
            let found = measures(&made, &detector, system, asked[system], wanted)?;
            page += &text::detection(wanted, &found, arguments.seed);
        }
    }
    output::text(&page);
    Ok(())
}

/// What a default engine of each profile asks of scores for a false match rate.
fn thresholds(systems: &MorphSystems, fmr: f64) -> Anyhow<Vec<f32>> {
    let threshold = |engine: &Engine| -> Anyhow<f32> {
        let of_worst = engine.calibration(Pairing::DocumentSelfie).filter(|c| c.spec().basis == FmrBasis::WorstGroup);
        let calibration = of_worst.or_else(|| engine.calibration(Pairing::SelfieSelfie));
        Ok(calibration.ok_or("a profile is not calibrated")?.threshold(fmr)?.score().value())
    };
    systems.engines().iter().map(threshold).collect()
}

/// The pictures of the people who have enough, and who is on each.
fn pictures(arguments: &MorphsArguments) -> Anyhow<(String, Vec<PathBuf>, Vec<usize>)> {
    let folder = &arguments.folder;
    let list = folder.join("pairs.txt");
    let (name, paths, subjects) = if list.is_file() {
        let mut pairs = LfwPairs::parse(&read_text(&list)?).of_file(&list)?;
        let mut name = "Labeled Faces in the Wild (deep-funneled), View 2".to_owned();
        if let Some((first, last)) = arguments.folds {
            pairs = pairs.folds(first - 1..last).ok_or("there are not so many folds")?;
            name += &format!(", folds {first} to {last}");
        }
        let paths = (0..pairs.images.len()).map(|i| Some(folder.join("images").join(pairs.path(i)?)));
        let paths = paths.collect::<Option<_>>().ok_or("a picture without a path")?;
        (name, paths, pairs.subjects())
    } else if folder.join("protocol").is_dir() {
        let set = CfpSet::read(folder, None)?;
        let frontal: Vec<usize> = (0..set.views.len()).filter(|i| set.views[*i] == View::Frontal).collect();
        let paths = frontal.iter().map(|i| set.pictures.images[*i].clone()).collect();
        let subjects = frontal.iter().map(|i| set.pictures.subjects[*i]).collect();
        ("Celebrities in Frontal-Profile in the Wild, frontal pictures".to_owned(), paths, subjects)
    } else {
        let found = IdentityFolder::read(folder)?;
        (folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned(), found.images, found.subjects)
    };
    let mut counts = std::collections::HashMap::<usize, usize>::new();
    subjects.iter().for_each(|subject| *counts.entry(*subject).or_default() += 1);
    let several = |subject: &usize| counts[subject] > arguments.attempts;
    let (paths, subjects) =
        paths.into_iter().zip(subjects).filter(|(_, subject): &(PathBuf, usize)| several(subject)).unzip();
    Ok((name, paths, subjects))
}

fn read_text(path: &Path) -> Anyhow<String> {
    Ok(std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?)
}

fn read(path: &Path) -> Anyhow<Photo> {
    let bytes = command_line::read(path, &Limits::default(), Stage::Evaluate)?;
    Ok(Photo::decode(&bytes, &Limits::default()).of_file(path)?)
}

fn make(arguments: &MorphsArguments, systems: &MorphSystems, paths: &[PathBuf], subjects: &[usize]) -> Anyhow<Made> {
    let bar = progress(paths.len(), "pictures")?;
    let view = |path: &PathBuf| -> Anyhow<_> { Ok(systems.view(&read(path)?)?) };
    let views = paths.par_iter().progress_with(bar).map(view).collect::<Anyhow<Vec<_>>>()?;
    let people = MorphPerson::of(subjects, &views, arguments.attempts, MOST);
    let pairs = look_alikes(&people, &views, DEFAULT, arguments.neighbours, SAME);
    let mut asked: Vec<([usize; 2], Option<Morph>, DocumentKind)> = Vec::new();
    asked.extend((0..people.len()).map(|i| ([i, i], None, STORED[i % STORED.len()])));
    for (number, [a, b]) in pairs.iter().enumerate() {
        // By turns the one and the other lends the surroundings, and morphs are stored either way.
        let of = if number % 2 == 0 { [*a, *b] } else { [*b, *a] };
        let stored = |recipe: usize| STORED[(number / 2 + recipe) % STORED.len()];
        asked.extend(MORPHS.iter().enumerate().map(|(recipe, morph)| (of, Some(*morph), stored(recipe))));
    }
    let bar = progress(asked.len(), "portraits")?;
    let portrait = |(number, (of, morph, stored)): (usize, &([usize; 2], Option<Morph>, DocumentKind))| -> Anyhow<_> {
        let [first, second] = of.map(|i| people[i].document);
        let (photos, meshes) = ([read(&paths[first])?, read(&paths[second])?], [&views[first], &views[second]]);
        let [Some(a), Some(b)] = meshes else { return Err("a person without a face".into()) };
        let faces =
            [Contributor { photo: &photos[0], mesh: &a.mesh }, Contributor { photo: &photos[1], mesh: &b.mesh }];
        let seed = arguments.seed.wrapping_mul(1_000_003) + number as u64;
        Ok(MorphPortrait::new(systems, *of, faces, *morph, *stored, seed)?)
    };
    let made = asked.par_iter().enumerate().progress_with(bar).map(portrait).collect::<Anyhow<Vec<_>>>()?;
    let (genuine, morphs) = made.into_iter().partition(|portrait| portrait.morph.is_none());
    // Without a face there are no templates.
    let lives = views.into_iter().map(|view| view.map_or_else(Vec::new, |view| view.templates)).collect();
    Ok(Made { lives, people, genuine, morphs })
}

/// The scores of a morph's attempts, the first `attempts` of each contributor.
fn scores(made: &Made, portrait: &MorphPortrait, attempts: usize) -> Anyhow<MorphScores> {
    let side = |person: usize| -> Anyhow<Vec<Vec<f32>>> {
        let places = made.people[person].attempts.iter().take(attempts);
        places
            .map(|place| {
                let live = &made.lives[*place];
                // A portrait without a face is accepted for nobody.
                if portrait.templates.is_empty() {
                    return Ok(vec![f32::NEG_INFINITY; live.len()]);
                }
                let pairs = portrait.templates.iter().zip(live);
                Ok(pairs.map(|(a, b)| score(a, b).map(|s| s.value())).collect::<Result<Vec<_>, _>>()?)
            })
            .collect()
    };
    let [first, second] = portrait.of;
    Ok([side(first)?, side(second)?])
}

/// The measures of all pairs that match: of one person's portraits, and of morphs made as `wanted`
/// or in any way.
fn measures(
    made: &Made,
    detector: &MorphDetector,
    system: usize,
    threshold: f32,
    wanted: Option<Morph>,
) -> Anyhow<MorphMeasures> {
    let of = |portrait: &MorphPortrait, people: &[usize]| -> Anyhow<Vec<f32>> {
        let Some(document) = portrait.templates.get(system) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for place in people.iter().flat_map(|person| &made.people[*person].attempts) {
            let live = &made.lives[*place][system];
            if score(document, live)?.value() >= threshold {
                found.push(detector.measure(document, live)?);
            }
        }
        Ok(found)
    };
    let mut found = MorphMeasures { genuine: vec![Vec::new(); made.people.len()], morphs: Vec::new() };
    for portrait in &made.genuine {
        found.genuine[portrait.of[0]].extend(of(portrait, &portrait.of[..1])?);
    }
    let mut groups = std::collections::BTreeMap::<[usize; 2], Vec<f32>>::new();
    for portrait in made.morphs.iter().filter(|portrait| wanted.is_none() || portrait.morph == wanted) {
        groups.entry(portrait.of).or_default().extend(of(portrait, &portrait.of)?);
    }
    found.morphs = groups.into_values().collect();
    Ok(found)
}

/// `[morphs]` of a card.
#[derive(Serialize, Deserialize)]
struct Card {
    morphs: selfsame::model::MorphSpec,
}

fn fit(arguments: &MorphsArguments, systems: &MorphSystems, made: &Made, name: &str, file: &Path) -> Anyhow<()> {
    let system = PROFILES.iter().position(|p| *p == arguments.profile).ok_or("a profile without templates")?;
    let ensemble = Ensemble::load(&TemplateSource::Profile(arguments.profile), &Backend::default())?;
    let dimension = |card: &ModelCard| card.template.as_ref().map(|template| template.dimension);
    let dimensions: Vec<usize> = ensemble.model_cards().map(dimension).collect::<Option<_>>().ok_or("no templates")?;
    // What does not come near a match says little about what does.
    let [near, matching] = [FIT_FMR, arguments.fmr].map(|fmr| thresholds(systems, fmr));
    let (near, matching) = (near?[system], matching?[system]);
    let mut examples = Vec::new();
    for portrait in made.genuine.iter().chain(&made.morphs) {
        let Some(document) = portrait.templates.get(system) else { continue };
        // One person's portrait is of the same person twice.
        let people = if portrait.morph.is_some() { &portrait.of[..] } else { &portrait.of[..1] };
        for person in people {
            for place in &made.people[*person].attempts {
                let live = &made.lives[*place][system];
                let score = score(document, live)?.value();
                if score >= near {
                    let (morph, matches) = (portrait.morph.is_some(), score >= matching);
                    examples.push(MorphExample { document, live, morph, matches, people: portrait.of });
                }
            }
        }
    }
    let data = format!(
        "{name}: {} portraits of one person and {} morphs of look-alikes, stored as JPEG 2000 or printed and scanned; \
         0 at a BSCER of {BSCER} on people left out",
        made.genuine.len(),
        made.morphs.len()
    );
    let spec = fit_morphs(&examples, &dimensions, BSCER, made.people.len() as u64, data)?;
    write(file, &toml::to_string(&Card { morphs: spec })?)
}
