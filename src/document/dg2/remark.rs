//! What is wrong with a data group and was put up with.

use super::tlv::corrupt;
use crate::error::Result;
use std::fmt;

/// Bytes by which a length field may be off: chips in the field have −8 and −1.
pub(super) const TOLERANCE: usize = 8;

/// Remarks that are kept at most; a file with more flaws is no data group.
const MAX_REMARKS: usize = 64;

/// Remarks in the order in which they were made, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Remarks(pub(super) Vec<DocumentRemark>);

impl Remarks {
    /// Keeps a remark.
    pub(super) fn note(&mut self, remark: DocumentRemark) -> Result<()> {
        if self.0.contains(&remark) {
            return Ok(());
        }
        if self.0.len() == MAX_REMARKS {
            return Err(corrupt(remark.offset(), "the data group has too many flaws"));
        }
        self.0.push(remark);
        Ok(())
    }
}

/// A flaw that did not keep the data group from being read. Offsets count bytes from the start of
/// what was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DocumentRemark {
    /// A length field is off by up to 8.
    Length {
        /// Of the element, record or block whose length it is.
        offset: usize,
        /// Bytes, as stated.
        stated: usize,
        /// Bytes that there are, or that what holds it has room for.
        found: usize,
    },
    /// Up to 8 bytes behind the last element.
    TrailingBytes {
        /// Of the first one.
        offset: usize,
        /// How many.
        count: usize,
    },
    /// An element that the format does not have at this place. It was stepped over.
    UnknownElement {
        /// Of its tag.
        offset: usize,
        /// All bytes of the tag, the first one highest.
        tag: u32,
    },
    /// A face whose image could not be decoded; a later one was taken.
    UndecodableImage {
        /// Of the image.
        offset: usize,
    },
}

impl DocumentRemark {
    /// Offset of what it is about.
    pub fn offset(self) -> usize {
        match self {
            Self::Length { offset, .. }
            | Self::TrailingBytes { offset, .. }
            | Self::UnknownElement { offset, .. }
            | Self::UndecodableImage { offset } => offset,
        }
    }

    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::TrailingBytes { .. } => "trailing_bytes",
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
            Self::UnknownElement { offset, tag } => write!(f, "at byte {offset}, an element of unknown tag {tag:X}"),
            Self::UndecodableImage { offset } => write!(f, "the image at byte {offset} cannot be decoded"),
        }
    }
}
