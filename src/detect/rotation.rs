//! Quarter turns of faces.

use crate::words::words;

/// The quarter turn by which a face stands in the source, clockwise on the screen.
///
/// It is that of the search that found the face; the angle that is left, 45° at most, is
/// [`super::Detection::roll_deg`]'s difference from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rotation {
    /// Upright: the chin points down.
    #[default]
    None,
    /// The chin points to the image's left.
    Clockwise90,
    /// Upside down.
    Half,
    /// The chin points to the image's right.
    Clockwise270,
}

words!(Rotation {
    None => "none",
    Clockwise90 => "clockwise_90",
    Half => "half",
    Clockwise270 => "clockwise_270",
});

impl Rotation {
    /// The quarter turns in the order in which they are searched after the upright one: upside down
    /// is the commonest slip of a document on a scanner.
    pub(super) const TURNED: [Self; 3] = [Self::Half, Self::Clockwise90, Self::Clockwise270];

    /// This turn and half a turn.
    pub(super) fn half_a_turn_on(self) -> Self {
        match self {
            Self::None => Self::Half,
            Self::Clockwise90 => Self::Clockwise270,
            Self::Half => Self::None,
            Self::Clockwise270 => Self::Clockwise90,
        }
    }

    /// The angle in degrees, clockwise on the screen: 0, 90, 180 or 270.
    pub fn degrees(self) -> f32 {
        match self {
            Self::None => 0.0,
            Self::Clockwise90 => 90.0,
            Self::Half => 180.0,
            Self::Clockwise270 => 270.0,
        }
    }
}
