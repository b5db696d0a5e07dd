//! The two cheek squares that uniformity and colour look at: side 0.3 inter-eye distances, from
//! half-way between eyes and mouth downwards, outwards from below each eye's centre (OFIQ 1.0.3
//! `CalculateRegionOfInterest`).

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop, Frame, Normalisation, linear_rgb, luminance_linear, warp_into};
use crate::mesh::Mesh;
use crate::simd::scratch;

/// Side of a square in pixels, as in OFIQ's aligned faces (113 px between the eyes): fewer pixels
/// would make histograms of 256 levels sparse, and unlike each other.
const SIDE_PX: usize = 33;
/// Side of a square in inter-eye distances.
const SIDE: f32 = 0.3;
/// Pixels of a square.
const PIXELS: f32 = (SIDE_PX * SIDE_PX) as f32;

/// One cheek.
pub(super) struct Cheek {
    /// Pixels per level of linear luminance.
    pub histogram: [u32; 256],
    /// Mean of stored red, green and blue, 0 ..= 255.
    pub mean: [f32; 3],
}

/// The subject's right cheek, and the left one. Outside the frame, the frame's edge goes on.
pub(super) fn cheeks(frame: &Frame<'_>, mesh: &Mesh) -> Result<[Cheek; 2]> {
    let degenerate =
        || Error::new(ErrorKind::InvalidArgument, Stage::Quality, "the face has no extent, or no finite one");
    let (right, left) = (mesh.right_eye(), mesh.left_eye());
    let distance = right.distance(left);
    let mouth = mesh.right_mouth_corner().midpoint(mesh.left_mouth_corner());
    let down = 0.5 * mesh.eye_midpoint().distance(mouth);
    let level = Similarity::new(1.0, mesh.roll_deg(), Point::default()).ok_or_else(degenerate)?;
    let cheek = |eye: Point, sideways: f32| {
        let offset = level.apply(Point::new(sideways, down));
        let corner = Point::new(eye.x + offset.x, eye.y + offset.y);
        let source_from_target = Similarity::new(SIDE * distance / SIDE_PX as f32, mesh.roll_deg(), corner);
        read(frame, source_from_target.ok_or_else(degenerate)?)
    };
    Ok([cheek(right, -SIDE * distance)?, cheek(left, 0.0)?])
}

/// The cheek that `source_from_target` maps, read off a square of [`SIDE_PX`].
fn read(frame: &Frame<'_>, source_from_target: Similarity) -> Result<Cheek> {
    let mut pixels = scratch::take(SIDE_PX * SIDE_PX * 3);
    let as_stored = Normalisation::STORED_RGB;
    let crop = Crop { width: SIDE_PX, height: SIDE_PX, source_from_target, border: Border::Replicate };
    warp_into(frame, &crop, &as_stored, &mut pixels)?;
    let mut cheek = Cheek { histogram: [0; 256], mean: [0.0; 3] };
    for pixel in pixels.as_chunks::<3>().0 {
        cheek.mean.iter_mut().zip(pixel).for_each(|(mean, v)| *mean += v / PIXELS);
        // Casts saturate: what is rounded stays a byte.
        let light = luminance_linear(linear_rgb(pixel.map(|v| (v + 0.5) as u8)));
        #[allow(clippy::indexing_slicing, reason = "a byte is below the histogram's 256")]
        let bin = &mut cheek.histogram[usize::from((light * 255.0 + 0.5) as u8)];
        *bin += 1;
    }
    Ok(cheek)
}
