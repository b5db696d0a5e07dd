//! `--fuse`: templates of several pictures of a person, fused, against single ones.

use super::enrolled::Enrolled;
use crate::commands::shared::Anyhow;
use rayon::prelude::*;
use selfsame::compare::score;
use selfsame::template::Template;
use selfsame_lab::say;
use std::collections::BTreeMap;

/// The false match rates that are reported.
const RATES: [f64; 3] = [1e-2, 1e-3, 1e-4];
/// A person is fused this many times, from different pictures; chosen by hand.
const DRAWS: usize = 4;

/// Genuine and impostor scores.
type Scores = (Vec<f32>, Vec<f32>);

/// Compares several pictures of a person, fused, with each other picture of everyone; beside it one
/// of those pictures alone.
pub fn fuse(pictures: &Enrolled<'_>, count: usize) -> Anyhow<()> {
    let mut people = BTreeMap::<usize, Vec<usize>>::new();
    for (place, subject) in pictures.subjects.iter().enumerate() {
        if pictures.templates[place].is_some() {
            people.entry(*subject).or_default().push(place);
        }
    }
    people.retain(|_, places| places.len() > count);
    say!("\n{count} pictures of one side, {} people, {DRAWS} draws each", people.len());
    say!("{:>10} {:>12} {:>12}", "FMR", "FNMR of one", "FNMR fused");
    let trials: Vec<[Scores; 2]> = people
        .par_iter()
        .flat_map_iter(|(subject, places)| (0..DRAWS).map(move |draw| (subject, places, draw)))
        .map(|(subject, places, draw)| {
            // Other pictures in each draw: a window that moves around.
            let taken: Vec<usize> =
                (0..count).map(|i| places[(draw * places.len() / DRAWS + i) % places.len()]).collect();
            let several: Vec<Template> = taken.iter().filter_map(|i| pictures.templates[*i].clone()).collect();
            let fused = pictures.setup.engine.extractor().fuse(&several)?;
            let against = |probe: &Template| -> Anyhow<Scores> {
                let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
                for (place, template) in pictures.templates.iter().enumerate() {
                    let Some(template) = template.as_ref().filter(|_| !taken.contains(&place)) else { continue };
                    let value = score(probe, template)?.value();
                    if pictures.subjects[place] == *subject { genuine.push(value) } else { impostor.push(value) }
                }
                Ok((genuine, impostor))
            };
            Ok([against(several.first().ok_or("nobody has so many pictures")?)?, against(&fused)?])
        })
        .collect::<Anyhow<_>>()?;
    let sorted = |pick: &dyn Fn(&[Scores; 2]) -> Vec<f32>| {
        let mut all: Vec<f32> = trials.iter().flat_map(pick).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all
    };
    let [one, fused] = [0, 1].map(|which| (sorted(&|t| t[which].0.clone()), sorted(&|t| t[which].1.clone())));
    let fnmr = |(genuine, impostor): &Scores, fmr: f64| {
        // Without impostors nothing may match.
        let threshold = impostor.get((fmr * impostor.len() as f64) as usize).copied().unwrap_or(f32::INFINITY);
        100.0 * genuine.iter().filter(|s| **s <= threshold).count() as f64 / genuine.len().max(1) as f64
    };
    for fmr in RATES {
        say!("{fmr:>10.0e} {:>10.2} % {:>10.2} %", fnmr(&one, fmr), fnmr(&fused, fmr));
    }
    Ok(())
}
