//! [`Glimpse`]: what is kept of a frame: the head, grey, upright and at one scale.

use super::plane::Plane;
use crate::error::Result;
use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop, Frame, warp_rgb8};
use crate::mesh::{Mesh, outline};
use nalgebra::{Matrix3, Rotation3, Vector3};

/// Sides of a glimpse in pixels, and its scale: 24 × 30 cm of head at the face's depth.
pub(super) const WIDTH: usize = 240;
pub(super) const HEIGHT: usize = 300;
pub(super) const PX_PER_CM: f32 = 10.0;

/// The head in one frame.
pub(super) struct Glimpse {
    grey: Vec<u8>,
    /// Pixels of the frame per centimetre of the canonical face.
    pub(super) px_per_cm: f32,
    /// From the canonical face, in the picture's axes, to the head in the glimpse.
    pub(super) rotation: Matrix3<f32>,
    pub(super) timestamp_us: u64,
}

impl Glimpse {
    /// The head about `mesh`; `None` if the mesh has no extent.
    pub(super) fn new(frame: &Frame<'_>, mesh: &Mesh, timestamp_us: u64) -> Result<Option<Self>> {
        let (Some(pose), Some(rotation)) = (mesh.pose(), mesh.rotation()) else { return Ok(None) };
        let roll_deg = mesh.roll_deg();
        let Some(source_from_target) = about(mesh, pose.px_per_cm / PX_PER_CM, roll_deg) else { return Ok(None) };
        let crop = Crop { width: WIDTH, height: HEIGHT, source_from_target, border: Border::Replicate };
        let photo = warp_rgb8(frame, &crop)?;
        // Luma of BT.601, in 256ths.
        let luma = |[r, g, b]: &[u8; 3]| ((77 * u32::from(*r) + 150 * u32::from(*g) + 29 * u32::from(*b)) >> 8) as u8;
        let grey = photo.pixels().as_chunks::<3>().0.iter().map(luma).collect();
        let back = Rotation3::from_axis_angle(&Vector3::z_axis(), -roll_deg.to_radians());
        Ok(Some(Self { grey, px_per_cm: pose.px_per_cm, rotation: back.matrix() * rotation, timestamp_us }))
    }

    /// The pixels and their halves, a little smoothed: what lies between pixels is then nearly
    /// linear.
    pub(super) fn pyramid(&self) -> Option<Vec<Plane>> {
        let values = self.grey.iter().map(|v| f32::from(*v)).collect();
        Some(Plane::new(WIDTH, HEIGHT, values)?.smooth().pyramid())
    }
}

/// From a glimpse to the frame: the middle of the face's outline in the middle.
fn about(mesh: &Mesh, scale: f32, roll_deg: f32) -> Option<Similarity> {
    let middle = Point::mean(&mesh.along(&outline::FACE))?;
    let turn = Similarity::new(scale, roll_deg, Point::default())?;
    let moved = turn.apply(Point::new(0.5 * WIDTH as f32, 0.5 * HEIGHT as f32));
    Similarity::new(scale, roll_deg, Point::new(middle.x - moved.x, middle.y - moved.y))
}
