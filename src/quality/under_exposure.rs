//! Under-exposure prevention (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `UnderExposurePrevention`): share x
//! of the face whose luminance is 0 to 25 of 255.
//!
//! Q = round(120 · (0.832 − σ(x; 0.92, 0.05))), limited to 0 ..= 100.

use super::crop::FaceCrop;
use super::measure::{Measure, sigmoid};

/// Share of the face at luminance 25 and less of 255, and its component.
pub(super) fn measure(crop: &FaceCrop) -> Measure {
    from_native(crop.light.share(0..=25))
}

fn from_native(x: f32) -> Measure {
    Measure::new(x, 120.0 * (0.832 - sigmoid(x, 0.92, 0.05)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        let table = [(0.0, 100), (0.5, 100), (0.92, 40), (1.0, 0)];
        assert_eq!(table.map(|(x, _)| from_native(x).component), table.map(|(_, q)| q));
    }
}
