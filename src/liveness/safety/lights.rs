//! What each part of the screen shows over time.

use super::change::Light;
use crate::liveness::segment::{Region, Segment};

/// One light, and from when on it is shown, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) at_us: u64,
    pub(super) light: Light,
}

/// What each part of the screen shows over time, equal neighbours merged: one part if every segment
/// fills the screen, else its quarters.
pub(super) fn histories(segments: &[Segment]) -> Vec<Vec<Shown>> {
    if segments.iter().all(|segment| segment.region == Region::Full) {
        return vec![history(segments, |_| true)];
    }
    let halves = [Region::Top, Region::Bottom].into_iter().flat_map(|v| [Region::Left, Region::Right].map(|h| [v, h]));
    halves.map(|of| history(segments, |region| region == Region::Full || of.contains(&region))).collect()
}

/// What the part of the screen shows that is lit in the regions for which `lit` is true.
fn history(segments: &[Segment], lit: impl Fn(Region) -> bool) -> Vec<Shown> {
    let mut history: Vec<Shown> = Vec::with_capacity(2 * segments.len());
    let mut color = None;
    let mut show = |at_us, next: [u8; 3]| {
        if color.replace(next) != Some(next) {
            history.push(Shown { at_us, light: Light::of(next) });
        }
    };
    // Nothing is known of what is shown before the first segment, so it begins no gap.
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
