//! Sharpness by a classical measure: variance of the Laplacian (J. Pech-Pacheco et al., "Diatom autofocusing in brightfield
//! microscopy", 2000) over the variance of the luma itself.
//!
//! The ratio does not change with brightness and contrast, nor with stored gain, so that neither dim light nor the colour of
//! skin makes a face blurred. ISO/IEC 29794-5's sharpness is a random forest over such statistics; this is not that.

use super::crop::{FaceCrop, is_face};

/// The ratio over the face's pixels whose four neighbours are also face; 0 if there are none, or all are equal.
pub(super) fn measure(crop: &FaceCrop) -> f32 {
    let (mut laplacian, mut luma) = (Moments::default(), Moments::default());
    for [above, row, below] in crop.luma_rows() {
        let neighbours = row.windows(3).zip(above.iter().skip(1)).zip(below.iter().skip(1));
        for ((around, above), below) in neighbours {
            let [left, here, right] = around else {
                continue;
            };
            if [left, here, right, above, below].into_iter().all(|v| is_face(*v)) {
                laplacian.add(left + right + above + below - 4.0 * here);
                luma.add(*here);
            }
        }
    }
    let (detail, contrast) = (laplacian.variance(), luma.variance());
    if contrast > 1e-6 { (detail / contrast) as f32 } else { 0.0 }
}

/// Running sums for a variance.
#[derive(Default)]
struct Moments {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f32) {
        let value = f64::from(value);
        self.n += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    /// Variance; 0 for no values.
    fn variance(&self) -> f64 {
        if self.n == 0.0 { 0.0 } else { (self.squares / self.n - (self.sum / self.n).powi(2)).max(0.0) }
    }
}
