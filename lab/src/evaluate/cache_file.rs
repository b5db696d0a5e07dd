//! Reading and writing the cache of templates as a file that only its owner can read.

use super::{CacheKey, TemplateCache};
use crate::error::{Error, ErrorKind, Result, Stage};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A larger file is refused, in bytes: a million templates of 192 values have 800 MB.
const MAX_BYTES: u64 = 1 << 31;

impl TemplateCache {
    /// Reads the file at `path`, as [`TemplateCache::decode`] does; an empty cache if there is
    /// none.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it cannot be read, [`ErrorKind::LimitExceeded`] over 2 GiB, and those
    /// of [`TemplateCache::decode`].
    pub fn load(path: &Path, key: CacheKey) -> Result<Self> {
        let io = |e: std::io::Error| fault(ErrorKind::Io, "cannot read", path, e);
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::new(key)),
            Err(e) => return Err(io(e)),
        };
        let len = file.metadata().map_err(io)?.len();
        if len > MAX_BYTES {
            let message = format!("{} is over 2 GiB", path.display());
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(len as usize));
        file.take(len).read_to_end(&mut bytes).map_err(io)?;
        Self::decode(&bytes, key)
    }

    /// Writes the file at `path` in one step: a file beside it takes its place, so that an
    /// interruption leaves the old one. On Unix only the owner can read it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it cannot be written, and those of [`TemplateCache::encode`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let io = |e: std::io::Error| fault(ErrorKind::Io, "cannot write", path, e);
        let no_name = || fault(ErrorKind::Io, "cannot write", path, std::io::ErrorKind::InvalidInput.into());
        let mut name = path.file_name().ok_or_else(no_name)?.to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let written = write_private(&part, &self.encode()?).and_then(|()| std::fs::rename(&part, path));
        if written.is_err() {
            // What is left of it is of no use, and biometric.
            let _ = std::fs::remove_file(&part);
        }
        written.map_err(io)
    }
}

/// Creates a file anew: whatever lay there, a link for instance, is removed and not written
/// through.
fn write_private(path: &PathBuf, bytes: &[u8]) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn fault(kind: ErrorKind, what: &str, path: &Path, cause: std::io::Error) -> Error {
    Error::new(kind, Stage::Evaluate, format!("{what} {}: {cause}", path.display())).with_source(cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::cache::tests::{key, template};

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("selfsame-cache-{name}-{}", std::process::id()))
    }

    #[test]
    fn what_was_saved_is_loaded_and_belongs_to_the_owner() {
        let path = path("round");
        assert!(TemplateCache::load(&path, key()).unwrap().is_empty(), "a missing file is an empty cache");
        let mut cache = TemplateCache::new(key());
        cache.insert(TemplateCache::digest(b"one"), Some(template(&[3.0, 4.0])));
        cache.save(&path).unwrap();
        cache.insert(TemplateCache::digest(b"two"), None);
        cache.save(&path).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let loaded = TemplateCache::load(&path, key()).unwrap();
        assert_eq!(loaded.encode().unwrap().as_slice(), cache.encode().unwrap().as_slice());
        std::fs::write(&path, b"something else entirely, longer than the magic").unwrap();
        assert_eq!(TemplateCache::load(&path, key()).unwrap_err().kind(), ErrorKind::UnsupportedFormat);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let error = TemplateCache::new(key()).save(&path("gone").join("file")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("selfsame-cache-gone"), "{error}");
    }
}
