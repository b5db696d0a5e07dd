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
//! What is stricter here than the definitions:
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

mod change;
mod count;
mod report;
#[cfg(test)]
mod tests;

pub use report::{Finding, LeadingEdges, Rule, SafetyReport, WorstSecond};

use super::segment::{self, Region, Segment};
use crate::error::{ErrorKind, Result};
use change::{Change, Light};
use count::{shortest_interval, transitions};
use serde::Serialize;

/// Flashes in any second that are still safe here; WCAG allows [`WCAG_FLASHES`]. The margin is for
/// displays and players that are worse than they say.
pub const MAX_FLASHES: u32 = 2;

/// Flashes in any second that WCAG 2.x, success criterion 2.3.1, allows.
pub const WCAG_FLASHES: u32 = 3;

/// The shortest time between leading edges of flashes that leaves them isolated (ITU-R BT.1702: 360
/// ms where the mains has 50 Hz, 334 ms where it has 60 Hz).
pub const MIN_INTERVAL_US: u64 = 360_000;

/// From where on ITU-R BT.1702 warns that a sequence of flashes may be a risk even if each second
/// of it is none.
pub const MAX_LENGTH_US: u64 = 5_000_000;

/// The display that a sequence is judged for. Its transfer function is sRGB's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DisplayModel {
    peak_cd_m2: f64,
    refresh_hz: f64,
}

impl DisplayModel {
    /// A display whose white has `peak_cd_m2`, 20 to 10,000, and that draws `refresh_hz` pictures a
    /// second, 24 to 500.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] outside these ranges.
    pub fn new(peak_cd_m2: f64, refresh_hz: f64) -> Result<Self> {
        if (20.0..=10_000.0).contains(&peak_cd_m2) && (24.0..=500.0).contains(&refresh_hz) {
            return Ok(Self { peak_cd_m2, refresh_hz });
        }
        let message = format!("no display has {peak_cd_m2} cd/m² at {refresh_hz} Hz");
        Err(super::error(ErrorKind::InvalidArgument, message))
    }

    /// The luminance of white, in cd/m².
    pub fn peak_cd_m2(&self) -> f64 {
        self.peak_cd_m2
    }

    /// Pictures a second.
    pub fn refresh_hz(&self) -> f64 {
        self.refresh_hz
    }

    fn period_us(&self) -> u64 {
        (1e6 / self.refresh_hz).ceil() as u64
    }
}

/// A phone at full brightness: 500 cd/m², 60 Hz. A white screen of 7 cm × 14 cm then gives a face
/// at 25 cm about 80 lx (E = L·A/d²), which is what phones give. ITU-R BT.1702 itself assumes 200
/// cd/m².
impl Default for DisplayModel {
    fn default() -> Self {
        Self { peak_cd_m2: 500.0, refresh_hz: 60.0 }
    }
}

/// One light, and from when on it is shown.
#[derive(Debug, Clone, Copy)]
struct Shown {
    at_us: u64,
    light: Light,
}

/// Judges `segments` on `display`.
///
/// # Errors
/// [`ErrorKind::Corrupt`] or [`ErrorKind::LimitExceeded`] if they can't be played: none or over
/// [`MAX_SEGMENTS`](super::MAX_SEGMENTS), empty, not in order, overlapping, or longer than
/// [`MAX_TOTAL_US`](super::MAX_TOTAL_US).
pub fn analyse(segments: &[Segment], display: &DisplayModel) -> Result<SafetyReport> {
    segment::check(segments)?;
    let total_us = segments.last().map_or(0, Segment::end_us);
    let mut report = SafetyReport::new(*display, total_us);
    let window_us = 1_000_000 + display.period_us();
    for history in histories(segments) {
        for (rule, change) in Change::ALL {
            let between = |a: &Shown, b: &Shown| change.between(&a.light, &b.light, display);
            for (first, edge) in history.iter().enumerate().skip(1) {
                // The light before the edge belongs to the window: the change away from it happens inside.
                let rest = history.get(first - 1..).unwrap_or_default();
                let len = rest.partition_point(|shown| shown.at_us <= edge.at_us + window_us);
                let flashes = transitions(rest.get(..len).unwrap_or_default(), between).div_ceil(2);
                report.count(rule, WorstSecond { flashes, from_us: edge.at_us });
            }
            if matches!(rule, Rule::Luminance | Rule::Red) {
                report.interval(shortest_interval(&history, between));
            }
        }
    }
    report.conclude(display.period_us());
    Ok(report)
}

/// What each part of the screen shows over time, equal neighbours merged: one part if every segment
/// fills the screen, else its quarters.
fn histories(segments: &[Segment]) -> Vec<Vec<Shown>> {
    if segments.iter().all(|segment| segment.region == Region::Full) {
        return vec![history(segments, |_| true)];
    }
    let halves = [Region::Top, Region::Bottom].into_iter().flat_map(|v| [Region::Left, Region::Right].map(|h| [v, h]));
    halves.map(|of| history(segments, |region| region == Region::Full || of.contains(&region))).collect()
}

fn history(segments: &[Segment], lit: impl Fn(Region) -> bool) -> Vec<Shown> {
    let mut history: Vec<Shown> = Vec::with_capacity(2 * segments.len());
    let mut color = None;
    let mut show = |at_us, next: [u8; 3]| {
        if color.replace(next) != Some(next) {
            history.push(Shown { at_us, light: Light::of(next) });
        }
    };
    let mut free_from_us = segments.first().map_or(0, |segment| segment.start_us);
    for segment in segments {
        if segment.start_us > free_from_us {
            show(free_from_us, [0; 3]);
        }
        show(segment.start_us, if lit(segment.region) { segment.color } else { [0; 3] });
        free_from_us = segment.end_us();
    }
    history
}
