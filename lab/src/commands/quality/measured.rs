//! The quality measures of pictures, and what is fitted and tried on parts of them.

use crate::commands::evaluate::Enrolled;
use crate::commands::shared::{Anyhow, progress};
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use selfsame::quality::{QualityReport, assess, unified_features, unified_of_magnitude};
use selfsame::template::Template;
use selfsame_lab::evaluate::{DiscardTrial, GenuinePair, all_pairs, comparison_scores, fit_quality, genuine_pairs};
use std::path::Path;

/// The false match rate whose threshold judges.
pub const FMR: f64 = 1e-3;
/// The share of pairs at which scores are compared.
pub const SHARE: f64 = 0.1;

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
    pub fn new(pictures: &'a Enrolled<'a>) -> Anyhow<Self> {
        let setup = pictures.setup;
        let assessed = |path: &&Path| -> Anyhow<Option<QualityReport>> {
            let photo = setup.read(path)?;
            let Some(mesh) = setup.choice.mesh(&setup.engine, &photo)? else { return Ok(None) };
            Ok(Some(assess(&photo.frame(), &mesh)?))
        };
        let bar = progress(pictures.paths.len(), "quality")?;
        let reports = pictures.paths.par_iter().progress_with(bar.clone()).map(assessed).collect::<Anyhow<Vec<_>>>()?;
        bar.finish_and_clear();
        Ok(Self { templates: &pictures.templates, subjects: &pictures.subjects, folds: &pictures.folds, reports })
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

    pub fn measure(&self, part: &Part, of: fn(&QualityReport) -> f32) -> Vec<f32> {
        part.of(|place| self.reports[part.places[place]].as_ref().map(of))
    }

    pub fn magnitude(&self, part: &Part) -> Vec<f32> {
        // The small network's, which is the first of every profile.
        let of =
            |template: &Template| unified_of_magnitude(template.magnitudes().first().copied().unwrap_or(0.0)).native;
        part.of(|place| self.templates[part.places[place]].as_ref().map(of))
    }
}
