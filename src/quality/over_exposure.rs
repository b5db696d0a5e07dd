//! Over-exposure prevention (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `OverExposurePrevention`): share x of
//! the face whose luminance is 247 to 255 of 255.
//!
//! Q = round(1 / (x + 0.01)), limited to 0 ..= 100.

use super::crop::FaceCrop;
use super::measure::Measure;

/// Share of the face at luminance 247 and more of 255, and its component.
pub(super) fn measure(crop: &FaceCrop) -> Measure {
    from_native(crop.light.share(247..=255))
}

fn from_native(x: f32) -> Measure {
    Measure::new(x, 1.0 / (x + 0.01))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        let table = [(0.0, 100), (0.01, 50), (0.09, 10), (1.0, 1)];
        assert_eq!(table.map(|(x, _)| from_native(x).component), table.map(|(_, q)| q));
    }
}
