//! Eyes open (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `EyesOpen`): largest lid distance of the more closed
//! eye over T, the distance from the eyes' midpoint to the chin.
//!
//! Q = round(100 · σ(ω; 0.02, 0.01)). With this mesh ω is 0.042 at the least over 514 LFW faces
//! (median 0.072): it does not follow lids as far as OFIQ's landmarks do, so that the component is
//! generous.

use super::measure::{Measure, sigmoid};
use crate::mesh::Mesh;

/// Largest lid distance of the more closed eye over T, and its component.
pub(super) fn measure(mesh: &Mesh) -> Measure {
    let t = mesh.eye_to_chin_px();
    from_native(if t > 0.0 { mesh.least_lid_distance_px() / t } else { 0.0 })
}

fn from_native(openness: f32) -> Measure {
    Measure::new(openness, 100.0 * sigmoid(openness, 0.02, 0.01))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        let table = [(0.0, 12), (0.02, 50), (0.04, 88), (0.1, 100)];
        assert_eq!(table.map(|(x, _)| from_native(x).component), table.map(|(_, q)| q));
    }
}
