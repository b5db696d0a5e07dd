//! Fits the probes of an ensemble's card: linear least squares with a penalty on the features'
//! weights (ridge regression; A. E. Hoerl, R. W. Kennard, 1970).

use super::sample::DamagedSample;
use crate::error::{Error, ErrorKind, Result, Stage};
use nalgebra::{DMatrix, DVector};
use selfsame::model::{CoveredPartSpec, CoveringSpec, ProbeSpec, ReliabilitySpec};

/// The penalty on a weight of a feature of unit variance. Of 0.1 to 3 times this the one with the
/// best correlation on the half of LFW's folds 1 to 5 that was left out; it hardly matters.
const PENALTY: f64 = 400.0;
/// The largest weight's integer.
const STEPS: f64 = 16_000.0;
/// A part that is covered by this share counts as covered altogether: eyes, mouth, face.
const WHOLE: [f32; 3] = [0.5, 0.5, 0.4];
/// The share of undamaged pictures that may be taken for covered by one of the three measures.
const FALSE_SHARE: f64 = 0.003;

/// The measures of `sample` that a probe weighs: logarithms of magnitudes, then features.
fn inputs(sample: &DamagedSample) -> impl Iterator<Item = f64> + '_ {
    let magnitudes = sample.template.magnitudes().iter().map(|v| f64::from(v.ln()));
    magnitudes.chain(sample.features.iter().map(|v| f64::from(*v)))
}

/// The probe that best tells `wanted`, one number for each of `samples`.
fn probe(samples: &[&DamagedSample], wanted: &[f64]) -> Result<ProbeSpec> {
    let fault = |message: &str| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message);
    let first = samples.first().ok_or_else(|| fault("there are no pictures to fit on"))?;
    let magnitudes = first.template.magnitudes().len();
    let columns = magnitudes + first.features.len();
    if samples.len() < 2 * columns {
        return Err(fault("there are fewer pictures than twice as many as weights"));
    }
    let mut rows = DMatrix::from_row_iterator(samples.len(), columns, samples.iter().flat_map(|s| inputs(s)));
    let mut scales = Vec::with_capacity(columns);
    let mut means = Vec::with_capacity(columns);
    for mut column in rows.column_iter_mut() {
        let mean = column.mean();
        let deviation = column.variance().sqrt().max(1e-9);
        column.iter_mut().for_each(|v| *v = (*v - mean) / deviation);
        scales.push(deviation);
        means.push(mean);
    }
    let level = wanted.iter().sum::<f64>() / wanted.len() as f64;
    let target = DVector::from_iterator(wanted.len(), wanted.iter().map(|v| v - level));
    let mut normal = rows.tr_mul(&rows);
    for i in magnitudes..columns {
        if let Some(v) = normal.get_mut((i, i)) {
            *v += PENALTY;
        }
    }
    let weights =
        normal.cholesky().ok_or_else(|| fault("the features depend on each other"))?.solve(&rows.tr_mul(&target));
    let weights: Vec<f64> = weights.iter().zip(&scales).map(|(w, scale)| w / scale).collect();
    let offset = level - weights.iter().zip(&means).map(|(w, mean)| w * mean).sum::<f64>();
    let (of_magnitudes, of_features) = weights.split_at(magnitudes);
    let step = of_features.iter().fold(1e-9f64, |largest, w| largest.max(w.abs())) / STEPS;
    Ok(ProbeSpec {
        offset: offset as f32,
        magnitudes: of_magnitudes.iter().map(|w| *w as f32).collect(),
        step: step as f32,
        features: of_features.iter().map(|w| (w / step).round() as i32).collect(),
    })
}

/// What `probe` reads of `sample`.
fn read(probe: &ProbeSpec, sample: &DamagedSample) -> f64 {
    let features = probe.features.iter().map(|v| f64::from(*v) * f64::from(probe.step));
    let weights = probe.magnitudes.iter().map(|w| f64::from(*w)).chain(features);
    f64::from(probe.offset) + weights.zip(inputs(sample)).map(|(w, v)| w * v).sum::<f64>()
}

fn people(samples: &[DamagedSample]) -> u64 {
    samples.iter().map(|s| s.subject).collect::<std::collections::HashSet<_>>().len() as u64
}

