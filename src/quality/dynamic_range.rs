//! Dynamic range (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `DynamicRange`): Shannon entropy H of the face's
//! luminance histogram of 256 levels, in bits.
//!
//! Q = round(12.5 · H).

use super::crop::FaceCrop;
use super::measure::Measure;

/// Entropy of the face's luminance in bits, and its component.
pub(super) fn measure(crop: &FaceCrop) -> Measure {
    from_histogram(&crop.light.histogram, crop.light.count)
}

fn from_histogram(histogram: &[u32], count: u32) -> Measure {
    let occupied = histogram.iter().filter(|n| **n > 0);
    let entropy: f64 = occupied.map(|n| f64::from(*n) / f64::from(count)).map(|p| -p * p.log2()).sum();
    Measure::new(entropy as f32, 12.5 * entropy as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_of_known_histograms() {
        assert_eq!(from_histogram(&[0; 256], 0), Measure { native: 0.0, component: 0 });
        assert_eq!(from_histogram(&[0, 9, 0], 9), Measure { native: 0.0, component: 0 });
        assert_eq!(from_histogram(&[4, 0, 4], 8), Measure { native: 1.0, component: 13 });
        assert_eq!(from_histogram(&[3; 256], 768), Measure { native: 8.0, component: 100 });
    }
}
