//! A picture whose compressed data has been read once: any part of it, at any scale.

use crate::coefficients::{self, Channel};
use crate::error::{Result, corrupt};
use crate::header::Header;
use crate::idct::{self, Sample};
use crate::planes::{Planes, Units};
use crate::render::{self, Rows};
use crate::stream::Stream;
use fearless_simd::{Level, Simd, dispatch};
use std::fmt;
use std::ops::Range;

/// Rows of units that are decoded at once: what bounds the memory beside the output. Chosen by
/// hand.
const BAND_UNITS: usize = 32;

/// Bits behind whole levels of [`Picture::read_fine`].
pub const FINE_BITS: u32 = <u16 as Sample>::FRACTION;

/// How many stored pixels, each way, become one: their mean, as if the whole picture had been
/// decoded and then reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scale {
    /// The picture as it is.
    Full,
    /// Two by two.
    Half,
    /// Four by four.
    Quarter,
    /// Eight by eight, a block. Colour that a file stores coarser than brightness is interpolated
    /// from means of whole blocks, so that it is a little softer than a mean of its pixels.
    Eighth,
}

impl Scale {
    /// Stored pixels per pixel, each way.
    pub fn divisor(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }

    /// Samples on the side of a block.
    fn base(self) -> usize {
        8 / self.divisor() as usize
    }
}

/// A part of a picture, in pixels of the scale at which it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// The first column.
    pub left: u32,
    /// The first row.
    pub top: u32,
    /// Columns; at least 1.
    pub width: u32,
    /// Rows; at least 1.
    pub height: u32,
}

/// A picture whose compressed data has been read once, so that it is known to be whole, and of
/// which any part can be had at any [`Scale`].
///
/// Of a file with one scan it keeps the compressed data, places to begin reading at, and the
/// picture at an eighth; of one with more, all coefficients ([`Header::memory`]).
pub struct Picture {
    header: Header,
    data: Data,
}

enum Data {
    Stream { stream: Stream, eighth: Planes<u16> },
    Coefficients(Vec<Channel>),
}

impl Picture {
    /// Reads the compressed data of `file`, of which `header` was read.
    ///
    /// The work is bounded by the length of the file, [`Header::visits`] and the number of pixels.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`](crate::ErrorKind::Corrupt) for data that is damaged or ends early.
    pub fn decode(file: &[u8], header: &Header) -> Result<Self> {
        whole(header)?;
        let data = if header.keeps_coefficients() {
            Data::Coefficients(coefficients::decode(file, header)?)
        } else {
            let mut stream = Stream::new(file, header)?;
            let eighth = stream.survey(header)?;
            Data::Stream { stream, eighth }
        };
        Ok(Self { header: header.clone(), data })
    }

    /// What the file says before its picture is decoded.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Width and height in pixels at `scale`: rounded up, so that the last column and row may be
    /// made of fewer stored pixels.
    pub fn size(&self, scale: Scale) -> [u32; 2] {
        render::size(&self.header.frame, scale.base()).map(|side| side as u32)
    }

    /// Writes `area` of the picture at `scale` as red, green and blue, a byte each, row by row
    /// without padding, into `target`. The same pixels come out whatever area they are part of.
    ///
    /// At full scale pixels equal those of libjpeg; means are [`Picture::read_fine`]'s, rounded.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`](crate::ErrorKind::Corrupt) if the area is empty or reaches beyond the
    /// picture, or `target` has not `width * height * 3` bytes. The data was found whole before.
    pub fn read(&self, scale: Scale, area: Area, target: &mut [u8]) -> Result<()> {
        if scale == Scale::Full {
            let (target, rest) = target.as_chunks_mut();
            let fits = if rest.is_empty() { Ok(()) } else { Err(corrupt("the target does not hold whole pixels")) };
            return fits.and_then(|()| self.read_samples(scale, area, target));
        }
        let pixels = (area.width as usize).checked_mul(area.height as usize).filter(|n| *n == target.len() / 3);
        let pixels = pixels.ok_or(corrupt("the target is not as long as the area's pixels"))?;
        let mut fine = vec![[0; 3]; pixels];
        self.read_fine(scale, area, &mut fine)?;
        let half = 1 << (FINE_BITS - 1);
        for (target, fine) in target.as_chunks_mut().0.iter_mut().zip(fine) {
            *target = fine.map(|v| ((v + half) >> FINE_BITS) as u8);
        }
        Ok(())
    }

    /// Writes `area` as [`Picture::read`] does, with [`FINE_BITS`] bits behind whole levels: 0 to
    /// 4,080. Means over many pixels have levels between the whole ones.
    ///
    /// # Errors
    /// Those of [`Picture::read`]; `target` has an entry for each pixel.
    pub fn read_fine(&self, scale: Scale, area: Area, target: &mut [[u16; 3]]) -> Result<()> {
        if let (Data::Stream { eighth, .. }, Scale::Eighth) = (&self.data, scale) {
            let (columns, rows) = self.stretch(scale, area, target.len())?;
            write(&self.header, eighth, columns, rows, target);
            return Ok(());
        }
        self.read_samples(scale, area, target)
    }

