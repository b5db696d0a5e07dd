//! Luminance mean (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `Luminance`): mean luminance m of the face, 0
//! ..= 1 of linear light.
//!
//! Q = round(100 · σ(m; 0.2, 0.05) · (1 − σ(m; 0.8, 0.05))).

use super::crop::FaceCrop;
use super::measure::{Measure, sigmoid};

/// Mean luminance of the face, 0 ..= 1 of linear light, and its component.
pub(super) fn measure(crop: &FaceCrop) -> Measure {
    from_native(crop.light.mean())
}

fn from_native(m: f32) -> Measure {
    Measure::new(m, 100.0 * sigmoid(m, 0.2, 0.05) * (1.0 - sigmoid(m, 0.8, 0.05)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        let table = [(0.0, 2), (0.2, 50), (0.5, 100), (0.8, 50), (1.0, 2)];
        assert_eq!(table.map(|(m, _)| from_native(m).component), table.map(|(_, q)| q));
    }
}
