//! JPEG, decoded by `selfsame-jpeg`: small pictures at once, large ones where and as finely as they
//! are looked at.

use super::format::SourceProfile;
use super::frame::Frame;
use super::limits::over_limit;
use super::orientation::Orientation;
use super::plane::Plane;
use super::profile::Profile;
use super::span::Span;
use super::upright;
use crate::error::{Error, ErrorKind, Result, Stage};
use image::ColorType;
use selfsame_jpeg::{Area, Header, Picture, Scale};
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Pictures of fewer pixels are decoded in full. Chosen by hand: their data is read in less time than
/// one network takes, and reading it twice would cost more than it saves.
const LARGE_PX: u64 = 1 << 20;
/// A part is decoded with so much more on each side, as a share of its own: the next look at the
/// same face is a little elsewhere. Chosen by hand.
const MARGIN: f64 = 0.125;

/// Pixels of a part, each way, that are left for one of the result at least. Chosen by measurement:
/// scores of LFW's pictures, enlarged to 12 megapixels, are as far from those of pictures that were
/// decoded in full with 1.25 as with 2 or 4 (0.002, the mean of squares; what rounds all pixels to
/// whole levels makes of it), at a third of the work.
const LEFT_PX: f64 = 1.25;

/// This crate's error for one of the decoder.
pub(super) fn fault(error: selfsame_jpeg::Error) -> Error {
    let kind = match error.kind() {
        selfsame_jpeg::ErrorKind::Unsupported => ErrorKind::UnsupportedFormat,
        selfsame_jpeg::ErrorKind::Work => ErrorKind::LimitExceeded,
        _ => ErrorKind::Corrupt,
    };
    Error::new(kind, Stage::Decode, error.to_string())
}

/// Whether a picture is decoded when it is looked at, rather than at once.
pub(super) fn is_large(header: &Header) -> bool {
    u64::from(header.width()) * u64::from(header.height()) >= LARGE_PX
}

/// Decodes a whole picture to RGB8, as it is stored.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Vec<u8>> {
    let mut pixels = room(header.width(), header.height())?;
    selfsame_jpeg::decode_rgb8(bytes, header, &mut pixels).map_err(fault)?;
    Ok(pixels)
}

/// Zeroed memory for `width` × `height` pixels of RGB8.
fn room(width: u32, height: u32) -> Result<Vec<u8>> {
    let len = (width as usize).checked_mul(height as usize).and_then(|n| n.checked_mul(3));
    let mut pixels = Vec::new();
    // Reserved with a fallible call: an allocation that fails in `vec![]` would end the process.
    len.and_then(|n| pixels.try_reserve_exact(n).ok().map(|()| pixels.resize(n, 0)))
        .ok_or_else(|| over_limit("there is no memory for the image"))?;
    Ok(pixels)
}

/// A picture of a million pixels or more, of which parts are decoded when they are looked at.
///
/// Its file was read once, so that all of it is known to be whole.
pub(super) struct Large {
    picture: Picture,
    orientation: Orientation,
    /// What the colours mean: converted with each part.
    profile: Profile,
    /// All pixels, upright: only made for those who ask for them.
    upright: OnceLock<Vec<u8>>,
    /// The last part that was looked at, per scale: eighth, quarter, half, full.
    parts: [Mutex<Option<Arc<Part>>>; 4],
}

/// Some columns and rows of the picture, as it is stored, at one scale.
pub(super) struct Part {
    /// Pixels of RGB8; or, at a reduced scale, what [`Frame::of_means`] takes, plane after plane.
    bytes: Vec<u8>,
    scale: Scale,
    columns: Range<usize>,
    rows: Range<usize>,
}

impl Part {
    /// The part as a frame.
    pub(super) fn frame(&self) -> Frame<'_> {
        // A picture's sides are below 2¹⁶.
        let (width, height) = (self.columns.len() as u32, self.rows.len() as u32);
        if self.scale == Scale::Full {
            return Frame::trusted_rgb8(&self.bytes, width, height);
        }
        let stride = 2 * self.columns.len();
        let mut planes = self.bytes.chunks((stride * self.rows.len()).max(1)).map(|plane| Plane::new(plane, stride));
        let mut next = || planes.next().unwrap_or_default();
        Frame::of_means([next(), next(), next()], width, height)
    }

    fn holds(&self, columns: &Range<usize>, rows: &Range<usize>) -> bool {
        let inside = |all: &Range<usize>, some: &Range<usize>| all.start <= some.start && some.end <= all.end;
        inside(&self.columns, columns) && inside(&self.rows, rows)
    }
}

impl Large {
    /// Reads the data of a file whose header was read.
    pub(super) fn read(bytes: &[u8], header: &Header, orientation: Orientation, profile: Profile) -> Result<Self> {
        let picture = Picture::decode(bytes, header).map_err(fault)?;
        Ok(Self { picture, orientation, profile, upright: OnceLock::new(), parts: Default::default() })
    }

    /// Width and height as stored.
    pub(super) fn stored_size(&self) -> [u32; 2] {
        self.picture.size(Scale::Full)
    }

