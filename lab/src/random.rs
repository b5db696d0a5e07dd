//! The product's generator of random numbers, and the draw that resampling needs beside it.

// The product keeps it for its tests and fuzz targets alone, so that nothing public names it.
#[path = "../../src/random.rs"]
mod split_mix;

pub(crate) use split_mix::Random;

impl Random {
    /// A number below `bound`, all about equally likely (they differ by less than `bound` / 2^64);
    /// 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_a_bound_are_even() {
        let mut random = Random::new(1, 0);
        let mut counts = [0; 10];
        (0..100_000).for_each(|_| counts[random.below(10)] += 1);
        assert!(counts.iter().all(|c| (9_600..10_400).contains(c)), "{counts:?}");
        assert_eq!(random.below(0), 0);
    }
}
