//! What the fields of a TIFF's directory state together: which samples there are, and where.

use super::super::exif::Order;
use super::super::format::{ImageFormat, SourceColor};
use super::super::header::{Header, corrupt, unsupported};
use super::super::limits::over_limit;
use super::compression::Compression;
use super::directory::{self as tag, Directory, Field};
use crate::error::Result;

/// Steps of about a nanosecond for a strip or tile beside its bytes and pixels: the tables of a
/// decompressor. Measured, see `tests/suite/formats/work.rs`.
const CHUNK_STEPS: u64 = 20_000;
/// Steps for a byte that a tile has beyond the picture's edge.
const PADDING_STEPS: u64 = 10;
/// What decompressors hold beside their output.
const DECOMPRESSOR_BYTES: u64 = 256 << 10;

/// What samples mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colors {
    /// Grey; `true` if white is zero.
    Gray(bool),
    Rgb,
    Palette,
}

/// What the first sample behind the colours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    Straight,
    /// Colours were multiplied by it.
    Premultiplied,
}

/// The first picture of a TIFF.
pub(super) struct Layout<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1, 2, 4, 8 or 16.
    pub(super) bits: u8,
    pub(super) colors: Colors,
    pub(super) alpha: Option<Alpha>,
    /// Samples of a pixel, those included that are left out.
    samples: usize,
    /// Whether each sample has strips or tiles of its own.
    pub(super) planar: bool,
    pub(super) compression: Compression,
    /// Whether samples are stored as differences to the ones before them.
    pub(super) differences: bool,
    pub(super) palette: Option<Field<'a>>,
    pub(super) order: Order,
    /// Width and height of a strip or tile.
    chunk: [u32; 2],
    tiled: bool,
    offsets: Field<'a>,
    byte_counts: Field<'a>,
}

/// A strip or tile.
pub(super) struct Chunk {
    /// Its first column and row in the picture.
    pub(super) left: usize,
    pub(super) top: usize,
    /// The columns and rows of it that lie in the picture.
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// The sample that it holds, if it holds one of each pixel; else the first.
    pub(super) sample: usize,
    /// Bytes of a stored row, and of all that are decompressed.
    pub(super) row_bytes: usize,
    pub(super) len: usize,
    /// Where its bytes lie.
    offset: u64,
    byte_count: u64,
}

impl Chunk {
    /// Its bytes in the file; `None` if some lie outside.
    pub(super) fn bytes<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        file.get(usize::try_from(self.offset).ok()?..)?.get(..usize::try_from(self.byte_count).ok()?)
    }
}

