//! The machine-readable zone on a photographed page.
//!
//! Method: the strip along the page's lower edge is sampled anew from the photograph, so fine that
//! a character's pitch is 20 pixels (`strip`). Lines of upright strokes give the rows (`rows`), the
//! gaps between characters their pitch, and the characters that fit best the exact places of all
//! cells (`cells`). Each cell is correlated with the 37 characters of OCR-B at four degrees of blur
//! (`glyphs`). What may stand at each place (`grammar`), by how much the best fit beats the next,
//! and the check digits decide (`settle`). In doubt nothing is read.

#![allow(clippy::indexing_slicing, reason = "places lie in strips, lines and lists whose sizes are known")]

mod cells;
mod glyphs;
mod grammar;
mod read;
mod refusal;
mod rows;
mod settle;
mod strip;

pub use read::PageZone;
pub(super) use read::read;
pub use refusal::ZoneRefusal;
