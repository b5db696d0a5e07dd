//! Weighted non-maximum suppression: overlapping candidates become one face, averaged by score.
//!
//! Method: MediaPipe's `NonMaxSuppressionCalculator`, algorithm `WEIGHTED` (V. Bazarevsky et al.,
//! "BlazeFace", 2019, section 3.4): the average moves less from frame to frame than the best
//! candidate alone, at the price of one pass over the others.

use super::candidate::Candidate;
use crate::geometry::{Point, Rect};

/// Candidates that overlap more than this (intersection over union) are one face; MediaPipe's value
/// for this network.
pub(super) const SAME_FACE_IOU: f32 = 0.3;

/// Faces per search, the best ones: far more than a picture of 192 × 192 pixels can show, and few
/// enough that a network which calls every cell a face of its own (2304 of them) costs little.
const MAX_FACES: usize = 256;

/// One face per group of overlapping candidates, sorted by falling score, [`MAX_FACES`] at most. A
/// face keeps the best score of its group; box and keypoints are the group's averages weighted by
/// score.
#[cfg(test)]
pub(super) fn weighted(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut faces = Vec::new();
    weighted_into(&mut candidates, &mut Vec::new(), &mut faces);
    faces
}

/// Writes one face per group of overlapping candidates into `faces`, by falling score, and takes
/// the candidates from `rest`; `group` is its working space. All three lists are kept by the caller
/// between calls.
pub(super) fn weighted_into(rest: &mut Vec<Candidate>, group: &mut Vec<Candidate>, faces: &mut Vec<Candidate>) {
    // The best goes last, where taking it away moves nothing. Unstable: a stable sort allocates;
    // equal scores of one frame keep one order all the same.
    rest.sort_unstable_by(|a, b| a.score.total_cmp(&b.score));
    faces.clear();
    while let Some(best) = rest.last().copied().filter(|_| faces.len() < MAX_FACES) {
        group.clear();
        rest.retain(|c| {
            let same = *c == best || c.rect.iou(&best.rect) > SAME_FACE_IOU;
            if same {
                group.push(*c);
            }
            !same
        });
        group.reverse();
        faces.push(average(best, group));
    }
}

/// `best` with the geometry of `group`, weighted by score; `best` itself where it is alone, or
/// where the scores have no positive sum.
fn average(best: Candidate, group: &[Candidate]) -> Candidate {
    let total: f32 = group.iter().map(|c| c.score).sum();
    if group.len() < 2 || total.is_nan() || total <= 0.0 {
        return best;
    }
    let mean = |value: &dyn Fn(&Candidate) -> f32| group.iter().map(|c| c.score * value(c)).sum::<f32>() / total;
    let rect = Rect::from_edges(
        mean(&|c| c.rect.left()),
        mean(&|c| c.rect.top()),
        mean(&|c| c.rect.right()),
        mean(&|c| c.rect.bottom()),
    );
    let mut keypoints = [Point::default(); 6];
    for candidate in group {
        let weight = candidate.score / total;
        for (sum, point) in keypoints.iter_mut().zip(candidate.keypoints) {
            *sum = Point::new(sum.x + weight * point.x, sum.y + weight * point.y);
        }
    }
    // Boxes so large that their weighted sum overflows leave the best candidate's.
    Candidate { score: best.score, rect: rect.unwrap_or(best.rect), keypoints }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate(score: f32, x: f32, y: f32, width: f32, height: f32) -> Candidate {
        let rect = Rect::from_center(Point::new(x, y), width, height).unwrap();
        Candidate { score, rect, keypoints: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(|d| Point::new(x + d, y - d)) }
    }

    #[test]
    fn averages_by_score_and_keeps_the_best_score() {
        let faces = weighted(vec![candidate(0.25, 14.0, 10.0, 20.0, 20.0), candidate(0.75, 10.0, 10.0, 20.0, 20.0)]);
        assert_eq!(faces, [candidate(0.75, 11.0, 10.0, 20.0, 20.0)]);
    }

    #[test]
    fn faces_apart_stay_apart_in_the_order_of_their_scores() {
        let (a, b) = (candidate(0.6, 10.0, 10.0, 20.0, 20.0), candidate(0.9, 40.0, 12.0, 20.0, 24.0));
        assert_eq!(weighted(vec![a, b]), [b, a]);
        assert_eq!(weighted(Vec::new()), []);
    }

    /// Found by fuzzing: a face in every cell took seconds.
    #[test]
    fn faces_are_limited_to_the_best() {
        let all: Vec<_> = (0..2304).map(|i| candidate(1.0 / (1 + i) as f32, 10.0 * i as f32, 0.0, 5.0, 5.0)).collect();
        let faces = weighted(all.clone());
        assert_eq!(faces, all[..MAX_FACES]);
    }

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        prop::collection::vec(
            (0.01f32..1.0, 0.0f32..192.0, 0.0f32..192.0, 1.0f32..80.0, 1.0f32..80.0)
                .prop_map(|(s, x, y, w, h)| candidate(s, x, y, w, h)),
            0..60,
        )
    }

    proptest! {
        #[test]
        fn every_face_stands_for_candidates_and_none_is_lost(all in candidates()) {
            let faces = weighted(all.clone());
            prop_assert!(faces.len() <= all.len());
            prop_assert_eq!(faces.is_empty(), all.is_empty());
            prop_assert!(faces.windows(2).all(|w| w[0].score >= w[1].score));
            // The best candidate always survives as a face, and no face is made of nothing.
            let best = all.iter().map(|c| c.score).fold(0.0, f32::max);
            prop_assert!(faces.first().is_none_or(|f| f.score == best));
            prop_assert!(faces.iter().all(|f| all.iter().any(|c| c.score == f.score)));
            // Averages stay within the candidates.
            let (left, right) = all.iter().fold((f32::MAX, f32::MIN), |(l, r), c| (l.min(c.rect.left()), r.max(c.rect.right())));
            prop_assert!(faces.iter().all(|f| f.rect.left() >= left - 1e-3 && f.rect.right() <= right + 1e-3));
        }

        #[test]
        fn order_of_candidates_does_not_matter(all in candidates()) {
            let mut reversed = all.clone();
            reversed.reverse();
            let scores = |faces: Vec<Candidate>| faces.into_iter().map(|f| f.score).collect::<Vec<_>>();
            let mut distinct = all.iter().map(|c| c.score.to_bits()).collect::<Vec<_>>();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assume!(distinct.len() == all.len());
            prop_assert_eq!(scores(weighted(all)), scores(weighted(reversed)));
        }
    }
}
