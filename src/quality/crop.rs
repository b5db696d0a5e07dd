//! The face that the luminance measures look at: a level crop of 128 × 128 pixels and the mesh's face oval in it.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop, Frame, Normalisation, luminance_linear, srgb8_to_linear, warp_into};
use crate::mesh::Mesh;
use crate::model::ChannelOrder;
use crate::scratch::{self, Scratch};

/// Side of the crop in pixels. Fixed, so that sharpness is judged at the scale that templates see.
pub(super) const SIDE_PX: usize = 128;
/// Levels of the histogram.
const LEVELS: usize = 256;
/// Marks pixels outside the oval, or outside the frame.
const OUTSIDE: f32 = -1.0;
/// Rec. 709 luma of stored (gamma-coded) values: what the eye calls brightness, good for judging detail.
const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// The mesh's points along the edge of the face, in order (MediaPipe's `FACE_OVAL`).
const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

/// Histogram of linear luminance and luma picture of a face's oval.
pub(super) struct FaceCrop {
    /// Pixels of the oval per level 0 ..= 255 of linear luminance.
    pub histogram: [u32; LEVELS],
    /// Pixels of the oval inside the frame.
    pub count: u32,
    /// Mean and variance of the linear luminance, 0 ..= 1, not rounded to levels.
    mean: f32,
    variance: f32,
    /// Luma, 0 ..= 255, row by row; [`OUTSIDE`] outside the oval.
    luma: Scratch,
}

impl FaceCrop {
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the mesh has no extent, and the errors of the warp.
    pub fn new(frame: &Frame<'_>, mesh: &Mesh) -> Result<Self> {
        let source_from_crop = level_square(mesh).ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, Stage::Quality, "the face has no extent, or no finite one")
        })?;
        let mut pixels = scratch::take(SIDE_PX * SIDE_PX * 3);
        let as_stored = Normalisation { order: ChannelOrder::Rgb, mean: [0.0; 3], scale: [1.0; 3] };
        let crop =
            Crop { width: SIDE_PX, height: SIDE_PX, source_from_target: source_from_crop, border: Border::Replicate };
        warp_into(frame, &crop, &as_stored, &mut pixels)?;

        let edge = source_from_crop.inverse().map(|to_crop| oval(mesh, &to_crop)).unwrap_or_default();
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let inside_frame = |p: Point| p.x >= 0.0 && p.y >= 0.0 && p.x < width && p.y < height;
        let mut face =
            Self { histogram: [0; LEVELS], count: 0, mean: 0.0, variance: 0.0, luma: scratch::take(SIDE_PX * SIDE_PX) };
        let linear = srgb8_to_linear();
        let (mut sum, mut squares) = (0.0f64, 0.0f64);
        let mut crossings = Vec::with_capacity(edge.len());
        for (index, (pixel, luma)) in pixels.as_chunks::<3>().0.iter().zip(face.luma.iter_mut()).enumerate() {
            let at = Point::new((index % SIDE_PX) as f32 + 0.5, (index / SIDE_PX) as f32 + 0.5);
            if index % SIDE_PX == 0 {
                cross(&edge, at.y, &mut crossings);
            }
            *luma = OUTSIDE;
            if !is_inside(&crossings, at.x) || !inside_frame(source_from_crop.apply(at)) {
                continue;
            }
            // Stored values are 0 ..= 255 by the warp's contract; the cast saturates.
            let light = luminance_linear(pixel.map(|v| linear.get((v + 0.5) as usize).copied().unwrap_or(1.0)));
            let ([r, g, b], [wr, wg, wb]) = (*pixel, LUMA);
            *luma = wr * r + wg * g + wb * b;
            if let Some(bin) = face.histogram.get_mut((light * 255.0).round() as usize) {
                *bin += 1;
            }
            face.count += 1;
            sum += f64::from(light);
            squares += f64::from(light).powi(2);
        }
        if face.count > 0 {
            let mean = sum / f64::from(face.count);
            face.mean = mean as f32;
            face.variance = (squares / f64::from(face.count) - mean * mean).max(0.0) as f32;
        }
        Ok(face)
    }

    /// Share of the face whose luminance has one of `levels`; 0 for no pixels.
    pub fn share(&self, levels: std::ops::RangeInclusive<usize>) -> f32 {
        let within: u32 = self.histogram.get(levels).map_or(0, |bins| bins.iter().sum());
        if self.count == 0 { 0.0 } else { within as f32 / self.count as f32 }
    }

    /// Mean linear luminance, 0 ..= 1; 0 for no pixels.
    pub fn mean(&self) -> f32 {
        self.mean
    }

    /// Standard deviation of linear luminance over its mean; 0 for a black face.
    pub fn contrast(&self) -> f32 {
        if self.mean > 0.0 { self.variance.sqrt() / self.mean } else { 0.0 }
    }

    /// Luma of three neighbouring rows at a time, [`SIDE_PX`] values each, from the top.
    pub fn luma_rows(&self) -> impl Iterator<Item = [&[f32]; 3]> {
        let rows = || self.luma.chunks_exact(SIDE_PX);
        rows().zip(rows().skip(1)).zip(rows().skip(2)).map(|((above, row), below)| [above, row, below])
    }
}

/// Whether a value of [`FaceCrop::luma_rows`] is part of the face.
pub(super) fn is_face(luma: f32) -> bool {
    luma >= 0.0
}

/// The level square that just holds the mesh.
fn level_square(mesh: &Mesh) -> Option<Similarity> {
    let roll = mesh.roll_deg();
    let level = Similarity::new(1.0, -roll, Point::default())?;
    let bounds = mesh.bounds_after(&level)?;
    let scale = bounds.width().max(bounds.height()) / SIDE_PX as f32;
    let half = 0.5 * SIDE_PX as f32;
    let corner = Point::new(bounds.center().x - scale * half, bounds.center().y - scale * half);
    Similarity::new(scale, roll, level.inverse()?.apply(corner))
}

/// The edge of the face in the crop.
fn oval(mesh: &Mesh, crop_from_source: &Similarity) -> Vec<Point> {
    OVAL.iter().filter_map(|i| mesh.point(*i)).map(|p| crop_from_source.apply(p)).collect()
}

/// Where the closed polygon `edge` crosses the row at `y`.
fn cross(edge: &[Point], y: f32, crossings: &mut Vec<f32>) {
    crossings.clear();
    let before = edge.last().into_iter().chain(edge);
    let crossing = before.zip(edge).filter(|(from, to)| (from.y > y) != (to.y > y));
    crossings.extend(crossing.map(|(from, to)| from.x + (to.x - from.x) * (y - from.y) / (to.y - from.y)));
}

/// Whether `x` is inside the polygon that crosses its row there, by the even-odd rule.
fn is_inside(crossings: &[f32], x: f32) -> bool {
    crossings.iter().filter(|crossing| x < **crossing).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_inside_a_concave_polygon() {
        let edge = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0)].map(|(x, y)| Point::new(x, y));
        for (x, y, expected) in
            [(1.0, 1.0, true), (2.0, 0.5, true), (2.0, 3.0, false), (3.8, 3.0, true), (5.0, 1.0, false)]
        {
            let mut crossings = vec![9.0];
            cross(&edge, y, &mut crossings);
            assert_eq!(is_inside(&crossings, x), expected, "({x}, {y})");
        }
        let mut crossings = vec![9.0];
        cross(&[], 0.0, &mut crossings);
        assert!(!is_inside(&crossings, 0.0));
    }
}
