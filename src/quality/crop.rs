//! The face that the luminance measures look at: a level crop of 128 × 128 pixels and the mesh's
//! face oval in it.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop, Frame, Normalisation, luminance_linear, srgb8_to_linear, warp_into};
use crate::mesh::outline::FACE;
use crate::mesh::{Mesh, View};
use crate::simd::scratch::{self, Scratch};

/// Side of the crop in pixels. Fixed, so that sharpness is judged at the scale that templates see.
pub(super) const SIDE_PX: usize = 128;
/// The mesh network sees faces at this crop's scale, where the face before was as large. By so much
/// the scales may differ for the measures to be the same within a few per cent: sharpness changes
/// by up to their square.
const SAME_SCALE: std::ops::RangeInclusive<f32> = 0.98..=1.02;
/// Levels of the histogram.
const LEVELS: usize = 256;
/// Marks pixels outside the oval, or outside the frame.
pub(super) const OUTSIDE: f32 = -1.0;
/// Rec. 709 luma of stored (gamma-coded) values: what the eye calls brightness, good for judging
/// detail.
pub(super) const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// Linear luminance and luma picture of a face's oval.
pub(super) struct FaceCrop {
    pub light: Light,
    /// Luma, 0 ..= 255, row by row of the oval's bounding box; [`OUTSIDE`] outside the oval.
    luma: Scratch,
    width: usize,
}

/// Linear luminance of the pixels of the oval inside the frame.
pub(super) struct Light {
    /// Pixels per level 0 ..= 255.
    pub histogram: [u32; LEVELS],
    /// Number of pixels.
    pub count: u32,
    /// Sum and sum of squares, 0 ..= 1 per pixel, not rounded to levels.
    sum: f64,
    squares: f64,
    /// Sum and number of pixels in the image's right half of the crop.
    right: (f64, u32),
}

