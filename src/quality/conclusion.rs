//! What measures mean for a comparison: refusals and remarks.

use crate::words::words;

/// Why a face cannot be compared: with such an image the answer would be chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualityRefusal {
    /// The eyes are closer than [`REFUSED_INTER_EYE_DISTANCE_PX`].
    FaceTooSmall,
    /// The face is darker than [`REFUSED_LUMINANCE`].
    NearlyBlack,
    /// More of the face is blown out than [`REFUSED_OVER_EXPOSURE`].
    NearlyWhite,
}

words!(QualityRefusal {
    FaceTooSmall => "face_too_small",
    NearlyBlack => "nearly_black",
    NearlyWhite => "nearly_white",
});

/// What is wrong with an image that can still be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualityRemark {
    /// The eyes are closer than [`SMALL_INTER_EYE_DISTANCE_PX`].
    FaceSmall,
    /// The face is darker than [`DARK_LUMINANCE`].
    TooDark,
    /// More of the face is blown out than [`BRIGHT_OVER_EXPOSURE`].
    TooBright,
    /// Brightness varies less over the face than [`LOW_CONTRAST`].
    LowContrast,
    /// The face is less sharp than [`BLURRED_SHARPNESS`].
    Blurred,
    /// An eye is less open than [`CLOSED_EYE_OPENNESS`].
    EyesClosed,
    /// The mouth is open: its component is under 50.
    MouthOpen,
    /// The head is turned to a side by more than [`TURNED_YAW_DEG`], or up or down by more than
    /// [`TURNED_PITCH_DEG`].
    TurnedAway,
}

words!(QualityRemark {
    FaceSmall => "face_small",
    TooDark => "too_dark",
    TooBright => "too_bright",
    LowContrast => "low_contrast",
    Blurred => "blurred",
    EyesClosed => "eyes_closed",
    MouthOpen => "mouth_open",
    TurnedAway => "turned_away",
});
