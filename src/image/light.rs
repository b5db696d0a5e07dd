//! Between stored sRGB values and light: averages, differences and ratios of brightness are only
//! meaningful in linear light.
//!
//! The curve is that of IEC 61966-2-1:1999, with the constants of its first amendment: 0.04045 and
//! 0.0031308 as thresholds.

use std::sync::LazyLock;

/// Relative luminance of linear red, green and blue (ITU-R BT.709-6, item 3.2; the primaries are
/// sRGB's).
const BT709: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// The light of the 256 levels, made once.
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| std::array::from_fn(|v| srgb_to_linear(v as f32 / 255.0)));

/// Linear light, 0 ..= 1, of an sRGB value, 0 ..= 1. Values outside are clamped; NaN gives 0.
///
/// For bytes there are tables: [`linear_rgb`], [`srgb8_to_linear`].
pub fn srgb_to_linear(value: f32) -> f32 {
    let v = unit(value);
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// The sRGB value, 0 ..= 1, of linear light, 0 ..= 1. Values outside are clamped; NaN gives 0.
pub fn linear_to_srgb(light: f32) -> f32 {
    let v = unit(light);
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// The table of linear light, 0 ..= 1, of each of the 256 levels of an 8-bit sRGB channel: what
/// [`srgb_to_linear`] gives for `level / 255`.
pub fn srgb8_to_linear() -> &'static [f32; 256] {
    &LINEAR
}

/// Linear light of an 8-bit sRGB colour: red, green and blue, 0 ..= 1 each.
///
/// ```
/// use selfsame::image::{linear_rgb, luminance_linear};
///
/// // Half of white's light is stored as 188, not as 128.
/// assert!((luminance_linear(linear_rgb([188; 3])) - 0.5).abs() < 0.005);
/// ```
#[inline]
pub fn linear_rgb(color: [u8; 3]) -> [f32; 3] {
    let table = srgb8_to_linear();
    #[allow(clippy::indexing_slicing, reason = "a byte is below the table's 256")]
    color.map(|level| table[usize::from(level)])
}

/// Relative luminance, 0 ..= 1, of linear red, green and blue, each 0 ..= 1.
pub fn luminance_linear(rgb: [f32; 3]) -> f32 {
    let [r, g, b] = rgb;
    let [wr, wg, wb] = BT709;
    wr * r + wg * g + wb * b
}

/// Clamps to 0 ..= 1; NaN becomes 0.
fn unit(v: f32) -> f32 {
    if v.is_nan() { 0.0 } else { v.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_points_of_the_curve() {
        // Worked from the formula with 50 digits; 188 is the level closest to half the light.
        let table = [(0, 0.0), (1, 0.000_303_527), (10, 0.003_035_27), (11, 0.003_346_535_8), (128, 0.215_860_5)];
        for (level, light) in table.into_iter().chain([(188, 0.502_886_5), (255, 1.0)]) {
            let got = srgb8_to_linear()[level];
            assert!((got - light).abs() < 1e-6, "level {level}: {got} for {light}");
        }
    }

    #[test]
    fn the_two_pieces_meet_and_every_level_returns() {
        let (below, above) = (srgb_to_linear(0.040_45), srgb_to_linear(0.040_451));
        assert!((above - below).abs() < 1e-6 && above > below);
        for (level, light) in srgb8_to_linear().iter().enumerate() {
            assert_eq!((linear_to_srgb(*light) * 255.0).round() as usize, level);
        }
        assert!(srgb8_to_linear().is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn out_of_range_is_clamped() {
        for f in [srgb_to_linear, linear_to_srgb] {
            let clamped = [f(-1.0), f(2.0), f(f32::NAN), f(f32::INFINITY), f(f32::NEG_INFINITY)];
            let off = clamped.iter().zip([0.0, 1.0, 0.0, 1.0, 0.0]).map(|(a, b)| (a - b).abs());
            assert!(off.into_iter().all(|d| d < 1e-6), "{clamped:?}");
        }
    }

    #[test]
    fn white_has_luminance_one_and_green_most_of_it() {
        assert!((luminance_linear([1.0; 3]) - 1.0).abs() < 1e-6);
        let [r, g, b] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(luminance_linear);
        assert!(g > r && r > b);
    }

    proptest! {
        #[test]
        fn there_and_back(v in 0f32..=1.0) {
            prop_assert!((linear_to_srgb(srgb_to_linear(v)) - v).abs() < 1e-5);
        }
    }
}
