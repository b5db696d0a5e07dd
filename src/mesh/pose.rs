//! Head pose: the rotation that turns the canonical face model into the mesh.
//!
//! Method: weighted orthogonal Procrustes analysis (W. Kabsch, 1976; with scale: S. Umeyama, 1991)
//! of 33 points that move little with expression, with MediaPipe's weights for them. The mesh is
//! taken as seen from afar: at arm's length a face beside the camera's axis seems turned by its
//! angle from the axis.

use super::canonical::canonical_vertices_cm;
use super::points::{LEFT_EYE, Mesh, POINT_COUNT, RIGHT_EYE};
use nalgebra::{Matrix3, Vector3};
use serde::Serialize;

/// Points and weights of MediaPipe's `procrustes_landmark_basis` (its face geometry module).
const BASIS: [(usize, f64); 33] = [
    (4, 0.070_91),
    (6, 0.032_1),
    (10, 0.008_447),
    (33, 0.058_724),
    (54, 0.007_667),
    (67, 0.009_078),
    (117, 0.009_792),
    (119, 0.014_565),
    (121, 0.018_591),
    (127, 0.005_198),
    (129, 0.120_625),
    (132, 0.005_56),
    (133, 0.053_286),
    (136, 0.066_89),
    (143, 0.014_817),
    (147, 0.014_263),
    (198, 0.025_462),
    (205, 0.047_252),
    (263, 0.058_724),
    (284, 0.007_667),
    (297, 0.009_078),
    (346, 0.009_792),
    (348, 0.014_565),
    (350, 0.018_591),
    (356, 0.005_198),
    (358, 0.120_625),
    (361, 0.005_56),
    (362, 0.053_286),
    (365, 0.066_89),
    (372, 0.014_817),
    (376, 0.014_263),
    (420, 0.025_462),
    (425, 0.047_252),
];

/// Where a head points, how near it is, and how well that is known: what [`Mesh::pose`] reads off a
/// mesh.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HeadPose {
    /// The nose's direction to the side, −180 ..= 180: 0 looks into the camera, positive towards
    /// the subject's left (the right of the image).
    pub yaw_deg: f32,
    /// The nose's direction up or down, −90 ..= 90: positive looks up.
    pub pitch_deg: f32,
    /// The head's turn about the nose's direction, −180 ..= 180, clockwise on the screen: 0 for an
    /// upright face.
    pub roll_deg: f32,
    /// Pixels of the source per centimetre of the canonical face, above 0: how near the head is.
    pub px_per_cm: f32,
    /// Root mean square distance between the turned canonical face and the mesh at the points that
    /// are fitted, weighted, in centimetres of the canonical face: how little the mesh looks
    /// like a face.
    pub residual_cm: f32,
}

impl Mesh {
    /// Reads off where the head points; `None` if the mesh has no extent.
    ///
    /// The rotation is applied as roll, then pitch, then yaw, so that yaw and pitch say where the
    /// nose points in the image, however the head is rolled.
    pub fn pose(&self) -> Option<HeadPose> {
        let Placed { rotation, px_per_cm, residual_cm } = self.placed()?;
        let nose = rotation * Vector3::new(0.0, 0.0, -1.0);
        let pitch = (-nose.y).clamp(-1.0, 1.0).asin();
        let yaw = nose.x.atan2(-nose.z);
        // Undoing yaw and pitch leaves the roll.
        let roll = (turn_x(-pitch) * turn_y(-yaw)) * rotation;
        Some(HeadPose {
            yaw_deg: yaw.to_degrees() as f32,
            pitch_deg: pitch.to_degrees() as f32,
            roll_deg: roll.m21.atan2(roll.m11).to_degrees() as f32,
            px_per_cm: px_per_cm as f32,
            residual_cm: residual_cm as f32,
        })
    }

