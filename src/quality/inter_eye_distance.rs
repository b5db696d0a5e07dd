//! Inter-eye distance (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `InterEyeDistance`): distance of the eye
//! centres in pixels over the cosine of the yaw, so that a turned head is not taken for a small
//! one.
//!
//! Q = round(100 · σ(d; 70, 20)).

use super::measure::{Measure, sigmoid};
use crate::mesh::Mesh;

/// Beyond this yaw the correction would divide by almost nothing. Chosen by hand.
const MAX_YAW_DEG: f32 = 80.0;

/// Distance of the eyes in pixels, corrected for yaw, and its component.
pub(super) fn measure(mesh: &Mesh) -> Measure {
    let yaw = mesh.yaw_deg().abs().min(MAX_YAW_DEG);
    from_native(mesh.inter_eye_distance_px() / yaw.to_radians().cos())
}

fn from_native(px: f32) -> Measure {
    Measure::new(px, 100.0 * sigmoid(px, 70.0, 20.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        // 100 / (1 + e^((70 − d) / 20)), by hand.
        let table = [(0.0, 3), (50.0, 27), (70.0, 50), (90.0, 73), (500.0, 100)];
        assert_eq!(table.map(|(px, _)| from_native(px).component), table.map(|(_, q)| q));
    }
}
