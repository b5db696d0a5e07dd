//! How vectors are spread: their mean, and the directions of most variance.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// The mean of vectors, and the principal axes of their covariance.
pub(super) struct Spread {
    pub(super) mean: DVector<f64>,
    /// Variances and directions of unit length, most variance first. A direction's sign is
    /// arbitrary: it is fixed, so that the same data gives the same card.
    pub(super) axes: Vec<(f64, DVector<f64>)>,
}

impl Spread {
    /// That of `vectors` of `dimension` values, of which there is one at least.
    pub(super) fn of(vectors: &[DVector<f64>], dimension: usize) -> Self {
        let count = vectors.len() as f64;
        let mean = vectors.iter().sum::<DVector<f64>>() / count;
        let mut covariance = DMatrix::zeros(dimension, dimension);
        vectors.iter().map(|v| v - &mean).for_each(|d| covariance.ger(1.0 / count, &d, &d, 1.0));
        let eigen = SymmetricEigen::new(covariance);
        let directions = eigen.eigenvectors.column_iter().map(|c| c * if c.sum() < 0.0 { -1.0 } else { 1.0 });
        let mut axes: Vec<_> = eigen.eigenvalues.iter().copied().zip(directions).collect();
        axes.sort_by(|a, b| b.0.total_cmp(&a.0));
        Self { mean, axes }
    }
}

/// The integers nearest to `vector` in units of `step`.
pub(super) fn steps(vector: &DVector<f64>, step: f32) -> Vec<i32> {
    vector.iter().map(|x| (x / f64::from(step)).round() as i32).collect()
}
