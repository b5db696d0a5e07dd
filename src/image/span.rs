//! Stretches of a frame's columns or rows, and whether they are reduced.

/// Source pixels per target pixel from which on the source is reduced first. Below, bilinear taps
/// still touch every source pixel of a row or column that is not turned, or all but few.
const REDUCE_FROM: f64 = 1.5;

/// A stretch of stored columns or rows, `start .. end`, never empty, that becomes `staged` pixels.
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) staged: usize,
}

impl Span {
    /// The stretch that positions `low ..= high` need, clipped to the frame's `side`; `scale` is
    /// source pixels per target pixel.
    pub(super) fn new(low: f64, high: f64, side: u32, scale: f64) -> Self {
        let reduced = scale > REDUCE_FROM;
        // Bilinear taps reach one (reduced) pixel out; the other is for rounding.
        let margin = if reduced { 2.0 * scale } else { 2.0 };
        let side = f64::from(side);
        let start = (low - margin).floor().clamp(0.0, side - 1.0);
        let end = (high + margin).ceil().clamp(start + 1.0, side);
        let staged = if reduced { ((end - start) / scale).round().max(1.0) } else { end - start };
        Self { start: start as usize, end: end as usize, staged: staged as usize }
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
