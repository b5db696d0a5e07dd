//! The statements of a JPEG 2000 file: its colour specification box (ISO/IEC 15444-1, I.5.3.3).

use super::super::jpeg2000::{Space, stated_space};
use super::super::profile::Colors;
use super::statements::Statements;

/// Reads them. A bare codestream makes none.
pub(super) fn read(bytes: &[u8], max_icc_bytes: usize) -> Statements<'_> {
    let mut statements = Statements::default();
    match stated_space(bytes) {
        Space::Profile(profile) => statements.add_icc(Some(profile.into()), max_icc_bytes),
        Space::Gray | Space::Rgb | Space::Ycc => statements.colors.push(Colors::Srgb),
        Space::Unstated => {}
    }
    statements
}
