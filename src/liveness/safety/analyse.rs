//! Counting the flashes of a sequence, second by second.

use super::change::Change;
use super::count::{shortest_interval, transitions};
use super::display::DisplayModel;
use super::lights::{Shown, histories};
use super::report::{SafetyReport, WorstSecond};
use super::rule::Rule;
use crate::error::Result;
use crate::liveness::segment::{self, Segment};

/// Judges how `segments` would flash on `display`: in every second of the sequence, on every part
/// of the screen, by every [`Rule`].
///
/// # Errors
/// [`ErrorKind::Corrupt`](crate::error::ErrorKind::Corrupt) if the segments can't be played: there
/// are none, one takes no time, or they are out of order or overlap.
/// [`ErrorKind::LimitExceeded`](crate::error::ErrorKind::LimitExceeded) for more than
/// [`MAX_SEGMENTS`](crate::liveness::MAX_SEGMENTS), or longer than
/// [`MAX_TOTAL_US`](crate::liveness::MAX_TOTAL_US).
pub fn analyse(segments: &[Segment], display: &DisplayModel) -> Result<SafetyReport> {
    segment::check(segments)?;
    // There is a last segment, since the check refuses none.
    let total_us = segments.last().map_or(0, Segment::end_us);
    let mut report = SafetyReport::new(*display, total_us);
    let window_us = 1_000_000 + display.period_us();
    for history in histories(segments) {
        for (rule, change) in Change::ALL {
            let between = |a: &Shown, b: &Shown| change.between(&a.light, &b.light, display);
            // Only seconds that begin with an edge are looked at: any other one can be moved on to
            // its first edge and loses none. The light before that edge belongs to the second,
            // since the change away from it happens inside.
            let mut rest = history.as_slice();
            while let [_, later @ ..] = rest
                && let [edge, ..] = later
            {
                let (second, _) = rest.split_at(rest.partition_point(|shown| shown.at_us <= edge.at_us + window_us));
                // A flash is a change and the one back; one that has only begun counts as well.
                let flashes = transitions(second, between).div_ceil(2);
                report.count(rule, WorstSecond { flashes, from_us: edge.at_us });
                rest = later;
            }
            // The two definitions that say what is seen: by absolute luminance, and by colour.
            if matches!(rule, Rule::Luminance | Rule::Red) {
                report.interval(shortest_interval(&history, between));
            }
        }
    }
    report.conclude(display.period_us());
    Ok(report)
}
