//! `--distance`: one picture of each person as taken from nearer.

use super::enrolled::Enrolled;
use crate::commands::shared::{Anyhow, progress};
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use selfsame::align::{Distance, Perspective};
use selfsame::compare::{Calibration, FmrBasis, Pairing, score};
use selfsame::template::Template;
use selfsame_lab::evaluate::{HeadShape, ScoreSet, pairs_between};
use selfsame_lab::say;

/// The false match rate that is reported.
const FMR: f64 = 1e-4;
/// What is told of the distance: a share of the true one, or nothing.
const TOLD: [(&str, Option<f32>); 4] =
    [("told", Some(1.0)), ("told × 0.7", Some(0.7)), ("told × 1.3", Some(1.3)), ("not told", None)];

/// The last picture of each person who has several, as taken from each of `distances` (in
/// centimetres) with the depth of `shape`, against all other pictures: taken as it is, and undone.
pub fn distances(pictures: &Enrolled<'_>, set: &ScoreSet, shape: HeadShape, distances: &[f32]) -> Anyhow<()> {
    let threshold = threshold(pictures, set)?;
    let last = |place: usize| {
        let of_person = |other: &usize| pictures.subjects[*other] == pictures.subjects[place];
        !(place + 1..pictures.subjects.len()).any(|other| of_person(&other))
            && (0..place).any(|other| of_person(&other))
    };
    let selfies: Vec<usize> = (0..pictures.subjects.len()).filter(|place| last(*place)).collect();
    let others: Vec<usize> =
        (0..pictures.subjects.len()).filter(|place| selfies.binary_search(place).is_err()).collect();
    say!(
        "\n{} selfies with the depth of the head “{}”, at the score {threshold:.4} (FMR {FMR:.0e})",
        selfies.len(),
        shape.as_str()
    );
    say!("{:>8} {:>12} {:>10} {:>8} {:>8} {:>10}", "distance", "undone", "not found", "pairs", "FNMR", "FMR");
    let report = |distance: &str, undone: &str, made: &[Option<Template>]| -> Anyhow<()> {
        let mut present = pictures.present();
        let mut probes: Vec<Option<&Template>> = vec![None; present.len()];
        for (place, template) in selfies.iter().zip(made) {
            present[*place] = template.is_some();
            probes[*place] = template.as_ref();
        }
        let scores = pairs_between(&pictures.subjects, &present, [&others, &selfies], |reference, probe| {
            match (&pictures.templates[reference], probes[probe]) {
                // A pair without a score is not compared.
                (Some(a), Some(b)) => score(a, b).map_or(f32::NAN, |s| s.value()),
                _ => f32::NAN,
            }
        })?;
        let point = scores.at_threshold(threshold).ok_or("there are no pairs")?;
        let fnmr = point.fnmr.map_or("-".to_owned(), |fnmr| format!("{:.2} %", 100.0 * fnmr));
        let missing = made.iter().filter(|template| template.is_none()).count();
        say!("{distance:>8} {undone:>12} {missing:>10} {:>8} {fnmr:>8} {:>10.1e}", scores.genuine_pairs(), point.fmr);
        Ok(())
    };
    let plain: Vec<Option<Template>> = selfies.iter().map(|place| pictures.templates[*place].clone()).collect();
    report("as taken", "no", &plain)?;
    let bar = progress(selfies.len(), "undone as taken")?;
    let undone = selfies
        .par_iter()
        .progress_with(bar)
        .map(|place| Ok(near(pictures, *place, shape, None)?.swap_remove(TOLD.len())));
    report("as taken", "not told", &undone.collect::<Anyhow<Vec<_>>>()?)?;
    for distance in distances {
        let bar = progress(selfies.len(), &format!("{distance} cm"))?;
        let made = selfies.par_iter().progress_with(bar).map(|place| near(pictures, *place, shape, Some(*distance)));
        let made = made.collect::<Anyhow<Vec<_>>>()?;
        let names = std::iter::once("no").chain(TOLD.map(|(name, _)| name));
        for (number, name) in names.enumerate() {
            let column: Vec<Option<Template>> = made.iter().map(|templates| templates[number].clone()).collect();
            report(&format!("{distance} cm"), name, &column)?;
        }
    }
    Ok(())
}

/// The score that the network's card asks for over all people; without a calibration the one that
/// has the rate here.
fn threshold(pictures: &Enrolled<'_>, set: &ScoreSet) -> Anyhow<f32> {
    let card = pictures.setup.ensemble.card();
    let over_all =
        card.calibrations.iter().find(|c| c.pairing == Pairing::SelfieSelfie && c.basis == FmrBasis::Average);
    Ok(match over_all {
        Some(spec) => Calibration::new(&card.id, spec.clone())?.threshold(FMR)?.score().value(),
        None => set.at_fmr(FMR).ok_or("too few pairs for a threshold")?.threshold,
    })
}

/// A picture as taken from `distance_cm`, or as it is: its templates as it is, and undone with
/// what each of [`TOLD`] tells.
fn near(
    pictures: &Enrolled<'_>,
    place: usize,
    shape: HeadShape,
    distance_cm: Option<f32>,
) -> Anyhow<Vec<Option<Template>>> {
    let setup = pictures.setup;
    let none = || Ok(vec![None; TOLD.len() + 1]);
    let mut photo = setup.read(pictures.paths[place])?;
    let Some(mut mesh) = setup.choice.mesh(&setup.engine, &photo)? else { return none() };
    if let Some(distance_cm) = distance_cm {
        photo = shape.nearer(&photo, &mesh, distance_cm, place as u64)?;
        let Some(of_near) = setup.choice.mesh(&setup.engine, &photo)? else { return none() };
        mesh = of_near;
    }
    let (frame, extractor) = (photo.frame(), setup.engine.extractor());
    let plain = extractor.extract(&frame, &mesh, &setup.options)?;
    let mut templates = vec![Some(plain.clone())];
    for (_, share) in TOLD {
        let distance = match (share, distance_cm) {
            (Some(share), Some(cm)) => Distance::Cm(share * cm),
            (Some(_), None) => Distance::Portrait,
            (None, _) => Distance::Unknown,
        };
        let undone =
            Perspective::new(&mesh, distance).map(|near| extractor.extract_undone(&frame, &near, &setup.options));
        templates.push(Some(undone.transpose()?.unwrap_or_else(|| plain.clone())));
    }
    Ok(templates)
}