/// The reliability's probe, and its correlation with the cosines on people it was not fitted on:
/// the mean of fitting on each half of them and trying it on the other.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with fewer than twice as many samples as weights in a half.
pub fn fit_reliability(samples: &[DamagedSample], least: f32, data: String) -> Result<(ReliabilitySpec, f64)> {
    let wanted = |samples: &[&DamagedSample]| -> Vec<f64> { samples.iter().map(|s| f64::from(s.cosine)).collect() };
    let all: Vec<&DamagedSample> = samples.iter().collect();
    let mut correlation = 0.0;
    for half in 0..2 {
        let (fitted, tried): (Vec<_>, Vec<_>) = all.iter().copied().partition(|s| s.subject % 2 == half);
        let probe = probe(&fitted, &wanted(&fitted))?;
        let told: Vec<f64> = tried.iter().map(|s| read(&probe, s)).collect();
        correlation += 0.5 * pearson(&told, &wanted(&tried));
    }
    Ok((ReliabilitySpec { data, people: people(samples), least, probe: probe(&all, &wanted(&all))? }, correlation))
}

/// The covering's probes. The limits are those that three in a thousand undamaged pictures reach,
/// each read by a probe that was fitted on other people.
///
/// # Errors
/// As [`fit_reliability`].
pub fn fit_covering(samples: &[DamagedSample], data: String) -> Result<CoveringSpec> {
    let part = |part: usize| -> Result<CoveredPartSpec> {
        let share = |s: &DamagedSample| {
            // There are three parts.
            let whole = WHOLE.get(part).copied().unwrap_or(1.0);
            let share = s.covered.as_ref()?.get(part)?;
            Some(f64::from((share / whole).min(1.0)))
        };
        let known: Vec<(&DamagedSample, f64)> = samples.iter().filter_map(|s| Some((s, share(s)?))).collect();
        let mut of_clean = Vec::new();
        for half in 0..2 {
            let (fitted, tried): (Vec<_>, Vec<_>) = known.iter().copied().partition(|(s, _)| s.subject % 2 == half);
            let (fitted, wanted): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
            let probe = probe(&fitted, &wanted)?;
            of_clean.extend(tried.iter().filter(|(s, _)| s.clean).map(|(s, _)| read(&probe, s)));
        }
        of_clean.sort_by(f64::total_cmp);
        let place = ((1.0 - FALSE_SHARE) * of_clean.len() as f64) as usize;
        // Without undamaged pictures nothing counts as covered.
        let limit = of_clean.get(place).or(of_clean.last()).copied().unwrap_or(1.0);
        let (known, wanted): (Vec<_>, Vec<_>) = known.into_iter().unzip();
        Ok(CoveredPartSpec { limit: limit.clamp(0.2, 1.0) as f32, probe: probe(&known, &wanted)? })
    };
    Ok(CoveringSpec { data, people: people(samples), eyes: part(0)?, mouth: part(1)?, face: part(2)? })
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - ma, b - mb)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use selfsame::template::Template;

    fn samples() -> Vec<DamagedSample> {
        let mut random = Random::new(1, 0);
        let mut sample = |subject: usize| {
            let features: Vec<f32> = (0..3).map(|_| random.normal()).collect();
            let cosine = 0.5 + 0.1 * features[0] - 0.05 * features[2];
            let covered =
                if subject.is_multiple_of(3) { [0.5 * (features[1] > 0.0) as u8 as f32; 3] } else { [0.0; 3] };
            DamagedSample {
                subject,
                clean: covered[0] == 0.0,
                template: Template::from_embedding(&[3.0, 4.0 + random.normal()], "m".into()).unwrap(),
                features,
                cosine,
                covered: Some(covered),
            }
        };
        (0..400).map(|i| sample(i / 2)).collect()
    }
    #[test]
    fn what_is_linear_is_told() {
        let samples = samples();
        let (spec, correlation) = fit_reliability(&samples, 0.5, "made up".into()).unwrap();
        assert!(correlation > 0.99 && spec.people == 200, "{correlation}");
        let far = samples.iter().map(|s| (read(&spec.probe, s) - f64::from(s.cosine)).abs()).fold(0.0, f64::max);
        assert!(far < 0.25, "{far}");
        assert!(fit_reliability(&samples[..9], 0.5, String::new()).is_err(), "too few");
    }

    #[test]
    fn limits_leave_undamaged_pictures_alone() {
        let samples = samples();
        let spec = fit_covering(&samples, "made up".into()).unwrap();
        let clean: Vec<_> = samples.iter().filter(|s| s.clean).collect();
        let told = clean.iter().filter(|s| read(&spec.eyes.probe, s) >= f64::from(spec.eyes.limit)).count();
        assert!(told * 50 < clean.len(), "{told} of {}", clean.len());
    }
}
