//! The orientation that an EXIF block states (CIPA DC-008; TIFF 6.0, section 2): tag 0x0112 of its
//! first directory.
//!
//! One directory is looked through, once, so that the work is bounded by its 65,535 entries.

use super::bytes::{be16, be32, le16, le32};
use super::orientation::Orientation;

/// What stands before the TIFF header in a JPEG's APP1, and in some WebP files. The sixth byte is
/// filling, for which some writers take another value than zero.
const PREFIX: &[u8] = b"Exif\0";

/// The tag `Orientation` (CIPA DC-008, 4.6.4 A).
const ORIENTATION: u16 = 0x0112;

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
    let tiff = if is_exif(exif) { exif.get(PREFIX.len() + 1..)? } else { exif };
    let order = Order::of(tiff)?;
    if order.u16(tiff, 2)? != 42 {
        return None;
    }
    let directory = tiff.get(usize::try_from(order.u32(tiff, 4)?).ok()?..)?;
    let count = usize::from(order.u16(directory, 0)?);
    // A directory that is cut short states what is there.
    let mut entries = directory.get(2..)?.as_chunks::<12>().0.iter().take(count);
    let entry = entries.find(|entry| order.u16(*entry, 0) == Some(ORIENTATION))?;
    value(entry, order).and_then(Orientation::from_exif)
}

/// The value of an entry that holds one whole number, if it fits into a byte.
///
/// The standard says SHORT; BYTE, LONG and the signed types are written, too. The value stands at
/// the start of its four bytes, whatever the byte order.
fn value(entry: &[u8; 12], order: Order) -> Option<u8> {
    if order.u32(entry, 4)? != 1 {
        return None;
    }
    match order.u16(entry, 2)? {
        // BYTE, SBYTE
        1 | 6 => entry.get(8).copied(),
        // SHORT, SSHORT
        3 | 8 => order.u16(entry, 8)?.try_into().ok(),
        // LONG, SLONG
        4 | 9 => order.u32(entry, 8)?.try_into().ok(),
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

    proptest! {
        #[test]
        fn any_bytes_are_survived(start in 0usize..3, tail in prop::collection::vec(any::<u8>(), 0..64)) {
            let start: &[u8] = [&b"MM\0\x2A\0\0\0\x08"[..], b"II\x2A\0", b"Exif\0\0"][start];
            orientation(&[start, &tail].concat());
        }
    }
}
