//! Document portraits made from photographs: what a comparison has to live with when one side comes
//! out of a chip, or off paper.
//!
//! Chips hold 413×531 or 240×320 pixels, colour or grey, in 9 to 25 KB of JPEG 2000 or JPEG (ICAO
//! Doc 9303-9; ISO/IEC 19794-5, annex on compression); data pages are printed and scanned. Each
//! [`DocumentKind`] takes the portrait of ISO/IEC 19794-5 out of a photograph and does that to it.
//! The photograph bounds the detail: a portrait cut out of a small picture is enlarged, which no
//! issuer does.

mod jpeg;
mod kind;
mod mapped;
mod portrait;
mod print_scan;
#[cfg(test)]
mod tests;
mod wavelet;

pub use kind::DocumentKind;
pub(super) use portrait::frame;
