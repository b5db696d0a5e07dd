//! [`TestRng`]: numbers that are the same in every run, or that a script gives.

use std::collections::VecDeque;
use std::convert::Infallible;

/// SplitMix64: the same numbers in every run, and nothing that a generator for cryptography may be.
pub struct TestRng {
    state: u64,
    /// What is chosen first; choices are 0 after that. Without, choices are drawn.
    script: Option<VecDeque<u8>>,
}

impl rand_core::TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        rand_core::utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

impl rand_core::TryCryptoRng for TestRng {}

impl TestRng {
    pub fn new(seed: u64) -> Self {
        Self { state: seed, script: None }
    }

    /// One whose choices are given.
    pub(super) fn scripted(script: &[u8]) -> Self {
        Self { state: 1, script: Some(script.iter().copied().collect()) }
    }

    /// Whether its script is at its end.
    pub(super) fn is_over(&self) -> bool {
        self.script.as_ref().is_some_and(VecDeque::is_empty)
    }

    /// A choice among `n`.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        let drawn = match &mut self.script {
            Some(script) => script.pop_front().map_or(0, u64::from),
            None => rand_core::Rng::next_u64(self),
        };
        drawn % n
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
