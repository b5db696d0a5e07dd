//! Colours of a challenge as light.

use crate::image::{linear_rgb, luminance_linear};

/// Linear light of an sRGB colour: red, green and blue, 0 ..= 1 each.
pub(super) fn linear(color: [u8; 3]) -> [f64; 3] {
    linear_rgb(color).map(f64::from)
}

/// Relative luminance, 0 ..= 1, of linear red, green and blue.
pub(super) fn luminance(linear: [f64; 3]) -> f64 {
    // Exact: these values were widened from `f32`.
    luminance_linear(linear.map(|value| value as f32)).into()
}

/// How far two colours of linear light are apart in the channel where they differ most, 0 ..= 1.
pub(super) fn channel_distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
