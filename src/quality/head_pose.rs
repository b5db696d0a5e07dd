//! Head pose (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `HeadPose`): yaw, pitch and roll in degrees. OFIQ
//! takes them from a network of its own, here they are read off the mesh.
//!
//! Q = round(100 · max(0, cos α)²) for each angle.

use super::measure::Measure;
use crate::mesh::Mesh;

/// Yaw in degrees, positive towards the subject's left.
pub(super) fn yaw(mesh: &Mesh) -> Measure {
    from_native(mesh.yaw_deg())
}

/// Pitch in degrees, positive for a face that looks up; 0 is straight into the camera.
pub(super) fn pitch(mesh: &Mesh) -> Measure {
    from_native(mesh.pitch_deg() - Mesh::NEUTRAL_PITCH_DEG)
}

/// Roll in degrees, clockwise on the screen.
pub(super) fn roll(mesh: &Mesh) -> Measure {
    from_native(mesh.roll_deg())
}

fn from_native(degrees: f32) -> Measure {
    Measure::new(degrees, 100.0 * degrees.to_radians().cos().max(0.0).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        let table = [(0.0, 100), (30.0, 75), (-30.0, 75), (60.0, 25), (120.0, 0), (180.0, 0)];
        assert_eq!(table.map(|(x, _)| from_native(x).component), table.map(|(_, q)| q));
    }
}
