//! EF.COM: versions, and which data groups there are (ICAO Doc 9303-10, section 4.6.1).

use super::{ChipFile, element};
use crate::error::{Error, Result};

/// What EF.COM says. Nobody signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonData {
    lds: Option<String>,
    unicode: Option<String>,
    groups: Vec<u8>,
}

impl CommonData {
    /// Reads EF.COM.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`](crate::ChipReason::Malformed).
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let read = || {
            let mut inside = element(bytes, ChipFile::Com)?.inside();
            let mut common = Self { lds: None, unicode: None, groups: Vec::new() };
            while !inside.is_empty() {
                let item = inside.next()?;
                let text = || String::from_utf8_lossy(item.value).into_owned();
                match item.tag {
                    0x5F01 => common.lds = Some(text()),
                    0x5F36 => common.unicode = Some(text()),
                    0x5C => {
                        let groups = item.value.iter().map(|tag| ChipFile::of_tag(u32::from(*tag)));
                        common.groups = groups
                            .map(|file| match file {
                                Some(ChipFile::Dg(number)) => Ok(number),
                                _ => Err(item.fault("a tag is no data group's")),
                            })
                            .collect::<Result<_>>()?;
                    }
                    _ => {}
                }
            }
            Ok(common)
        };
        read().map_err(|error: Error| error.in_file(ChipFile::Com))
    }

    /// The version of the logical data structure, such as `0107`.
    #[must_use]
    pub fn lds_version(&self) -> Option<&str> {
        self.lds.as_deref()
    }

    /// The version of Unicode, such as `040000`.
    #[must_use]
    pub fn unicode_version(&self) -> Option<&str> {
        self.unicode.as_deref()
    }

    /// The numbers of the data groups, in the file's order.
    #[must_use]
    pub fn groups(&self) -> &[u8] {
        &self.groups
    }
}