impl FaceCrop {
    /// Cuts the face that `mesh` shows out of `frame`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the mesh has no extent, and the errors of the warp.
    pub fn new(frame: &Frame<'_>, mesh: &Mesh) -> Result<Self> {
        let source_from_crop = level_square(mesh).ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, Stage::Quality, "the face has no extent, or no finite one")
        })?;
        let mut pixels = scratch::take(SIDE_PX * SIDE_PX * 3);
        let as_stored = Normalisation::STORED_RGB;
        let crop =
            Crop { width: SIDE_PX, height: SIDE_PX, source_from_target: source_from_crop, border: Border::Replicate };
        warp_into(frame, &crop, &as_stored, &mut pixels)?;
        // A crop whose scale is too large to be inverted shows no pixel of a face: nothing is
        // inside the outline.
        let edge = source_from_crop.inverse().map_or([Point::default(); FACE.len()], |to_crop| oval(mesh, &to_crop));
        let picture = Picture { side: SIDE_PX, middle: SIDE_PX / 2, source_from_picture: source_from_crop };
        Ok(Self::read(frame, &edge, &picture, &pixels, |pixel| *pixel))
    }

    /// Reads the face off what the mesh network looked at: `None` where that shows it at another
    /// scale, or not all of it.
    pub fn seen(frame: &Frame<'_>, mesh: &Mesh, view: &View) -> Option<Self> {
        let (source_from_crop, source_from_view) = (level_square(mesh)?, view.source_from_view()?);
        let view_from_source = source_from_view.inverse()?;
        let edge = oval(mesh, &view_from_source);
        let inside = |v: f32| (0.0..=View::SIDE_PX as f32).contains(&v);
        let shown = SAME_SCALE.contains(&(source_from_view.scale() / source_from_crop.scale()))
            && edge.iter().all(|p| inside(p.x) && inside(p.y));
        let half = 0.5 * SIDE_PX as f32;
        let center = view_from_source.apply(source_from_crop.apply(Point::new(half, half)));
        let (values, as_stored) = view.pixels().filter(|_| shown)?;
        let picture = Picture {
            side: View::SIDE_PX,
            // The cast saturates.
            middle: center.x.round() as usize,
            source_from_picture: source_from_view,
        };
        Some(Self::read(frame, &edge, &picture, values, as_stored))
    }

    /// Reads the face inside the outline `edge` off `picture`, whose pixels `as_stored` makes red,
    /// green and blue of, 0 ..= 255.
    fn read(
        frame: &Frame<'_>,
        edge: &[Point],
        picture: &Picture,
        pixels: &[f32],
        as_stored: impl Fn(&[f32; 3]) -> [f32; 3],
    ) -> Self {
        let Picture { side, middle, source_from_picture } = *picture;
        let [columns, rows] = [|p: &Point| p.x, |p: &Point| p.y].map(|axis| extent(edge.iter().map(axis), side));
        let mut luma = scratch::take(columns.len() * rows.len());
        luma.fill(OUTSIDE);
        let visible = visible(frame, &source_from_picture, side);
        let mut light = Light { histogram: [0; LEVELS], count: 0, sum: 0.0, squares: 0.0, right: (0.0, 0) };
        let linear = srgb8_to_linear();
        let mut crossings = [0.0; FACE.len()];
        let pixels = pixels.as_chunks::<3>().0.chunks_exact(side).enumerate().skip(rows.start);
        for ((y, pixels), luma) in pixels.zip(luma.chunks_exact_mut(columns.len().max(1))) {
            let y = y as f32 + 0.5;
            for stretch in inside(cross(edge, y, &mut crossings), side) {
                let halves = [stretch.start..stretch.end.min(middle), stretch.start.max(middle)..stretch.end];
                for (half, is_right) in halves.into_iter().zip([false, true]) {
                    let place = half.start.saturating_sub(columns.start)..half.end.saturating_sub(columns.start);
                    // Nothing where a half is empty. Nothing, either, where an outline of
                    // coordinates so large that rounding moves them by whole pixels runs out of the
                    // picture.
                    let Some((pixels, luma)) = pixels.get(half.clone()).zip(luma.get_mut(place)) else { continue };
                    let (mut count, mut sum, mut squares) = (0, 0.0f64, 0.0f64);
                    for (x, (pixel, luma)) in half.zip(pixels.iter().zip(luma)) {
                        if visible(Point::new(x as f32 + 0.5, y)) {
                            let [r, g, b] = as_stored(pixel);
                            #[allow(clippy::indexing_slicing, reason = "a byte is below the table's 256")]
                            let linear = [r, g, b].map(|v| linear[usize::from(nearest(v))]);
                            let luminance = luminance_linear(linear);
                            light.count_level(luminance);
                            let exact = f64::from(luminance);
                            (count, sum, squares) = (count + 1, sum + exact, squares + exact * exact);
                            let [wr, wg, wb] = LUMA;
                            *luma = wr * r + wg * g + wb * b;
                        }
                    }
                    light.add(count, sum, squares, is_right);
                }
            }
        }
        Self { light, luma, width: columns.len() }
    }

    /// Luma of three neighbouring rows at a time, from the top.
    pub fn luma_rows(&self) -> impl Iterator<Item = [&[f32]; 3]> {
        let rows = || self.luma.chunks_exact(self.width.max(1));
        rows().zip(rows().skip(1)).zip(rows().skip(2)).map(|((above, row), below)| [above, row, below])
    }
}

impl Light {
    /// Counts a pixel of luminance `light` in the histogram.
    #[inline(always)]
    fn count_level(&mut self, light: f32) {
        #[allow(clippy::indexing_slicing, reason = "a byte is below the histogram's 256")]
        let bin = &mut self.histogram[usize::from(nearest(light * 255.0))];
        *bin += 1;
    }

    /// Adds a stretch of `count` pixels.
    fn add(&mut self, count: u32, sum: f64, squares: f64, is_right: bool) {
        self.count += count;
        self.sum += sum;
        self.squares += squares;
        if is_right {
            self.right = (self.right.0 + sum, self.right.1 + count);
        }
    }

    /// Share of the face whose luminance has one of `levels`; 0 for no pixels.
    pub fn share(&self, levels: std::ops::RangeInclusive<u8>) -> f32 {
        let levels = usize::from(*levels.start())..=usize::from(*levels.end());
        #[allow(clippy::indexing_slicing, reason = "bytes are below the histogram's 256")]
        let within: u32 = self.histogram[levels].iter().sum();
        if self.count == 0 { 0.0 } else { within as f32 / self.count as f32 }
    }

    /// Mean linear luminance, 0 ..= 1; 0 for no pixels.
    pub fn mean(&self) -> f32 {
        (self.sum / f64::from(self.count.max(1))) as f32
    }

    /// Variance of linear luminance, 0 ..= 0.25; 0 for no pixels.
    pub fn variance(&self) -> f32 {
        let n = f64::from(self.count.max(1));
        (self.squares / n - (self.sum / n).powi(2)).max(0.0) as f32
    }

