//! [`Source`]: randomness that is there, or an error.

use crate::error::{ErrorKind, Result};
use crate::liveness::fault::error;
use rand_core::TryCryptoRng;

/// Blocks of 16 bytes from a generator, each held against the one before: the continuous test of
/// FIPS 140-2, 4.9.2. It finds a generator that is stuck, not one that is weak.
pub(in crate::liveness) struct Source<'a, R: ?Sized> {
    rng: &'a mut R,
    previous: Option<[u8; 16]>,
}

impl<'a, R: TryCryptoRng + ?Sized> Source<'a, R> {
    pub(in crate::liveness) fn new(rng: &'a mut R) -> Self {
        Self { rng, previous: None }
    }

    /// The next 16 bytes.
    pub(in crate::liveness) fn block(&mut self) -> Result<[u8; 16]> {
        let mut block = [0; 16];
        self.rng.try_fill_bytes(&mut block).map_err(|e| failed(format!("the random number generator failed: {e}")))?;
        if self.previous.replace(block) == Some(block) {
            return Err(failed("the random number generator repeats itself".into()));
        }
        Ok(block)
    }

    /// The next 32 bytes: a nonce, or a key.
    pub(in crate::liveness) fn two_blocks(&mut self) -> Result<[u8; 32]> {
        let mut both = [0; 32];
        for half in both.chunks_exact_mut(16) {
            half.copy_from_slice(&self.block()?);
        }
        Ok(both)
    }

    /// A number below `bound`, which is over 0, each equally likely: numbers of as many bits are
    /// drawn until one is below.
    pub(in crate::liveness) fn below(&mut self, bound: u128) -> Result<u128> {
        debug_assert!(bound > 0, "no number is below 0");
        // As many low bits as `bound - 1` has; all of them where the next power of two is 2^128.
        let mask = bound.checked_next_power_of_two().map_or(u128::MAX, |power| power - 1);
        // Each is below with a chance of over one half: 128 that are not mean that the generator is
        // broken, by all but a chance of 2^−128.
        for _ in 0..128 {
            let drawn = u128::from_le_bytes(self.block()?) & mask;
            if drawn < bound {
                return Ok(drawn);
            }
        }
        Err(failed("the random number generator gives no number in range".into()))
    }
}

fn failed(message: String) -> crate::error::Error {
    error(ErrorKind::Randomness, message)
}
