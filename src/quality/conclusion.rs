//! What measures mean for a comparison: refusals and remarks.

use crate::words::words;

/// Why a face cannot be compared: with such an image the answer would be chance.
///
/// [`QualityRefusal::as_str`], the display and the serialised form are one stable `snake_case` word
/// per variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualityRefusal {
    /// The eyes are closer than [`super::REFUSED_INTER_EYE_DISTANCE_PX`].
    FaceTooSmall,
    /// The face is darker than [`super::REFUSED_LUMINANCE`].
    NearlyBlack,
    /// More of the face is blown out than [`super::REFUSED_OVER_EXPOSURE`].
    NearlyWhite,
}

words!(QualityRefusal {
    FaceTooSmall => "face_too_small",
    NearlyBlack => "nearly_black",
    NearlyWhite => "nearly_white",
});

/// What is wrong with an image that can still be compared.
///
/// [`QualityRemark::as_str`], the display and the serialised form are one stable `snake_case` word
/// per variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualityRemark {
    /// The eyes are closer than [`super::SMALL_INTER_EYE_DISTANCE_PX`].
    FaceSmall,
    /// The face is darker than [`super::DARK_LUMINANCE`].
    TooDark,
    /// More of the face is blown out than [`super::BRIGHT_OVER_EXPOSURE`].
    TooBright,
    /// Brightness varies less over the face than [`super::LOW_CONTRAST`].
    LowContrast,
    /// The face is less sharp than [`super::BLURRED_SHARPNESS`].
    Blurred,
    /// An eye is less open than [`super::CLOSED_EYE_OPENNESS`].
    EyesClosed,
    /// The mouth is open: its component is under 50.
    MouthOpen,
    /// Part of the face lies beyond the picture's edge: more than [`super::CUT_SHARE`] of the mesh.
    FaceCut,
    /// The eyes are covered ([`super::Covering`]).
    EyesCovered,
    /// The mouth is covered.
    MouthCovered,
    /// A part of the face is covered that is neither, or much of it.
    FaceCovered,
    /// The head is turned to a side by more than [`super::TURNED_YAW_DEG`], or up or down by more
    /// than [`super::TURNED_PITCH_DEG`].
    TurnedAway,
}

impl QualityRemark {
    /// Whether a part of the face cannot be seen: it is covered, or beyond the picture's edge.
    #[must_use]
    pub const fn is_about_covers(self) -> bool {
        matches!(self, Self::FaceCut | Self::EyesCovered | Self::MouthCovered | Self::FaceCovered)
    }
}

words!(QualityRemark {
    FaceSmall => "face_small",
    TooDark => "too_dark",
    TooBright => "too_bright",
    LowContrast => "low_contrast",
    Blurred => "blurred",
    EyesClosed => "eyes_closed",
    MouthOpen => "mouth_open",
    FaceCut => "face_cut",
    EyesCovered => "eyes_covered",
    MouthCovered => "mouth_covered",
    FaceCovered => "face_covered",
    TurnedAway => "turned_away",
});
