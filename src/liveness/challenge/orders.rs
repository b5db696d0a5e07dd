//! [`Orders`]: every order of colours that a policy allows, counted, and each reachable by its number.
//!
//! A challenge is drawn by drawing a number below their count, so that all orders are equally
//! likely, and the entropy is the count's logarithm: exact, not estimated. The count comes from
//! dynamic programming from the last slot back: in how many ways can the rest be filled, after this
//! colour, with so many steps of each channel behind?

use super::policy::ChallengePolicy;
use crate::image::{linear_rgb, luminance_linear};
use crate::liveness::Region;

/// The halves that a slot can light.
const HALVES: [Region; 4] = [Region::Top, Region::Bottom, Region::Left, Region::Right];

/// Changes that are asked for: red, green, blue and luminance.
const KINDS: usize = 4;

/// A change of a channel counts from half its range on.
const CHANNEL_STEP: f64 = 0.5;

/// A change of luminance counts from here on: less than from magenta to green (0.43), more than
/// from red to black.
const LUMINANCE_STEP: f64 = 0.4;

/// All orders that a policy allows. Slots count from 0.
pub(super) struct Orders {
    slots: usize,
    regions: bool,
    /// Of each colour: is it black?
    dark: Vec<bool>,
    /// Kinds of change as bits, for slots that fill the screen and those that light a half:
    /// `[half][previous · colours + next]`.
    changes: [Vec<usize>; 2],
    /// How many changes of each kind are behind, each counted up to what is asked for, is one
    /// number; this is the number after more: `[counts · 2^KINDS + changes]`.
    after: Vec<usize>,
    /// `[slot − 1]`, then `[previous · numbers of counts + counts]`: the ways to fill the slots
    /// from `slot` on.
    ways: Vec<Vec<u128>>,
}

impl Orders {
    /// Counts what `policy` allows; it must have been checked.
    pub(super) fn new(policy: &ChallengePolicy) -> Self {
        let asked = [policy.channel_steps, policy.channel_steps, policy.channel_steps, policy.luminance_steps];
        let asked = asked.map(usize::from);
        let mut orders = Self {
            slots: policy.slots,
            regions: policy.regions,
            dark: policy.palette.iter().map(|color| *color == [0; 3]).collect(),
            changes: [false, true].map(|half| changes(policy, half)),
            after: (0..numbers(asked)).flat_map(|counts| (0..1 << KINDS).map(move |c| add(asked, counts, c))).collect(),
            ways: Vec::new(),
        };
        orders.ways = orders.count();
        orders
    }

    /// How many orders there are.
    pub(super) fn len(&self) -> u128 {
        self.candidates(0, None).map(|next| self.rest(1, next) * self.lit(0, next.color).len() as u128).sum()
    }

    /// The order of number `rank`, which is below [`Orders::len`]: an index into the palette and a
    /// region for each slot.
    pub(super) fn at(&self, mut rank: u128) -> Vec<(usize, Region)> {
        let mut order = Vec::with_capacity(self.slots);
        let mut previous = None;
        for slot in 0..self.slots {
            for next in self.candidates(slot, previous) {
                let (ways, lit) = (self.rest(slot + 1, next), self.lit(slot, next.color));
                let block = ways * lit.len() as u128;
                if rank < block {
                    let region = lit.get((rank / ways) as usize).copied().unwrap_or_default();
                    rank %= ways;
                    order.push((next.color, region));
                    previous = Some(next);
                    break;
                }
                rank -= block;
            }
        }
        order
    }

    fn count(&self) -> Vec<Vec<u128>> {
        let (colors, numbers) = (self.dark.len(), self.numbers());
        // Behind the last slot there is one way to go on, if all that is asked for has happened.
        let mut after = vec![0; colors * numbers];
        after.chunks_exact_mut(numbers).for_each(|counts| counts.iter_mut().rev().take(1).for_each(|ways| *ways = 1));
        let mut ways = vec![after];
        for slot in (1..self.slots).rev() {
            let behind = ways.last().map(Vec::as_slice).unwrap_or_default();
            let here = (0..colors * numbers).map(|index| {
                let state = State { color: index / numbers, counts: index % numbers };
                let continued = |next: State| read(behind, next.color * numbers + next.counts);
                let each = self.candidates(slot, Some(state));
                each.map(|next| continued(next) * self.lit(slot, next.color).len() as u128).sum()
            });
            let here = here.collect();
            ways.push(here);
        }
        ways.reverse();
        ways
    }

