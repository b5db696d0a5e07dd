//! The lower part of a page, straightened, so fine that a character's pitch is as wide as a
//! [cell](super::glyphs).

use super::glyphs::{AREA, CELL_HEIGHT, CELL_WIDTH};
use crate::document::page::homography::Homography;
use crate::document::page::picture::Picture;
use crate::error::Result;
use crate::geometry::Point;
use crate::image::Photo;
use selfsame_chip::MrzFormat;

/// A character's pitch in millimetres: ten to the inch (ICAO Doc 9303-3).
const PITCH_MM: f32 = 2.54;
/// Pixels of the strip per millimetre of the page.
pub(super) const PX_PER_MM: f32 = CELL_WIDTH as f32 / PITCH_MM;
/// Height of the strip in millimetres: zones are within 23.2 of the lower edge (ICAO Doc 9303-3),
/// and the outline may be a few pixels off.
const STRIP_MM: f32 = 27.0;
/// How far around a pixel its ground is looked for, in pixels: further than a stroke is wide,
/// nearer than shades change.
const GROUND_PX: usize = 14;
/// The share of dark pixels whose depth counts as full ink: strokes are a fifth of a line.
const FULL_INK: f32 = 0.95;
/// The least depth of ink in levels: above a camera's noise.
const LEAST_INK: f32 = 6.0;

/// The lower strip of a page in pixels of [`PX_PER_MM`], and how dark each is.
pub(super) struct Strip {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Levels, 0 ..= 255.
    grey: Vec<f32>,
    /// Darkness against the ground about, 0 ..= 1.
    pub(super) ink: Vec<f32>,
    /// From the strip's pixels to the page's millimetres: what lies above the strip.
    above_mm: f32,
    photo_from_page: Homography,
}

/// Width and height of a page in millimetres (ICAO Doc 9303, parts 4 to 6).
pub(super) fn size_mm(format: MrzFormat) -> [f32; 2] {
    match format {
        MrzFormat::Td1 => [85.6, 53.98],
        MrzFormat::Td2 => [105.0, 74.0],
        MrzFormat::Td3 => [125.0, 88.0],
    }
}

impl Strip {
    /// Samples the strip of a page of this format that has these corners in the photograph; `None`
    /// if they enclose nothing or lie outside.
    pub(super) fn sample(photo: &Photo, corners: &[Point; 4], format: MrzFormat) -> Result<Option<Self>> {
        let [width_mm, height_mm] = size_mm(format);
        let Some(photo_from_page) = Homography::from_rectangle(width_mm, height_mm, corners) else {
            return Ok(None);
        };
        let above_mm = height_mm - STRIP_MM;
        let [width, height] = [width_mm, STRIP_MM].map(|mm| (mm * PX_PER_MM).round() as usize);
        let photo_at = |p: Point| photo_from_page.apply(Point::new(p.x / PX_PER_MM, above_mm + p.y / PX_PER_MM));
        let (w, h) = (width as f32, height as f32);
        let outline = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)].map(|(x, y)| photo_at(Point::new(x, y)));
        // Pixels of the photograph per pixel of the strip, along the longer direction.
        let [a, b, c, _] = outline;
        let reduction = (a.distance(b) / w).max(b.distance(c) / h).max(1.0);
        let Some((picture, offset)) = Picture::about(photo, &outline, reduction)? else { return Ok(None) };
        let view = picture.view(width as u32, height as u32, |p| {
            let p = photo_at(p);
            Point::new((p.x - offset.x) / reduction, (p.y - offset.y) / reduction)
        })?;
        let luma = |[r, g, b]: &[u8; 3]| 0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b);
        let grey: Vec<f32> = view.pixels().as_chunks::<3>().0.iter().map(luma).collect();
        let ink = ink(&grey, width, height);
        Ok(Some(Self { width, height, grey, ink, above_mm, photo_from_page }))
    }

    /// Where a point of the strip lies in the photograph.
    pub(super) fn in_photo(&self, p: Point) -> Point {
        self.photo_from_page.apply(Point::new(p.x / PX_PER_MM, self.above_mm + p.y / PX_PER_MM))
    }

    /// The cell with its centre at `center`, dark as positive numbers, bilinear; the nearest
    /// pixel's beyond the strip.
    pub(super) fn cell(&self, center: Point) -> [f32; AREA] {
        let mut cell = [0.0; AREA];
        let (x, y) = (center.x - 0.5 * CELL_WIDTH as f32, center.y - 0.5 * CELL_HEIGHT as f32);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        // Casts saturate; centres lie within the strip or a few pixels beside it.
        let (left, top) = (left as isize, top as isize);
        let clamped = |at: isize, side: usize| at.clamp(0, side as isize - 1) as usize;
        let columns: [[usize; 2]; CELL_WIDTH] =
            std::array::from_fn(|i| [0, 1].map(|next| clamped(left.saturating_add((i + next) as isize), self.width)));
        for (j, row) in cell.as_chunks_mut::<CELL_WIDTH>().0.iter_mut().enumerate() {
            let [above, below] = [0, 1].map(|next| {
                let start = clamped(top.saturating_add((j + next) as isize), self.height) * self.width;
                &self.grey[start..start + self.width]
            });
            for (value, [a, b]) in row.iter_mut().zip(&columns) {
                let upper = above[*a] + fx * (above[*b] - above[*a]);
                let lower = below[*a] + fx * (below[*b] - below[*a]);
                *value = -(upper + fy * (lower - upper));
            }
        }
        cell
    }
}

/// How much darker each pixel is than the mean about it, in shares of what ink is.
fn ink(grey: &[f32], width: usize, height: usize) -> Vec<f32> {
    let across: Vec<f32> = grey.chunks_exact(width).flat_map(box_mean).collect();
    let mut depth = vec![0.0; grey.len()];
    for x in 0..width {
        let column: Vec<f32> = (0..height).map(|y| across[y * width + x]).collect();
        for (y, mean) in box_mean(&column).into_iter().enumerate() {
            depth[y * width + x] = (mean - grey[y * width + x]).max(0.0);
        }
    }
    let mut dark: Vec<f32> = depth.iter().copied().filter(|d| *d > 0.0).collect();
    let at = ((dark.len() as f32 * FULL_INK) as usize).min(dark.len().saturating_sub(1));
    let full = if dark.is_empty() { 0.0 } else { *dark.select_nth_unstable_by(at, f32::total_cmp).1 };
    let full = full.max(LEAST_INK);
    depth.iter().map(|d| (d / full).min(1.0)).collect()
}

/// Means over [`GROUND_PX`] to either side, over fewer at the ends.
fn box_mean(values: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0f64];
    let mut sum = 0.0;
    for value in values {
        sum += f64::from(*value);
        sums.push(sum);
    }
    let mean = |i: usize| {
        let (from, to) = (i.saturating_sub(GROUND_PX), (i + GROUND_PX + 1).min(values.len()));
        ((sums[to] - sums[from]) / (to - from) as f64) as f32
    };
    (0..values.len()).map(mean).collect()
}
