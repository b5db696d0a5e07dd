//! What an evaluation found, for people (`report.html`, `det.svg`, `scores.svg`) and for programs
//! (`report.json`).
//!
//! No names and no paths of pictures: failures to enrol are listed by the pictures' numbers.

mod contents;
mod det_plot;
mod discard_plot;
mod files;
mod group_plot;
mod group_section;
mod html;
pub(super) mod page_text;
pub(super) mod paper;
mod parts;
mod score_bins;
mod score_plot;
#[cfg(test)]
mod tests;

pub use contents::Report;
pub(super) use parts::LEAST_EXPECTED;
pub use parts::{About, AtFmr, AtThreshold, BandPoint, ProtocolAccuracy, UsedThreshold};
pub use score_bins::ScoreBins;