    /// Width and height of the upright picture.
    pub(super) fn upright_size(&self) -> [u32; 2] {
        let [width, height] = self.stored_size();
        if self.orientation.swaps_sides() { [height, width] } else { [width, height] }
    }

    /// How stored pixels become upright.
    pub(super) fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// All pixels, upright. They are decoded by the first call, and kept.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] if there is no memory.
    pub(super) fn upright(&self) -> Result<&[u8]> {
        if let Some(pixels) = self.upright.get() {
            return Ok(pixels);
        }
        let [width, height] = self.stored_size();
        let pixels = self.pixels(Area { left: 0, top: 0, width, height })?;
        let pixels = upright::turn(pixels, [width as usize, height as usize], self.orientation)?;
        Ok(self.upright.get_or_init(|| pixels))
    }

    /// A part that holds what `columns` and `rows` look at, where a pixel of the result is made of
    /// `per_pixel` stored ones each way; the spans learn what it holds.
    ///
    /// It is taken at the coarsest scale that leaves [`LEFT_PX`] pixels each way for one of the
    /// result. What it shows does not depend on what was looked at before.
    pub(super) fn part(&self, columns: &mut Span, rows: &mut Span, per_pixel: f64) -> Result<Arc<Part>> {
        let scales = [Scale::Eighth, Scale::Quarter, Scale::Half];
        let coarse = scales.into_iter().find(|scale| per_pixel >= LEFT_PX * f64::from(scale.divisor()));
        let scale = coarse.unwrap_or(Scale::Full);
        let of = scale.divisor() as usize;
        let part = self.part_at(scale, &columns.means(of), &rows.means(of))?;
        (columns.averaged, columns.held_from) = (of, part.columns.start);
        (rows.averaged, rows.held_from) = (of, part.rows.start);
        Ok(part)
    }

    /// Pixels of RGB8.
    fn pixels(&self, area: Area) -> Result<Vec<u8>> {
        let mut pixels = room(area.width, area.height)?;
        self.picture.read(Scale::Full, area, &mut pixels).map_err(fault)?;
        self.profile.convert(&mut pixels, ColorType::Rgb8)?;
        Ok(pixels)
    }

    /// Means, as [`Frame::of_means`] takes them, plane after plane.
    fn means(&self, scale: Scale, area: Area) -> Result<Vec<u8>> {
        let no_memory = || over_limit("there is no memory for a part of the image");
        let count = (area.width as usize).checked_mul(area.height as usize).ok_or_else(no_memory)?;
        let mut means = Vec::new();
        means.try_reserve_exact(count).map_err(|_| no_memory())?;
        means.resize(count, [0; 3]);
        self.picture.read_fine(scale, area, &mut means).map_err(fault)?;
        if self.profile.said() == SourceProfile::Converted {
            self.convert_means(&mut means)?;
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(6 * count).map_err(|_| no_memory())?;
        for channel in [0, 1, 2] {
            let words = means.iter().filter_map(|pixel| pixel.get(channel));
            bytes.extend(words.flat_map(|level| (level << (8 - selfsame_jpeg::FINE_BITS)).to_le_bytes()));
        }
        Ok(bytes)
    }

    /// Converts means to sRGB, some at a time.
    fn convert_means(&self, means: &mut [[u16; 3]]) -> Result<()> {
        const WHITE: u32 = 255 << selfsame_jpeg::FINE_BITS;
        const DEEP: u32 = 65_535;
        let mut deep = Vec::new();
        for chunk in means.chunks_mut(1024) {
            deep.clear();
            let levels = chunk.as_flattened().iter();
            deep.extend(levels.flat_map(|v| (((u32::from(*v) * DEEP + WHITE / 2) / WHITE) as u16).to_ne_bytes()));
            self.profile.convert(&mut deep, ColorType::Rgb16)?;
            for (level, bytes) in chunk.as_flattened_mut().iter_mut().zip(deep.as_chunks::<2>().0) {
                *level = ((u32::from(u16::from_ne_bytes(*bytes)) * WHITE + DEEP / 2) / DEEP) as u16;
            }
        }
        Ok(())
    }

    /// A part that holds `columns` and `rows` of the picture at `scale`.
    fn part_at(&self, scale: Scale, columns: &Range<usize>, rows: &Range<usize>) -> Result<Arc<Part>> {
        let [eighth, quarter, half, full] = &self.parts;
        let kept = match scale {
            Scale::Eighth => eighth,
            Scale::Quarter => quarter,
            Scale::Half => half,
            Scale::Full => full,
        };
        // A part is whole before it is kept: a thread that panicked has left nothing behind.
        let last = kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(part) = last.filter(|part| part.holds(columns, rows)) {
            return Ok(part);
        }
        let [width, height] = self.picture.size(scale);
        let wider = |range: &Range<usize>, side: u32| {
            let margin = (MARGIN * range.len() as f64) as usize;
            range.start.saturating_sub(margin)..(range.end + margin).min(side as usize)
        };
        // An eighth is there as a whole.
        let (columns, rows) = match scale {
            Scale::Eighth => (0..width as usize, 0..height as usize),
            _ => (wider(columns, width), wider(rows, height)),
        };
        // A picture's sides are below 2¹⁶.
        let (left, top) = (columns.start as u32, rows.start as u32);
        let area = Area { left, top, width: columns.len() as u32, height: rows.len() as u32 };
        let bytes = if scale == Scale::Full { self.pixels(area)? } else { self.means(scale, area)? };
        let part = Arc::new(Part { bytes, scale, columns, rows });
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(part.clone());
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Point, Similarity};
    use crate::image::{Border, Crop, Limits, Normalisation, Photo, warp_into};
    use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

    const WIDTH: u32 = 1403;
    const HEIGHT: u32 = 1001;

    /// A file with detail everywhere, turned as EXIF's `orientation` says.
    fn file(orientation: u8) -> Vec<u8> {
        let level = |x: u32, y: u32, c: u32| {
            let wave = ((x as f32 / (9.0 + c as f32)).sin() + (y as f32 / 13.0).cos()) * 55.0 + 128.0;
            (wave + ((x * 31 + y * 17 + x * y) % 23) as f32) as u8
        };
        let pixels: Vec<u8> =
            (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| [0, 1, 2].map(|c| level(x, y, c)))).collect();
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
        let exif = [&b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[orientation], &[0; 6]].concat();
        encoder.set_exif_metadata(exif).unwrap();
        encoder.write_image(&pixels, WIDTH, HEIGHT, ExtendedColorType::Rgb8).unwrap();
        file
    }

