//! Error versus discard characteristic (EDC): the false non-match rate that remains when the pairs of lowest quality are left out.
//! A quality score is worth what the curve falls.
//!
//! P. Grother, E. Tabassi, "Performance of biometric quality measures", IEEE TPAMI 29(4), 2007 (there "error versus reject");
//! ISO/IEC 29794-1. The threshold stays what it is without discarding; a pair is as good as its worse picture.

use super::quality_fit::GenuinePair;
use serde::Serialize;

/// Shares of the pairs that are discarded.
const SHARES: [f64; 13] = [0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DiscardPoint {
    /// Share of the genuine pairs left out, 0 ..= 0.5.
    pub discarded: f64,
    /// False non-match rate of the others.
    pub fnmr: f64,
    /// Their false non-matches.
    pub errors: u64,
}

/// The characteristic of one quality score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discard {
    /// What was measured.
    pub name: String,
    /// With rising share.
    pub points: Vec<DiscardPoint>,
}

impl Discard {
    /// The curve of `quality`, a value per picture, at `threshold`. Pairs of equal quality stay in the order given. Without pairs
    /// there are no points.
    pub fn new(name: &str, pairs: &[GenuinePair], quality: &[f32], threshold: f32) -> Self {
        let of = |picture: usize| quality.get(picture).copied().unwrap_or(f32::NEG_INFINITY);
        let mut judged: Vec<(f32, bool)> =
            pairs.iter().map(|p| (of(p.a).min(of(p.b)), p.score.is_nan() || p.score < threshold)).collect();
        judged.sort_by(|a, b| a.0.total_cmp(&b.0));
        let points = SHARES.into_iter().filter_map(|discarded| {
            let kept = judged.get((discarded * judged.len() as f64) as usize..).filter(|kept| !kept.is_empty())?;
            let errors = kept.iter().filter(|(_, is_error)| *is_error).count() as u64;
            Some(DiscardPoint { discarded, fnmr: errors as f64 / kept.len() as f64, errors })
        });
        Self { name: name.to_owned(), points: points.collect() }
    }

    /// The share by which discarding `share` of the pairs lowers the false non-match rate: 0.25 is a quarter. `None` if that
    /// share is not on the curve, or there are no errors to begin with.
    pub fn reduction(&self, share: f64) -> Option<f64> {
        let all = self.points.first().filter(|p| p.errors > 0)?;
        let rest = self.points.iter().find(|p| p.discarded == share)?;
        Some(1.0 - rest.fnmr / all.fnmr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred pairs (0, 1), (2, 3) …; the first ten do not match.
    fn pairs() -> Vec<GenuinePair> {
        (0..100).map(|i| GenuinePair { a: 2 * i, b: 2 * i + 1, score: if i < 10 { 0.1 } else { 0.9 } }).collect()
    }

    #[test]
    fn a_quality_that_knows_the_errors_removes_them_first() {
        // The worse picture of each pair counts.
        let quality: Vec<f32> = (0..200).map(|i| if i % 2 == 0 { 1e6 } else { i as f32 }).collect();
        let curve = Discard::new("known", &pairs(), &quality, 0.5);
        let at = |share: f64| curve.points.iter().find(|p| p.discarded == share).unwrap();
        assert_eq!((at(0.0).fnmr, at(0.0).errors), (0.1, 10));
        assert_eq!((at(0.05).fnmr, at(0.05).errors), (5.0 / 95.0, 5));
        assert_eq!(curve.reduction(0.1), Some(1.0));
    }

    #[test]
    fn a_quality_that_is_wrong_raises_the_rate() {
        let quality: Vec<f32> = (0..200).map(|i| -(i as f32)).collect();
        let curve = Discard::new("wrong", &pairs(), &quality, 0.5);
        assert!((curve.reduction(0.5).unwrap() + 1.0).abs() < 1e-9, "twice the rate");
        assert!(Discard::new("nothing", &[], &quality, 0.5).points.is_empty());
        assert_eq!(Discard::new("no errors", &pairs(), &quality, 0.0).reduction(0.1), None);
    }
}
