//! Fits what tells morphs: logistic regression on two templates.

use crate::error::{Error, ErrorKind, Result, Stage};
use nalgebra::{DMatrix, DVector};
use selfsame::model::MorphSpec;
use selfsame::template::Template;

/// The penalty on a weight of a feature of unit variance, over the number of examples: as good as
/// none, so that features that say the same have a solution too.
const PENALTY: f64 = 1e-6;
/// Newton's steps: the last ones change nothing that is written.
const STEPS: usize = 12;

/// A portrait and a live picture of whom it is said to show.
#[derive(Debug, Clone, Copy)]
pub struct MorphExample<'a> {
    /// The portrait's template.
    pub document: &'a Template,
    /// The live picture's.
    pub live: &'a Template,
    /// Whether the portrait is a morph.
    pub morph: bool,
    /// Whether the two match at the rate at which the limit is set.
    pub matches: bool,
    /// Whose portrait it is, by number: the same person twice, or both contributors.
    pub people: [usize; 2],
}

impl MorphExample<'_> {
    /// Logarithms of magnitudes, of the document and of the live picture, then each network's part
    /// of the cosine.
    fn inputs(&self, dimensions: &[usize]) -> Vec<f64> {
        let magnitudes = self.document.magnitudes().iter().chain(self.live.magnitudes());
        let mut inputs: Vec<f64> = magnitudes.map(|v| f64::from(v.ln())).collect();
        let mut products = self.document.values().iter().zip(self.live.values()).map(|(d, s)| f64::from(d * s));
        inputs.extend(dimensions.iter().map(|values| products.by_ref().take(*values).sum::<f64>()));
        inputs
    }
}

/// Weights of the inputs, and what is added.
struct Weights {
    inputs: Vec<f64>,
    offset: f64,
}

impl Weights {
    fn measure(&self, example: &MorphExample<'_>, dimensions: &[usize]) -> f64 {
        self.offset + self.inputs.iter().zip(example.inputs(dimensions)).map(|(w, v)| w * v).sum::<f64>()
    }

    /// Those that tell morphs best, both kinds counting alike: Newton's method.
    fn fitted(examples: &[&MorphExample<'_>], dimensions: &[usize]) -> Result<Self> {
        let fault = |message: &str| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message);
        let first = examples.first().ok_or_else(|| fault("there are no pairs to fit on"))?;
        let columns = first.inputs(dimensions).len();
        let morphs = examples.iter().filter(|example| example.morph).count() as f64;
        let all = examples.len() as f64;
        if morphs == 0.0 || morphs == all {
            return Err(fault("there must be morphs and portraits of one person"));
        }
        let mut rows =
            DMatrix::from_row_iterator(examples.len(), columns, examples.iter().flat_map(|e| e.inputs(dimensions)));
        let mut scales = Vec::with_capacity(columns);
        for mut column in rows.column_iter_mut() {
            let mean = column.mean();
            // A column that never changes has no weight.
            let deviation = column.variance().sqrt().max(1e-9);
            column.iter_mut().for_each(|v| *v = (*v - mean) / deviation);
            scales.push((mean, deviation));
        }
        // The offset is the last weight, and is not held back.
        let rows = rows.insert_column(columns, 1.0);
        let target: Vec<f64> = examples.iter().map(|e| f64::from(u8::from(e.morph))).collect();
        let counts: Vec<f64> =
            examples.iter().map(|e| 0.5 * all / if e.morph { morphs } else { all - morphs }).collect();
        let mut penalty = DVector::from_element(columns + 1, PENALTY * all);
        if let Some(last) = penalty.as_mut_slice().last_mut() {
            *last = 1e-9;
        }
        let mut weights = DVector::zeros(columns + 1);
        for _ in 0..STEPS {
            let odds = &rows * &weights;
            let chance: Vec<f64> = odds.iter().map(|v| 1.0 / (1.0 + (-v).exp())).collect();
            let residual = chance.iter().zip(&target).zip(&counts).map(|((p, y), n)| n * (p - y));
            let residual = DVector::from_iterator(examples.len(), residual);
            let gradient = rows.tr_mul(&residual) + penalty.component_mul(&weights);
            let mut weighed = rows.clone();
            for (mut row, (p, n)) in weighed.row_iter_mut().zip(chance.iter().zip(&counts)) {
                row *= n * (p * (1.0 - p)).max(1e-9);
            }
            let curvature = rows.tr_mul(&weighed) + DMatrix::from_diagonal(&penalty);
            let step = curvature.cholesky().ok_or_else(|| fault("the features depend on each other"))?.solve(&gradient);
            weights -= step;
        }
        let inputs: Vec<f64> = weights.iter().zip(&scales).map(|(w, (_, deviation))| w / deviation).collect();
        let of_means: f64 = inputs.iter().zip(&scales).map(|(w, (mean, _))| w * mean).sum();
        // The offset is the last of the weights, of which there is always one.
        let offset = weights.iter().next_back().copied().unwrap_or_default() - of_means;
        Ok(Self { inputs, offset })
    }
}

