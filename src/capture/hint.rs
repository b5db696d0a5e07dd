//! What the person before the camera is asked to do next.

use crate::words::words;

/// The one instruction that is most useful now. Left and right are the person's own.
///
/// Hints are codes, not texts: what a person reads or hears is the client's, in their language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hint {
    /// Nobody is seen.
    NoFace,
    /// A face is seen turned by a quarter or half, and none upright: the device is held otherwise
    /// than its camera says. A client that sets its frames' rotation by
    /// [`Measurements::turned`](super::Measurements::turned) need not ask the person.
    TurnCamera,
    /// Two or more faces of similar size are seen.
    SeveralFaces,
    /// The face is smaller than the oval.
    MoveCloser,
    /// The face is larger than the oval.
    MoveAway,
    /// The face is too far to the person's right.
    MoveLeft,
    /// The face is too far to the person's left.
    MoveRight,
    /// The face is below the oval's middle.
    MoveUp,
    /// The face is above the oval's middle.
    MoveDown,
    /// Something covers a part of the face.
    RemoveObstruction,
    /// There is too little light on the face.
    TooDark,
    /// Parts of the face are blown out.
    TooBright,
    /// The head is turned away, or tilted.
    TurnStraight,
    /// An eye is closed.
    OpenEyes,
    /// One half of the face is much darker than the other.
    UnevenLight,
    /// The picture lacks detail: the lens is dirty, or not focused.
    Blurred,
    /// The face moves.
    HoldStill,
    /// All is well: stay like this until [`super::Guidance::progress`] is 1.
    Hold,
    /// Stayed long enough: the flashes can begin.
    Ready,
}

impl Hint {
    /// All hints, the most urgent first.
    pub const ALL: [Self; 19] = [
        Self::NoFace,
        Self::TurnCamera,
        Self::SeveralFaces,
        Self::MoveCloser,
        Self::MoveAway,
        Self::MoveLeft,
        Self::MoveRight,
        Self::MoveUp,
        Self::MoveDown,
        Self::RemoveObstruction,
        Self::TooDark,
        Self::TooBright,
        Self::TurnStraight,
        Self::OpenEyes,
        Self::UnevenLight,
        Self::Blurred,
        Self::HoldStill,
        Self::Hold,
        Self::Ready,
    ];

    /// Whether this hint asks for nothing but patience.
    #[must_use]
    pub fn is_good(self) -> bool {
        matches!(self, Self::Hold | Self::Ready)
    }

    /// The place of this hint in [`Hint::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

words!(Hint {
    NoFace => "no_face",
    TurnCamera => "turn_camera",
    SeveralFaces => "several_faces",
    MoveCloser => "move_closer",
    MoveAway => "move_away",
    MoveLeft => "move_left",
    MoveRight => "move_right",
    MoveUp => "move_up",
    MoveDown => "move_down",
    RemoveObstruction => "remove_obstruction",
    TooDark => "too_dark",
    TooBright => "too_bright",
    TurnStraight => "turn_straight",
    OpenEyes => "open_eyes",
    UnevenLight => "uneven_light",
    Blurred => "blurred",
    HoldStill => "hold_still",
    Hold => "hold",
    Ready => "ready",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_words_are_distinct() {
        for (i, hint) in Hint::ALL.into_iter().enumerate() {
            assert_eq!(hint.index(), i);
            assert_eq!(serde_json::to_value(hint).unwrap(), hint.as_str());
            assert!(Hint::ALL.iter().skip(i + 1).all(|other| other.as_str() != hint.as_str()));
        }
    }
}
