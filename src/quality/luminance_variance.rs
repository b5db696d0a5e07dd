//! Luminance variance (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `Luminance`): variance v of the face's
//! luminance, 0 ..= 1 of linear light each, so at most 0.25.
//!
//! Q = round(100 · sin(π · 60v / (60v + 1))): best at v = 1/60, worse for flat and for harsh light.

use super::crop::FaceCrop;
use super::measure::Measure;

/// Variance of the face's luminance, and its component.
pub(super) fn measure(crop: &FaceCrop) -> Measure {
    from_native(crop.light.variance())
}

fn from_native(v: f32) -> Measure {
    let share = 60.0 * v / (60.0 * v + 1.0);
    Measure::new(v, 100.0 * (std::f32::consts::PI * share).sin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        // v = 1/60 is the top; v = 1/180 and 1/20 lie at sin 45° on its two sides.
        let table = [(0.0, 0), (1.0 / 180.0, 71), (1.0 / 60.0, 100), (0.05, 71), (0.25, 20)];
        assert_eq!(table.map(|(v, _)| from_native(v).component), table.map(|(_, q)| q));
    }
}
