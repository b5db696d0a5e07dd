//! Sharpness by a classical measure: variance of the Laplacian (J. Pech-Pacheco et al., "Diatom
//! autofocusing in brightfield microscopy", 2000) over the variance of the luma itself.
//!
//! The ratio does not change with brightness and contrast, nor with stored gain, so that neither
//! dim light nor the colour of skin makes a face blurred. ISO/IEC 29794-5's sharpness is a random
//! forest over such statistics; this is not that.

use super::crop::{FaceCrop, OUTSIDE};

/// Values that are summed at once.
const LANES: usize = 8;

/// The ratio over the face's pixels whose four neighbours are also face; 0 if there are none, or
/// all are equal.
pub(super) fn measure(crop: &FaceCrop) -> f32 {
    let mut moments = Moments::default();
    for [above, row, below] in crop.luma_rows() {
        moments.add_row(above, row, below);
    }
    let (detail, contrast) = (variance(moments.n, moments.laplacian), variance(moments.n, moments.luma));
    if contrast > 1e-6 { (detail / contrast) as f32 } else { 0.0 }
}

/// Pixels, and sums and sums of squares over them.
#[derive(Default)]
struct Moments {
    n: f64,
    laplacian: [f64; 2],
    luma: [f64; 2],
}

impl Moments {
    /// The pixels of `row` but the first and the last, in lanes: the compiler makes vectors of
    /// them.
    fn add_row(&mut self, above: &[f32], row: &[f32], below: &[f32]) {
        let mut sums = [[0.0f32; LANES]; 5];
        for left in (0..row.len().saturating_sub(2)).step_by(LANES) {
            let at = |row: &[f32], from: usize| {
                let mut lanes = [OUTSIDE; LANES];
                #[allow(clippy::indexing_slicing, reason = "`left + 2` is inside, and the three rows have one length")]
                let values = &row[from..];
                match values.first_chunk() {
                    Some(whole) => lanes = *whole,
                    None => lanes.iter_mut().zip(values).for_each(|(lane, v)| *lane = *v),
                }
                lanes
            };
            // Behind the row's end the right neighbour is outside.
            let (west, here, east) = (at(row, left), at(row, left + 1), at(row, left + 2));
            let (north, south) = (at(above, left + 1), at(below, left + 1));
            let [n, laplacian, laplacian_squares, luma, luma_squares] = &mut sums;
            let around = west.iter().zip(&east).zip(north.iter().zip(&south)).zip(&here);
            let of_n = n.iter_mut().zip(laplacian.iter_mut().zip(laplacian_squares));
            let of_luma = luma.iter_mut().zip(luma_squares);
            for (((n, (sum, squares)), (luma, luma_squares)), (((west, east), (north, south)), here)) in
                of_n.zip(of_luma).zip(around)
            {
                let least = west.min(*east).min(north.min(*south)).min(*here);
                let counts = if least >= 0.0 { 1.0 } else { 0.0 };
                let (detail, here) = (counts * (west + east + north + south - 4.0 * here), counts * here);
                *n += counts;
                *sum += detail;
                *squares += detail * detail;
                *luma += here;
                *luma_squares += here * here;
            }
        }
        let [n, laplacian, laplacian_squares, luma, luma_squares] =
            sums.map(|lanes| f64::from(lanes.iter().sum::<f32>()));
        self.n += n;
        let [sum, squares] = &mut self.laplacian;
        (*sum, *squares) = (*sum + laplacian, *squares + laplacian_squares);
        let [sum, squares] = &mut self.luma;
        (*sum, *squares) = (*sum + luma, *squares + luma_squares);
    }
}

/// The variance of `n` values from their sum and their sum of squares; 0 for no values.
fn variance(n: f64, [sum, squares]: [f64; 2]) -> f64 {
    if n == 0.0 { 0.0 } else { (squares / n - (sum / n).powi(2)).max(0.0) }
}
