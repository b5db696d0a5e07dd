//! From a trace to signals over time: how face, ring and background change, in logarithms of light,
//! free of the camera's gains.
//!
//! Exposure and white balance multiply all of a picture's red, green and blue alike, so they cancel
//! in the difference of two logarithms: the face's own change is what the background does not
//! share. Medians over patches and cells keep a mirrored lamp or a passer-by out.

use crate::geometry::minus;
use crate::liveness::response::{CELLS, Rgb, SECTORS, Trace};

/// Linear light below which logarithms tell noise, and above which a picture is blown out. Chosen
/// by hand: about levels 7 and 246 of 255.
const USABLE: [f32; 2] = [0.002, 0.92];
/// Background cells are this far from the face's box, over its width and height: to the side, and
/// above. Chosen by hand: hair reaches above the mesh by a third of its height.
const HEAD: [f32; 2] = [1.25, 1.45];
/// A background of fewer cells is none. Chosen by hand.
const LEAST_CELLS: usize = 6;

/// The signals of one session; each has as many values as there are samples.
pub(super) struct Signals {
    /// Times in seconds.
    pub(super) times: Vec<f64>,
    /// Logarithm of each patch's light: `[patch][sample]`.
    pub(super) patches: Vec<Vec<Rgb>>,
    /// The median patch's change.
    pub(super) face: Vec<Rgb>,
    /// The background's change; `None` if too little of it can be seen.
    pub(super) background: Option<Vec<Rgb>>,
    /// The change of each sector of the ring, if it can be measured.
    pub(super) ring: [Option<Vec<Rgb>>; SECTORS],
}

impl Signals {
    /// The signals of a trace. A trace that was kept comes from outside: a sample that lacks a
    /// patch or cell which others have counts as black there.
    pub(super) fn new(trace: &Trace) -> Self {
        let samples = &trace.samples;
        let times = samples.iter().map(|s| 1e-6 * s.timestamp_us as f64).collect();
        // Without samples there is nothing to tell of any patch.
        let count = samples.first().map_or(0, |s| s.patches.len());
        let patches: Vec<Vec<Rgb>> =
            (0..count).map(|k| logs(samples.iter().map(|s| s.patches.get(k).copied()))).collect();
        let face = median_change(&patches, samples.len());
        let cells: Vec<Vec<Rgb>> = background_cells(trace)
            .into_iter()
            // Cells that are blown out or black at times do not follow the gains.
            .filter(|k| usable(samples.iter().filter_map(|s| s.cells.get(*k).copied())))
            .map(|k| logs(samples.iter().map(|s| s.cells.get(k).copied())))
            .collect();
        let background = (cells.len() >= LEAST_CELLS).then(|| median_change(&cells, samples.len()));
        let sector = |k: usize| {
            let values = || samples.iter().map(move |s| s.ring.get(k).copied().flatten());
            let seen = values().flatten().count();
            let enough = seen == samples.len() && usable(values().flatten());
            enough.then(|| median_change(&[logs(values())], samples.len()))
        };
        let ring: [_; SECTORS] = std::array::from_fn(sector);
        Self { times, patches, face, background, ring }
    }

    /// The change of any series of colours.
    pub(super) fn change_of(&self, values: impl Iterator<Item = Rgb>) -> Vec<Rgb> {
        against_median(&logs(values.map(Some)))
    }

    /// The median change of some series.
    pub(super) fn median_of<'a>(&self, series: impl Iterator<Item = &'a Vec<Rgb>>) -> Vec<Rgb> {
        median_change(series, self.times.len())
    }

    /// The face's change that the background does not share; all of it where no background can be
    /// measured.
    pub(super) fn own(&self) -> Vec<Rgb> {
        self.own_of(&self.face)
    }

    /// The part of any change that the background does not share.
    pub(super) fn own_of(&self, change: &[Rgb]) -> Vec<Rgb> {
        match &self.background {
            Some(background) => difference(change, background),
            None => change.to_vec(),
        }
    }
}

/// One change less another, sample by sample.
pub(super) fn difference(a: &[Rgb], b: &[Rgb]) -> Vec<Rgb> {
    debug_assert_eq!(a.len(), b.len(), "both have a value for each sample");
    a.iter().zip(b).map(|(a, b)| minus(*a, *b)).collect()
}

/// Natural logarithms of light, from a tenth of what is usable on; what is missing is black.
fn logs(values: impl Iterator<Item = Option<Rgb>>) -> Vec<Rgb> {
    let [least, _] = USABLE;
    // What is missing from a kept trace is black, which says nothing.
    values.map(|v| v.unwrap_or_default().map(|v| v.max(0.1 * least).ln())).collect()
}