/// The measure that best tells the morphs among `examples`, shifted so that of the portraits of one
/// person that match a share `bscer` has 0 or more, each by weights that were fitted on other
/// people. `dimensions` says how many of the templates' values are each network's.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] if a half of the people has no morph, or no portrait of one
/// person.
pub fn fit_morphs(
    examples: &[MorphExample<'_>],
    dimensions: &[usize],
    bscer: f64,
    people: u64,
    data: String,
) -> Result<MorphSpec> {
    let fault = |message: &str| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message);
    let mut left_out = Vec::new();
    for half in [0, 1] {
        let of = |half: usize| move |e: &&MorphExample<'_>| e.people.iter().all(|person| person % 2 == half);
        let weights = Weights::fitted(&examples.iter().filter(of(half)).collect::<Vec<_>>(), dimensions)?;
        let genuine = examples.iter().filter(of(1 - half)).filter(|e| !e.morph && e.matches);
        left_out.extend(genuine.map(|e| weights.measure(e, dimensions)));
    }
    left_out.sort_by(|a, b| b.total_cmp(a));
    let limit =
        *left_out.get((bscer * left_out.len() as f64) as usize).ok_or_else(|| fault("there are no portraits"))?;
    let Weights { inputs, offset } = Weights::fitted(&examples.iter().collect::<Vec<_>>(), dimensions)?;
    // There was an example, or the fit above had failed.
    let magnitudes = examples.first().map_or(0, |e| e.document.magnitudes().len());
    let (of_magnitudes, parts) = inputs.split_at(2 * magnitudes);
    let (of_document, of_live) = of_magnitudes.split_at(magnitudes);
    let written = |weights: &[f64]| weights.iter().map(|w| *w as f32).collect();
    Ok(MorphSpec {
        data,
        people,
        offset: (offset - limit) as f32,
        document_magnitudes: written(of_document),
        live_magnitudes: written(of_live),
        dimensions: dimensions.to_vec(),
        parts: written(parts),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use selfsame::compare::MorphDetector;

    fn template(values: [f32; 3]) -> Template {
        Template::from_embedding(&values, "m".into()).unwrap()
    }

    #[test]
    fn what_lies_between_two_people_is_told() {
        // Live pictures lie near one axis; portraits of one person too, morphs between two axes.
        let even = |i: usize| (i * 7919 % 1000) as f32 / 1000.0 - 0.5;
        let live: Vec<Template> = (0..400).map(|i| template([1.0, 0.1 * even(i), 0.2 * even(i + 77)])).collect();
        let portraits: Vec<Template> = (0..400)
            .map(|i| template([1.0, if i % 4 < 2 { 0.8 } else { 0.0 } + 0.3 * even(i + 13), 0.3 * even(i + 5)]))
            .collect();
        let example = |i: usize| MorphExample {
            document: &portraits[i],
            live: &live[i],
            morph: i % 4 < 2,
            matches: true,
            people: [i % 2, i % 2],
        };
        let examples: Vec<_> = (0..400).map(example).collect();
        let spec = fit_morphs(&examples, &[3], 0.05, 400, "made up".into()).unwrap();
        let detector = MorphDetector::new(&spec, "m", 3).unwrap();
        let told = |morph: bool| {
            let of_kind = examples.iter().filter(|e| e.morph == morph);
            of_kind.filter(|e| detector.measure(e.document, e.live).unwrap() >= 0.0).count()
        };
        assert!((2..=25).contains(&told(false)) && told(true) > 160, "{} {}", told(false), told(true));
        let one_kind: Vec<_> = examples.iter().copied().filter(|e| e.morph).collect();
        assert_eq!(fit_morphs(&one_kind, &[3], 0.05, 1, String::new()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}
