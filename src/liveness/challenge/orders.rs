//! [`Orders`]: every order of colours that a policy allows, counted, and each reachable by its
//! number.
//!
//! A challenge is drawn by drawing a number below their count, so that all orders are equally
//! likely, and the entropy is the count's logarithm: exact, not estimated. The count comes from
//! dynamic programming from the last slot back: in how many ways can the rest be filled, after this
//! colour, with so many steps of each channel behind?

// Why indexing can't fail: every table is as long as the product of the ranges that its index is
// made of (colours, halves, counts), and each index is made of values within these ranges.
#![allow(clippy::indexing_slicing, reason = "indices are products of the ranges that the tables were made for")]

use super::color::{linear, luminance};
use super::policy::ChallengePolicy;
use crate::liveness::Region;

/// The halves that a slot can light.
const HALVES: [Region; 4] = [Region::Top, Region::Bottom, Region::Left, Region::Right];

/// Kinds of change that a policy can ask for: red, green, blue and luminance.
const KINDS: usize = 4;

/// A change of a channel's linear light counts from half its range on. Chosen by hand.
const CHANNEL_STEP: f64 = 0.5;

/// A change of luminance counts from here on: less than from magenta to green (0.43), more than
/// from red to black.
const LUMINANCE_STEP: f64 = 0.4;

/// All orders that a policy allows. Slots count from 0.
pub(super) struct Orders {
    slots: usize,
    regions: bool,
    /// Whether each colour of the palette is black, which has no half.
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
        let (channel, luminance) = (policy.channel_steps(), policy.luminance_steps());
        let asked = [channel, channel, channel, luminance].map(usize::from);
        let mut orders = Self {
            slots: policy.slots(),
            regions: policy.regions(),
            dark: policy.palette().iter().map(|color| *color == [0; 3]).collect(),
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
        debug_assert!(rank < self.len(), "{rank} of {} orders", self.len());
        let mut order = Vec::with_capacity(self.slots);
        let mut previous = None;
        for slot in 0..self.slots {
            // Orders are numbered by this slot's colour, then its region, then all that follows:
            // skip the blocks of whole colours until the number lies in one.
            for next in self.candidates(slot, previous) {
                let (ways, lit) = (self.rest(slot + 1, next), self.lit(slot, next.color));
                let block = ways * lit.len() as u128;
                if rank < block {
                    order.push((next.color, lit[(rank / ways) as usize]));
                    rank %= ways;
                    previous = Some(next);
                    break;
                }
                rank -= block;
            }
        }
        debug_assert_eq!(order.len(), self.slots, "a slot got no colour");
        order
    }

    /// Fills [`Self::ways`] from the last slot back.
    fn count(&self) -> Vec<Vec<u128>> {
        let (colors, numbers) = (self.dark.len(), self.numbers());
        // Behind the last slot there is one way to go on, if all that is asked for has happened:
        // the last number of counts says so.
        let mut behind: Vec<u128> = (0..colors * numbers).map(|i| u128::from(i % numbers == numbers - 1)).collect();
        let mut ways = Vec::with_capacity(self.slots);
        for slot in (1..self.slots).rev() {
            let here = (0..colors * numbers).map(|index| {
                let state = State { color: index / numbers, counts: index % numbers };
                let continued = |next: State| behind[next.color * numbers + next.counts];
                let each = self.candidates(slot, Some(state));
                each.map(|next| continued(next) * self.lit(slot, next.color).len() as u128).sum()
            });
            let here = here.collect();
            ways.push(std::mem::replace(&mut behind, here));
        }
        ways.push(behind);
        ways.reverse();
        ways
    }

    /// The colours that can be in `slot`, with what has been counted then.
    fn candidates(&self, slot: usize, previous: Option<State>) -> impl Iterator<Item = State> {
        let changes = &self.changes[usize::from(self.is_half(slot))];
        (0..self.dark.len()).filter_map(move |color| match previous {
            // The step from the baseline is not counted: a face may still be moving into place.
            None => Some(State { color, counts: 0 }),
            Some(previous) if previous.color == color => None,
            Some(previous) => {
                let changes = changes[previous.color * self.dark.len() + color];
                Some(State { color, counts: self.after[(previous.counts << KINDS) + changes] })
            }
        })
    }

    /// The ways to fill the slots from `slot`, which is not the first, on.
    fn rest(&self, slot: usize, state: State) -> u128 {
        self.ways[slot - 1][state.color * self.numbers() + state.counts]
    }

    /// Whether every colour but black lights a half of the screen in this slot.
    fn is_half(&self, slot: usize) -> bool {
        self.regions && slot % 2 == 1
    }

    /// The regions that a colour can light in a slot.
    fn lit(&self, slot: usize, color: usize) -> &'static [Region] {
        if self.is_half(slot) && !self.dark[color] { &HALVES } else { &[Region::Full] }
    }

    /// How many combinations of counts there are.
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
    let (from, to) = (policy.regions() && !half, half);
    let each =
        policy.palette().iter().flat_map(|a| policy.palette().iter().map(move |b| (light(a, from), light(b, to))));
    each.map(|(a, b)| {
        let [red, green, blue] = [0, 1, 2].map(|c| (a[c] - b[c]).abs() >= CHANNEL_STEP);
        let luminance = (luminance(a) - luminance(b)).abs() >= LUMINANCE_STEP;
        // Red is the lowest bit, as `add` counts kinds.
        [red, green, blue, luminance].into_iter().rev().fold(0, |bits, bit| bits << 1 | usize::from(bit))
    })
    .collect()
}