/// Whether at most some of the values are too dark or too bright.
fn usable(values: impl Iterator<Item = Rgb>) -> bool {
    let [least, most] = USABLE;
    let (mut bad, mut n) = (0, 0);
    for value in values {
        n += 1;
        bad += usize::from(value.iter().any(|v| !(least..=most).contains(v)));
    }
    n > 0 && 20 * bad <= n
}

/// The median over several series, at each time, of each one's change against its own median over
/// time.
pub(super) fn median_change<'a>(series: impl IntoIterator<Item = &'a Vec<Rgb>>, samples: usize) -> Vec<Rgb> {
    let changes: Vec<Vec<Rgb>> = series.into_iter().map(|values| against_median(values)).collect();
    let mut column: [Vec<f32>; 3] = Default::default();
    (0..samples)
        .map(|i| {
            column.iter_mut().for_each(Vec::clear);
            for change in &changes {
                if let Some(value) = change.get(i) {
                    column.iter_mut().zip(value).for_each(|(column, v)| column.push(*v));
                }
            }
            column.each_mut().map(|values| median(values))
        })
        .collect()
}

/// A series against its own median over time.
fn against_median(values: &[Rgb]) -> Vec<Rgb> {
    let mut channels: [Vec<f32>; 3] = Default::default();
    for value in values {
        channels.iter_mut().zip(value).for_each(|(channel, v)| channel.push(*v));
    }
    let [r, g, b] = channels.each_mut().map(|values| median(values));
    values.iter().map(|[vr, vg, vb]| [vr - r, vg - g, vb - b]).collect()
}

/// The median; the mean of two in the middle; 0 of nothing.
pub(super) fn median(values: &mut [f32]) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    let half = values.len() / 2;
    match (values.get(half), half.checked_sub(1).and_then(|below| values.get(below))) {
        (Some(upper), Some(lower)) if values.len().is_multiple_of(2) => 0.5 * (lower + upper),
        (Some(middle), _) => *middle,
        (None, _) => 0.0,
    }
}

/// The median of absolute values of a normal distribution, over its standard deviation.
pub(in crate::liveness) const MEDIAN_OVER_DEVIATION: f64 = 0.6745;

/// The slope of a line through points, by least squares; 0 where they lie above each other.
pub(super) fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
    let (mut xx, mut xy) = (0.0, 0.0);
    for (x, y) in points {
        xx += (x - mean_x).powi(2);
        xy += (x - mean_x) * (y - mean_y);
    }
    xy / xx.max(1e-9)
}

/// Sorts values, and gives the one in the middle, the upper one of two; `None` of nothing.
pub(in crate::liveness) fn middle(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The value that a share, 0 ..= 1, of all values stays under; 0 of nothing.
pub(super) fn quantile(values: &mut [f32], share: f32) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    let last = values.len().saturating_sub(1);
    let place = (share * last as f32).round() as usize;
    debug_assert!(place <= last, "a share of {share}");
    // Without values there is no place.
    values.get(place).copied().unwrap_or_default()
}

/// The numbers of the cells that show neither head nor body.
fn background_cells(trace: &Trace) -> Vec<usize> {
    let n = trace.samples.len().max(1) as f32;
    let [left, top, right, bottom] = trace.bounds.map(|v| v / n);
    let ([columns, rows], [width, height]) = (CELLS, trace.size_px);
    let (middle, half, tall) = (0.5 * (left + right), 0.5 * (right - left), bottom - top);
    let [beside, above] = HEAD;
    let free = |i: usize| {
        let x = ((i % columns) as f32 + 0.5) * width / columns as f32;
        let y = ((i / columns) as f32 + 0.5) * height / rows as f32;
        let aside = (x - middle).abs() > beside * half + 0.5 * width / columns as f32;
        let over = y < bottom - above * tall;
        y < bottom && (aside || over)
    };
    (0..columns * rows).filter(|i| free(*i)).collect()
}

impl Trace {
    /// The face's own change at each frame that shows it: time in microseconds, and for red, green
    /// and blue the natural logarithm of linear light over its median in time, less that of the
    /// background, which the camera's gains move alike (if any background can be seen).
    #[must_use]
    pub fn face_over_background(&self) -> Vec<(u64, [f32; 3])> {
        let own = Signals::new(self).own();
        self.samples.iter().map(|sample| sample.timestamp_us).zip(own).collect()
    }
}
