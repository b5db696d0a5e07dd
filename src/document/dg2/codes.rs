//! The tables of codes that ISO/IEC 19794-5:2005 and ISO/IEC 39794-5:2019 describe a face and its
//! image with.

use serde::{Serialize, Serializer};
use std::fmt;

/// An enumeration with its code in either standard (`-`: the standard has none) and a stable word.
///
/// Codes that the table does not have are kept as they are, in `Unlisted`. For their sake this is
/// no `words!`: they are shown and serialised together with the code, as `Unlisted(77)`.
macro_rules! codes {
    (@code -) => { None };
    (@code $code:literal) => { Some($code) };
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $old:tt $new:tt $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A code that the standard's table does not have.
            Unlisted(u16),
        }

        impl $name {
            /// Every listed value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The value of a code in an ISO/IEC 19794-5:2005 record.
            #[must_use]
            pub fn from_19794(code: u16) -> Self {
                Self::listed(|value| value.to_19794(), code)
            }

            /// The value of a code in an ISO/IEC 39794-5 block.
            #[must_use]
            pub fn from_39794(code: u16) -> Self {
                Self::listed(|value| value.to_39794(), code)
            }

            /// The code in an ISO/IEC 19794-5:2005 record; `None` if that standard has none.
            #[must_use]
            pub const fn to_19794(self) -> Option<u16> {
                match self {
                    $(Self::$variant => codes!(@code $old),)+
                    Self::Unlisted(code) => Some(code),
                }
            }

            /// The code in an ISO/IEC 39794-5 block; `None` if that standard has none.
            #[must_use]
            pub const fn to_39794(self) -> Option<u16> {
                match self {
                    $(Self::$variant => codes!(@code $new),)+
                    Self::Unlisted(code) => Some(code),
                }
            }

            /// The stable `snake_case` word of this value; `unlisted` for all codes that the table
            /// does not have.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unlisted(_) => "unlisted",
                }
            }

            /// The listed value whose code is `code`.
            fn listed(code_of: impl Fn(Self) -> Option<u16>, code: u16) -> Self {
                let found = Self::ALL.iter().copied().find(|value| code_of(*value) == Some(code));
                found.unwrap_or(Self::Unlisted(code))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Unlisted(code) => write!(f, "Unlisted({code})"),
                    listed => f.write_str(listed.as_str()),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

codes! {
    /// Gender of the subject (19794-5, 5.5.3; 39794-5, `GenderCode`).
    Gender {
        /// Not stated.
        Unspecified 0 - "unspecified",
        /// Male.
        Male 1 2 "male",
        /// Female.
        Female 2 3 "female",
        /// Neither.
        Other - 1 "other",
        /// Unknown.
        Unknown 255 0 "unknown",
    }
}

codes! {
    /// Colour of the eyes (19794-5, 5.5.4; 39794-5, `EyeColourCode`).
    EyeColour {
        /// Not stated.
        Unspecified 0 - "unspecified",
        /// Black.
        Black 1 2 "black",
        /// Blue.
        Blue 2 3 "blue",
        /// Brown.
        Brown 3 4 "brown",
        /// Grey.
        Grey 4 5 "grey",
        /// Green.
        Green 5 6 "green",
        /// Several colours.
        MultiColoured 6 8 "multi_coloured",
        /// Pink.
        Pink 7 9 "pink",
        /// Hazel.
        Hazel - 7 "hazel",
        /// Known, and none that the table lists.
        Other - 1 "other",
        /// Unknown.
        Unknown 255 0 "unknown",
    }
}

codes! {
    /// Colour of the hair (19794-5, 5.5.5; 39794-5, `HairColourCode`).
    HairColour {
        /// Not stated.
        Unspecified 0 - "unspecified",
        /// No hair.
        Bald 1 2 "bald",
        /// Black.
        Black 2 3 "black",
        /// Blonde.
        Blonde 3 4 "blonde",
        /// Brown.
        Brown 4 5 "brown",
        /// Grey.
        Grey 5 6 "grey",
        /// White.
        White 6 7 "white",
        /// Red.
        Red 7 8 "red",
        /// Green.
        Green 8 - "green",
        /// Blue.
        Blue 9 - "blue",
        /// Known to be dyed.
        Coloured - 9 "coloured",
        /// Known, and none that the table lists.
        Other - 1 "other",
        /// Unknown.
        Unknown 255 0 "unknown",
    }
}

codes! {
    /// Expression of the face (19794-5, 5.5.7).
    Expression {
        /// Not stated.
        Unspecified 0 - "unspecified",
        /// Neutral, mouth closed.
        Neutral 1 - "neutral",
        /// A smile with the mouth closed.
        SmileClosed 2 - "smile_closed",
        /// A smile with the mouth open.
        SmileOpen 3 - "smile_open",
        /// Raised eyebrows.
        RaisedEyebrows 4 - "raised_eyebrows",
        /// Eyes that look away from the camera.
        EyesAway 5 - "eyes_away",
        /// Squinting.
        Squinting 6 - "squinting",
        /// Frowning.
        Frowning 7 - "frowning",
    }
}

codes! {
    /// Kind of face image (19794-5, 5.7.1; 39794-5, `FaceImageKind2DCode`).
    ImageType {
        /// Basic.
        Basic 0 - "basic",
        /// Full frontal.
        FullFrontal 1 - "full_frontal",
        /// Token frontal: eyes at fixed places.
        TokenFrontal 2 - "token_frontal",
        /// A portrait as machine-readable travel documents require it.
        Mrtd - 0 "mrtd",
        /// Any other purpose.
        GeneralPurpose - 1 "general_purpose",
    }
}

codes! {
    /// Coding of the image data, as stated (19794-5, 5.7.2; 39794-5, `ImageDataFormatCode`). The
    /// decoder goes by the data itself.
    ImageCoding {
        /// JPEG.
        Jpeg 0 2 "jpeg",
        /// JPEG 2000; in 39794-5, lossy.
        Jpeg2000 1 3 "jpeg_2000",
        /// JPEG 2000, lossless.
        Jpeg2000Lossless - 4 "jpeg_2000_lossless",
        /// PNG.
        Png - 5 "png",
        /// Known, and none that the table lists.
        Other - 1 "other",
        /// Unknown.
        Unknown - 0 "unknown",
    }
}

codes! {
    /// Colour space of the image (19794-5, 5.7.4; 39794-5, `ImageColourSpaceCode`).
    ColourSpace {
        /// Not stated.
        Unspecified 0 - "unspecified",
        /// RGB, 24 bits.
        Rgb24 1 2 "rgb_24",
        /// RGB, 48 bits.
        Rgb48 - 3 "rgb_48",
        /// YUV 4:2:2.
        Yuv422 2 4 "yuv_422",
        /// Grey, 8 bits.
        Grey8 3 5 "grey_8",
        /// Grey, 16 bits.
        Grey16 - 6 "grey_16",
        /// Known, and none that the table lists.
        Other 4 1 "other",
        /// Unknown.
        Unknown - 0 "unknown",
    }
}

codes! {
    /// Where the image was taken from (19794-5, 5.7.5).
    SourceType {
        /// Not stated.
        Unspecified 0 - "unspecified",
        /// A photograph of unknown source.
        Photograph 1 - "photograph",
        /// A photograph by a digital camera.
        DigitalCamera 2 - "digital_camera",
        /// A photograph from a scanner.
        Scanner 3 - "scanner",
        /// A video frame of unknown source.
        Video 4 - "video",
        /// A frame of an analogue video camera.
        AnalogueVideo 5 - "analogue_video",
        /// A frame of a digital video camera.
        DigitalVideo 6 - "digital_video",
        /// Unknown.
        Unknown 7 - "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back_and_unlisted_ones_are_kept() {
        for code in 0..=0xFFFF {
            assert_eq!(EyeColour::from_19794(code).to_19794(), Some(code));
            assert_eq!(Expression::from_19794(code).to_19794(), Some(code));
            assert_eq!(ImageCoding::from_19794(code).to_19794(), Some(code));
        }
        assert_eq!(Gender::from_19794(3), Gender::Unlisted(3));
        assert_eq!((Gender::from_19794(255), Gender::from_39794(0)), (Gender::Unknown, Gender::Unknown));
        assert_eq!((HairColour::from_19794(7), HairColour::from_39794(8)), (HairColour::Red, HairColour::Red));
        assert_eq!(HairColour::Coloured.to_19794(), None);
        assert_eq!(ColourSpace::from_39794(5).as_str(), "grey_8");
        for value in HairColour::ALL {
            assert!(value.to_39794().is_none_or(|code| HairColour::from_39794(code) == *value), "{value}");
        }
    }

    #[test]
    fn words_are_serialised_and_unlisted_codes_with_their_number() {
        let text = |colour| serde_json::to_value(colour).unwrap();
        assert_eq!(text(EyeColour::MultiColoured), "multi_coloured");
        assert_eq!(text(EyeColour::Unlisted(77)), "Unlisted(77)");
        assert_eq!(EyeColour::Unlisted(77).as_str(), "unlisted");
    }
}