    /// The colours that can be in `slot`, with what has been counted then.
    fn candidates(&self, slot: usize, previous: Option<State>) -> impl Iterator<Item = State> {
        let changes = self.changes.get(usize::from(self.is_half(slot))).map(Vec::as_slice).unwrap_or_default();
        (0..self.dark.len()).filter_map(move |color| match previous {
            // The step from the baseline is not counted: a face may still be moving into place.
            None => Some(State { color, counts: 0 }),
            Some(previous) if previous.color == color => None,
            Some(previous) => {
                let changes = read(changes, previous.color * self.dark.len() + color);
                Some(State { color, counts: read(&self.after, (previous.counts << KINDS) + changes) })
            }
        })
    }

    /// The ways to fill the slots from `slot`, which is not the first, on.
    fn rest(&self, slot: usize, state: State) -> u128 {
        let ways = self.ways.get(slot - 1).map(Vec::as_slice).unwrap_or_default();
        read(ways, state.color * self.numbers() + state.counts)
    }

    fn is_half(&self, slot: usize) -> bool {
        self.regions && slot % 2 == 1
    }

    /// The regions that a colour can light in a slot.
    fn lit(&self, slot: usize, color: usize) -> &'static [Region] {
        if self.is_half(slot) && !read(&self.dark, color) { &HALVES } else { &[Region::Full] }
    }

    fn numbers(&self) -> usize {
        self.after.len() >> KINDS
    }
}

/// A colour, and what has been counted when it is shown.
#[derive(Clone, Copy)]
struct State {
    color: usize,
    counts: usize,
}

fn read<T: Copy + Default>(values: &[T], index: usize) -> T {
    values.get(index).copied().unwrap_or_default()
}

/// How many combinations of counts there are.
fn numbers(asked: [usize; KINDS]) -> usize {
    asked.iter().map(|most| most + 1).product()
}

/// The number of the counts after `changes` happened once more. The last number is that of
/// everything asked for.
fn add(asked: [usize; KINDS], counts: usize, changes: usize) -> usize {
    let (mut rest, mut unit, mut sum) = (counts, 1, 0);
    for (kind, most) in asked.into_iter().enumerate() {
        let count = rest % (most + 1) + (changes >> kind & 1);
        rest /= most + 1;
        sum += count.min(most) * unit;
        unit *= most + 1;
    }
    sum
}

/// Which kinds of change the step to each colour from each other one makes. With half the screen
/// lit, a face gets half the light; the slots on both sides of a half are full.
fn changes(policy: &ChallengePolicy, half: bool) -> Vec<usize> {
    let light = |color: &[u8; 3], half| linear(*color).map(|value| if half { 0.5 * value } else { value });
    let (from, to) = (policy.regions && !half, half);
    let each = policy.palette.iter().flat_map(|a| policy.palette.iter().map(move |b| (light(a, from), light(b, to))));
    each.map(|(a, b)| {
        let [red, green, blue] = std::array::from_fn(|c| (read(&a, c) - read(&b, c)).abs() >= CHANNEL_STEP);
        let luminance = (luminance(a) - luminance(b)).abs() >= LUMINANCE_STEP;
        [red, green, blue, luminance].into_iter().rev().fold(0, |bits, bit| bits << 1 | usize::from(bit))
    })
    .collect()
}

/// Linear light of an sRGB colour.
pub(super) fn linear(color: [u8; 3]) -> [f64; 3] {
    linear_rgb(color).map(f64::from)
}

fn luminance(linear: [f64; 3]) -> f64 {
    luminance_linear(linear.map(|value| value as f32)).into()
}

/// How far two colours are apart in the channel where they differ most.
pub(super) fn channel_distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
