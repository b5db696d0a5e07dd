//! The unified quality scores: what discarding pairs by them gains, and the weights fitted on the
//! pictures at hand.
//!
//! `lfw DIR --folds 1-5 --quality` prints the constants that the code has, `--folds 6-10` tries
//! them on other people. On all ten folds each half is judged with the weights of the other, at its
//! own threshold, and both halves' pairs are counted together.

use super::Anyhow;
use super::further::Pictures;
use super::templates::progress;
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use selfsame::image::{Limits, Photo};
use selfsame::quality::{QualityReport, assess, unified_features, unified_of_magnitude, unified_weights};
use selfsame::template::Template;
use selfsame_lab::evaluate::{
    Bootstrap, Discard, DiscardTrial, GenuinePair, all_pairs, comparison_scores, fit_quality, genuine_pairs,
};
use std::path::Path;

/// The false match rate whose threshold judges.
pub const FMR: f64 = 1e-3;
/// The share of pairs at which scores are compared.
pub const SHARE: f64 = 0.1;
/// Folds of LFW's View 2.
const LFW_FOLDS: usize = 10;

pub type Features = Option<[f32; 6]>;

/// The pictures of some folds, as a list of their own.
pub struct Part {
    /// Their places among all pictures.
    places: Vec<usize>,
    pub subjects: Vec<usize>,
    pub features: Vec<Features>,
    pub pairs: Vec<GenuinePair>,
}

impl Part {
    pub fn trial<'a>(&'a self, quality: &'a [f32], threshold: f32) -> DiscardTrial<'a> {
        DiscardTrial { pairs: &self.pairs, subjects: &self.subjects, quality, threshold }
    }

    pub fn fit(&self, used: [bool; 6]) -> Anyhow<[f64; 6]> {
        Ok(fit_quality(&self.pairs, &self.subjects, &self.features, used)?)
    }

    /// The score of each picture with these weights.
    pub fn weighted(&self, weights: &[f64; 6]) -> Vec<f32> {
        let sum =
            |features: &[f32; 6]| features.iter().zip(weights).map(|(f, w)| f64::from(*f) * w).sum::<f64>() as f32;
        self.of(|place| self.features[place].as_ref().map(sum))
    }

    /// `quality` of each place in this list; without a face the worst.
    fn of(&self, quality: impl Fn(usize) -> Option<f32>) -> Vec<f32> {
        (0..self.places.len()).map(|place| quality(place).unwrap_or(f32::NEG_INFINITY)).collect()
    }
}

/// The measures of all pictures.
pub struct Measured<'a> {
    templates: &'a [Option<Template>],
    subjects: &'a [usize],
    pub folds: &'a [usize],
    reports: Vec<Option<QualityReport>>,
}

impl<'a> Measured<'a> {
    pub fn new(pictures: &Pictures<'a>, folds: &'a [usize]) -> Anyhow<Self> {
        let setup = pictures.setup;
        let assessed = |path: &&Path| -> Anyhow<Option<QualityReport>> {
            let bytes = std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
            let photo = Photo::decode(&bytes, &Limits::default())?;
            let Some(mesh) = setup.choice.mesh(&setup.engine, &photo)? else { return Ok(None) };
            Ok(Some(assess(&photo.frame(), &mesh)?))
        };
        let bar = progress(pictures.paths.len(), "quality")?;
        let reports = pictures.paths.par_iter().progress_with(bar.clone()).map(assessed).collect::<Anyhow<Vec<_>>>()?;
        bar.finish_and_clear();
        Ok(Self { templates: pictures.templates, subjects: pictures.subjects, folds, reports })
    }

    /// The pictures whose fold is `wanted`.
    pub fn part(&self, wanted: impl Fn(usize) -> bool) -> Anyhow<Part> {
        let places: Vec<usize> = (0..self.folds.len()).filter(|place| wanted(self.folds[*place])).collect();
        let subjects: Vec<usize> = places.iter().map(|place| self.subjects[*place]).collect();
        let scores = comparison_scores(self.templates)?;
        let pairs = genuine_pairs(&subjects, |a, b| scores(places[a], places[b]));
        let features = places.iter().map(|place| self.reports[*place].as_ref().map(unified_features)).collect();
        Ok(Part { places, subjects, features, pairs })
    }

    /// The part's own threshold.
    pub fn threshold(&self, part: &Part) -> Anyhow<f32> {
        let enrolled: Vec<bool> = part.places.iter().map(|place| self.templates[*place].is_some()).collect();
        let scores = comparison_scores(self.templates)?;
        let set = all_pairs(&part.subjects, &enrolled, |a, b| scores(part.places[a], part.places[b]))?;
        Ok(set.at_fmr(FMR).ok_or("there are too few impostor pairs for an FMR of 1e-3")?.threshold)
    }

    fn measure(&self, part: &Part, of: fn(&QualityReport) -> f32) -> Vec<f32> {
        part.of(|place| self.reports[part.places[place]].as_ref().map(of))
    }

