//! What surrounds the face (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `CropOfTheFaceImage`): leftward and
//! rightward crop, from the picture's sides to the eyes in inter-eye distances; margins above and
//! below the eyes in T, the distance from the eyes' midpoint to the chin.
//!
//! Q = round(100 · σ(x; 0.9, 0.1)) at the sides, x₀ = 1.4 above and 1.8 below.

use super::measure::{Measure, sigmoid};
use crate::image::Frame;
use crate::mesh::Mesh;

/// Distance from the picture's left edge to the subject's right eye.
pub(super) fn left(mesh: &Mesh) -> Measure {
    at(mesh.right_eye().x, mesh.inter_eye_distance_px(), 0.9)
}

/// Distance from the subject's left eye to the picture's right edge.
pub(super) fn right(frame: &Frame<'_>, mesh: &Mesh) -> Measure {
    at(frame.width() as f32 - mesh.left_eye().x, mesh.inter_eye_distance_px(), 0.9)
}

/// Distance from the picture's top to the eyes.
pub(super) fn above(mesh: &Mesh) -> Measure {
    at(mesh.eye_midpoint().y, mesh.eye_to_chin_px(), 1.4)
}

/// Distance from the eyes to the picture's bottom.
pub(super) fn below(frame: &Frame<'_>, mesh: &Mesh) -> Measure {
    at(frame.height() as f32 - mesh.eye_midpoint().y, mesh.eye_to_chin_px(), 1.8)
}

fn at(px: f32, unit_px: f32, enough: f32) -> Measure {
    let x = if unit_px > 0.0 { px / unit_px } else { 0.0 };
    Measure::new(x, 100.0 * sigmoid(x, enough, 0.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        let table =
            [((90.0, 100.0, 0.9), 50), ((110.0, 100.0, 0.9), 88), ((100.0, 50.0, 1.8), 88), ((-5.0, 50.0, 1.4), 0)];
        assert_eq!(table.map(|((px, unit, enough), _)| at(px, unit, enough).component), table.map(|(_, q)| q));
        assert_eq!(at(10.0, 0.0, 0.9).native, 0.0);
    }
}
