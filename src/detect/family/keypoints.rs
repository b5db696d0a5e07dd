//! The six keypoints of a face of which a network gives five, or none.

use crate::geometry::{Point, Rect, Similarity};

/// Where the bundled detector has right eye, left eye, nose tip, mouth, right and left ear in its
/// box, in shares of its width and height: medians over 297 pictures of LFW, made symmetric
/// (`selfsame-lab model detectors`).
const USUAL: [(f32, f32); 6] =
    [(0.307, 0.324), (0.693, 0.324), (0.5, 0.556), (0.5, 0.746), (0.095, 0.415), (0.905, 0.415)];

/// Six keypoints from those that a network gives: six as they are; of five (right eye, left eye,
/// nose tip, right and left corner of the mouth) the mouth is between its corners, and the ears are
/// where the mean face has them; with none all are where the mean face has them in the box.
///
/// `None` if one is not finite, or there are others than five, six or none.
pub(super) fn six(rect: &Rect, points: impl Iterator<Item = Point>) -> Option<[Point; 6]> {
    let usual = USUAL.map(|(x, y)| Point::new(rect.left() + x * rect.width(), rect.top() + y * rect.height()));
    let mut given = [Point::default(); 6];
    let mut count = 0;
    for point in points {
        *given.get_mut(count)? = point;
        count += 1;
    }
    let [right_eye, left_eye, nose, fourth, fifth, _] = given;
    let six = match count {
        0 => usual,
        5 => {
            let mouth = fourth.midpoint(fifth);
            let [ue, uf, un, um, right_ear, left_ear] = usual;
            let seen = [right_eye, left_eye, nose, mouth];
            // Points that coincide show nothing of the ears; they are then where the box has them.
            let [right_ear, left_ear] = match Similarity::fit(&[ue, uf, un, um], &seen) {
                Some(fit) => [fit.apply(right_ear), fit.apply(left_ear)],
                None => [right_ear, left_ear],
            };
            [right_eye, left_eye, nose, mouth, right_ear, left_ear]
        }
        6 => given,
        _ => return None,
    };
    six.iter().all(|p| p.is_finite()).then_some(six)
}
