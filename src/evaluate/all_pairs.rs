//! Every picture against every other: FNMR at given FMR.
//!
//! Scores are counted in histograms of 2·10^5 bins over −1 ..= 1, so that memory does not grow with the number of pairs; a
//! threshold is thus exact to 10^-5.

use crate::compare::score;
use crate::error::Result;
use crate::template::Template;
use rayon::prelude::*;

/// Bins of a histogram.
const BINS: usize = 200_000;

/// Counts of scores.
#[derive(Clone)]
struct Histogram(Vec<u64>);

impl Histogram {
    fn new() -> Self {
        Self(vec![0; BINS + 1])
    }

    fn add(&mut self, score: f32) {
        let bin = ((f64::from(score) + 1.0) * 0.5 * BINS as f64).floor().clamp(0.0, BINS as f64) as usize;
        if let Some(count) = self.0.get_mut(bin) {
            *count += 1;
        }
    }

    fn merge(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a += b);
        self
    }

    fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many scores lie in `bin` or above.
    fn at_or_above(&self, bin: usize) -> u64 {
        self.0.iter().skip(bin).sum()
    }
}

/// A point of the detection error trade-off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperatingPoint {
    /// The false match rate asked for.
    pub fmr: f64,
    /// The lowest threshold whose measured false match rate is not higher.
    pub threshold: f32,
    /// The false non-match rate there.
    pub fnmr: f64,
}

/// Outcome of [`all_pairs`].
#[derive(Clone)]
pub struct AllPairs {
    genuine: Histogram,
    impostor: Histogram,
}

impl std::fmt::Debug for AllPairs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AllPairs")
            .field("genuine", &self.genuine_count())
            .field("impostor", &self.impostor_count())
            .finish()
    }
}

impl AllPairs {
    /// Genuine pairs compared.
    pub fn genuine_count(&self) -> u64 {
        self.genuine.total()
    }

    /// Impostor pairs compared.
    pub fn impostor_count(&self) -> u64 {
        self.impostor.total()
    }

    /// The operating point at a false match rate; `None` if there are too few impostor pairs to measure it (fewer than
    /// 1 / `fmr`), or no genuine pairs.
    pub fn at_fmr(&self, fmr: f64) -> Option<OperatingPoint> {
        let (impostors, genuine) = (self.impostor_count(), self.genuine_count());
        let allowed = (fmr * impostors as f64).floor() as u64;
        if !(fmr > 0.0 && fmr < 1.0) || allowed == 0 || genuine == 0 {
            return None;
        }
        let mut above = 0;
        let mut bin = BINS + 1;
        for (i, count) in self.impostor.0.iter().enumerate().rev() {
            above += count;
            if above > allowed {
                break;
            }
            bin = i;
        }
        let threshold = (2.0 * bin as f64 / BINS as f64 - 1.0).min(1.0) as f32;
        let matched = self.genuine.at_or_above(bin);
        Some(OperatingPoint { fmr, threshold, fnmr: 1.0 - matched as f64 / genuine as f64 })
    }
}

/// Compares every template with every later one; `subjects` tells whose they are. A missing template scores −1.
///
/// # Errors
/// [`crate::error::ErrorKind::ModelMismatch`] if the templates are not of one model.
pub fn all_pairs(templates: &[Option<Template>], subjects: &[usize]) -> Result<AllPairs> {
    let empty = || AllPairs { genuine: Histogram::new(), impostor: Histogram::new() };
    let row = |mut sums: AllPairs, i: usize| -> Result<AllPairs> {
        let first = templates.get(i).and_then(Option::as_ref);
        let whose = subjects.get(i);
        for (second, subject) in templates.iter().zip(subjects).skip(i + 1) {
            let score = match (first, second) {
                (Some(a), Some(b)) => score(a, b)?.value(),
                _ => -1.0,
            };
            if whose == Some(subject) { sums.genuine.add(score) } else { sums.impostor.add(score) }
        }
        Ok(sums)
    };
    (0..templates.len().min(subjects.len()))
        .into_par_iter()
        .with_min_len(64)
        .try_fold(empty, row)
        .try_reduce(empty, |a, b| {
            Ok(AllPairs { genuine: a.genuine.merge(&b.genuine), impostor: a.impostor.merge(&b.impostor) })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(angle_deg: f32) -> Option<Template> {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        Some(Template::from_embedding(&[cos, sin], "m".into()).unwrap())
    }

    #[test]
    fn counts_and_operating_points() {
        // Two pictures of subject 0, three others; one has no template.
        let templates = [template(0.0), template(10.0), template(60.0), template(90.0), None];
        let result = all_pairs(&templates, &[0, 0, 1, 2, 0]).unwrap();
        assert_eq!((result.genuine_count(), result.impostor_count()), (3, 7));
        // Impostor cosines: 0.5, 0, 0.64, 0.17, 0.87, and −1 twice. One in seven may pass: only 0.87.
        let point = result.at_fmr(0.15).unwrap();
        assert!(point.threshold > 0.6427 && point.threshold < 0.643, "{point:?}");
        assert!((point.fnmr - 2.0 / 3.0).abs() < 1e-9, "the missing template never matches: {point:?}");
        assert!(result.at_fmr(0.1).is_none(), "seven pairs cannot show one in ten");
        assert!(result.at_fmr(f64::NAN).is_none());
    }
}
