//! Which pixels of one axis make a pixel of a reduced picture, with which weights.

use super::span::Span;
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Values of the filter's table per unit of its argument; linear between them the error is below
/// 1e-6.
const STEPS: usize = 1024;
/// The Hamming-windowed sinc of support 1. Chosen by measurement: three LFW portraits, 1.6 to 7
/// source pixels per target pixel, three angles, then the bilinear warp. Peak signal to noise
/// against the average over each target pixel's area / against a Gaussian, in dB: box 38.7 / 41.6,
/// triangle 37.4 / 45.6, Hamming 39.4 / 44.9, Catmull-Rom 40.7 / 44.4. Catmull-Rom takes twice
/// the taps and overshoots at edges. Without reduction 39.7 / 34.3: so soft a picture has little to
/// alias. A zone plate has, and from 2.7 pixels on a plain warp of it reaches 13 dB where Hamming
/// reaches 25.
static FILTER: LazyLock<[f32; STEPS + 2]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let x = PI * i as f64 / STEPS as f64;
        let sinc = if i == 0 { 1.0 } else { x.sin() / x };
        if i < STEPS { ((0.54 + 0.46 * x.cos()) * sinc) as f32 } else { 0.0 }
    })
});

/// Means that tell what a pixel among them was: its own, and two on each side.
const NEIGHBOURS: usize = 5;

/// For each of `of` pixels the parts that the mean over them, and over their neighbours, have in
/// it: differences of the polynomial of degree five through the sums up to each edge.
fn parts_of_means(of: usize) -> Vec<[f32; NEIGHBOURS]> {
    const EDGES: [f64; NEIGHBOURS + 1] = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5];
    let basis = |edge: usize, at: f64, x: f64| {
        let others = EDGES.iter().enumerate().filter(|(other, _)| *other != edge);
        others.map(|(_, other)| (x - other) / (at - other)).product::<f64>()
    };
    // A sum up to some place counts every mean whose right edge is at or behind it.
    let up_to = |mean: usize, x: f64| {
        EDGES.iter().enumerate().skip(mean + 1).map(|(edge, at)| basis(edge, *at, x)).sum::<f64>()
    };
    let place = |pixel: usize| pixel as f64 / of as f64 - 0.5;
    let part = |pixel: usize, mean: usize| of as f64 * (up_to(mean, place(pixel + 1)) - up_to(mean, place(pixel)));
    (0..of).map(|pixel| std::array::from_fn(|mean| part(pixel, mean) as f32)).collect()
}

/// Which pixels of one axis make a pixel of the result, with which weights. The default is tables
/// for no pixels.
#[derive(Default)]
pub(super) struct Taps {
    /// First source pixel and number of source pixels, per pixel of the result.
    spans: Vec<(usize, usize)>,
    /// `window` weights per pixel of the result, of which the first so many count.
    weights: Vec<f32>,
    window: usize,
}

impl Taps {
    /// Fills the tables for the pixels that `span` becomes, of samples that `shared` of its columns
    /// or rows have in common.
    pub(super) fn fill(&mut self, span: &Span, shared: usize) {
        let share = 1.0 / shared as f64;
        let (start, end) = (share * span.start as f64, share * span.end as f64);
        let (side, count) = (span.side.div_ceil(shared), span.staged);
        let step = (end - start) / count as f64;
        // Where chroma is enlarged, the filter interpolates.
        let radius = step.max(1.0);
        let steps = STEPS as f64 / radius;
        self.window = 2 * radius.ceil() as usize + 1;
        self.spans.clear();
        self.weights.clear();
        self.weights.resize(count * self.window, 0.0);
        let filter = &*FILTER;
        for (i, weights) in self.weights.chunks_exact_mut(self.window).enumerate() {
            let center = start + (i as f64 + 0.5) * step;
            let first = (center - radius).floor().max(0.0) as usize;
            let end = ((center + radius).ceil() as usize).min(side).min(first + self.window);
            let mut sum = 0.0;
            for (x, weight) in (first..end).zip(weights.iter_mut()) {
                let at = ((x as f64 + 0.5 - center) * steps).abs().min(STEPS as f64);
                // Not `floor`, which is a function call where the baseline has no instruction for
                // it.
                let whole = at as u32;
                let (whole, part) = (whole as usize, (at - f64::from(whole)) as f32);
                #[allow(clippy::indexing_slicing, reason = "`at` is `STEPS` at most, and two values more are there")]
                let (a, b) = (filter[whole], filter[whole + 1]);
                *weight = a + part * (b - a);
                sum += *weight;
            }
            debug_assert!(end > first && sum > 0.0, "no source pixel near {center} of {side}");
            let share = 1.0 / sum;
            weights.iter_mut().for_each(|w| *w *= share);
            self.spans.push((first, end.saturating_sub(first)));
        }
        self.look_at_means(span);
    }

