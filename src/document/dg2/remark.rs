//! What is wrong with a data group and was put up with.

use super::fault::corrupt;
use crate::error::Result;
use serde::Serialize;
use std::fmt;

/// Bytes by which a length field may be off, either way. Chips in the field are off by −8 and by
/// −1; the bound takes in both.
pub(super) const TOLERANCE: usize = 8;

/// Remarks that are kept at most: a bound on memory, chosen by hand. A file with more flaws is no
/// data group.
const MAX_REMARKS: usize = 64;

/// The remarks on one file in the order in which they were made, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Remarks(pub(super) Vec<DocumentRemark>);

impl Remarks {
    /// Keeps a remark; an error if there are too many. Of a habit of a file's writer, the first one
    /// says it all.
    pub(super) fn note(&mut self, remark: DocumentRemark) -> Result<()> {
        let habit = matches!(remark, DocumentRemark::LengthForm { .. } | DocumentRemark::FallbackCode { .. });
        let known = |noted: &DocumentRemark| *noted == remark || (habit && noted.as_str() == remark.as_str());
        if self.0.iter().any(known) {
            return Ok(());
        }
        if self.0.len() == MAX_REMARKS {
            return Err(corrupt(remark.offset(), "the data group has too many flaws"));
        }
        self.0.push(remark);
        Ok(())
    }
}

/// A flaw of a data group that did not keep it from being read.
///
/// Offsets count bytes from the start of what was parsed. A remark is serialised as a map: its word
/// under `remark`, then its numbers.
///
/// ```
/// use selfsame::document::DocumentRemark;
///
/// let remark = DocumentRemark::TrailingBytes { offset: 17, count: 2 };
/// assert_eq!(remark.as_str(), "trailing_bytes");
/// assert_eq!(remark.to_string(), "2 bytes follow the last element, at byte 17");
/// let json = serde_json::to_string(&remark)?;
/// assert_eq!(json, r#"{"remark":"trailing_bytes","offset":17,"count":2}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "remark", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DocumentRemark {
    /// A length field is off by up to 8.
    Length {
        /// Offset of the element, record or block whose length it is.
        offset: usize,
        /// Length in bytes, as stated.
        stated: usize,
        /// Bytes that there are, or that what holds it has room for.
        found: usize,
    },
    /// Bytes behind the last element, or behind a record: up to 8 of any value, or any number of
    /// 00 and FF, which chips' files are filled with.
    TrailingBytes {
        /// Offset of the first one.
        offset: usize,
        /// How many.
        count: usize,
    },
    /// Bytes 00 or FF between two elements, which say nothing (ISO/IEC 7816-4, 5.2.2.1).
    Padding {
        /// Offset of the first one.
        offset: usize,
        /// How many.
        count: usize,
    },
    /// A length in a form that chips do not use (ISO/IEC 7816-4, 5.2.2.2): an indefinite one, or
    /// one of over four bytes behind its first. Only the first one is told.
    LengthForm {
        /// Offset of the element.
        offset: usize,
    },
    /// The record does not lie in what a data group has around it: the file begins with one of its
    /// inner elements, or an OCTET STRING (tag 04) is wrapped around something.
    Envelope {
        /// Offset of the element.
        offset: usize,
        /// All bytes of its tag, the first one highest.
        tag: u32,
    },
    /// A field of the biometric header that is empty, or a number of over four bytes. It counts as
    /// not stated.
    HeaderField {
        /// Offset of the field.
        offset: usize,
        /// Its tag.
        tag: u32,
    },
    /// A code of a later edition of ISO/IEC 39794-5, for which its extension block names one of
    /// this edition to fall back on. Only the first one is told.
    FallbackCode {
        /// Offset of the extension block.
        offset: usize,
    },
    /// An element that the format does not have at this place. It was stepped over.
    UnknownElement {
        /// Offset of its tag.
        offset: usize,
        /// All bytes of the tag, the first one highest.
        tag: u32,
    },
    /// A face whose image could not be decoded; a later one was taken.
    UndecodableImage {
        /// Offset of the image.
        offset: usize,
    },
}

impl DocumentRemark {
    /// The offset of what the remark is about.
    #[must_use]
    pub fn offset(self) -> usize {
        match self {
            Self::Length { offset, .. }
            | Self::TrailingBytes { offset, .. }
            | Self::Padding { offset, .. }
            | Self::LengthForm { offset }
            | Self::Envelope { offset, .. }
            | Self::HeaderField { offset, .. }
            | Self::FallbackCode { offset }
            | Self::UnknownElement { offset, .. }
            | Self::UndecodableImage { offset } => offset,
        }
    }

    /// The stable `snake_case` word of this kind of flaw, for logs and machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::TrailingBytes { .. } => "trailing_bytes",
            Self::Padding { .. } => "padding",
            Self::LengthForm { .. } => "length_form",
            Self::Envelope { .. } => "envelope",
            Self::HeaderField { .. } => "header_field",
            Self::FallbackCode { .. } => "fallback_code",
            Self::UnknownElement { .. } => "unknown_element",
            Self::UndecodableImage { .. } => "undecodable_image",
        }
    }
}

impl fmt::Display for DocumentRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { offset, stated, found } => {
                write!(f, "at byte {offset}, a length of {stated} is stated where {found} bytes are")
            }
            Self::TrailingBytes { offset, count } => {
                write!(f, "{count} bytes follow the last element, at byte {offset}")
            }
            Self::Padding { offset, count } => {
                write!(f, "{count} bytes 00 or FF stand between two elements, at byte {offset}")
            }
            Self::LengthForm { offset } => {
                write!(f, "at byte {offset}, a length is indefinite or has over four bytes")
            }
            Self::Envelope { offset, tag } => {
                write!(f, "at byte {offset}, an element {tag:02X} where the elements of a data group should begin")
            }
            Self::HeaderField { offset, tag } => {
                write!(f, "at byte {offset}, the header's field {tag:X} is empty or too long, and says nothing")
            }
            Self::FallbackCode { offset } => {
                write!(f, "at byte {offset}, a code of a later edition, for which its fallback was taken")
            }
            Self::UnknownElement { offset, tag } => write!(f, "at byte {offset}, an element of unknown tag {tag:X}"),
            Self::UndecodableImage { offset } => write!(f, "the image at byte {offset} cannot be decoded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_serialised_under_their_words() {
        let remarks = [
            DocumentRemark::Length { offset: 1, stated: 2, found: 3 },
            DocumentRemark::TrailingBytes { offset: 1, count: 2 },
            DocumentRemark::Padding { offset: 1, count: 2 },
            DocumentRemark::LengthForm { offset: 1 },
            DocumentRemark::Envelope { offset: 1, tag: 2 },
            DocumentRemark::HeaderField { offset: 1, tag: 2 },
            DocumentRemark::FallbackCode { offset: 1 },
            DocumentRemark::UnknownElement { offset: 1, tag: 2 },
            DocumentRemark::UndecodableImage { offset: 1 },
        ];
        for remark in remarks {
            let value = serde_json::to_value(remark).unwrap();
            assert_eq!(value["remark"], remark.as_str());
            assert_eq!(value["offset"], remark.offset());
        }
    }
}
