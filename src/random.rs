//! A small generator of random numbers for made-up sessions of tests and fuzzing, and for the
//! laboratory: the same numbers from the same seed, everywhere.
//!
//! SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
//! OOPSLA 2014. Good enough for a bootstrap, and nothing for secrets.

/// The state.
#[derive(Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The generator number `stream` of those that `seed` stands for.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut start = Self(seed);
        let offset = start.next();
        let mut random = Self(offset ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03));
        Self(random.next())
    }

    /// 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// An even number in 0 .. 1, with 24 binary digits.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// A normally distributed number, mean 0 and deviation 1 (G. E. P. Box, M. E. Muller, 1958).
    pub(crate) fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f32::consts::TAU * self.unit()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_sequence() {
        // First outputs of SplitMix64 for the state 1234567, as in its reference implementation.
        let mut random = Random(1_234_567);
        let got: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(got, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn streams_differ() {
        let first = |stream| Random::new(7, stream).next();
        assert_ne!(first(0), first(1));
        assert_eq!(first(3), first(3));
    }
}
