//! Which of several detections is the subject: the dominant face, or a refusal to guess.
//!
//! Documents carry a smaller ghost portrait beside the holder's, and selfies may show someone in
//! the background: a clearly larger face is the subject. Of two faces of similar size neither is,
//! and taking the better-scored one would be a guess with a wrong identity as its price.

use super::detection::Detection;

/// The share of the largest face's width that no other face may exceed for the largest one to be
/// dominant.
///
/// Tuned on what documents look like (ghost portraits are at most half as wide) and on LFW: 3.5 %
/// of its pictures show a second face wider than that, nearly always a real person; with 0.5 it
/// would be 4.3 %, with 0.8 1.8 %. In none of 7,563 was the dominant face another than the central
/// one.
pub const DOMINANT_WIDTH_RATIO: f32 = 0.6;

/// The detection score of a sure face: faces that score less do not count beside one that scores as
/// much.
///
/// Chosen by hand, by the bundled detector: of 1,070 people of LFW none scores less in a picture of
/// their own.
pub const COUNTED_SCORE: f32 = 0.7;

/// The subject among the faces of a picture, or why there is none: what [`select_face`] answers.
#[derive(Debug, Clone, PartialEq)]
pub enum FaceSelection {
    /// There is no face.
    None,
    /// The subject's face.
    One(Detection),
    /// Two or more faces of similar size, the largest first: a refusal.
    Several(Vec<Detection>),
}

/// Picks the subject's face among `detections`: the widest one, if every other one is clearly
/// narrower ([`DOMINANT_WIDTH_RATIO`]).
///
/// Faces that score less than [`COUNTED_SCORE`] count only where no face scores as much. The order
/// of `detections` does not matter, and neither do their scores otherwise: the better-scored of two
/// equally large faces is not the subject, the picture is refused.
pub fn select_face(detections: &[Detection]) -> FaceSelection {
    let Some((largest, rivals)) = dominant_face(detections) else {
        return FaceSelection::None;
    };
    if rivals == 0 {
        return FaceSelection::One(largest);
    }
    let mut similar: Vec<_> = counted(detections.iter()).filter(|d| rivals_with(d, &largest)).copied().collect();
    similar.sort_by(|a, b| b.rect.width().total_cmp(&a.rect.width()));
    FaceSelection::Several(similar)
}

/// The largest face that counts, and how many others are of similar size: [`select_face`] for every
/// frame of a video, without a list.
pub(crate) fn dominant_face(detections: &[Detection]) -> Option<(Detection, usize)> {
    let largest = widest(detections.iter())?;
    let similar = counted(detections.iter()).filter(|d| rivals_with(d, largest)).count();
    Some((*largest, similar.saturating_sub(1)))
}

/// The largest of the faces that count, the first of equals.
pub(super) fn widest<'a>(detections: impl Iterator<Item = &'a Detection> + Clone) -> Option<&'a Detection> {
    counted(detections).reduce(|a, b| if b.rect.width() > a.rect.width() { b } else { a })
}

/// The faces among which the subject is looked for: all, or the sure ones if there are such.
fn counted<'a>(detections: impl Iterator<Item = &'a Detection> + Clone) -> impl Iterator<Item = &'a Detection> {
    let sure = detections.clone().any(|d| d.score >= COUNTED_SCORE);
    detections.filter(move |d| !sure || d.score >= COUNTED_SCORE)
}

/// The unsure faces that would be rivals of `subject`, or the subject instead, if they are faces:
/// those that [`select_face`] leaves out, the widest first.
pub(crate) fn doubted(detections: &[Detection], subject: &Detection) -> Vec<Detection> {
    let left_out = |d: &&Detection| d.score < COUNTED_SCORE.min(subject.score) && rivals_with(d, subject);
    let mut doubted: Vec<_> = detections.iter().filter(left_out).copied().collect();
    doubted.sort_by(|a, b| b.rect.width().total_cmp(&a.rect.width()));
    doubted
}

/// Whether `face` is so large that it could be the subject instead of `largest`.
fn rivals_with(face: &Detection, largest: &Detection) -> bool {
    face.rect.width() > DOMINANT_WIDTH_RATIO * largest.rect.width()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Rotation;
    use crate::geometry::{Point, Rect};

    fn face(x: f32, width: f32, score: f32) -> Detection {
        let rect = Rect::from_center(Point::new(x, 100.0), width, 1.2 * width).unwrap();
        Detection { rect, score, keypoints: [Point::default(); 6], rotation: Rotation::None }
    }

    #[test]
    fn the_rule() {
        let (holder, ghost, twin) = (face(50.0, 100.0, 0.8), face(300.0, 60.0, 0.95), face(500.0, 61.0, 0.7));
        assert_eq!(select_face(&[]), FaceSelection::None);
        assert_eq!(select_face(&[holder]), FaceSelection::One(holder));
        assert_eq!(select_face(&[ghost, holder]), FaceSelection::One(holder), "size decides, not score");
        assert_eq!(select_face(&[twin, ghost, holder]), FaceSelection::Several(vec![holder, twin]));
    }

    #[test]
    fn doubtful_faces_count_only_when_alone() {
        let (sure, doubtful, other) = (face(50.0, 100.0, 0.8), face(300.0, 150.0, 0.55), face(600.0, 140.0, 0.52));
        assert_eq!(select_face(&[sure, doubtful]), FaceSelection::One(sure));
        assert_eq!(select_face(&[doubtful]), FaceSelection::One(doubtful));
        assert_eq!(select_face(&[doubtful, other]), FaceSelection::Several(vec![doubtful, other]));
        assert_eq!(doubted(&[other, sure, doubtful], &sure), [doubtful, other], "as wide as the subject, or wider");
        let behind = face(500.0, 50.0, 0.55);
        assert_eq!(doubted(&[sure, behind], &sure), [], "far behind");
        assert_eq!(doubted(&[doubtful], &doubtful), [], "the subject itself");
    }

    #[test]
    fn faces_without_extent_are_not_chosen_between() {
        let (a, b) = (face(1.0, 0.0, 0.9), face(2.0, 0.0, 0.8));
        assert_eq!(select_face(&[a, b]), FaceSelection::One(a), "nothing is wider than 0.6 of nothing");
    }
}
