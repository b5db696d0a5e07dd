//! The one place where programs print, and where they write files.
//!
//! `println!` panics where nobody reads any more, as behind `| head`. [`say!`](crate::say) goes on
//! without a word, so that files are still written and the exit status still says what came of it;
//! any other fault of standard output is told by [`finish`].

use std::fmt::Arguments;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// Prints a line on standard output: `println!` for whoever still reads.
#[macro_export]
macro_rules! say {
    () => { $crate::output::line(::std::format_args!("")) };
    ($($text:tt)*) => { $crate::output::line(::std::format_args!($($text)*)) };
}

/// Prints a line on standard error: `eprintln!` for whoever still reads.
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => { $crate::output::note(::std::format_args!($($text)*)) };
}

/// What ended standard output, if something has.
static ENDED: Mutex<Option<std::io::Error>> = Mutex::new(None);

/// Does something with standard output, until that has ended.
fn with_output(write: impl FnOnce(&mut dyn Write) -> Result<()>) {
    // A thread that panicked while it printed left nothing half done here.
    let mut ended = ENDED.lock().unwrap_or_else(PoisonError::into_inner);
    if ended.is_none() {
        *ended = write(&mut std::io::stdout().lock()).err();
    }
}

/// Prints a line on standard output, to whoever still reads; what `say!` calls.
pub fn line(text: Arguments<'_>) {
    with_output(|out| writeln!(out, "{text}"));
}

/// Prints text on standard output as it is, to whoever still reads, and at once.
pub fn text(text: &str) {
    with_output(|out| out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Prints a line on standard error; what `note!` calls. There is nobody to tell if that fails.
pub fn note(text: Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The status that a program ends with: `status`, or 3 if standard output has failed otherwise than
/// by losing its reader, which is told.
pub fn finish(status: ExitCode) -> ExitCode {
    with_output(|out| out.flush());
    match &*ENDED.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            note(format_args!("error (io): cannot write standard output: {error}"));
            ExitCode::from(3)
        }
        _ => status,
    }
}

/// A file that is being written. It takes its place when [`Draft::finish`] is called; dropped
/// before that, it leaves nothing behind, and what lay in its place is as it was.
pub struct Draft {
    file: BufWriter<File>,
    path: PathBuf,
    /// Where it lies until it is finished; `None` where it is written in place: a device, a pipe.
    temporary: Option<PathBuf>,
}

impl Draft {
    /// Begins a file at `path`.
    ///
    /// # Errors
    /// Those of the file system, for instance where `path` is a folder.
    pub fn create(path: &Path) -> Result<Self> {
        if path.metadata().is_ok_and(|known| !known.is_file()) {
            let file = BufWriter::new(File::options().write(true).open(path)?);
            return Ok(Self { file, path: path.to_owned(), temporary: None });
        }
        // A link stays one: the file that it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", std::process::id()));
        let temporary = path.with_file_name(hidden);
        let file = BufWriter::new(File::create(&temporary)?);
        Ok(Self { file, path, temporary: Some(temporary) })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Those of the file system; then nothing is left behind.
    pub fn finish(mut self) -> Result<()> {
        self.file.flush()?;
        if let Some(temporary) = &self.temporary {
            std::fs::rename(temporary, &self.path)?;
            self.temporary = None;
        }
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // It is gone, or there is nobody to tell.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// Writes a whole file, or leaves what was there.
///
/// # Errors
/// Those of the file system; then nothing is left behind.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    let mut draft = Draft::create(path)?;
    draft.write_all(bytes.as_ref())?;
    draft.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let names = || {
            let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
            names.collect::<Vec<_>>()
        };
        let mut draft = Draft::create(&path).unwrap();
        draft.write_all(b"half of").unwrap();
        assert!(!path.exists());
        drop(draft);
        assert_eq!(names().len(), 0, "a file that was given up leaves nothing");
        write(&path, "first").unwrap();
        drop(Draft::create(&path).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        write(&path, "second").unwrap();
        assert_eq!((std::fs::read(&path).unwrap(), names().len()), (b"second".to_vec(), 1));
        assert!(write(folder.path(), "a folder").is_err());
        assert!(write(&folder.path().join("none/there.json"), "no folder").is_err());
        assert_eq!(names().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_a_device_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, "new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        write(Path::new("/dev/null"), "nothing").unwrap();
        assert!(!Path::new("/dev/null").metadata().unwrap().is_file());
    }
}
