//! DG1: the machine-readable zone (ICAO Doc 9303-10, section 4.7.1).

use super::mrz::Mrz;
use super::{ChipFile, element};
use crate::error::{Error, Result};

/// Data group 1: what the machine-readable zone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataGroup1 {
    mrz: Mrz,
}

impl DataGroup1 {
    /// Reads data group 1.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`](crate::ChipReason::Malformed), for a zone of another shape, too.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let of_file = |error: Error| error.in_file(ChipFile::Dg(1));
        let zone = element(bytes, ChipFile::Dg(1))?.inside().expect(0x5F1F, "there is no zone").map_err(of_file)?;
        Mrz::parse(zone.value).map(|mrz| Self { mrz }).map_err(of_file)
    }

    /// The zone.
    #[must_use]
    pub fn mrz(&self) -> &Mrz {
        &self.mrz
    }

    /// The zone, taken out.
    #[must_use]
    pub fn into_mrz(self) -> Mrz {
        self.mrz
    }
}
