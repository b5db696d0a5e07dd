//! Seeded numbers (xorshift64*): the same pages on every machine.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        // Near seeds are to give unlike numbers.
        let mut random = Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        random.next();
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn chance(&mut self, p: f64) -> bool {
        self.between(0.0, 1.0) < p
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n
    }

    /// Three values around `center`, at most `spread` apart from it.
    pub fn color(&mut self, center: f64, spread: f64) -> [f64; 3] {
        let level = self.between(center - spread, center + spread);
        [(); 3].map(|()| (level + self.between(-0.5 * spread, 0.5 * spread)).clamp(0.0, 255.0))
    }
}