    /// The columns and rows of an area that lies in the picture and has `pixels` pixels.
    fn stretch(&self, scale: Scale, area: Area, pixels: usize) -> Result<(Range<usize>, Range<usize>)> {
        let base = scale.base();
        let [width, height] = render::size(&self.header.frame, base);
        let range = |start: u32, len: u32| (start as usize, start as usize + len as usize);
        let ((left, right), (top, bottom)) = (range(area.left, area.width), range(area.top, area.height));
        if left >= right || top >= bottom || right > width || bottom > height {
            return Err(corrupt("the area lies outside the picture, or is empty"));
        }
        if pixels != (right - left) * (bottom - top) {
            return Err(corrupt("the target is not as long as the area's pixels"));
        }
        Ok((left..right, top..bottom))
    }

    /// Reads samples and writes them as pixels, some rows of units at a time.
    fn read_samples<T: Sample>(&self, scale: Scale, area: Area, target: &mut [[T; 3]]) -> Result<()> {
        let base = scale.base();
        let (columns, rows) = self.stretch(scale, area, target.len())?;
        let per_band = BAND_UNITS * self.header.frame.most[1] * base;
        let mut rest = target;
        let mut row = rows.start;
        while row < rows.end {
            let end = rows.end.min((row / per_band + 1) * per_band);
            let (band, behind) = std::mem::take(&mut rest).split_at_mut(columns.len() * (end - row));
            let units = Planes::<T>::needed(&self.header.frame, base, columns.clone(), row..end);
            let planes = self.planes::<T>(base, units)?;
            write(&self.header, &planes, columns.clone(), row..end, band);
            (rest, row) = (behind, end);
        }
        Ok(())
    }

    fn planes<T: Sample>(&self, base: usize, units: Units) -> Result<Planes<T>> {
        let mut planes = Planes::new(&self.header.frame, base, units);
        match &self.data {
            Data::Stream { stream, .. } => stream.read(&self.header, &mut planes)?,
            Data::Coefficients(channels) => transform(&self.header, channels, &mut planes)?,
        }
        Ok(planes)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").field("size", &self.header.frame.size).finish_non_exhaustive()
    }
}

/// Decodes a whole picture to red, green and blue, a byte each, row by row without padding.
///
/// For small pictures this is the fastest way: their data is read once. `target` must have
/// `width * height * 3` bytes.
///
/// # Errors
/// Those of [`Picture::decode`] and [`Picture::read`].
pub fn decode_rgb8(file: &[u8], header: &Header, target: &mut [u8]) -> Result<()> {
    let [width, height] = header.frame.size;
    let whole_picture = Area { left: 0, top: 0, width: width as u32, height: height as u32 };
    let rows = header.frame.units[1];
    if header.keeps_coefficients() || rows > 2 * BAND_UNITS {
        return Picture::decode(file, header)?.read(Scale::Full, whole_picture, target);
    }
    whole(header)?;
    if target.len() != width * height * 3 {
        return Err(corrupt("the target is not as long as the picture's pixels"));
    }
    let mut planes = Planes::<u8>::new(&header.frame, 8, Units::all(&header.frame));
    Stream::new(file, header)?.read_once(header, &mut planes)?;
    write(header, &planes, 0..width, 0..height, target.as_chunks_mut().0);
    Ok(())
}

/// That the headers of all that a picture needs are there.
fn whole(header: &Header) -> Result<()> {
    if !header.is_complete() || header.quantization.len() != header.frame.components.len() {
        return Err(corrupt("the file ends before its image does"));
    }
    Ok(())
}

/// Writes pixels of samples.
fn write<T: Sample>(
    header: &Header,
    planes: &Planes<T>,
    columns: Range<usize>,
    rows: Range<usize>,
    target: &mut [[T; 3]],
) {
    let level = Level::new();
    dispatch!(level, simd => write_on(simd, header, planes, columns.clone(), rows.clone(), target));
}

#[inline(always)]
fn write_on<S: Simd, T: Sample>(
    _: S,
    header: &Header,
    planes: &Planes<T>,
    columns: Range<usize>,
    rows: Range<usize>,
    target: &mut [[T; 3]],
) {
    let mut buffers = Rows::new();
    for (y, target) in rows.zip(target.chunks_exact_mut(columns.len().max(1))) {
        buffers.write(header.color, planes, columns.clone(), y, target);
    }
}

/// Makes samples of coefficients.
fn transform<T: Sample>(header: &Header, channels: &[Channel], planes: &mut Planes<T>) -> Result<()> {
    let level = Level::new();
    dispatch!(level, simd => transform_on(simd, header, channels, planes))
}

#[inline(always)]
fn transform_on<S: Simd, T: Sample>(
    simd: S,
    header: &Header,
    channels: &[Channel],
    planes: &mut Planes<T>,
) -> Result<()> {
    let Units { columns, rows } = planes.units();
    for ((plane, channel), table) in planes.components_mut().iter_mut().zip(channels).zip(&header.quantization) {
        let ([h, v], side, stride) = (plane.factors, plane.side, plane.stride);
        for row in rows.clone() {
            for down in 0..v {
                for column in columns.clone() {
                    for right in 0..h {
                        let block = channel.block(column * h + right, row * v + down);
                        let (coefficients, lone) = block.ok_or(corrupt("a block lies outside its picture"))?;
                        let target = plane.block(column, row, right, down)?;
                        idct::transform(simd, coefficients, table, lone, side, target, stride);
                    }
                }
            }
        }
    }
    Ok(())
}
