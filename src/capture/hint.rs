//! What the person before the camera is asked to do next.

use serde::Serialize;

/// The one instruction that is most useful now. Left and right are the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hint {
    /// Nobody is seen.
    NoFace,
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
    pub const ALL: [Self; 18] = [
        Self::NoFace,
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

    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::MoveCloser => "move_closer",
            Self::MoveAway => "move_away",
            Self::MoveLeft => "move_left",
            Self::MoveRight => "move_right",
            Self::MoveUp => "move_up",
            Self::MoveDown => "move_down",
            Self::RemoveObstruction => "remove_obstruction",
            Self::TooDark => "too_dark",
            Self::TooBright => "too_bright",
            Self::TurnStraight => "turn_straight",
            Self::OpenEyes => "open_eyes",
            Self::UnevenLight => "uneven_light",
            Self::Blurred => "blurred",
            Self::HoldStill => "hold_still",
            Self::Hold => "hold",
            Self::Ready => "ready",
        }
    }

    /// Whether nothing is asked for but patience.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Hold | Self::Ready)
    }

    /// Its place in [`Hint::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

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
