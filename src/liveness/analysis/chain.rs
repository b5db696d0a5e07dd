//! All challenges of a policy as a chain of slots, and one challenge as a path through it.

use crate::image::linear_rgb;
use crate::liveness::challenge::{Challenge, ChallengePolicy, Issuer};
use crate::liveness::segment::{Region, Segment};

/// How much of the screen's light a face gets from a half of it.
const HALF: f32 = 0.5;

/// How a colour can be shown in a slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lit {
    /// How many places on the screen can show it.
    pub(super) places: f64,
    /// How much of the screen's light a face gets then, 0 ..= 1.
    pub(super) share: f32,
}

/// A policy as the sequence's evidence sees it; times in seconds.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(super) guard_s: f64,
    pub(super) slots: usize,
    pub(super) slot_s: f64,
    pub(super) jitter_s: f64,
    /// Most jitter steps of one slot.
    pub(super) jitter_steps: usize,
    /// Most jitter steps of all slots together.
    pub(super) slack: usize,
    /// Linear light of the colours.
    pub(super) palette: Vec<[f32; 3]>,
    /// Linear light of the neutral colour before and behind.
    pub(super) baseline: f32,
    /// `[slot][colour]`: how the slot can show the colour.
    pub(super) lit: Vec<Vec<Lit>>,
    /// Binary logarithm of the number of challenges.
    pub(super) challenges_log2: f64,
    policy: ChallengePolicy,
}

/// One challenge in the chain's terms.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// Colour (an index into the palette) and jitter steps of each slot.
    pub(super) slots: Vec<(usize, usize)>,
}

impl Chain {
    /// The chain of everything that `issuer` could have drawn.
    pub(crate) fn new(issuer: &Issuer) -> Self {
        let policy = issuer.policy();
        let seconds = |us: u64| 1e-6 * us as f64;
        let lit = |slot: usize, color: &[u8; 3]| {
            let half = policy.regions() && slot % 2 == 1 && *color != [0; 3];
            if half { Lit { places: 4.0, share: HALF } } else { Lit { places: 1.0, share: 1.0 } }
        };
        // The baseline is a grey: one channel tells all.
        let [baseline, ..] = linear_rgb(policy.baseline());
        Self {
            guard_s: seconds(policy.guard_us()),
            slots: policy.slots(),
            slot_s: seconds(policy.slot_us()),
            jitter_s: seconds(policy.jitter_us()),
            jitter_steps: policy.jitter_steps() as usize,
            slack: issuer.slack(),
            palette: policy.palette().iter().map(|color| linear_rgb(*color)).collect(),
            baseline,
            lit: (0..policy.slots()).map(|slot| policy.palette().iter().map(|c| lit(slot, c)).collect()).collect(),
            challenges_log2: issuer.entropy().total_bits(),
            policy: policy.clone(),
        }
    }

    /// The path of a challenge; `None` if the policy does not draw it.
    pub(crate) fn path(&self, challenge: &Challenge) -> Option<Path> {
        let policy = &self.policy;
        let [first, inner @ .., last] = challenge.segments() else { return None };
        let guard = |segment: &Segment| {
            segment.color == policy.baseline()
                && segment.region == Region::Full
                && segment.duration_us == policy.guard_us()
        };
        let mut end_us = first.end_us();
        let mut slots = Vec::with_capacity(inner.len());
        for (slot, segment) in inner.iter().enumerate() {
            let color = policy.palette().iter().position(|color| *color == segment.color)?;
            let longer = segment.duration_us.checked_sub(policy.slot_us())?;
            // Never a division by 0: steps have a least length.
            let steps = longer.checked_div(policy.jitter_us())?;
            // Slots follow each other without a gap, each longer by whole steps.
            let exact = steps.checked_mul(policy.jitter_us()) == Some(longer) && segment.start_us == end_us;
            let half = self.lit.get(slot)?.get(color)?.places > 1.0;
            let repeated = slots.last().is_some_and(|(before, _)| *before == color);
            if !exact || repeated || half != (segment.region != Region::Full) {
                return None;
            }
            let steps = usize::try_from(steps).ok().filter(|steps| *steps <= self.jitter_steps)?;
            slots.push((color, steps));
            end_us = segment.end_us();
        }
        let used: usize = slots.iter().map(|(_, steps)| steps).sum();
        let whole = first.start_us == 0 && last.start_us == end_us && slots.len() == self.slots && used <= self.slack;
        (whole && guard(first) && guard(last)).then_some(Path { slots })
    }
}

/// The light that a face gets of a segment: linear, red, green, blue.
pub(super) fn shown(segment: &Segment) -> [f32; 3] {
    let share = if segment.region == Region::Full { 1.0 } else { HALF };
    linear_rgb(segment.color).map(|v| share * v)
}