    fn crop(scale: f32, degrees: f32, corner: Point) -> Crop {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let source_from_target = Similarity::new(scale * cos, scale * sin, corner).unwrap();
        Crop { width: 64, height: 48, source_from_target, border: Border::Black }
    }

    fn warped(frame: &Frame<'_>, crop: &Crop) -> Vec<f32> {
        let mut out = vec![0.0; 64 * 48 * 3];
        warp_into(frame, crop, &Normalisation::STORED_RGB, &mut out).unwrap();
        out
    }

    #[test]
    fn a_part_shows_what_the_whole_picture_does() {
        for orientation in 1..=8 {
            let photo = Photo::decode(&file(orientation), &Limits::default()).unwrap();
            let whole = Photo::from_rgb8(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
            for (scale, degrees) in
                [(0.7, 3.0), (1.3, 0.0), (2.2, 20.0), (3.0, 0.0), (6.5, 90.0), (11.0, 5.0), (25.0, 0.0)]
            {
                let crop = crop(scale, degrees, Point::new(170.3, 120.9));
                let (got, expected) = (warped(&photo.frame(), &crop), warped(&whole.frame(), &crop));
                let off = got.iter().zip(&expected).map(|(a, b)| (a - b).abs());
                let (most, sum) = off.fold((0f32, 0f32), |(most, sum), off| (most.max(off), sum + off));
                let mean = sum / got.len() as f32;
                // At full scale the same pixels; means are rounded otherwise, and their chroma is
                // not interpolated first.
                let (may, mean_may) = if scale < 2.5 { (0.0, 0.0) } else { (6.0, 0.6) };
                assert!(
                    most <= may && mean <= mean_may,
                    "orientation {orientation}, {scale}: {most}, {mean} on average"
                );
            }
        }
    }

    #[test]
    fn what_was_looked_at_before_changes_nothing() {
        let file = file(6);
        let crops: Vec<Crop> = (0..12)
            .map(|i| {
                crop(1.0 + 1.7 * (i % 7) as f32, 10.0 * i as f32, Point::new(60.0 * i as f32, 300.0 - 20.0 * i as f32))
            })
            .collect();
        let photo = Photo::decode(&file, &Limits::default()).unwrap();
        let forwards: Vec<_> = crops.iter().map(|crop| warped(&photo.frame(), crop)).collect();
        let other = Photo::decode(&file, &Limits::default()).unwrap();
        for (crop, expected) in crops.iter().zip(&forwards).rev() {
            assert!(warped(&other.frame(), crop) == *expected, "backwards");
            assert!(warped(&photo.frame(), crop) == *expected, "again");
        }
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| crops.iter().zip(&forwards).for_each(|(c, e)| assert!(warped(&photo.frame(), c) == *e)));
            }
        });
    }

    #[test]
    fn a_frame_of_a_large_photo_can_be_turned_once_more() {
        let photo = Photo::decode(&file(8), &Limits::default()).unwrap();
        let whole = Photo::from_rgb8(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
        let turn = Orientation::of_camera(90, true).unwrap();
        let (frame, expected) = (photo.frame().oriented(turn), whole.frame().oriented(turn));
        assert_eq!((frame.width(), frame.height()), (expected.width(), expected.height()));
        let crop = crop(1.5, 12.0, Point::new(200.0, 80.0));
        assert!(warped(&frame, &crop) == warped(&expected, &crop));
    }
}
