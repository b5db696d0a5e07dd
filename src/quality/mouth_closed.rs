//! Mouth closed (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `MouthClosed`): distance of the inner lips over
//! T, the distance from the eyes' midpoint to the chin.
//!
//! Q = round(100 · (1 − σ(μ; 0.2, 0.06))).

use super::measure::{Measure, sigmoid};
use crate::mesh::Mesh;

/// Distance of the lips over T, and its component.
pub(super) fn measure(mesh: &Mesh) -> Measure {
    let t = mesh.eye_to_chin_px();
    from_native(if t > 0.0 { mesh.inner_lip_distance_px() / t } else { 0.0 })
}

fn from_native(openness: f32) -> Measure {
    Measure::new(openness, 100.0 * (1.0 - sigmoid(openness, 0.2, 0.06)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        let table = [(0.0, 97), (0.14, 73), (0.2, 50), (0.4, 3)];
        assert_eq!(table.map(|(x, _)| from_native(x).component), table.map(|(_, q)| q));
    }
}
