//! Head size (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `HeadSize`): |T / height − 0.45|, T being the
//! distance from the eyes' midpoint to the chin and 0.45 what a passport's portrait has.
//!
//! Q = round(200 · (1 − σ(x; 0, 0.05))).

use super::measure::{Measure, sigmoid};
use crate::image::Frame;
use crate::mesh::Mesh;

/// Distance of the head's size from a portrait's, in picture heights, and its component.
pub(super) fn measure(frame: &Frame<'_>, mesh: &Mesh) -> Measure {
    from_native((mesh.eye_to_chin_px() / frame.height() as f32 - 0.45).abs())
}

fn from_native(x: f32) -> Measure {
    Measure::new(x, 200.0 * (1.0 - sigmoid(x, 0.0, 0.05)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        // 200 / (1 + e^(x / 0.05)), by hand.
        let table = [(0.0, 100), (0.05, 54), (0.1, 24), (0.45, 0)];
        assert_eq!(table.map(|(x, _)| from_native(x).component), table.map(|(_, q)| q));
    }
}
