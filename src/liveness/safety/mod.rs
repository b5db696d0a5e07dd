//! Whether a sequence of colours is safe to flash at a person: photosensitive epilepsy is rare, and
//! a challenge can't ask.
//!
//! [`analyse`] counts flashes by four definitions, in every second of the sequence, and
//! [`SafetyReport::is_safe`] allows fewer of them than the standards do:
//!
//! | rule | a change counts if | standard | here |
//! |---|---|---|---|
//! | [`Rule::General`] | relative luminance changes by ≥ 0.10, the darker being < 0.80 | WCAG 2.2, 2.3.1 | 3 in a second, here 2 |
//! | [`Rule::Red`] | to or from saturated red (R/(R+G+B) ≥ 0.8 in linear light), over > 0.2 in CIE 1976 u′v′ | WCAG 2.2, 2.3.1 | 3, here 2 |
//! | [`Rule::RedLegacy`] | either is saturated red, and (R−G−B)·320, not below 0, changes by > 20 | WCAG 2.0 and 2.1 | 3, here 2 |
//! | [`Rule::Luminance`] | by ≥ 20 cd/m², the darker being < 160; above that, Michelson contrast ≥ 1/17 | ITU-R BT.1702 | 3, here 2 |
//! | [`Rule::Interval`] | leading edges of flashes, of luminance or red, follow each other | ITU-R BT.1702 | 360 ms (50 Hz) or 334 ms (60 Hz), here 360 ms |
//! | [`Rule::Length`] | the whole sequence | ITU-R BT.1702 warns of > 5 s | 5 s |
//!
//! This module is stricter than the definitions in three ways:
//! - A flash is a pair of opposing changes; one that has begun counts as a whole. Changes in the
//!   same direction add up.
//! - A second is closed at both ends, and longer by the display's refresh period, since an edge may
//!   be shown that much late.
//! - Area is no excuse: each quarter of the screen is looked at by itself, and any that flashes
//!   counts. (25 % of any 10° of the visual field would be exempt; a phone before the face fills
//!   more.)
//!
//! What the screen shows before and after the sequence is not known here and not counted. It is one
//! more change at each end, next to guards of half a second.
//!
//! This is an analysis by published limits, not a medical statement: no limit protects everyone.
//!
//! ```
//! use selfsame::liveness::safety::{DisplayModel, Rule, analyse};
//! use selfsame::liveness::{Region, Segment};
//! let stroboscope: Vec<Segment> = (0..20)
//!     .map(|i| Segment {
//!         start_us: 100_000 * i,
//!         duration_us: 100_000,
//!         color: if i % 2 == 0 { [0; 3] } else { [255; 3] },
//!         region: Region::Full,
//!     })
//!     .collect();
//! let report = analyse(&stroboscope, &DisplayModel::default())?;
//! assert!(!report.is_safe() && !report.meets_wcag());
//! assert_eq!(report.findings[0].rule, Rule::General);
//! # Ok::<(), selfsame::error::Error>(())
//! ```

mod analyse;
mod change;
mod count;
mod display;
mod lights;
mod limits;
mod report;
mod rule;
#[cfg(test)]
mod tests;

pub use analyse::analyse;
pub use display::DisplayModel;
pub use limits::{MAX_FLASHES, MAX_LENGTH_US, MIN_INTERVAL_US, WCAG_FLASHES};
pub use report::{Finding, LeadingEdges, SafetyReport, WorstSecond};
pub use rule::Rule;
