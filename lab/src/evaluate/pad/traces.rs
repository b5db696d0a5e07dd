//! [`PadTraces`]: what sessions' frames said, kept in a folder.

use super::log::fault;
use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame::liveness::Trace;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A larger file is refused, in bytes: a minute of frames has some 10 MB.
const MAX_BYTES: u64 = 1 << 26;

/// A folder with a file for each session, some 400 kB: sessions in it are judged without being
/// simulated again, whatever the limits and the analysis are by now. No picture and no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PadTraces {
    folder: PathBuf,
}

/// What is kept of one session.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Watched {
    /// The number of the person.
    pub(super) person: usize,
    /// Whether the session's picture matches the document: another picture of the person that is
    /// claimed. `None` without one.
    pub(super) matched: Option<bool>,
    pub(super) trace: Trace,
}

impl PadTraces {
    /// Traces in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it can't be made.
    pub fn open(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|e| fault(folder, "make", e))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// `None` if there is no file of this name.
    pub(super) fn read(&self, name: &str) -> Result<Option<Watched>> {
        let path = self.folder.join(name);
        let file = match File::open(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|e| fault(&path, "open", e))?,
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| fault(&path, "read", e))?;
        if bytes.len() as u64 > MAX_BYTES {
            let message = format!("{} has over {MAX_BYTES} bytes", path.display());
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message));
        }
        let watched = postcard::from_bytes(&bytes).map_err(|e| {
            Error::new(ErrorKind::Corrupt, Stage::Evaluate, format!("{} is no trace", path.display())).with_source(e)
        })?;
        Ok(Some(watched))
    }

    /// Writes the file in one step: an interrupted run leaves none that is half written.
    pub(super) fn write(&self, name: &str, watched: &Watched) -> Result<()> {
        let path = self.folder.join(name);
        let bytes = postcard::to_allocvec(watched).map_err(|e| fault(&path, "encode", std::io::Error::other(e)))?;
        let part = path.with_extension("part");
        let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &path));
        written.map_err(|e| fault(&path, "write", e))
    }
}
