//! Whole numbers at an offset of a file, in both byte orders.
//!
//! Offsets come from the file and can be anything: each reader answers `None` where the bytes end
//! before the number does.

/// The 16-bit number at offset `at`, most significant byte first.
pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_be_bytes(*b))
}

/// The 32-bit number at offset `at`, most significant byte first.
pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

/// The 16-bit number at offset `at`, least significant byte first.
pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

/// The 24-bit number at offset `at`, least significant byte first.
pub(super) fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|[a, b, c]: &[u8; 3]| u32::from_le_bytes([*a, *b, *c, 0]))
}

/// The 32-bit number at offset `at`, least significant byte first.
pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}
