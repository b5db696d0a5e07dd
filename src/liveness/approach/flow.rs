//! Where a patch of one plane lies in another one.
//!
//! Method: B. D. Lucas, T. Kanade, "An iterative image registration technique" (1981), from coarse
//! to fine (J.-Y. Bouguet, 2000), with the patch's own gradients (S. Baker, I. Matthews, 2004). A
//! patch's own mean and contrast are taken out, since light changes while a head comes nearer.

#![allow(clippy::indexing_slicing, reason = "a patch's values are counted by its own side")]

use super::plane::Plane;

/// Half of a patch's side, in pixels of each level.
const HALF: usize = 5;
const SIDE: usize = 2 * HALF + 1;
const PIXELS: usize = SIDE * SIDE;
/// Steps on each level at most, and the step in pixels from which on a place has been found.
const STEPS: usize = 8;
const SETTLED: f32 = 0.02;
/// A patch that goes further on one level has found something else.
const FURTHEST: f32 = 5.0;
/// Least standard deviation of a patch's values, of 255. Chosen by hand, above cameras' noise.
const LEAST_CONTRAST: f32 = 1.5;

/// A patch that was found again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) place: [f32; 2],
    /// Correlation of the patch with what lies there, −1 ..= 1.
    pub(super) likeness: f32,
}

/// The values of `N` × `N` pixels about a place, row by row; `None` where the plane does not reach.
fn block<const N: usize>(plane: &Plane, [x, y]: [f32; 2]) -> Option<[[f32; N]; N]> {
    let half = (N / 2) as f32;
    let (left, top) = (x - half, y - half);
    // So written that NaN is outside.
    if !(left >= 0.0 && top >= 0.0) {
        return None;
    }
    let (column, row) = (left as usize, top as usize);
    let (fx, fy) = (left - column as f32, top - row as f32);
    let mut values = [[0.0; N]; N];
    let mut upper: [f32; N] = across(plane.row(row)?.get(column..=column + N)?, fx);
    for (i, values) in values.iter_mut().enumerate() {
        let lower: [f32; N] = across(plane.row(row + i + 1)?.get(column..=column + N)?, fx);
        for (value, (a, b)) in values.iter_mut().zip(upper.iter().zip(&lower)) {
            *value = a + fy * (b - a);
        }
        upper = lower;
    }
    Some(values)
}

/// One row's values between its pixels.
#[inline(always)]
fn across<const N: usize>(pixels: &[f32], fx: f32) -> [f32; N] {
    let mut values = [0.0; N];
    for (value, (a, b)) in values.iter_mut().zip(pixels.iter().zip(&pixels[1..])) {
        *value = a + fx * (b - a);
    }
    values
}

/// A patch's values without their mean and over their standard deviation, and the latter; `None`
/// where there is no contrast.
fn normalised(values: &[[f32; SIDE]; SIDE]) -> Option<([f32; PIXELS], f32)> {
    let mut flat = [0.0; PIXELS];
    flat.copy_from_slice(values.as_flattened());
    let mean = flat.iter().sum::<f32>() / PIXELS as f32;
    flat.iter_mut().for_each(|v| *v -= mean);
    let deviation = (flat.iter().map(|v| v * v).sum::<f32>() / PIXELS as f32).sqrt();
    // NaN has none, either.
    if deviation.is_nan() || deviation < LEAST_CONTRAST {
        return None;
    }
    let over = 1.0 / deviation;
    flat.iter_mut().for_each(|v| *v *= over);
    Some((flat, deviation))
}

/// A patch on one level.
struct Template {
    values: [f32; PIXELS],
    right: [f32; PIXELS],
    down: [f32; PIXELS],
    /// The inverse of the gradients' second moments: xx, xy, yy.
    inverse: [f32; 3],
}