impl<'a> Layout<'a> {
    /// Reads the first directory.
    pub(super) fn read(file: &'a [u8]) -> Result<Self> {
        let directory = Directory::first(file)?;
        // A thumbnail: of a camera's raw picture it stands first.
        if directory.number_or(tag::SUBFILE_TYPE, 0) & 1 == 1 {
            return Err(unsupported("a TIFF whose first picture is a thumbnail is not read: convert it to JPEG"));
        }
        let side = |tag| directory.field(tag).and_then(|field| field.number(0)?.try_into().ok());
        let (Some(width), Some(height)): (Option<u32>, Option<u32>) = (side(tag::WIDTH), side(tag::HEIGHT)) else {
            return Err(corrupt("the TIFF states no size"));
        };
        let compression = Compression::of(directory.number_or(tag::COMPRESSION, 1))?;
        let samples = directory.number_or(tag::SAMPLES_PER_PIXEL, 1);
        // Eight are more than colours and opacity, and let the rest be left out.
        let samples = usize::try_from(samples).ok().filter(|n| (1..=8).contains(n));
        let samples = samples.ok_or_else(|| unsupported("a TIFF of so many samples in a pixel is not read"))?;
        let bits = match directory.field(tag::BITS_PER_SAMPLE) {
            None => 1,
            Some(field) => {
                let first = field.number(0).filter(|first| field.numbers().all(|bits| bits == *first));
                match first.and_then(|n| u8::try_from(n).ok()) {
                    Some(bits @ (1 | 2 | 4 | 8 | 16)) => bits,
                    _ => return Err(unsupported("a TIFF of other samples than 1, 2, 4, 8 or 16 bits is not read")),
                }
            }
        };
        // 4 is "undefined", which other readers take for whole numbers.
        let format = directory.field(tag::SAMPLE_FORMAT);
        if format.is_some_and(|field| field.numbers().any(|format| !matches!(format, 1 | 4))) {
            return Err(unsupported("a TIFF of signed or floating samples is not read"));
        }
        let colors = match directory.field(tag::PHOTOMETRIC).and_then(|field| field.number(0)) {
            Some(0) => Colors::Gray(true),
            Some(1) => Colors::Gray(false),
            Some(2) => Colors::Rgb,
            Some(3) => Colors::Palette,
            Some(5) => return Err(unsupported("a TIFF of inks is not read: convert it to RGB")),
            _ => return Err(unsupported("a TIFF of other colours than grey, RGB or a palette is not read")),
        };
        let channels = if colors == Colors::Rgb { 3 } else { 1 };
        let small = bits < 8 && (channels > 1 || samples > 1);
        if samples < channels || small || (colors == Colors::Palette && (bits > 8 || samples > 1)) {
            return Err(unsupported("a TIFF of such samples and colours is not read"));
        }
        let first_extra = directory.field(tag::EXTRA_SAMPLES).and_then(|field| field.number(0));
        let alpha = match first_extra.filter(|_| samples > channels) {
            Some(1) => Some(Alpha::Premultiplied),
            Some(2) => Some(Alpha::Straight),
            // What is not said to be opacity is none.
            _ => None,
        };
        if bits < 8 && directory.number_or(tag::FILL_ORDER, 1) != 1 {
            return Err(unsupported("a TIFF whose bits are filled from the right is not read"));
        }
        let differences = match directory.number_or(tag::PREDICTOR, 1) {
            // It belongs to these two alone (section 14).
            _ if !matches!(compression, Compression::Lzw | Compression::Deflate) => false,
            1 => false,
            2 if bits >= 8 => true,
            _ => return Err(unsupported("a TIFF of such a predictor is not read")),
        };
        let tiled = directory.field(tag::TILE_WIDTH).is_some();
        let chunk = if tiled {
            // A side that is not stated is refused as 0 below.
            [side(tag::TILE_WIDTH).unwrap_or(0), side(tag::TILE_HEIGHT).unwrap_or(0)]
        } else {
            [
                width,
                u32::try_from(directory.number_or(tag::ROWS_PER_STRIP, height.into()))
                    .map_or(height, |n| n.min(height)),
            ]
        };
        let [offsets, byte_counts] = if tiled {
            [tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS]
        } else {
            [tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS]
        };
        let (Some(offsets), Some(byte_counts)) = (directory.field(offsets), directory.field(byte_counts)) else {
            return Err(corrupt("the TIFF does not say where its pixels are"));
        };
        let layout = Self {
            width,
            height,
            bits,
            colors,
            alpha,
            samples,
            planar: directory.number_or(tag::PLANAR, 1) == 2 && samples > 1,
            compression,
            differences,
            palette: directory.field(tag::COLOR_MAP),
            order: directory.order,
            chunk,
            tiled,
            offsets,
            byte_counts,
        };
        if width == 0 || height == 0 || chunk.contains(&0) {
            return Err(corrupt("the TIFF has a side of zero pixels"));
        }
        if layout.chunk_count() > layout.offsets.count().min(layout.byte_counts.count()) as u64 {
            return Err(corrupt("the TIFF does not say where all of its pixels are"));
        }
        if colors == Colors::Palette && layout.palette.is_none_or(|palette| palette.count() < 3 << bits) {
            return Err(corrupt("the TIFF has no whole palette"));
        }
        Ok(layout)
    }

    /// Colours of a pixel, and its opacity if it has one.
    pub(super) fn channels(&self) -> usize {
        let colors = if self.colors == Colors::Rgb { 3 } else { 1 };
        colors + usize::from(self.alpha.is_some())
    }

