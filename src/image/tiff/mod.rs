//! TIFF (6.0, and BigTIFF): its first picture.
//!
//! The directory is read here, so that everything that decides about memory and work is known
//! before anything is decompressed, and palettes and planes can be read, which the crate `tiff`
//! 0.11 refuses.

mod compression;
mod decode;
mod directory;
mod layout;

use super::metadata::Statements;
use super::orientation::Orientation;
pub(super) use decode::decode;
use directory::Directory;
pub(super) use layout::inspect;

/// Whether the bytes begin as a TIFF does. Some cameras' raw pictures do, too.
pub(super) fn is_tiff(bytes: &[u8]) -> bool {
    let signatures: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
    signatures.iter().any(|start| bytes.starts_with(start)) && !bytes.starts_with(b"II*\0\x10\0\0\0CR")
}

/// What the file says of how it stands and of its colours.
pub(super) fn statements(bytes: &[u8], max_icc_bytes: usize) -> Statements<'_> {
    let mut statements = Statements::default();
    // Its headers have been read.
    let Ok(directory) = Directory::first(bytes) else { return statements };
    let orientation = directory.field(directory::ORIENTATION).and_then(|field| field.number(0));
    // A value that does not exist says nothing, as in an EXIF block.
    if let Some(orientation) = orientation.and_then(|n| Orientation::from_exif(n.try_into().ok()?)) {
        statements.add_orientation(orientation);
    }
    if let Some(profile) = directory.field(directory::ICC_PROFILE) {
        statements.add_icc(profile.bytes().map(Into::into), max_icc_bytes);
    }
    statements
}
