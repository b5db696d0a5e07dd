//! Single face present (ISO/IEC 29794-5:2025; OFIQ 1.0.3 `SingleFacePresent`): f = √(a₂ / a₁) of
//! the areas of the two largest detected boxes; 0 for one face, 1 for none.
//!
//! Q = round(100 · (1 − f)).

use super::measure::Measure;
use crate::detect::Detection;

/// Measures whether there is one face, or a largest one beside which the others are small.
///
/// `detections` are those of one frame. The native value is the ratio of the two largest faces'
/// sides, 0 ..= 1: 0 for one face, 1 for none.
pub fn single_face(detections: &[Detection]) -> Measure {
    from_areas(detections.iter().map(|d| d.rect.area()))
}

fn from_areas(areas: impl Iterator<Item = f32>) -> Measure {
    let largest = areas.fold(None, |so_far: Option<[f32; 2]>, area| {
        // Before the first face both areas are nothing.
        let [first, second] = so_far.unwrap_or([0.0; 2]);
        Some(if area > first { [area, first] } else { [first, second.max(area)] })
    });
    let f = match largest {
        Some([first, second]) if first > 0.0 => (second / first).sqrt(),
        _ => 1.0,
    };
    Measure::new(f, 100.0 * (1.0 - f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_largest_counts() {
        let quality = |areas: &[f32]| from_areas(areas.iter().copied());
        assert_eq!(quality(&[]), Measure { native: 1.0, component: 0 });
        assert_eq!(quality(&[0.0]).component, 0);
        assert_eq!(quality(&[50.0]), Measure { native: 0.0, component: 100 });
        assert_eq!(quality(&[1.0, 25.0, 100.0]), Measure { native: 0.5, component: 50 });
        assert_eq!(quality(&[100.0, 100.0]).component, 0);
    }
}
