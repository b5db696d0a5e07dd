//! Grey planes: sampled between their pixels, halved for a pyramid.

#![allow(clippy::indexing_slicing, reason = "places are clamped to the plane before they are read")]

/// Levels of a pyramid: at the coarsest a pixel is four of the finest.
pub(super) const LEVELS: usize = 3;

/// Grey values in rows.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    values: Vec<f32>,
}

impl Plane {
    /// A plane of given values; `None` unless they fill at least 4 × 4 pixels exactly.
    pub(super) fn new(width: usize, height: usize, values: Vec<f32>) -> Option<Self> {
        (width >= 4 && height >= 4 && values.len() == width * height).then_some(Self { width, height, values })
    }

    /// A row's values; `None` beyond the plane.
    pub(super) fn row(&self, y: usize) -> Option<&[f32]> {
        self.values.get(y * self.width..)?.get(..self.width)
    }

    /// The plane smoothed by a binomial window of three pixels each way.
    pub(super) fn smooth(mut self) -> Self {
        for row in self.values.chunks_exact_mut(self.width) {
            let mut before = row[0];
            for x in 0..row.len() {
                let (here, after) = (row[x], row[(x + 1).min(row.len() - 1)]);
                row[x] = 0.25 * (before + after) + 0.5 * here;
                before = here;
            }
        }
        let mut before = self.values[..self.width].to_vec();
        for y in 0..self.height {
            let (upper, lower) = self.values.split_at_mut((y + 1) * self.width);
            let here = &mut upper[y * self.width..];
            for (x, value) in here.iter_mut().enumerate() {
                let own = *value;
                // Below the last row lies the last row.
                let after = lower.get(x).copied().unwrap_or(own);
                *value = 0.25 * (before[x] + after) + 0.5 * own;
                before[x] = own;
            }
        }
        self
    }

    /// The plane of half the size: each pixel from a binomial window of 4 × 4.
    fn half(&self) -> Self {
        let (width, height) = ((self.width / 2).max(4), (self.height / 2).max(4));
        let taps = |a: f32, b: f32, c: f32, d: f32| 0.125 * (a + d) + 0.375 * (b + c);
        let clamped = |i: usize, side: usize| i.saturating_sub(1).min(side - 1);
        let mut across = Vec::with_capacity(width * self.height);
        for row in self.values.chunks_exact(self.width) {
            let at = |i: usize| row[clamped(i, self.width)];
            across.extend((0..width).map(|x| taps(at(2 * x), at(2 * x + 1), at(2 * x + 2), at(2 * x + 3))));
        }
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = |i: usize| &across[clamped(2 * y + i, self.height) * width..][..width];
            let (a, b, c, d) = (row(0), row(1), row(2), row(3));
            values.extend((0..width).map(|x| taps(a[x], b[x], c[x], d[x])));
        }
        Self { width, height, values }
    }

    /// This plane and its halves, the finest first.
    pub(super) fn pyramid(self) -> Vec<Self> {
        let mut levels = vec![self];
        while let Some(finest) = levels.last().filter(|_| levels.len() < LEVELS) {
            let half = finest.half();
            levels.push(half);
        }
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_linear_between_pixels_and_halves_keep_places() {
        let values = (0..32 * 24).map(|i| 3.0 * (i % 32) as f32 + 2.0 * (i / 32) as f32).collect();
        let pyramid = Plane::new(32, 24, values).unwrap().pyramid();
        assert_eq!(pyramid[0].row(7).unwrap()[4], 3.0 * 4.0 + 2.0 * 7.0);
        // The half's pixel (x, y) lies at (2x + 0.5, 2y + 0.5).
        assert!((pyramid[1].row(4).unwrap()[5] - (3.0 * 10.5 + 2.0 * 8.5)).abs() < 1e-4);
        assert!(pyramid[0].row(24).is_none());
        assert_eq!(pyramid.len(), LEVELS);
        assert!(Plane::new(3, 9, vec![0.0; 27]).is_none() && Plane::new(8, 8, vec![0.0; 63]).is_none());
    }
}
