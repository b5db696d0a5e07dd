//! [`Timings`]: every choice of slot lengths that fits the time, counted, and each reachable by its number.

use super::policy::ChallengePolicy;

/// All choices of how many jitter steps each slot takes: none more than it may, and all together no
/// more than fit.
pub(super) struct Timings {
    most: usize,
    slack: usize,
    /// `[slots][steps left]`: the choices for so many slots with so many steps left.
    ways: Vec<Vec<u128>>,
}

impl Timings {
    /// Counts what `policy` allows; it must have been checked.
    pub(super) fn new(policy: &ChallengePolicy) -> Self {
        let (most, slack) = (policy.jitter_steps as usize, policy.slack().unwrap_or(0));
        let mut ways = vec![vec![1; slack + 1]];
        for _ in 0..policy.slots {
            let fewer = ways.last().map(Vec::as_slice).unwrap_or_default();
            let with = |left: usize| fewer.iter().take(left + 1).rev().take(most + 1).sum();
            let here = (0..=slack).map(with).collect();
            ways.push(here);
        }
        Self { most, slack, ways }
    }

    /// How many choices there are.
    pub(super) fn len(&self) -> u128 {
        self.ways.last().and_then(|ways| ways.last()).copied().unwrap_or(0)
    }

    /// The choice of number `rank`, which is below [`Timings::len`]: the steps of each slot.
    pub(super) fn at(&self, mut rank: u128) -> Vec<u64> {
        let mut left = self.slack;
        let mut steps = Vec::with_capacity(self.ways.len());
        for fewer in self.ways.iter().rev().skip(1) {
            for step in 0..=self.most.min(left) {
                let ways = fewer.get(left - step).copied().unwrap_or(0);
                if rank < ways {
                    steps.push(step as u64);
                    left -= step;
                    break;
                }
                rank -= ways;
            }
        }
        steps
    }
}
