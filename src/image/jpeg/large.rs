//! A large picture, decoded where and as finely as it is looked at.

use super::super::format::SourceProfile;
use super::super::limits::over_limit;
use super::super::orientation::Orientation;
use super::super::profile::Profile;
use super::super::span::Span;
use super::super::upright;
use super::decode::{fault, room};
use super::part::Part;
use crate::error::Result;
use image::ColorType;
use selfsame_jpeg::{Area, Header, Picture, Scale};
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A part is decoded with so much more on each side, as a share of its own: the next look at the
/// same face is a little elsewhere. Chosen by hand.
const MARGIN: f64 = 0.0625;

/// Pixels of a part, each way, that are left for one of the result at least. Chosen by
/// measurement: scores of 56 pairs of LFW, enlarged to 12 megapixels, are as far from those of
/// pictures that were decoded in full with 1.25 as with 2 or 4 (0.002, the root of the mean
/// square), at a third of the work.
const LEFT_PX: f64 = 1.25;

/// A picture of a million pixels or more, of which parts are decoded when they are looked at.
///
/// Its file was read once, so that all of it is known to be whole.
pub(in crate::image) struct Large {
    picture: Picture,
    orientation: Orientation,
    /// What the colours mean: converted with each part.
    profile: Profile,
    /// All pixels, upright: only made for those who ask for them.
    upright: OnceLock<Vec<u8>>,
    /// The last part that was looked at, per scale: eighth, quarter, half, full.
    parts: [Mutex<Option<Arc<Part>>>; 4],
}

impl Large {
    /// Reads the data of a file whose header was read.
    pub(in crate::image) fn read(
        bytes: &[u8],
        header: &Header,
        orientation: Orientation,
        profile: Profile,
    ) -> Result<Self> {
        let picture = Picture::decode(bytes, header).map_err(fault)?;
        Ok(Self { picture, orientation, profile, upright: OnceLock::new(), parts: Default::default() })
    }

    /// Width and height as stored.
    pub(in crate::image) fn stored_size(&self) -> [u32; 2] {
        self.picture.size(Scale::Full)
    }

    /// Width and height of the upright picture.
    pub(in crate::image) fn upright_size(&self) -> [u32; 2] {
        let [width, height] = self.stored_size();
        if self.orientation.swaps_sides() { [height, width] } else { [width, height] }
    }

    /// How stored pixels become upright.
    pub(in crate::image) fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// All pixels, upright. They are decoded by the first call, and kept.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::LimitExceeded`] if there is no memory.
    pub(in crate::image) fn upright(&self) -> Result<&[u8]> {
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
    pub(in crate::image) fn part(&self, columns: &mut Span, rows: &mut Span, per_pixel: f64) -> Result<Arc<Part>> {
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

    /// Means, as [`Part`] holds them.
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
        bytes.resize(6 * count, 0);
        for (channel, plane) in bytes.chunks_exact_mut(2 * count.max(1)).enumerate() {
            for (word, pixel) in plane.as_chunks_mut().0.iter_mut().zip(&means) {
                // Three planes of three channels.
                let level = pixel.get(channel).copied().unwrap_or_default();
                *word = (level << (8 - selfsame_jpeg::FINE_BITS)).to_le_bytes();
            }
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
