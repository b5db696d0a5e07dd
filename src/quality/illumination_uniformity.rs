//! Illumination uniformity (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `IlluminationUniformity`): what the
//! luminance histograms h of the two cheeks have in common, Σ min(h_right, h_left) with each
//! histogram's sum 1.
//!
//! Q = round(100 · x^0.3).

use super::cheeks::Cheek;
use super::measure::Measure;

/// What the cheeks' histograms have in common, 0 ..= 1, and its component.
pub(super) fn measure([right, left]: &[Cheek; 2]) -> Measure {
    from_histograms(&right.histogram, &left.histogram)
}

fn from_histograms(right: &[u32], left: &[u32]) -> Measure {
    let common: u32 = right.iter().zip(left).map(|(r, l)| *r.min(l)).sum();
    let pixels: u32 = right.iter().sum();
    let x = common as f32 / pixels.max(1) as f32;
    Measure::new(x, 100.0 * x.powf(0.3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_of_known_histograms() {
        assert_eq!(from_histograms(&[4, 4, 0], &[4, 4, 0]), Measure { native: 1.0, component: 100 });
        assert_eq!(from_histograms(&[4, 4, 0], &[0, 0, 8]), Measure { native: 0.0, component: 0 });
        // 100 · 0.5^0.3 = 81.2.
        assert_eq!(from_histograms(&[4, 4, 0], &[0, 4, 4]), Measure { native: 0.5, component: 81 });
        assert_eq!(from_histograms(&[0], &[0]).component, 0);
    }
}
