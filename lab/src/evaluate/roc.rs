//! Receiver operating characteristic of a list of pairs, such as LFW's View 2.

use serde::Serialize;

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RocPoint {
    /// The share of impostor comparisons that match.
    pub fmr: f64,
    /// The share of genuine comparisons that match: 1 − FNMR.
    pub tmr: f64,
}

/// The curve from (0, 0) towards (1, 1), a point per score that differs from the one before. Each
/// pair is a score, `None` if a template is missing (it is not compared), and whether it is
/// genuine. Empty without comparisons of both kinds.
pub fn roc(pairs: &[(Option<f32>, bool)]) -> Vec<RocPoint> {
    let mut scored: Vec<(f32, bool)> =
        pairs.iter().filter_map(|(score, genuine)| Some(((*score)?, *genuine))).collect();
    let genuine = scored.iter().filter(|(_, genuine)| *genuine).count() as f64;
    let impostor = scored.len() as f64 - genuine;
    if genuine == 0.0 || impostor == 0.0 {
        return Vec::new();
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut points = vec![RocPoint { fmr: 0.0, tmr: 0.0 }];
    let (mut matched, mut falsely) = (0.0, 0.0);
    for equal in scored.chunk_by(|a, b| a.0 == b.0) {
        let of_genuine = equal.iter().filter(|(_, genuine)| *genuine).count() as f64;
        matched += of_genuine;
        falsely += equal.len() as f64 - of_genuine;
        points.push(RocPoint { fmr: falsely / impostor, tmr: matched / genuine });
    }
    points
}

/// The area under the curve, with straight lines between its points and to (1, 1): the chance that
/// a genuine pair scores higher than an impostor pair, ties counting half. T. Fawcett, "An
/// introduction to ROC analysis", Pattern Recognition Letters 27, 2006. `None` without a curve.
pub fn area_under(points: &[RocPoint]) -> Option<f64> {
    let last = points.last()?;
    let inner: f64 = points.windows(2).map(|w| if let [a, b] = w { trapezium(a, b) } else { 0.0 }).sum();
    Some(inner + trapezium(last, &RocPoint { fmr: 1.0, tmr: 1.0 }))
}

/// The points where a curve of steps turns; the area under it is the same.
pub(super) fn corners(points: &[RocPoint]) -> Vec<RocPoint> {
    let straight = |w: &[RocPoint]| match w {
        [a, b, c] => (a.fmr == b.fmr && b.fmr == c.fmr) || (a.tmr == b.tmr && b.tmr == c.tmr),
        _ => false,
    };
    let inner = points.windows(3).filter(|w| !straight(w)).filter_map(|w| w.get(1));
    let last = points.last().filter(|_| points.len() > 1);
    points.first().into_iter().chain(inner).chain(last).copied().collect()
}

fn trapezium(a: &RocPoint, b: &RocPoint) -> f64 {
    (b.fmr - a.fmr) * 0.5 * (a.tmr + b.tmr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        let pairs = [(Some(0.9), true), (Some(0.5), true), (Some(0.5), false), (Some(0.1), false), (None, true)];
        let rates: Vec<_> = roc(&pairs).iter().map(|p| (p.fmr, p.tmr)).collect();
        assert_eq!(rates, [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)], "one pair was not compared");
        assert!(roc(&[(Some(0.5), true)]).is_empty() && area_under(&[]).is_none());
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_of_pairs_in_order(
            genuine in prop::collection::vec(0u8..20, 1..30),
            impostor in prop::collection::vec(0u8..20, 1..30),
        ) {
            let of = |scores: &[u8], kind: bool| scores.iter().map(|s| (Some(f32::from(*s)), kind)).collect::<Vec<_>>();
            let area = area_under(&roc(&[of(&genuine, true), of(&impostor, false)].concat())).unwrap();
            let mut sum = 0.0;
            for g in &genuine {
                for i in &impostor {
                    sum += if g > i { 1.0 } else if g == i { 0.5 } else { 0.0 };
                }
            }
            let turns = corners(&roc(&[of(&genuine, true), of(&impostor, false)].concat()));
            prop_assert!((area_under(&turns).unwrap() - area).abs() < 1e-9);
            prop_assert!((area - sum / (genuine.len() * impostor.len()) as f64).abs() < 1e-9);
        }
    }
}