    fn magnitude(&self, part: &Part) -> Vec<f32> {
        let of = |template: &Template| unified_of_magnitude(template.magnitude()).native;
        part.of(|place| self.templates[part.places[place]].as_ref().map(of))
    }
}

/// The measures whose weight is not 0.
fn used() -> [bool; 6] {
    unified_weights().map(|weight| weight != 0.0)
}

pub fn run(measured: &Measured<'_>, bootstrap: &Bootstrap) -> Anyhow<Vec<Discard>> {
    let is_whole_lfw = measured.folds.iter().max() == Some(&(LFW_FOLDS - 1));
    let curves = if is_whole_lfw {
        let half = |fold: usize| 2 * fold / LFW_FOLDS;
        let parts = [measured.part(|fold| half(fold) == 0)?, measured.part(|fold| half(fold) == 1)?];
        let [first, second] = &parts;
        let crossed = [first.weighted(&second.fit(used())?), second.weighted(&first.fit(used())?)];
        println!("\neach half of the folds is judged with the weights of the other, at its own threshold");
        curves(measured, &parts, &crossed, bootstrap)?
    } else {
        let part = measured.part(|_| true)?;
        constants(measured, &part)?;
        let unified = part.weighted(&unified_weights().map(f64::from));
        curves(measured, &[part], &[unified], bootstrap)?
    };
    println!("\nFNMR at FMR {FMR:.0e} with so many pairs discarded, 95 % interval of the change by resampling people");
    for curve in &curves {
        let points: Vec<String> =
            curve.points.iter().map(|p| format!("{} %: {:.2}", 100.0 * p.discarded, 100.0 * p.fnmr)).collect();
        println!("{:>36}: {}", curve.name, points.join(", "));
        let Some((before, after)) = curve.at(0.0).zip(curve.at(SHARE)) else { continue };
        let change = after.reduction.map_or("-".to_owned(), |r| format!("{:+.1} %", -100.0 * r));
        let interval = after
            .reduction_interval
            .map_or("-".to_owned(), |i| format!("{:+.0} to {:+.0} %", -100.0 * i.high, -100.0 * i.low));
        println!("{:>36}  10 %: {change} ({interval}), {} of {} errors left", "", after.errors, before.errors);
    }
    Ok(curves.into_iter().take(3).collect())
}

/// Curves over the parts together; `unified` is the score before the template in each.
fn curves(
    measured: &Measured<'_>,
    parts: &[Part],
    unified: &[Vec<f32>],
    bootstrap: &Bootstrap,
) -> Anyhow<Vec<Discard>> {
    let thresholds = parts.iter().map(|part| measured.threshold(part)).collect::<Anyhow<Vec<_>>>()?;
    let of = |name: &str, quality: &[Vec<f32>]| {
        let trials = parts.iter().zip(quality).zip(&thresholds).map(|((part, q), threshold)| part.trial(q, *threshold));
        Discard::new(name, &trials.collect::<Vec<_>>(), bootstrap)
    };
    let by = |name: &str, measure: fn(&QualityReport) -> f32| {
        of(name, &parts.iter().map(|part| measured.measure(part, measure)).collect::<Vec<_>>())
    };
    let magnitude: Vec<_> = parts.iter().map(|part| measured.magnitude(part)).collect();
    Ok(vec![
        of("unified, before the template", unified),
        of("unified, of the template's magnitude", &magnitude),
        by("sharpness alone", |r| r.sharpness),
        by("pitch alone", |r| -r.pitch.native.abs()),
        by("yaw alone", |r| -r.yaw.native.abs()),
        by("inter-eye distance alone", |r| r.inter_eye_distance.native),
        by("luminance mean alone", |r| r.luminance_mean.native),
    ])
}

/// Prints what `quality/unified.rs` holds, as fitted here.
fn constants(measured: &Measured<'_>, part: &Part) -> Anyhow<()> {
    let weights = part.fit(used())?;
    println!("\nfitted here, as in quality/unified.rs");
    println!("const WEIGHTS: [f32; 6] = {weights:.5?};");
    for (name, quality) in [("", part.weighted(&weights)), ("_LN_MAGNITUDE", measured.magnitude(part))] {
        let mut known: Vec<f32> = quality.into_iter().filter(|q| q.is_finite()).collect();
        known.sort_by(f32::total_cmp);
        let at = |share: f64| known.get((share * known.len() as f64) as usize).copied().unwrap_or(f32::NAN);
        let (worst_tenth, median) = (at(0.1), at(0.5));
        println!("const WORST_TENTH{name}: f32 = {worst_tenth:.4};");
        // The median becomes 80: a logistic curve reaches 0.8 at ln 4 widths.
        println!("const WIDTH{name}: f32 = {:.4};", (median - worst_tenth) / 4f32.ln());
    }
    Ok(())
}
