//! EXIF as text, as ImageMagick writes it into a PNG: a chunk named `Raw profile type exif` that
//! holds a name, a length and hexadecimal digits.

use super::super::inflate::inflate_start;

/// The most bytes of text that are looked at, compressed or not: the orientation stands near the
/// start, and thumbnails behind it. Chosen by hand.
const MAX_TEXT_BYTES: usize = 64 << 10;

/// Whether a chunk is such a text, by its name and the text's.
pub(super) fn is_exif_text(chunk: &[u8], data: &[u8]) -> bool {
    let named = [&b"Raw profile type exif\0"[..], b"Raw profile type APP1\0"].iter().any(|name| data.starts_with(name));
    named && matches!(chunk, b"tEXt" | b"zTXt")
}

/// The EXIF block in the contents of a chunk that [`is_exif_text`]; `None` if its compressed data
/// are damaged. The end of a long one is left out.
pub(super) fn block(chunk: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let text = data.get(data.iter().position(|b| *b == 0)? + 1..)?;
    match (chunk, text) {
        (b"zTXt", [0, packed @ ..]) => Some(bytes_of(&inflate_start(packed, MAX_TEXT_BYTES)?)),
        (b"tEXt", _) => Some(bytes_of(text.get(..MAX_TEXT_BYTES).unwrap_or(text))),
        _ => None,
    }
}

/// The bytes whose digits stand behind the lines of name and length.
fn bytes_of(text: &[u8]) -> Vec<u8> {
    let digits = text.splitn(4, |b| *b == b'\n').nth(3).into_iter().flatten();
    let mut digits = digits.filter_map(|b| char::from(*b).to_digit(16)).map(|d| d as u8);
    std::iter::from_fn(|| Some(digits.next()? << 4 | digits.next()?)).collect()
}