impl Template {
    fn new(plane: &Plane, place: [f32; 2]) -> Option<Self> {
        const WIDE: usize = SIDE + 2;
        let wide = block::<WIDE>(plane, place)?;
        let mut middle = [[0.0; SIDE]; SIDE];
        for (row, wide) in middle.iter_mut().zip(&wide[1..]) {
            row.copy_from_slice(&wide[1..=SIDE]);
        }
        let (values, deviation) = normalised(&middle)?;
        let half = 0.5 / deviation;
        let (mut right, mut down) = ([0.0; PIXELS], [0.0; PIXELS]);
        for y in 0..SIDE {
            for x in 0..SIDE {
                right[y * SIDE + x] = half * (wide[y + 1][x + 2] - wide[y + 1][x]);
                down[y * SIDE + x] = half * (wide[y + 2][x + 1] - wide[y][x + 1]);
            }
        }
        let product = |a: &[f32; PIXELS], b: &[f32; PIXELS]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let (xx, xy, yy) = (product(&right, &right), product(&right, &down), product(&down, &down));
        let determinant = xx * yy - xy * xy;
        (determinant > 1e-3).then(|| {
            let inverse = [yy / determinant, -xy / determinant, xx / determinant];
            Self { values, right, down, inverse }
        })
    }

    /// Where this patch lies in `plane` near `guess`.
    fn find(&self, plane: &Plane, guess: [f32; 2]) -> Option<Found> {
        let mut place = guess;
        let mut likeness = -1.0;
        for _ in 0..STEPS {
            let (values, _) = normalised(&block::<SIDE>(plane, place)?)?;
            let (mut bx, mut by, mut product) = (0.0, 0.0, 0.0);
            let gradients = self.right.iter().zip(&self.down);
            for ((value, own), (right, down)) in values.iter().zip(&self.values).zip(gradients) {
                let off = value - own;
                bx += right * off;
                by += down * off;
                product += value * own;
            }
            likeness = product / PIXELS as f32;
            let [xx, xy, yy] = self.inverse;
            let (dx, dy) = (xx * bx + xy * by, xy * bx + yy * by);
            place = [place[0] - dx, place[1] - dy];
            let gone = (place[0] - guess[0]).abs().max((place[1] - guess[1]).abs());
            if gone.is_nan() || gone > FURTHEST {
                return None;
            }
            if dx.abs().max(dy.abs()) < SETTLED {
                break;
            }
        }
        Some(Found { place, likeness })
    }
}

/// A patch of a pyramid, on each of its levels where there is contrast.
pub(super) struct Patch {
    templates: Vec<Option<Template>>,
}

impl Patch {
    /// The patch about `place`, a place of the finest level; on the finest `levels` levels.
    pub(super) fn new(pyramid: &[Plane], place: [f32; 2], levels: usize) -> Self {
        let template = |(level, plane)| Template::new(plane, down(place, level));
        Self { templates: pyramid.iter().take(levels).enumerate().map(template).collect() }
    }

    /// Where the patch lies in another pyramid, looked for near `guess` from the coarsest level to
    /// the level `finest`; `None` if it is not found on that one.
    pub(super) fn find(&self, pyramid: &[Plane], guess: [f32; 2], finest: usize) -> Option<Found> {
        let mut found = None;
        let mut guess = guess;
        for (level, (template, plane)) in self.templates.iter().zip(pyramid).enumerate().skip(finest).rev() {
            // On coarse levels a patch may lack contrast, or reach beyond the plane: the finer ones
            // decide.
            let step = template.as_ref().and_then(|template| template.find(plane, down(guess, level)));
            found = step.map(|step| Found { place: up(step.place, level), ..step });
            guess = found.map_or(guess, |found| found.place);
        }
        found
    }
}

/// The place on a level of one on the finest.
fn down([x, y]: [f32; 2], level: usize) -> [f32; 2] {
    let scale = 1.0 / (1 << level) as f32;
    [(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5]
}

/// The place on the finest level of one on another.
fn up([x, y]: [f32; 2], level: usize) -> [f32; 2] {
    let scale = (1 << level) as f32;
    [(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5]
}
