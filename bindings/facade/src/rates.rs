//! Error rates of labelled scores, as the laboratory computes them.

use crate::{Error, Result};
use selfsame_lab::evaluate::{Bootstrap, Interval, all_pairs};
use serde::Serialize;

/// A 95 % interval, by resampling people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateInterval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl From<Interval> for RateInterval {
    fn from(Interval { low, high }: Interval) -> Self {
        Self { low, high }
    }
}

/// What goes wrong at the threshold that keeps a false match rate (ISO/IEC 19795-1).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateAtFmr {
    /// The false match rate asked for.
    pub fmr: f64,
    /// The lowest score that keeps it; none with fewer than 1 / `fmr` impostor pairs.
    pub threshold: Option<f32>,
    /// The share of genuine pairs that do not match there.
    pub fnmr: Option<f64>,
    /// Its interval; none with fewer than ten people.
    pub fnmr_interval: Option<RateInterval>,
    /// The same share with pairs that could not be compared counted as not matching.
    pub gfnmr: Option<f64>,
}

/// Error rates of a set of pictures, each compared with every other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorRates {
    /// How many people there are.
    pub people: u64,
    /// Pairs of one person that were compared.
    pub genuine_pairs: u64,
    /// Pairs of two people that were compared.
    pub impostor_pairs: u64,
    /// The rate at which FMR and FNMR are equal.
    pub equal_error_rate: Option<f64>,
    /// What goes wrong at each false match rate asked for.
    pub at_fmr: Vec<RateAtFmr>,
}

/// The error rates of `scores`, a square matrix row by row, of pictures of `subjects` (any
/// numbers, one for each picture): at each false match rate of `fmrs`, with intervals from so many
/// `replicates` of a bootstrap over people. A picture whose score with itself is NaN has no
/// template.
///
/// # Errors
/// `shape_mismatch` unless there are as many scores as pairs; `non_finite` if a score of two
/// templates is not finite; `limit_exceeded` over 2^18 pictures or 10,000 replicates.
pub fn error_rates(scores: &[f32], subjects: &[u64], fmrs: &[f64], replicates: u32, seed: u64) -> Result<ErrorRates> {
    let count = subjects.len();
    if count.checked_mul(count) != Some(scores.len()) {
        let message = format!("{} scores are no matrix of {count} pictures", scores.len());
        return Err(Error::new("shape_mismatch", "evaluate", message));
    }
    if replicates > 10_000 {
        return Err(Error::new("limit_exceeded", "evaluate", format!("{replicates} replicates, over 10,000")));
    }
    // A place within the matrix, whose length was checked.
    let score = |i: usize, j: usize| scores.get(i * count + j).copied().unwrap_or(f32::NAN);
    let people: Vec<usize> = numbered(subjects);
    let enrolled: Vec<bool> = (0..count).map(|i| !score(i, i).is_nan()).collect();
    let set = all_pairs(&people, &enrolled, score)?;
    let (intervals, _) = set.intervals(&Bootstrap { replicates, seed }, fmrs, &[]);
    let at = |(fmr, interval): (&f64, &selfsame_lab::evaluate::FixedFmr)| {
        let point = set.at_fmr(*fmr);
        RateAtFmr {
            fmr: *fmr,
            threshold: point.map(|point| point.threshold),
            fnmr: point.and_then(|point| point.fnmr),
            fnmr_interval: interval.fnmr.map(RateInterval::from),
            gfnmr: point.and_then(|point| point.gfnmr),
        }
    };
    Ok(ErrorRates {
        people: set.people() as u64,
        genuine_pairs: set.genuine_pairs(),
        impostor_pairs: set.impostor_pairs(),
        equal_error_rate: set.equal_error_rate().map(|equal| equal.rate),
        at_fmr: fmrs.iter().zip(&intervals).map(at).collect(),
    })
}

/// Numbers of people as a machine of any width has them.
fn numbered(subjects: &[u64]) -> Vec<usize> {
    let mut known: Vec<u64> = subjects.to_vec();
    known.sort_unstable();
    known.dedup();
    subjects.iter().map(|subject| known.partition_point(|other| other < subject)).collect()
}
