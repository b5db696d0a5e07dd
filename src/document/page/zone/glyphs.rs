//! The characters of a zone as they look: OCR-B, at several degrees of blur.

use std::sync::LazyLock;

/// What stands in a zone, in the order of [`Glyphs`].
pub(super) const CHARACTERS: &[u8; COUNT] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
/// Number of characters.
pub(super) const COUNT: usize = 37;
/// Width of a cell in pixels: a character's pitch, a tenth of an inch (ISO 1073-2, ICAO Doc
/// 9303-3).
pub(super) const CELL_WIDTH: usize = 20;
/// Height of a cell in pixels, with some ground above and below the digits, which are 22 high.
pub(super) const CELL_HEIGHT: usize = 28;
/// Pixels of a cell.
pub(super) const AREA: usize = CELL_WIDTH * CELL_HEIGHT;

/// Widths of blur, as standard deviations in pixels of a cell: a sharp scan to the least that can
/// be read. Chosen by hand: neighbours correlate over 0.97.
const BLURS_PX: [f32; 4] = [0.7, 1.3, 1.9, 2.6];

/// Written by `models/convert/ocr_b.py`: shares of ink, 255 for all.
static FILE: &[u8; COUNT * AREA] = include_bytes!("../../../../models/ocr_b.bin");

/// Every character at one degree of blur, each without its mean and of unit length.
pub(super) struct Glyphs(Vec<[f32; AREA]>);

impl Glyphs {
    /// One set for each degree of blur, the sharpest first.
    pub(super) fn every() -> &'static [Self] {
        static EVERY: LazyLock<Vec<Glyphs>> = LazyLock::new(|| BLURS_PX.into_iter().map(Glyphs::blurred).collect());
        &EVERY
    }

    /// A set of middling blur, for finding characters before their blur is known.
    pub(super) fn middling() -> &'static Self {
        // There are four.
        &Self::every()[1]
    }

    fn blurred(sigma: f32) -> Self {
        let shapes = FILE.as_chunks::<AREA>().0.iter();
        Self(shapes.map(|shape| normalised(&blur(&shape.map(f32::from), sigma)).0).collect())
    }

    /// How well each character fits a cell that [`normalised`] has prepared: correlation
    /// coefficients, -1 ..= 1.
    pub(super) fn fits(&self, cell: &[f32; AREA]) -> [f32; COUNT] {
        let mut fits = [0.0; COUNT];
        for (fit, shape) in fits.iter_mut().zip(&self.0) {
            *fit = product(cell, shape);
        }
        fits
    }
}

/// The sum of products, in eight lanes.
fn product(a: &[f32; AREA], b: &[f32; AREA]) -> f32 {
    let mut lanes = [0.0; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// The cell without the plane that fits it best, and of unit length; and its standard deviation
/// before the latter. A cell without a pattern stays 0. Light changes across a page, and glare has
/// slopes.
pub(super) fn normalised(cell: &[f32; AREA]) -> ([f32; AREA], f32) {
    let centred = level(cell);
    let length = product(&centred, &centred).sqrt();
    let scale = if length > 0.0 { length.recip() } else { 0.0 };
    (centred.map(|v| v * scale), length / (AREA as f32).sqrt())
}

/// The cell without the plane that fits it best.
fn level(cell: &[f32; AREA]) -> [f32; AREA] {
    let rows = cell.as_chunks::<CELL_WIDTH>().0;
    let x = |i: usize| i as f32 - 0.5 * (CELL_WIDTH - 1) as f32;
    let y = |j: usize| j as f32 - 0.5 * (CELL_HEIGHT - 1) as f32;
    let (mut mean, mut across, mut down) = (0.0, [0.0; CELL_WIDTH], 0.0);
    for (j, row) in rows.iter().enumerate() {
        let sum: f32 = row.iter().sum();
        mean += sum / AREA as f32;
        down += sum * y(j);
        for (sum, value) in across.iter_mut().zip(row) {
            *sum += value;
        }
    }
    // Sums of squares of x and y over the cell: n (n² - 1) / 12 along a side of n.
    let squares = |n: usize, other: usize| (n * (n * n - 1) * other) as f32 / 12.0;
    let across = across.iter().enumerate().map(|(i, sum)| sum * x(i)).sum::<f32>() / squares(CELL_WIDTH, CELL_HEIGHT);
    let down = down / squares(CELL_HEIGHT, CELL_WIDTH);
    let mut leveled = *cell;
    for (j, row) in leveled.as_chunks_mut::<CELL_WIDTH>().0.iter_mut().enumerate() {
        for (i, value) in row.iter_mut().enumerate() {
            *value -= mean + across * x(i) + down * y(j);
        }
    }
    leveled
}

/// Gaussian blur; beyond the cell is ground.
fn blur(cell: &[f32; AREA], sigma: f32) -> [f32; AREA] {
    let radius = (3.0 * sigma).ceil() as isize;
    let weight = |d: isize| (-0.5 * (d as f32 / sigma).powi(2)).exp();
    let total: f32 = (-radius..=radius).map(weight).sum();
    let pass = |from: &[f32; AREA], step: isize, along: fn(usize) -> usize, side: usize| {
        let mut to = [0.0; AREA];
        for (i, value) in to.iter_mut().enumerate() {
            for d in -radius..=radius {
                let inside = along(i).checked_add_signed(d).is_some_and(|at| at < side);
                let source = i.checked_add_signed(d * step).and_then(|at| from.get(at));
                if let (true, Some(source)) = (inside, source) {
                    *value += weight(d) / total * source;
                }
            }
        }
        to
    };
    let across = pass(cell, 1, |i| i % CELL_WIDTH, CELL_WIDTH);
    pass(&across, CELL_WIDTH as isize, |i| i / CELL_WIDTH, CELL_HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_fits_itself_best_at_any_blur() {
        for glyphs in Glyphs::every() {
            for (i, shape) in glyphs.0.iter().enumerate() {
                let fits = glyphs.fits(shape);
                assert!((fits[i] - 1.0).abs() < 1e-4);
                let other = fits.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, fit)| *fit).fold(-1.0, f32::max);
                assert!(other < 0.97, "{} {other}", char::from(CHARACTERS[i]));
            }
        }
    }

    #[test]
    fn neighbouring_blurs_are_alike() {
        for pair in Glyphs::every().windows(2) {
            for (a, b) in pair[0].0.iter().zip(&pair[1].0) {
                assert!(product(a, b) > 0.9, "{}", product(a, b));
            }
        }
    }

    #[test]
    fn a_blank_cell_fits_nothing() {
        let (cell, deviation) = normalised(&[7.0; AREA]);
        assert_eq!((cell, deviation), ([0.0; AREA], 0.0));
        assert_eq!(Glyphs::middling().fits(&cell), [0.0; COUNT]);
    }
}
