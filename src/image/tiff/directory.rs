//! The first directory of a TIFF (6.0, section 2), and its fields as whole numbers.

use super::super::exif::Order;
use super::super::header::corrupt;
use crate::error::Result;

pub(super) const SUBFILE_TYPE: u16 = 254;
pub(super) const WIDTH: u16 = 256;
pub(super) const HEIGHT: u16 = 257;
pub(super) const BITS_PER_SAMPLE: u16 = 258;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const PHOTOMETRIC: u16 = 262;
pub(super) const FILL_ORDER: u16 = 266;
pub(super) const STRIP_OFFSETS: u16 = 273;
pub(super) const ORIENTATION: u16 = 274;
pub(super) const SAMPLES_PER_PIXEL: u16 = 277;
pub(super) const ROWS_PER_STRIP: u16 = 278;
pub(super) const STRIP_BYTE_COUNTS: u16 = 279;
pub(super) const PLANAR: u16 = 284;
pub(super) const PREDICTOR: u16 = 317;
pub(super) const COLOR_MAP: u16 = 320;
pub(super) const TILE_WIDTH: u16 = 322;
pub(super) const TILE_HEIGHT: u16 = 323;
pub(super) const TILE_OFFSETS: u16 = 324;
pub(super) const TILE_BYTE_COUNTS: u16 = 325;
pub(super) const EXTRA_SAMPLES: u16 = 338;
pub(super) const SAMPLE_FORMAT: u16 = 339;
pub(super) const ICC_PROFILE: u16 = 34_675;

/// The entries that are looked through: as many as the classic format can count.
const MAX_ENTRIES: u64 = 65_535;

/// A file's first directory.
pub(super) struct Directory<'a> {
    file: &'a [u8],
    pub(super) order: Order,
    /// The entries: tag, type, count, and the value or where it lies.
    entries: &'a [u8],
    /// Whether counts and offsets have eight bytes.
    big: bool,
}

impl<'a> Directory<'a> {
    /// Finds it by the file's header.
    pub(super) fn first(file: &'a [u8]) -> Result<Self> {
        Self::find(file).ok_or_else(|| corrupt("the TIFF's directory lies outside the file"))
    }

    fn find(file: &'a [u8]) -> Option<Self> {
        let order = Order::of(file)?;
        let big = order.u16(file, 2)? == 43;
        let (at, count, first) = if big {
            // The length of offsets, and nothing.
            if (order.u16(file, 4)?, order.u16(file, 6)?) != (8, 0) {
                return None;
            }
            let at = usize::try_from(order.u64(file, 8)?).ok()?;
            (at, order.u64(file, at)?, at.checked_add(8)?)
        } else {
            let at = usize::try_from(order.u32(file, 4)?).ok()?;
            (at, order.u16(file, at)?.into(), at.checked_add(2)?)
        };
        debug_assert!(first > at);
        let size = if big { 20 } else { 12 };
        let len = usize::try_from(count.min(MAX_ENTRIES)).ok()? * size;
        Some(Self { file, order, entries: file.get(first..)?.get(..len)?, big })
    }

    /// The first field of a tag. `None` if there is none, or one of another type than of whole
    /// numbers or bytes, or if its values lie outside the file.
    pub(super) fn field(&self, tag: u16) -> Option<Field<'a>> {
        let (order, size, inline) = if self.big { (self.order, 20, 8) } else { (self.order, 12, 4) };
        let entry = self.entries.chunks_exact(size).find(|entry| order.u16(entry, 0) == Some(tag))?;
        let number =
            |bytes: &[u8], at| if self.big { order.u64(bytes, at) } else { order.u32(bytes, at).map(u64::from) };
        let size = match order.u16(entry, 2)? {
            // BYTE, ASCII, UNDEFINED
            1 | 2 | 7 => 1,
            // SHORT
            3 => 2,
            // LONG, IFD
            4 | 13 => 4,
            // LONG8, IFD8
            16 | 18 => 8,
            _ => return None,
        };
        let len = usize::try_from(number(entry, 4)?).ok()?.checked_mul(size)?;
        let value = entry.get(4 + inline..)?;
        let bytes = if len <= inline {
            value.get(..len)?
        } else {
            self.file.get(usize::try_from(number(value, 0)?).ok()?..)?.get(..len)?
        };
        Some(Field { bytes, size, order })
    }

    /// The first number of a field; `default` without one.
    pub(super) fn number_or(&self, tag: u16, default: u64) -> u64 {
        self.field(tag).and_then(|field| field.number(0)).unwrap_or(default)
    }
}

/// The values of a field.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    bytes: &'a [u8],
    size: usize,
    order: Order,
}

impl<'a> Field<'a> {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.bytes.len() / self.size
    }

    /// The value at `index`.
    pub(super) fn number(&self, index: usize) -> Option<u64> {
        let at = index.checked_mul(self.size)?;
        match self.size {
            1 => self.bytes.get(at).copied().map(u64::from),
            2 => self.order.u16(self.bytes, at).map(u64::from),
            4 => self.order.u32(self.bytes, at).map(u64::from),
            _ => self.order.u64(self.bytes, at),
        }
    }

    /// All values.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> + use<'a> {
        let field = *self;
        (0..field.count()).filter_map(move |index| field.number(index))
    }

    /// The values as bytes, if they are.
    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        (self.size == 1).then_some(self.bytes)
    }
}
