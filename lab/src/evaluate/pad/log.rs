//! [`PadLog`]: sessions in a file, one line of JSON each, written as they come.

#![allow(clippy::indexing_slicing, reason = "the end of the last whole line lies among the bytes")]

use super::session::PadSession;
use crate::error::{Error, ErrorKind, Result, Stage};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A larger file is refused, in bytes: some 500,000 sessions.
const MAX_BYTES: u64 = 1 << 30;

/// The file that a campaign goes on from. It may hold sessions of several campaigns, one run after
/// another: two at a time would mix their lines.
#[derive(Debug)]
pub struct PadLog {
    file: File,
    path: PathBuf,
}

impl PadLog {
    /// Opens the file, or creates it, and reads the sessions in it. What follows the last whole
    /// line, the rest of an interrupted run, is cut off.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it can't be read or written, [`ErrorKind::LimitExceeded`] over 1 GiB,
    /// [`ErrorKind::Corrupt`] if a line is no session.
    pub fn open(path: &Path) -> Result<(Vec<PadSession>, Self)> {
        let io = |e| fault(path, "use", e);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        if size > MAX_BYTES {
            let message = format!("{} has {size} bytes, over the limit of {MAX_BYTES}", path.display());
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message));
        }
        let mut bytes = Vec::with_capacity(size as usize);
        Read::by_ref(&mut file).take(size).read_to_end(&mut bytes).map_err(io)?;
        // Without the end of a line no session is whole.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        // A last line without its end was cut off when the run was interrupted.
        let lines = bytes[..whole].split(|byte| *byte == b'\n').enumerate();
        let sessions = lines.filter(|(_, line)| !line.is_empty()).map(|(number, line)| {
            serde_json::from_slice(line).map_err(|e| {
                let message = format!("line {} of {} is no session", number + 1, path.display());
                Error::new(ErrorKind::Corrupt, Stage::Evaluate, message).with_source(e)
            })
        });
        let sessions = sessions.collect::<Result<Vec<_>>>()?;
        file.set_len(whole as u64).map_err(io)?;
        file.seek(SeekFrom::Start(whole as u64)).map_err(io)?;
        Ok((sessions, Self { file, path: path.to_owned() }))
    }

    /// Writes a session behind the others.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it can't be written.
    pub fn append(&mut self, session: &PadSession) -> Result<()> {
        let mut line = serde_json::to_vec(session).map_err(|e| fault(&self.path, "write", e.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(|e| fault(&self.path, "write", e))
    }
}

/// Of a file or folder that cannot be opened, written, ….
pub(super) fn fault(path: &Path, what: &str, cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, Stage::Evaluate, format!("cannot {what} {}", path.display())).with_source(cause)
}
