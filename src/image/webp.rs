//! The chunks of a WebP that pixels come from, as a file of their own.
//!
//! The decoder gives up on a file whose header promises chunks that it does not have, as those do
//! whose metadata a program has taken out. What other chunks say of the pixels is read in
//! [`super::metadata`].

use super::bytes::le32;

/// The flag of VP8X that says that there is transparency (RFC 9649, 2.7.1).
const ALPHA: u8 = 0x10;

/// Writes a file of the first picture and, if it is a lossy one, the transparency before it.
///
/// A file without a picture becomes one without chunks, which is damaged.
pub(super) fn pictured(file: &[u8], width: u32, height: u32) -> Vec<u8> {
    let (mut alpha, mut picture, mut at) = (None, None, 12usize);
    while let (None, Some(name)) = (picture, file.get(at..at.saturating_add(4))) {
        let Some(size) = le32(file, at.saturating_add(4)).and_then(|n| usize::try_from(n).ok()) else { break };
        // Of the last chunk the padding may be missing.
        let end = at.saturating_add(8).saturating_add(size);
        let chunk = file.get(at..end.saturating_add(size & 1).min(file.len()));
        match name {
            b"ALPH" if alpha.is_none() => alpha = chunk,
            b"VP8 " => picture = chunk,
            b"VP8L" => (alpha, picture) = (None, chunk),
            _ => {}
        }
        at = end.saturating_add(size & 1);
    }
    let mut body = b"WEBP".to_vec();
    if let Some(alpha) = alpha {
        let [w, h] = [width, height].map(|side| side.saturating_sub(1).to_le_bytes());
        body.extend(b"VP8X\x0A\0\0\0");
        body.extend([ALPHA, 0, 0, 0]);
        body.extend(w.iter().take(3).chain(h.iter().take(3)));
        body.extend(alpha);
    }
    // Without a picture the file is an empty one, which is damaged.
    body.extend(picture.unwrap_or_default());
    // The file's own size has 32 bits, and this is not larger.
    let size = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&b"RIFF"[..], &size, &body].concat()
}