    /// How the canonical face is turned and scaled to lie nearest to the mesh; `None` if the mesh
    /// has no extent.
    fn placed(&self) -> Option<Placed> {
        let canonical = canonical_vertices_cm();
        let pairs = BASIS.iter().map(|(i, weight)| {
            #[allow(clippy::indexing_slicing, reason = "the basis names points of the topology, all below 468")]
            let ([x, y, z], [u, v, w]) = (canonical[*i], self.points()[*i]);
            // To the image's axes: y down, z away from the camera.
            let model = Vector3::new(f64::from(x), -f64::from(y), -f64::from(z));
            (*weight, model, Vector3::new(f64::from(u), f64::from(v), f64::from(w)))
        });
        let (mut total, mut model_mean, mut mesh_mean) = (0.0, Vector3::zeros(), Vector3::zeros());
        for (weight, model, mesh) in pairs.clone() {
            total += weight;
            model_mean += model * weight;
            mesh_mean += mesh * weight;
        }
        (model_mean, mesh_mean) = (model_mean / total, mesh_mean / total);
        let (mut covariance, mut model_square, mut mesh_square) = (Matrix3::zeros(), 0.0, 0.0);
        for (weight, model, mesh) in pairs {
            let (model, mesh) = (model - model_mean, mesh - mesh_mean);
            covariance += mesh * model.transpose() * weight;
            model_square += weight * model.norm_squared();
            mesh_square += weight * mesh.norm_squared();
        }
        let (rotation, trace) = rotation_of(&covariance)?;
        let scale = trace / model_square;
        if !(scale.is_finite() && scale > 0.0) {
            return None;
        }
        // Σ w |mesh − scale · R · model|² at the best scale.
        let rest = (mesh_square - scale * trace).max(0.0) / total;
        Some(Placed { rotation, px_per_cm: scale, residual_cm: rest.sqrt() / scale })
    }

    /// The rotation from the canonical face, its axes turned to the picture's (right, down, away
    /// from the camera), to the head; `None` if the mesh has no extent.
    pub(crate) fn rotation(&self) -> Option<Matrix3<f32>> {
        Some(self.placed()?.rotation.cast::<f32>())
    }

    /// The canonical face's points as the head is turned, in centimetres along the picture's axes:
    /// right, down, away from the camera. `None` if the mesh has no extent.
    pub(crate) fn turned_canonical_cm(&self) -> Option<[[f32; 3]; POINT_COUNT]> {
        let rotation = self.placed()?.rotation.cast::<f32>();
        Some(canonical_vertices_cm().map(|[x, y, z]| (rotation * Vector3::new(x, -y, -z)).into()))
    }

    /// The mesh turned to look into the camera, from between its eyes, which are drawn `eyes_cm`
    /// apart: right, down, away from the camera. `None` if the mesh has no extent.
    pub(crate) fn turned_to_front(&self, eyes_cm: f32) -> Option<[[f32; 3]; POINT_COUNT]> {
        let back = self.placed()?.rotation.cast::<f32>().transpose();
        let turned = self.points().map(|point| (back * Vector3::from(point)).into());
        let [right, left] = eyes(&turned);
        let (middle, scale) = (0.5 * (right + left), eyes_cm / (left.x - right.x));
        (scale.is_finite() && scale > 0.0).then(|| turned.map(|p| (scale * (Vector3::from(p) - middle)).into()))
    }
}

/// The centres of the right and the left eye, as [`Mesh::right_eye`] has them.
fn eyes(points: &[[f32; 3]; POINT_COUNT]) -> [Vector3<f32>; 2] {
    [RIGHT_EYE, LEFT_EYE].map(|eye| {
        #[allow(clippy::indexing_slicing, reason = "the eyes are points of the topology, all below 468")]
        let points = eye.map(|i| Vector3::from(points[i]));
        points.iter().sum::<Vector3<f32>>() / points.len() as f32
    })
}

/// The canonical face laid over a mesh.
struct Placed {
    /// From the canonical face to the picture's axes: right, down, away from the camera.
    rotation: Matrix3<f64>,
    px_per_cm: f64,
    /// Root mean square distance of the fitted points, weighted.
    residual_cm: f64,
}

/// The rotation nearest to `covariance` and the sum of the singular values (the last one's sign
/// turned if a reflection would be nearer). `None` if fewer than two of them say anything.
fn rotation_of(covariance: &Matrix3<f64>) -> Option<(Matrix3<f64>, f64)> {
    let svd = covariance.try_svd(true, true, f64::EPSILON, 200)?;
    let (u, v_t) = (svd.u?, svd.v_t?);
    let [first, second, third] = svd.singular_values.into();
    if !(second > 1e-9 * first && first.is_finite()) {
        return None;
    }
    let sign = if (u * v_t).determinant() < 0.0 { -1.0 } else { 1.0 };
    let rotation = u * Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, sign)) * v_t;
    Some((rotation, first + second + sign * third))
}

