//! Mean and covariance of many people's templates, for the card of a template network.

use super::spread::{Spread, steps};
use crate::error::{Error, ErrorKind, Result, Stage};
use nalgebra::DVector;
use selfsame::model::ImpostorSpec;
use selfsame::template::Template;
use std::collections::BTreeMap;

/// Directions of most variance that are kept. On LFW 32 are as good as all 192, and 16 are not.
const AXES: usize = 32;
/// Unit of the card's integers, in units of the cosine.
const STEP: f32 = 5e-4;
/// Fewer people than this say nothing about all people, and too much about themselves.
const LEAST_PEOPLE: usize = 500;
/// Standard deviations above the mean, and weight of the logarithm of the magnitude: tuned on the
/// people of LFW's folds 1 to 5, for FNMR at FMRs of 1e-3 and 1e-4 among them. Both have a broad
/// optimum: 2 to 3, and 0.2 to 0.3.
const SPREAD: f32 = 3.0;
const MAGNITUDE_WEIGHT: f32 = 0.3;
/// The magnitude that adds nothing is about the median; magnitudes outside the range count as its
/// ends.
const MAGNITUDE_REFERENCE: f32 = 70.0;
const MAGNITUDE_RANGE: [f32; 2] = [45.0, 100.0];

/// What the templates of different people say about impostors; `subjects` tells who is on each
/// picture. Everyone counts alike, however many pictures show them.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with fewer than 500 people, [`ErrorKind::ShapeMismatch`] if the
/// lists or the templates are of different lengths.
pub fn impostor_spec(templates: &[Option<Template>], subjects: &[usize], data: String) -> Result<ImpostorSpec> {
    let dimension = templates.iter().flatten().next().map_or(0, Template::dimension);
    if templates.len() != subjects.len() || templates.iter().flatten().any(|t| t.dimension() != dimension) {
        let message = "templates and subjects must be of one number, templates of one dimension";
        return Err(Error::new(ErrorKind::ShapeMismatch, Stage::Evaluate, message));
    }
    let mut people = BTreeMap::new();
    for (template, subject) in templates.iter().zip(subjects) {
        if let Some(template) = template {
            let sum = people.entry(*subject).or_insert_with(|| DVector::<f64>::zeros(dimension));
            sum.iter_mut().zip(template.values()).for_each(|(sum, v)| *sum += f64::from(*v));
        }
    }
    if people.len() < LEAST_PEOPLE {
        let message = format!("{} people, fewer than {LEAST_PEOPLE}", people.len());
        return Err(Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message));
    }
    let people: Vec<DVector<f64>> = people.into_values().map(|sum| sum.normalize()).collect();
    let Spread { mean, axes } = Spread::of(&people, dimension);
    let rest: Vec<f64> = axes.iter().skip(AXES).map(|(variance, _)| *variance).collect();
    let variance = rest.iter().sum::<f64>() / rest.len().max(1) as f64;
    let axis =
        |(of_axis, direction): &(f64, DVector<f64>)| steps(&(direction * (of_axis - variance).max(0.0).sqrt()), STEP);
    Ok(ImpostorSpec {
        data,
        people: people.len() as u64,
        spread: SPREAD,
        magnitude_weight: MAGNITUDE_WEIGHT,
        magnitude_reference: MAGNITUDE_REFERENCE,
        magnitude_range: MAGNITUDE_RANGE,
        variance: variance as f32,
        step: STEP,
        mean: steps(&mean, STEP),
        axes: axes.iter().take(AXES).map(axis).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person's template: a fixed direction plus noise by a linear congruential generator.
    fn templates(people: usize) -> Vec<Option<Template>> {
        let mut state = 1u64;
        let mut noise = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        let mut one = || {
            let mut values: Vec<f32> = (0..48).map(|_| noise()).collect();
            values[0] += 0.5;
            values[1] *= 4.0;
            Some(Template::from_embedding(&values, "m".into()).unwrap())
        };
        (0..people).map(|_| one()).collect()
    }

    #[test]
    fn levels_predict_the_scores_against_everyone() {
        let templates = templates(2000);
        let subjects: Vec<usize> = (0..templates.len()).collect();
        let spec = impostor_spec(&templates, &subjects, "made up".into()).unwrap();
        assert_eq!((spec.people, spec.mean.len(), spec.axes.len()), (2000, 48, AXES));
        // What the product computes from the spec, without the part of the magnitude.
        let value = |steps: i32| f64::from(steps) * f64::from(spec.step);
        let along = |axis: &[i32], probe: &Template| {
            axis.iter().zip(probe.values()).map(|(a, v)| value(*a) * f64::from(*v)).sum::<f64>()
        };
        for probe in templates.iter().flatten().take(20) {
            let scores: Vec<f32> =
                templates.iter().flatten().map(|t| selfsame::compare::cosine(probe, t).unwrap()).collect();
            let mean = scores.iter().sum::<f32>() / scores.len() as f32;
            let deviation = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f32>() / scores.len() as f32).sqrt();
            let variance =
                spec.axes.iter().map(|axis| along(axis, probe).powi(2)).sum::<f64>() + f64::from(spec.variance);
            let level = (along(&spec.mean, probe) + f64::from(spec.spread) * variance.sqrt()) as f32;
            assert!((level - (mean + spec.spread * deviation)).abs() < 0.03, "{level}, {mean}, {deviation}");
        }
    }

    #[test]
    fn few_people_and_contradictions_are_errors() {
        let templates = templates(600);
        let kind = |t: &[Option<Template>], s: &[usize]| impostor_spec(t, s, String::new()).unwrap_err().kind();
        let few: Vec<usize> = (0..600).map(|i| i % 499).collect();
        assert_eq!(kind(&templates, &few), ErrorKind::InvalidArgument);
        assert_eq!(kind(&templates, &[1]), ErrorKind::ShapeMismatch);
        assert_eq!(kind(&[], &[]), ErrorKind::InvalidArgument);
    }
}
