//! Natural colour (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `NaturalColour`): how far the cheeks' mean
//! colour lies outside what skin has, a* from 5 to 25 and b* from 5 to 35 of CIELAB (D50): d =
//! √(max(0, 5 − a, a − 25)² + max(0, 5 − b, b − 35)²); 100 if a or b is negative.
//!
//! Q = round(200 · (1 − σ(d; 0, 10))). A grey picture, which has no colour, has the component 66.

use super::cheeks::Cheek;
use super::measure::{Measure, sigmoid};
use crate::image::srgb_to_linear;

/// Linear sRGB to XYZ under D50, and D50's white, as OFIQ has them.
const XYZ: [[f32; 3]; 3] = [[0.43605, 0.38508, 0.14309], [0.22249, 0.71689, 0.06062], [0.01393, 0.09710, 0.71419]];
const WHITE: [f32; 3] = [0.964_221, 1.0, 0.825_211];
/// The native value of impossible skin.
const IMPOSSIBLE: f32 = 100.0;

/// Distance of the cheeks' colour from skin's, in units of CIELAB, and its component.
pub(super) fn measure([right, left]: &[Cheek; 2]) -> Measure {
    let mut mean = right.mean;
    mean.iter_mut().zip(left.mean).for_each(|(r, l)| *r = 0.5 * (*r + l) / 255.0);
    from_color(mean)
}

/// From a mean colour, 0 ..= 1 of stored values.
fn from_color(rgb: [f32; 3]) -> Measure {
    let light = rgb.map(srgb_to_linear);
    let along = |row: [f32; 3]| row.iter().zip(light).map(|(w, v)| w * v).sum::<f32>();
    let ([x, y, z], [white_x, white_y, white_z]) = (XYZ.map(along), WHITE);
    let (x, y, z) = (curve(x / white_x), curve(y / white_y), curve(z / white_z));
    let (a, b) = (500.0 * (x - y), 200.0 * (y - z));
    // Rounding makes some greys slightly negative.
    let natural = a >= -0.01 && b >= -0.01;
    let outside = |v: f32, low: f32, high: f32| (low - v).max(v - high).max(0.0);
    let d = if natural { outside(a, 5.0, 25.0).hypot(outside(b, 5.0, 35.0)) } else { IMPOSSIBLE };
    Measure::new(d, 200.0 * (1.0 - sigmoid(d, 0.0, 10.0)))
}

/// CIELAB's cube root with its straight start (CIE 15:2004).
fn curve(v: f32) -> f32 {
    if v <= 216.0 / 24389.0 { (24389.0 / 27.0 * v + 16.0) / 116.0 } else { v.cbrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skin_is_natural_and_blue_is_not() {
        // sRGB (224, 172, 140) has a* 15.6, b* 23.3 under D50: inside both ranges.
        let skin = from_color([224.0, 172.0, 140.0].map(|v| v / 255.0));
        assert_eq!(skin, Measure { native: 0.0, component: 100 });
        // Grey: √(5² + 5²) = 7.07, 200 · (1 − 1 / (1 + e^−0.707)) = 66.0.
        let grey = from_color([0.5; 3]);
        assert!((grey.native - 7.07).abs() < 0.05 && grey.component == 66, "{grey:?}");
        assert_eq!(from_color([0.1, 0.2, 0.9]).native, IMPOSSIBLE);
        assert_eq!(from_color([0.1, 0.2, 0.9]).component, 0);
    }
}
