//! WebP: chunks EXIF and ICCP (RFC 9649, 2.7.1.4 and 2.7.1.5).

use super::super::bytes::le32;
use super::statements::Statements;

/// Walks the chunks of the RIFF container.
pub(super) fn read(bytes: &[u8], max_icc_bytes: usize) -> Statements<'_> {
    let mut statements = Statements::default();
    let mut at = 12usize;
    while let (Some(name), Some(size)) = (bytes.get(at..at.saturating_add(4)), le32(bytes, at.saturating_add(4))) {
        let end = usize::try_from(size).ok().and_then(|n| at.checked_add(8)?.checked_add(n));
        let Some((end, data)) = end.and_then(|end| Some((end, bytes.get(at + 8..end)?))) else { break };
        match name {
            // With or without the prefix that it has in a JPEG: writers differ.
            b"EXIF" => statements.add_exif(data),
            b"ICCP" if statements.colors.is_empty() => statements.add_icc(Some(data.into()), max_icc_bytes),
            _ => {}
        }
        // Chunks begin at even offsets.
        at = end.saturating_add(usize::try_from(size & 1).unwrap_or(1));
    }
    statements
}