    /// Samples of a pixel in one chunk.
    pub(super) fn samples_together(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    /// Chunks beside and below one another.
    fn grid(&self) -> [u64; 2] {
        let [width, height] = self.chunk;
        [self.width.div_ceil(width).into(), self.height.div_ceil(height).into()]
    }

    fn chunk_count(&self) -> u64 {
        let [across, down] = self.grid();
        let planes = if self.planar { self.samples as u64 } else { 1 };
        across.saturating_mul(down).saturating_mul(planes)
    }

    /// Bytes of a chunk's stored row; `None` if an address does not hold them.
    fn row_bytes(&self) -> Option<usize> {
        let bits = u64::from(self.chunk[0]).checked_mul(u64::from(self.bits) * self.samples_together() as u64)?;
        usize::try_from(bits.div_ceil(8)).ok()
    }

    /// All chunks whose samples are looked at; `None` if an address does not hold one.
    pub(super) fn chunks(&self) -> Option<impl Iterator<Item = Chunk>> {
        let ([across, down], row_bytes) = (self.grid(), self.row_bytes()?);
        let [chunk_width, chunk_height] = self.chunk;
        row_bytes.checked_mul(chunk_height as usize)?;
        let planes = if self.planar { self.channels() as u64 } else { 1 };
        let (offsets, byte_counts, tiled) = (self.offsets, self.byte_counts, self.tiled);
        let (width, height) = (self.width, self.height);
        // The directory has at least so many of both.
        Some((0..across * down * planes).map_while(move |index| {
            let (sample, place) = (index / (across * down), index % (across * down));
            // Below the picture's sides.
            let (left, top) = ((place % across) as u32 * chunk_width, (place / across) as u32 * chunk_height);
            let (columns, rows) = ((width - left).min(chunk_width), (height - top).min(chunk_height));
            let stored_rows = if tiled { chunk_height } else { rows };
            Some(Chunk {
                left: left as usize,
                top: top as usize,
                columns: columns as usize,
                rows: rows as usize,
                sample: sample as usize,
                row_bytes,
                len: row_bytes * stored_rows as usize,
                offset: offsets.number(index as usize)?,
                byte_count: byte_counts.number(index as usize)?,
            })
        }))
    }
}

/// Reads what the directory states, as far as limits and the decoder need it.
pub(in crate::image) fn inspect(file: &[u8]) -> Result<Header> {
    let layout = Layout::read(file)?;
    let too_large = || over_limit("the TIFF's strips or tiles are larger than an address");
    let (mut whole, mut compressed, mut plain, mut chunks) = (true, 0u64, 0u64, 0u64);
    let mut largest = 0;
    for chunk in layout.chunks().ok_or_else(too_large)? {
        whole &= chunk.bytes(file).is_some();
        compressed = compressed.saturating_add(chunk.byte_count);
        plain = plain.saturating_add(chunk.len as u64);
        largest = largest.max(chunk.len as u64);
        chunks += 1;
    }
    let most = layout.compression.most_compressed(plain, chunks);
    if compressed > most {
        return Err(over_limit(format!("the TIFF's pixels are compressed to {compressed} bytes, over {most}")));
    }
    let pixels = u64::from(layout.width) * u64::from(layout.height);
    let shown = pixels.saturating_mul((layout.samples * usize::from(layout.bits)).div_ceil(8) as u64);
    let color = match layout.colors {
        Colors::Gray(_) => SourceColor::Gray,
        Colors::Rgb => SourceColor::Rgb,
        Colors::Palette => SourceColor::Palette,
    };
    Ok(Header {
        format: ImageFormat::Tiff,
        width: layout.width,
        height: layout.height,
        color,
        bits_per_channel: layout.bits,
        // The indices of a palette.
        working_bytes_per_px: u64::from(layout.colors == Colors::Palette),
        working_bytes: largest.saturating_mul(2).saturating_add(DECOMPRESSOR_BYTES),
        work: (chunks.saturating_mul(CHUNK_STEPS))
            .saturating_add(plain.saturating_sub(shown).saturating_mul(PADDING_STEPS)),
        end: whole.then_some(file.len()),
    })
}
