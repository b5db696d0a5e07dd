//! The files of a chip: which there are, and what is in them (ICAO Doc 9303-10, section 4).

mod common;
mod details;
mod dg1;
mod fields;
mod keys;
mod mrz;
mod translit;

pub use common::CommonData;
pub use details::{DocumentDetails, EmergencyContact, PersonalDetails, emergency_contacts};
pub use dg1::DataGroup1;
pub use fields::{CheckDigit, MrzDate, MrzFormat, Sex};
pub use keys::{ActiveKey, SecurityInfo, SecurityInfos};
pub use mrz::Mrz;
pub use translit::transliterate;

pub(crate) use keys::{ChipKey, ChipKeyKind, Cipher};

use crate::der::{Item, head};
use crate::error::{ChipReason, Error, Result};
use crate::sod::tag_of;
use std::fmt;

/// A file of a chip's travel application. It is shown as `EF.COM`, `EF.SOD`, `DG1` to `DG16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChipFile {
    /// The list of data groups, which nobody signs.
    Com,
    /// A data group, 1 to 16.
    Dg(u8),
    /// The security object.
    Sod,
}

/// Tags of the data groups, in their order.
const TAGS: [u32; 16] =
    [0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70];

impl ChipFile {
    /// Which file these bytes are, by the tag that they begin with; `None` if that is none's.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match tag_of(bytes)? {
            0x60 => Some(Self::Com),
            0x77 => Some(Self::Sod),
            tag => Self::of_tag(tag),
        }
    }

    /// The data group of a tag.
    pub(crate) fn of_tag(tag: u32) -> Option<Self> {
        let number = (1..).zip(TAGS).find(|(_, known)| *known == tag)?.0;
        Some(Self::Dg(number))
    }

    /// The tag that the file begins with; `None` for a data group that there is not.
    fn tag(self) -> Option<u32> {
        match self {
            Self::Com => Some(0x60),
            Self::Sod => Some(0x77),
            Self::Dg(number) => TAGS.get(usize::from(number).checked_sub(1)?).copied(),
        }
    }
}

impl fmt::Display for ChipFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Com => f.write_str("EF.COM"),
            Self::Sod => f.write_str("EF.SOD"),
            Self::Dg(number) => write!(f, "DG{number}"),
        }
    }
}

/// The files that were read from one chip, in any order, each once. They are borrowed.
///
/// ```
/// use selfsame_chip::{ChipFile, ChipFiles};
///
/// let mut files = ChipFiles::default();
/// assert_eq!(files.add(&[0x60, 0x00])?, ChipFile::Com);
/// assert_eq!(files.get(ChipFile::Com), Some(&[0x60, 0x00][..]));
/// # Ok::<(), selfsame_chip::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct ChipFiles<'a> {
    files: Vec<(ChipFile, &'a [u8])>,
}

impl fmt::Debug for ChipFiles<'_> {
    // Says nothing of the holder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

impl<'a> ChipFiles<'a> {
    /// Adds a file, and tells which one it is.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`] if it begins like none, [`ChipReason::FileTwice`] if there is one
    /// already.
    pub fn add(&mut self, bytes: &'a [u8]) -> Result<ChipFile> {
        let file = ChipFile::of(bytes).ok_or(Error::malformed("a file begins with no file's tag"))?;
        if self.get(file).is_some() {
            return Err(Error::from(ChipReason::FileTwice).in_file(file));
        }
        self.files.push((file, bytes));
        Ok(file)
    }

    /// The bytes of a file; `None` if it was not added.
    #[must_use]
    pub fn get(&self, file: ChipFile) -> Option<&'a [u8]> {
        self.iter().find(|(known, _)| *known == file).map(|(_, bytes)| bytes)
    }

    /// Which files there are, in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = ChipFile> + '_ {
        self.files.iter().map(|(file, _)| *file)
    }

    /// All files and their bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ChipFile, &'a [u8])> + '_ {
        self.files.iter().copied()
    }
}

/// The element that a file is; what follows it is padding.
pub(crate) fn element(bytes: &[u8], file: ChipFile) -> Result<Item<'_>> {
    let fault = |what| Error::malformed(what).at(0).in_file(file);
    let (tag, header, length) = head(bytes).map_err(fault)?;
    if Some(tag) != file.tag() {
        return Err(fault("the file is of another kind"));
    }
    let end = length.and_then(|length| header.checked_add(length)).ok_or_else(|| fault("a length is indefinite"))?;
    let whole = bytes.get(..end).ok_or_else(|| fault("the file is cut short"))?;
    Ok(Item { tag, at: 0, whole, value: whole.get(header..).unwrap_or_default() })
}
