//! What an EXIF block states (CIPA DC-008; TIFF 6.0, section 2) of the way up and the lens: tag
//! 0x0112 of its first directory, and tags of the directory that this one names by tag 0x8769.
//!
//! Two directories are looked through, some times each, so that the work is bounded by their
//! 65,535 entries.

use super::bytes::{be16, be32, le16, le32};
use super::orientation::Orientation;

/// What stands before the TIFF header in a JPEG's APP1, and in some WebP files. The sixth byte is
/// filling, for which some writers take another value than zero.
const PREFIX: &[u8] = b"Exif\0";

/// The tag `Orientation` (CIPA DC-008, 4.6.4 A).
const ORIENTATION: u16 = 0x0112;

/// The tag of the directory about how the picture was taken (`Exif IFD Pointer`, 4.6.3).
const EXIF_DIRECTORY: u16 = 0x8769;
/// Its tags `PixelXDimension`, `PixelYDimension` (4.6.6 C) and `FocalLengthIn35mmFilm` (4.6.7).
const PIXELS: [u16; 2] = [0xA002, 0xA003];
const FOCAL_LENGTH_35MM: u16 = 0xA405;

/// How much the proportions of a picture may differ from those that its EXIF block states before
/// it was cut out of the one that was taken. Chosen by hand: rounding to whole blocks of pixels is
/// within it.
const CUT: f32 = 1.03;

/// The byte order in which a block was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `II`
    Little,
    /// `MM`
    Big,
}

impl Order {
    /// The order that a TIFF's header states.
    pub(super) fn of(tiff: &[u8]) -> Option<Self> {
        match tiff.get(..2)? {
            b"II" => Some(Self::Little),
            b"MM" => Some(Self::Big),
            _ => None,
        }
    }

    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        match self {
            Self::Little => le16(bytes, at),
            Self::Big => be16(bytes, at),
        }
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        match self {
            Self::Little => le32(bytes, at),
            Self::Big => be32(bytes, at),
        }
    }

    #[cfg(feature = "tiff")]
    pub(super) fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let halves = [self.u32(bytes, at)?, self.u32(bytes, at.checked_add(4)?)?].map(u64::from);
        let [high, low] = if self == Self::Big { halves } else { [halves[1], halves[0]] };
        Some(high << 32 | low)
    }
}

/// Whether the bytes of an APP1 segment are an EXIF block; XMP has the same marker.
pub(super) fn is_exif(segment: &[u8]) -> bool {
    segment.starts_with(PREFIX)
}

/// The orientation that an EXIF block states, with or without the prefix of APP1.
///
/// `None` if the block has no such tag, or one whose value does not exist: it says nothing then.
pub(super) fn orientation(exif: &[u8]) -> Option<Orientation> {
    let (tiff, order) = tiff(exif)?;
    value(first(tiff, order)?, order, ORIENTATION).and_then(|v| v.try_into().ok()).and_then(Orientation::from_exif)
}

/// The focal length that an EXIF block states of the picture with these sides, in millimetres of a
/// camera of 36 mm × 24 mm with the same angle of view across the diagonal.
///
/// `None` if the block has no such tag or says 0 (unknown), or if the sides that it states have
/// other proportions: the picture was cut out of the one that was taken.
pub(super) fn focal_length_35mm(exif: &[u8], sides: [u32; 2]) -> Option<u16> {
    let (tiff, order) = tiff(exif)?;
    let at = value(first(tiff, order)?, order, EXIF_DIRECTORY)?;
    let directory = tiff.get(usize::try_from(at).ok()?..)?;
    let focal_length = value(directory, order, FOCAL_LENGTH_35MM)?;
    if let [Some(x), Some(y)] = PIXELS.map(|tag| value(directory, order, tag)) {
        // Either way up.
        let long = |[a, b]: [u32; 2]| a.max(b) as f32 / a.min(b).max(1) as f32;
        let change = long([x, y]) / long(sides);
        if !(1.0 / CUT..=CUT).contains(&change) {
            return None;
        }
    }
    focal_length.try_into().ok().filter(|v| *v > 0)
}

/// The TIFF file inside a block, and its byte order.
fn tiff(exif: &[u8]) -> Option<(&[u8], Order)> {
    let tiff = if is_exif(exif) { exif.get(PREFIX.len() + 1..)? } else { exif };
    let order = Order::of(tiff)?;
    (order.u16(tiff, 2)? == 42).then_some((tiff, order))
}

/// The first directory, and what stands behind it.
fn first(tiff: &[u8], order: Order) -> Option<&[u8]> {
    tiff.get(usize::try_from(order.u32(tiff, 4)?).ok()?..)
}

