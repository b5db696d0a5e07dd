//! [`Origin`]: where a portrait was read from.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a document portrait was read from. No origin says that the portrait is genuine.
///
/// It is shown and serialised as its word ([`Origin::as_str`]).
// Derived, and no `words!`: sealed ceremonies hold an origin, and read it as it was derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// A data group 2, or a face record, of ISO/IEC 19794-5: a format that chips have, and anybody
    /// can write.
    #[serde(rename = "chip_19794")]
    Iso19794,
    /// A data group 2, or a face block, of ISO/IEC 39794-5: a format that chips have, and anybody
    /// can write.
    #[serde(rename = "chip_39794")]
    Iso39794,
    /// A photograph or scan of the data page.
    Page,
    /// A plain image file of unknown making.
    ImageFile,
}

impl Origin {
    /// The stable `snake_case` word of this origin, for logs and machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Iso19794 => "chip_19794",
            Self::Iso39794 => "chip_39794",
            Self::Page => "page",
            Self::ImageFile => "image_file",
        }
    }

    /// Whether the portrait was read from a data group or a face record, the format that chips
    /// have.
    ///
    /// It is the format that is told, not the chip: anybody can write such a file. Only passive
    /// authentication ([`AuthenticDocument`](crate::document::chip::AuthenticDocument)) says where
    /// it comes from.
    #[must_use]
    pub fn is_face_record(self) -> bool {
        matches!(self, Self::Iso19794 | Self::Iso39794)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_one_word_wherever_they_are_written() {
        for origin in [Origin::Iso19794, Origin::Iso39794, Origin::Page, Origin::ImageFile] {
            assert_eq!(serde_json::to_value(origin).unwrap(), origin.as_str());
            assert_eq!(origin.to_string(), origin.as_str());
        }
    }
}