/// The turn by `angle` radians that lifts the nose.
fn turn_x(angle: f64) -> Matrix3<f64> {
    let (sin, cos) = angle.sin_cos();
    // The nose points to −z, and up is −y.
    Matrix3::new(1.0, 0.0, 0.0, 0.0, cos, sin, 0.0, -sin, cos)
}

/// The turn by `angle` radians that moves the nose to the image's right.
fn turn_y(angle: f64) -> Matrix3<f64> {
    let (sin, cos) = angle.sin_cos();
    Matrix3::new(cos, 0.0, -sin, 0.0, 1.0, 0.0, sin, 0.0, cos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The canonical face, turned, at `distance_cm` from a pinhole camera (infinite: orthographic),
    /// 10 pixels per centimetre.
    fn turned(yaw: f64, pitch: f64, roll: f64, distance_cm: f64) -> Mesh {
        let [yaw, pitch, roll] = [yaw, pitch, roll].map(f64::to_radians);
        let (sin, cos) = roll.sin_cos();
        let roll = Matrix3::new(cos, -sin, 0.0, sin, cos, 0.0, 0.0, 0.0, 1.0);
        let rotation = turn_y(yaw) * turn_x(pitch) * roll;
        let points = canonical_vertices_cm().map(|[x, y, z]| {
            let p = rotation * Vector3::new(f64::from(x), -f64::from(y), -f64::from(z));
            let nearer = if distance_cm.is_finite() { distance_cm / (distance_cm + p.z) } else { 1.0 };
            [300.0 + 10.0 * p.x * nearer, 200.0 + 10.0 * p.y * nearer, 10.0 * p.z].map(|v| v as f32)
        });
        Mesh::new(points, 1.0).unwrap()
    }

    #[test]
    fn signs() {
        let pose = turned(25.0, 0.0, 0.0, f64::INFINITY).pose().unwrap();
        assert!((pose.yaw_deg - 25.0).abs() < 0.1, "{pose:?}");
        let nose = |mesh: &Mesh| mesh.nose_tip().x - mesh.eye_midpoint().x;
        assert!(
            nose(&turned(25.0, 0.0, 0.0, f64::INFINITY)) > 10.0,
            "positive yaw moves the nose to the image's right"
        );
        let up = turned(0.0, 20.0, 0.0, f64::INFINITY);
        let level = turned(0.0, 0.0, 0.0, f64::INFINITY);
        assert!(up.nose_tip().y - up.eye_midpoint().y < level.nose_tip().y - level.eye_midpoint().y, "looks up");
        assert!((turned(0.0, 0.0, 30.0, f64::INFINITY).roll_deg() - 30.0).abs() < 1.0, "as the eyes' line");
        let pose = level.pose().unwrap();
        assert!((pose.px_per_cm - 10.0).abs() < 1e-3 && pose.residual_cm < 1e-3, "{pose:?}");
    }

    #[test]
    fn no_extent_no_pose() {
        assert_eq!(Mesh::new([[5.0; 3]; 468], 1.0).unwrap().pose(), None);
    }

    proptest! {
        #[test]
        fn known_angles_come_back(yaw in -60f64..60.0, pitch in -45f64..45.0, roll in -170f64..170.0) {
            let pose = turned(yaw, pitch, roll, f64::INFINITY).pose().unwrap();
            let errors = [f64::from(pose.yaw_deg) - yaw, f64::from(pose.pitch_deg) - pitch, f64::from(pose.roll_deg) - roll];
            prop_assert!(errors.iter().all(|e| e.abs() < 0.05), "{pose:?}");
        }

        #[test]
        fn also_at_arm_s_length(yaw in -35f64..35.0, pitch in -25f64..25.0, roll in -30f64..30.0) {
            let pose = turned(yaw, pitch, roll, 40.0).pose().unwrap();
            let errors = [f64::from(pose.yaw_deg) - yaw, f64::from(pose.pitch_deg) - pitch, f64::from(pose.roll_deg) - roll];
            prop_assert!(errors.iter().all(|e| e.abs() < 2.0), "{pose:?} for {yaw} {pitch} {roll}");
        }
    }
}
