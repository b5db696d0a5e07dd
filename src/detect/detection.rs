//! A face as the detector sees it.

use super::rotation::Rotation;
use crate::geometry::{Point, Rect};
use serde::Serialize;

/// A face as the detector sees it, in pixels of the upright source.
///
/// Serialised, `rect` is `[left, top, right, bottom]`, and each keypoint `[x, y]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Detection {
    /// The box from the forehead to the chin and about from ear to ear: 2.6 inter-eye distances
    /// wide (LFW's median). It may reach beyond the frame.
    pub rect: Rect,
    /// The probability of a face, 0 ..= 1, as the network states it; not calibrated.
    pub score: f32,
    /// Right eye, left eye, nose tip, mouth centre, right ear tragion, left ear tragion, sides
    /// being the subject's: the right eye of an upright face is at the image's left. The points
    /// are coarse: off by 6 % of the inter-eye distance in the median. [`crate::mesh`] is finer.
    pub keypoints: [Point; 6],
    /// The quarter turn of the search that found the face.
    pub rotation: Rotation,
}

impl Detection {
    /// The same face taken for one that stands the other way up.
    pub(crate) fn over(&self) -> Self {
        let center = self.rect.center();
        let over = |p: Point| Point::new(2.0 * center.x - p.x, 2.0 * center.y - p.y);
        Self { keypoints: self.keypoints.map(over), rotation: self.rotation.half_a_turn_on(), ..*self }
    }

    /// The angle of the line through the eyes, in degrees, −180 ..= 180, clockwise on the screen; 0
    /// for an upright face.
    pub fn roll_deg(&self) -> f32 {
        let [right_eye, left_eye, ..] = self.keypoints;
        (left_eye.y - right_eye.y).atan2(left_eye.x - right_eye.x).to_degrees()
    }
}