/// The value of a directory's first entry with this tag, if that holds one whole number.
///
/// The standard says SHORT or LONG; BYTE and the signed types are written, too. The value stands at
/// the start of its four bytes, whatever the byte order.
fn value(directory: &[u8], order: Order, tag: u16) -> Option<u32> {
    let count = usize::from(order.u16(directory, 0)?);
    // A directory that is cut short states what is there.
    let mut entries = directory.get(2..)?.as_chunks::<12>().0.iter().take(count);
    let entry = entries.find(|entry| order.u16(*entry, 0) == Some(tag))?;
    if order.u32(entry, 4)? != 1 {
        return None;
    }
    match order.u16(entry, 2)? {
        // BYTE, SBYTE
        1 | 6 => entry.get(8).copied().map(u32::from),
        // SHORT, SSHORT
        3 | 8 => order.u16(entry, 8).map(u32::from),
        // LONG, SLONG
        4 | 9 => order.u32(entry, 8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A block of one directory at offset 8, whose entries are tag, type, count and value field.
    fn block(order: Order, entries: &[(u16, u16, u32, [u8; 4])]) -> Vec<u8> {
        let u16 = |v: u16| if matches!(order, Order::Big) { v.to_be_bytes() } else { v.to_le_bytes() };
        let u32 = |v: u32| if matches!(order, Order::Big) { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut tiff = if matches!(order, Order::Big) { b"MM".to_vec() } else { b"II".to_vec() };
        tiff.extend(u16(42));
        tiff.extend(u32(8));
        tiff.extend(u16(entries.len() as u16));
        for (tag, kind, count, field) in entries {
            tiff.extend([u16(*tag), u16(*kind)].as_flattened());
            tiff.extend(u32(*count));
            tiff.extend(field);
        }
        tiff
    }

    /// The value field of a whole number of `bytes` bytes.
    fn field(order: Order, bytes: usize, v: u32) -> [u8; 4] {
        let mut field = [0xA5; 4];
        match order {
            Order::Little => field[..bytes].copy_from_slice(&v.to_le_bytes()[..bytes]),
            Order::Big => field[..bytes].copy_from_slice(&v.to_be_bytes()[4 - bytes..]),
        }
        field
    }

    #[test]
    fn every_whole_type_in_both_byte_orders_is_read_and_impossible_values_say_nothing() {
        for order in [Order::Little, Order::Big] {
            for (kind, bytes) in [(1, 1), (3, 2), (4, 4), (6, 1), (8, 2), (9, 4)] {
                for v in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255] {
                    let tiff = block(order, &[(0x0100, 4, 1, [6; 4]), (0x0112, kind, 1, field(order, bytes, v))]);
                    let expected = Orientation::from_exif(v as u8);
                    assert_eq!(orientation(&tiff), expected, "type {kind}, value {v}");
                    for prefix in [b"Exif\0\0", b"Exif\0\xFF"] {
                        assert_eq!(orientation(&[&prefix[..], &tiff].concat()), expected, "type {kind}, value {v}");
                    }
                }
            }
            for (kind, count, bytes, v) in
                [(3, 1, 2, 0x106), (4, 1, 4, 0x10006), (3, 2, 2, 6), (3, 0, 2, 6), (2, 1, 1, 6)]
            {
                let tiff = block(order, &[(0x0112, kind, count, field(order, bytes, v))]);
                assert_eq!(orientation(&tiff), None, "type {kind}, count {count}, value {v}");
            }
            // Of two tags the first counts.
            let two = block(order, &[(0x0112, 3, 1, field(order, 2, 6)), (0x0112, 3, 1, field(order, 2, 3))]);
            assert_eq!(orientation(&two), Some(Orientation::Rotated90));
        }
    }

    #[test]
    fn a_block_cut_anywhere_or_of_another_kind_says_nothing() {
        let tiff = block(Order::Big, &[(0x0112, 3, 1, [0, 6, 0, 0])]);
        assert_eq!(orientation(&tiff), Some(Orientation::Rotated90));
        for cut in 0..tiff.len() {
            assert_eq!(orientation(&tiff[..cut]), None, "cut at {cut}");
        }
        for start in [&b"II\0\x2A"[..], b"MM\0\x2B", b"IM\0\x2A", b"http"] {
            assert_eq!(orientation(&[start, &tiff[4..]].concat()), None, "{start:?}");
        }
        // More entries stated than there are: those that are there count.
        let mut more = tiff.clone();
        more[9] = 200;
        assert_eq!(orientation(&more), Some(Orientation::Rotated90));
    }

    /// A block whose second directory, behind the first, has these entries.
    fn with_exif_directory(order: Order, entries: &[(u16, u16, u32, [u8; 4])]) -> Vec<u8> {
        let mut tiff = block(order, &[(EXIF_DIRECTORY, 4, 1, field(order, 4, 22))]);
        assert_eq!(tiff.len(), 22);
        tiff.extend(&block(order, entries)[8..]);
        tiff
    }

    #[test]
    fn a_focal_length_is_read_unless_the_picture_was_cut() {
        for order in [Order::Little, Order::Big] {
            let short = |tag, v| (tag, 3, 1, field(order, 2, v));
            let focal = short(FOCAL_LENGTH_35MM, 26);
            let stated = |x, y| [short(PIXELS[0], x), (PIXELS[1], 4, 1, field(order, 4, y)), focal];
            let read = |entries: &[_]| focal_length_35mm(&with_exif_directory(order, entries), [3000, 4000]);
            assert_eq!(read(&[focal]), Some(26), "without sides");
            assert_eq!(read(&stated(3000, 4000)), Some(26));
            assert_eq!(read(&stated(640, 480)), Some(26), "made smaller, and turned");
            assert_eq!(read(&stated(3000, 3000)), None, "cut");
            assert_eq!(read(&stated(0, 0)), None);
            assert_eq!(read(&[short(FOCAL_LENGTH_35MM, 0)]), None, "unknown");
            assert_eq!(read(&[]), None);
            let whole = with_exif_directory(order, &[focal]);
            for cut in 0..whole.len() {
                assert_eq!(focal_length_35mm(&whole[..cut], [3000, 4000]), None, "cut at {cut}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(start in 0usize..3, tail in prop::collection::vec(any::<u8>(), 0..64)) {
            let start: &[u8] = [&b"MM\0\x2A\0\0\0\x08"[..], b"II\x2A\0", b"Exif\0\0"][start];
            orientation(&[start, &tail].concat());
            focal_length_35mm(&[start, &tail].concat(), [4, 3]);
        }
    }
}
