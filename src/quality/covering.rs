//! [`Covering`]: how much of a face something hides.

use super::measure::Measure;
use serde::Serialize;

/// How much of a face is hidden, by a mask, sunglasses, a hand, hair or the picture's edge: the
/// measures of ISO/IEC 29794-5:2025 "eyes visible", "mouth occlusion prevention" and "face
/// occlusion prevention", and whether each reached its limit.
///
/// The native value is the share of the part that is covered, 0 ..= 1, as a linear probe of a
/// template network estimates it ([`CoveringSpec`](crate::model::CoveringSpec)); that of the eyes
/// is raised where the probe sees part of them hidden and both are darker below than the cheeks
/// are, as behind dark glasses. The component is 100 · (1 − share). The standard's reference
/// implementation measures the shares by a segmenting network, so that values are alike and not
/// conformant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Covering {
    /// The eyes and what lies between them.
    pub eyes: Measure,
    /// The mouth.
    pub mouth: Measure,
    /// The whole face.
    pub face: Measure,
    /// Whether the eyes' share reached the card's limit.
    pub eyes_covered: bool,
    /// Whether the mouth's share reached the card's limit.
    pub mouth_covered: bool,
    /// Whether the face's share reached the card's limit.
    pub face_covered: bool,
}

impl Covering {
    /// The covering of these shares, each with its limit. A share of NaN counts as 1.
    pub(crate) fn new(eyes: (f32, f32), mouth: (f32, f32), face: (f32, f32)) -> Self {
        let part = |(share, limit): (f32, f32)| {
            let share = if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
            (Measure::new(share, 100.0 * (1.0 - share)), share >= limit)
        };
        let [(eyes, eyes_covered), (mouth, mouth_covered), (face, face_covered)] = [eyes, mouth, face].map(part);
        Self { eyes, mouth, face, eyes_covered, mouth_covered, face_covered }
    }

    /// Whether any part is covered.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.eyes_covered || self.mouth_covered || self.face_covered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_limits() {
        let covering = Covering::new((0.6, 0.5), (0.4, 0.5), (f32::NAN, 0.5));
        assert_eq!((covering.eyes_covered, covering.mouth_covered, covering.face_covered), (true, false, true));
        assert_eq!([covering.eyes, covering.mouth, covering.face].map(|m| m.component), [40, 60, 0]);
        assert!(covering.is_covered() && !Covering::new((-1.0, 0.5), (0.0, 0.5), (0.1, 0.5)).is_covered());
    }
}
