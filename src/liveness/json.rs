//! Challenges and recorded sessions as JSON: one format number, and a bound on what is read.

use super::fault::error;
use crate::error::{ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The number of the format of challenges and recorded sessions.
pub(super) const FORMAT: u32 = 1;

/// A format number, read before anything else, since another version may have other fields.
#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) format: u32,
}

impl Version {
    /// [`ErrorKind::UnsupportedVersion`] unless the number is [`FORMAT`].
    pub(super) fn check(&self) -> Result<()> {
        if self.format == FORMAT {
            return Ok(());
        }
        Err(error(ErrorKind::UnsupportedVersion, format!("format {}, not {FORMAT}", self.format)))
    }
}

/// [`ErrorKind::LimitExceeded`] for more than `limit` bytes: checked before anything is parsed.
pub(super) fn bounded(json: &[u8], limit: usize) -> Result<()> {
    if json.len() <= limit {
        return Ok(());
    }
    Err(error(ErrorKind::LimitExceeded, format!("{} bytes of JSON, over the limit of {limit}", json.len())))
}

/// Reads a value, or tells by [`ErrorKind::Corrupt`] and its source why these bytes hold none.
pub(super) fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T> {
    serde_json::from_slice(json)
        .map_err(|e| error(ErrorKind::Corrupt, "the JSON is not what it should be").with_source(e))
}

/// Writes a value.
pub(super) fn write_json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|e| error(ErrorKind::InvalidArgument, "this can't be written as JSON").with_source(e))
}