    /// Makes of weights for stored pixels weights for what the frame holds: means of
    /// [`Span::averaged`] pixels each, from [`Span::held_from`] on.
    ///
    /// The pixels are thought of as a curve of degree four whose means over five neighbours are
    /// theirs, so that pictures whose detail is coarser than the means come out as they would of
    /// pixels, whatever the phase.
    fn look_at_means(&mut self, span: &Span) {
        let (of, last) = (span.averaged, span.side.div_ceil(span.averaged.max(1)).saturating_sub(1));
        if of > 1 {
            let parts = parts_of_means(of);
            let window = self.window.div_ceil(of) + NEIGHBOURS + 1;
            let mut weights = vec![0.0; self.spans.len() * window];
            let old = self.weights.chunks_exact(self.window);
            for ((span, old), new) in self.spans.iter_mut().zip(old).zip(weights.chunks_exact_mut(window)) {
                let (first, count) = *span;
                let start = (first / of).saturating_sub(NEIGHBOURS / 2);
                let end = last.min((first + count).saturating_sub(1) / of + NEIGHBOURS / 2);
                for (pixel, weight) in (first..first + count).zip(old) {
                    let parts = parts.iter().cycle().nth(pixel % of);
                    for (neighbour, part) in parts.into_iter().flatten().enumerate() {
                        // Beyond the edges the last mean stands for all.
                        let mean = (pixel / of + neighbour).saturating_sub(NEIGHBOURS / 2).min(last);
                        if let Some(place) = new.get_mut(mean - start) {
                            *place += weight * part;
                        }
                    }
                }
                *span = (start, end + 1 - start);
            }
            (self.window, self.weights) = (window, weights);
        }
        // Made in the whole picture's columns, and only then counted from the first that is held:
        // which part is held changes no weight.
        for (first, _) in &mut self.spans {
            debug_assert!(*first >= span.held_from, "a column that is looked at is not held");
            *first = first.saturating_sub(span.held_from);
        }
    }

    /// First source pixel and weights of pixel `i` of the result.
    #[inline(always)]
    pub(super) fn at(&self, i: usize) -> (usize, &[f32]) {
        #[allow(clippy::indexing_slicing, reason = "`fill` makes a span and a window for each pixel of the result")]
        let (start, count) = self.spans[i];
        #[allow(clippy::indexing_slicing, reason = "a span's count is a window at most")]
        (start, &self.weights[i * self.window..][..count])
    }

    /// The source pixels that have a weight anywhere.
    pub(super) fn reach(&self) -> std::ops::Range<usize> {
        let ends = self.spans.first().zip(self.spans.last());
        // Tables for no pixels reach none.
        ends.map_or(0..0, |((first, _), (last, count))| *first..last + count)
    }

    /// The memory that the tables hold.
    pub(super) fn bytes(&self) -> usize {
        self.spans.capacity() * size_of::<(usize, usize)>() + self.weights.capacity() * size_of::<f32>()
    }
}
