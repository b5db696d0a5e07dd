//! The small copy of a photograph in which the page is looked for, and views of pictures in
//! perspective.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Rect, Similarity};
use crate::image::{Border, Crop, Normalisation, Photo, warp_into};

/// Longer side of the small copy, in pixels: a page over half of it has sides of 250 px and a
/// portrait 45 px wide, and edges as wide as a hand-held camera's blur are one pixel.
pub(super) const SMALL_PX: f32 = 512.0;

/// A picture in floats, 0 ..= 255, red first: what page and portrait are read from.
pub(super) struct Picture {
    width: usize,
    pixels: Vec<[f32; 3]>,
}

impl Picture {
    /// The picture of these rows of `width` pixels, from the top; what is left over is cut off.
    pub(super) fn new(width: usize, pixels: Vec<[f32; 3]>) -> Self {
        Self { width, pixels }
    }

    /// The copy of `photo` reduced to [`SMALL_PX`], and how many of its pixels one pixel stands
    /// for: at least 1.
    pub(super) fn small(photo: &Photo) -> Result<(Self, f32)> {
        let (width, height) = (photo.width() as f32, photo.height() as f32);
        let scale = (width.max(height) / SMALL_PX).max(1.0);
        Ok((Self::part(photo, Point::default(), scale, width, height)?, scale))
    }

    /// The part of `photo` of `width` × `height` pixels from `corner` on, reduced by `scale`.
    pub(super) fn part(photo: &Photo, corner: Point, scale: f32, width: f32, height: f32) -> Result<Self> {
        let source_from_target = Similarity::new(scale, 0.0, corner).ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, Stage::Document, "a part of the page has no finite place")
        })?;
        let side = |length: f32| (length / scale).round().max(1.0) as usize;
        let crop = Crop { width: side(width), height: side(height), source_from_target, border: Border::Replicate };
        let mut pixels = vec![[0.0; 3]; crop.width.saturating_mul(crop.height)];
        let as_stored = Normalisation::STORED_RGB;
        warp_into(&photo.frame(), &crop, &as_stored, pixels.as_flattened_mut())?;
        Ok(Self::new(crop.width, pixels))
    }

    /// The part of `photo` about `outline`, reduced by `reduction`, and where it begins; `None` if
    /// that lies outside.
    pub(super) fn about(photo: &Photo, outline: &[Point; 4], reduction: f32) -> Result<Option<(Self, Point)>> {
        let Some(part) = part_of(photo, outline) else { return Ok(None) };
        let offset = Point::new(part.left(), part.top());
        let picture = Self::part(photo, offset, reduction, part.width(), part.height())?;
        Ok(Some((picture, offset)))
    }

    /// Width in pixels.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels; 0 for a picture without a width.
    pub(super) fn height(&self) -> usize {
        self.pixels.len().checked_div(self.width).unwrap_or_default()
    }

    /// The rows of pixels, from the top.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[[f32; 3]]> {
        self.pixels.chunks_exact(self.width.max(1))
    }

    /// The colour at `p`, bilinear; the nearest pixel's beyond the edges.
    fn at(&self, p: Point) -> [f32; 3] {
        let inside = |v: f32, side: usize| (v - 0.5).max(0.0).min(side.saturating_sub(1) as f32);
        let (x, y) = (inside(p.x, self.width()), inside(p.y, self.height()));
        let (left, top) = (x as usize, y as usize);
        let (fx, fy) = (x - left as f32, y - top as f32);
        let pixel = |x: usize, y: usize| {
            let (x, y) = (x.min(self.width().saturating_sub(1)), y.min(self.height().saturating_sub(1)));
            let pixel = self.pixels.get(y * self.width + x).copied();
            debug_assert!(pixel.is_some(), "an empty picture has no colour");
            pixel.unwrap_or_default()
        };
        let [a, b] = [pixel(left, top), pixel(left + 1, top)];
        let [c, d] = [pixel(left, top + 1), pixel(left + 1, top + 1)];
        let mix = |a: [f32; 3], b: [f32; 3], t: f32| {
            let ([a0, a1, a2], [b0, b1, b2]) = (a, b);
            [a0 + t * (b0 - a0), a1 + t * (b1 - a1), a2 + t * (b2 - a2)]
        };
        mix(mix(a, b, fx), mix(c, d, fx), fy)
    }

    /// The picture as it looks through `picture_from_view`: a photo of `width` × `height` pixels.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] if there is no memory for it.
    pub(super) fn view(&self, width: u32, height: u32, picture_from_view: impl Fn(Point) -> Point) -> Result<Photo> {
        let len = (width as usize).saturating_mul(height as usize).saturating_mul(3);
        let mut pixels = Vec::new();
        if pixels.try_reserve_exact(len).is_err() {
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Document, "there is no memory for the portrait"));
        }
        for y in 0..height {
            for x in 0..width {
                let value = self.at(picture_from_view(Point::new(x as f32 + 0.5, y as f32 + 0.5)));
                // Casts saturate.
                pixels.extend(value.map(|v| (v + 0.5) as u8));
            }
        }
        Photo::from_rgb8(width, height, pixels)
    }
}

/// The part of the photograph about `outline`, with two pixels around it for the interpolation;
/// `None` if that lies outside.
fn part_of(photo: &Photo, outline: &[Point; 4]) -> Option<Rect> {
    let (mut low, mut high) = (Point::new(f32::MAX, f32::MAX), Point::new(f32::MIN, f32::MIN));
    for p in outline {
        (low.x, low.y) = (low.x.min(p.x), low.y.min(p.y));
        (high.x, high.y) = (high.x.max(p.x), high.y.max(p.y));
    }
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let inside = |v: f32, side: f32| v.clamp(0.0, side);
    let rect = Rect::from_edges(
        inside((low.x - 2.0).floor(), width),
        inside((low.y - 2.0).floor(), height),
        inside((high.x + 2.0).ceil(), width),
        inside((high.y + 2.0).ceil(), height),
    )?;
    (rect.width() >= 1.0 && rect.height() >= 1.0).then_some(rect)
}