    /// Standard deviation of linear luminance over its mean; 0 for a black face.
    pub fn contrast(&self) -> f32 {
        let n = f64::from(self.count.max(1));
        let (mean, squares) = (self.sum / n, self.squares / n);
        if mean > 0.0 { ((squares - mean * mean).max(0.0).sqrt() / mean) as f32 } else { 0.0 }
    }

    /// (right − left) / (right + left) of the mean luminance of the image's halves of the face, −1
    /// ..= 1; 0 without both.
    pub fn balance(&self) -> f32 {
        let (right, right_count) = self.right;
        let left_count = self.count - right_count;
        let mean = |sum: f64, count: u32| sum / f64::from(count);
        if right_count == 0 || left_count == 0 || self.sum <= 0.0 {
            return 0.0;
        }
        let (left, right) = (mean(self.sum - right, left_count), mean(right, right_count));
        ((right - left) / (right + left)) as f32
    }
}

/// Where a picture of a face lies.
struct Picture {
    side: usize,
    /// The first column of the image's right half of the face.
    middle: usize,
    source_from_picture: Similarity,
}

/// The whole number nearest to a value in 0 ..= 255: adding 2²³ leaves it in the mantissa's last
/// bits. A cast would saturate, which costs more than the rest.
#[inline(always)]
fn nearest(v: f32) -> u8 {
    (v + 8_388_608.0).to_bits() as u8
}

/// The pixels of an axis of `side` pixels that hold `values`.
fn extent(values: impl Iterator<Item = f32>, side: usize) -> std::ops::Range<usize> {
    let (low, high) = values.fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)));
    // Casts saturate.
    let start = (low.floor() as usize).min(side);
    start..(high.ceil() as usize).clamp(start, side)
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
fn oval(mesh: &Mesh, crop_from_source: &Similarity) -> [Point; FACE.len()] {
    mesh.along(&FACE).map(|point| crop_from_source.apply(point))
}

/// Tells which points of the crop lie inside the frame.
fn visible(frame: &Frame<'_>, source_from_crop: &Similarity, side: usize) -> impl Fn(Point) -> bool {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let source_from_crop = *source_from_crop;
    let inside_frame = move |at: Point| {
        let p = source_from_crop.apply(at);
        p.x >= 0.0 && p.y >= 0.0 && p.x < width && p.y < height
    };
    // Both are convex: a frame that holds the crop's corners holds the crop.
    let side = side as f32;
    let corners = [(0.0, 0.0), (side, 0.0), (0.0, side), (side, side)];
    let whole = corners.into_iter().all(|(x, y)| inside_frame(Point::new(x, y)));
    move |at| whole || inside_frame(at)
}

/// Where the closed polygon `edge` crosses the row at `y`, from left to right: the part of
/// `crossings` that this fills.
fn cross<'a>(edge: &[Point], y: f32, crossings: &'a mut [f32]) -> &'a [f32] {
    let before = edge.last().into_iter().chain(edge);
    let crossing = before.zip(edge).filter(|(from, to)| (from.y > y) != (to.y > y));
    let mut count = 0;
    for (place, (from, to)) in crossings.iter_mut().zip(crossing) {
        *place = from.x + (to.x - from.x) * (y - from.y) / (to.y - from.y);
        count += 1;
    }
    // Each of those counted was written, so that there are as many.
    let (crossings, _) = crossings.split_at_mut(count);
    crossings.sort_unstable_by(f32::total_cmp);
    crossings
}

/// The pixels of a row whose centres are inside the polygon that crosses it there, by the even-odd
/// rule.
fn inside(crossings: &[f32], side: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    // The first pixel whose centre is not left of the crossing; casts saturate.
    let first = move |crossing: f32| ((crossing - 0.5).ceil() as usize).min(side);
    crossings.as_chunks::<2>().0.iter().map(move |[enter, leave]| first(*enter)..first(*leave))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_inside_a_concave_polygon() {
        let edge = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0)].map(|(x, y)| Point::new(x, y));
        for (pixel, y, expected) in [(1, 1.0, true), (1, 0.5, true), (1, 3.0, false), (3, 3.0, true), (5, 1.0, false)] {
            let mut crossings = [9.0; 5];
            let found = inside(cross(&edge, y, &mut crossings), 128).any(|stretch| stretch.contains(&pixel));
            assert_eq!(found, expected, "({pixel}, {y})");
        }
        assert_eq!(inside(cross(&[], 0.0, &mut [9.0; 5]), 128).count(), 0);
    }
}
