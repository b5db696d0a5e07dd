//! [`Timings`]: every choice of slot lengths that fits the time, counted, and each reachable by its
//! number.

// Why indexing can't fail: `ways` has `slots + 1` rows of `slack + 1` counts from `new` on, and no
// slot takes more steps than are left.
#![allow(clippy::indexing_slicing, reason = "indices are bounded by the counts that the table was made for")]

/// All choices of how many jitter steps each slot takes: none more than it may, and all together no
/// more than fit.
pub(super) struct Timings {
    /// Most steps that one slot may take.
    most: usize,
    /// Steps that all slots may take together.
    slack: usize,
    /// `[slots][steps left]`: the choices for so many slots with so many steps left.
    ways: Vec<Vec<u128>>,
}

impl Timings {
    /// Counts the choices for `slots` slots of `most` steps each, `slack` steps in all.
    pub(super) fn new(slots: usize, most: usize, slack: usize) -> Self {
        // No slots: one way, whatever is left.
        let mut ways: Vec<Vec<u128>> = vec![vec![1; slack + 1]];
        for slot in 0..slots {
            let fewer = &ways[slot];
            // This slot takes 0 to `most` steps, and leaves the rest to the others.
            let here = (0..=slack).map(|left| fewer[left - left.min(most)..=left].iter().sum()).collect();
            ways.push(here);
        }
        Self { most, slack, ways }
    }

    /// How many choices there are.
    pub(super) fn len(&self) -> u128 {
        self.ways[self.ways.len() - 1][self.slack]
    }

    /// The choice of number `rank`, which is below [`Timings::len`]: the steps of each slot.
    pub(super) fn at(&self, mut rank: u128) -> Vec<u64> {
        debug_assert!(rank < self.len(), "{rank} of {} choices", self.len());
        let mut left = self.slack;
        let mut steps = Vec::with_capacity(self.ways.len());
        for fewer in self.ways.iter().rev().skip(1) {
            // Choices are numbered in the order of this slot's steps: skip whole blocks until the
            // number lies in one.
            for step in 0..=self.most.min(left) {
                let ways = fewer[left - step];
                if rank < ways {
                    steps.push(step as u64);
                    left -= step;
                    break;
                }
                rank -= ways;
            }
        }
        debug_assert_eq!(steps.len() + 1, self.ways.len(), "a slot got no length");
        steps
    }
}
