//! Stretches of a frame's columns or rows, and whether they are reduced.

/// Source pixels per target pixel from which on the source is reduced first. Below, bilinear taps
/// still touch every source pixel of a row or column that is not turned, or all but few.
const REDUCE_FROM: f64 = 1.5;

/// A stretch of stored columns or rows, `start .. end`, never empty, that becomes `staged` pixels.
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) staged: usize,
    /// The columns or rows of the whole picture.
    pub(super) side: usize,
    /// How many stored pixels, each way, the planes hold as one, their mean; mostly 1.
    pub(super) averaged: usize,
    /// The first such mean that the planes hold.
    pub(super) held_from: usize,
}

impl Span {
    /// The stretch that positions `low ..= high` need, clipped to the picture's `side`; `scale` is
    /// source pixels per target pixel.
    pub(super) fn new(low: f64, high: f64, side: u32, scale: f64) -> Self {
        let reduced = scale > REDUCE_FROM;
        // Bilinear taps reach one (reduced) pixel out; the other is for rounding.
        let margin = if reduced { 2.0 * scale } else { 2.0 };
        let length = f64::from(side);
        let start = (low - margin).floor().clamp(0.0, length - 1.0);
        let end = (high + margin).ceil().clamp(start + 1.0, length);
        let staged = if reduced { ((end - start) / scale).round().max(1.0) } else { end - start };
        let (start, end, staged) = (start as usize, end as usize, staged as usize);
        Self { start, end, staged, side: side as usize, averaged: 1, held_from: 0 }
    }

    /// The means that are looked at, and some beside, where the planes hold means of `of` pixels.
    pub(super) fn means(&self, of: usize) -> std::ops::Range<usize> {
        // A reduction looks a step beyond its stretch, and from means two more of these.
        let beside = self.step().ceil() as usize + 1 + if of > 1 { 2 * of } else { 0 };
        self.start.saturating_sub(beside) / of..(self.end + beside).min(self.side).div_ceil(of)
    }

    /// The number of source pixels.
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Source pixels per staged pixel.
    pub(super) fn step(&self) -> f64 {
        self.len() as f64 / self.staged as f64
    }
}
