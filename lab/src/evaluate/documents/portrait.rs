//! The portrait's frame: the eyes level, a quarter of the width apart, in the middle and 42 % from
//! the top, which is inside what ISO/IEC 19794-5:2005, 8.3 ("full frontal image"), allows.

use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Photo, warp_rgb8};
use selfsame::mesh::Mesh;

/// Distance of the eyes, over the width.
const EYE_DISTANCE: f32 = 0.25;
/// Their height, over the height.
const EYE_LINE: f32 = 0.42;

/// The portrait of `width` × `height` pixels.
pub(super) fn cut(photo: &Photo, mesh: &Mesh, (width, height): (usize, usize)) -> Result<Photo> {
    let source_from_target = frame(mesh, (width, height))?;
    Ok(warp_rgb8(&photo.frame(), &Crop { width, height, source_from_target, border: Border::Replicate })?)
}

/// From places on the portrait of `width` × `height` pixels to places on the mesh's picture.
pub(in crate::evaluate) fn frame(mesh: &Mesh, (width, height): (usize, usize)) -> Result<Similarity> {
    let [right, left, ..] = mesh.alignment_points();
    let (w, h) = (width as f32, height as f32);
    let eye = |side: f32| Point::new(w * (0.5 + 0.5 * side * EYE_DISTANCE), EYE_LINE * h);
    Similarity::fit(&[eye(-1.0), eye(1.0)], &[right, left])
        .ok_or_else(|| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, "the eyes coincide, or are not finite"))
}
