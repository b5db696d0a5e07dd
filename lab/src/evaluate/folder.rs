//! A user's own labelled photographs: a folder with one folder per person, `DIR/NAME/*.jpg`.
//!
//! Symbolic links below `DIR` are not followed, so that nothing outside it is read. Names that
//! begin with a dot, files of other kinds and folders further down are passed over.

use super::all_pairs::MAX_PICTURES;
use crate::error::{Error, ErrorKind, Result, Stage};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// File name endings of pictures, in any case.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];
/// The most entries of all folders together, pictures or not.
pub(super) const MAX_ENTRIES: usize = 1 << 20;

/// Pictures by person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityFolder {
    /// The pictures' paths, ordered by the folder's and the file's name.
    pub images: Vec<PathBuf>,
    /// For each picture the number of its person, from 0 in the order of the folders' names.
    pub subjects: Vec<usize>,
    /// Entries that were passed over.
    pub skipped: usize,
}

impl IdentityFolder {
    /// Lists the pictures below `folder`. A person's folder without pictures counts as nobody.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if a folder cannot be read, [`ErrorKind::InvalidArgument`] if there are no
    /// pictures, [`ErrorKind::LimitExceeded`] over 2^18 pictures or 2^20 entries.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut left = MAX_ENTRIES;
        let mut found = Self::default();
        for (name, kind) in entries(folder, &mut left)? {
            if !kind.is_dir() || hidden(&name) {
                found.skipped += 1;
                continue;
            }
            let home = folder.join(name);
            let person = found.people();
            for (name, kind) in entries(&home, &mut left)? {
                if kind.is_file() && !hidden(&name) && is_picture(Path::new(&name)) {
                    found.add(home.join(name), person)?;
                } else {
                    found.skipped += 1;
                }
            }
        }
        found.some(folder, "NAME/*.jpg, jpeg, png or webp")?;
        Ok(found)
    }

    /// Lists the pictures in `folder`, each of which shows a person of its own: there are impostor
    /// pairs alone.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_flat(folder: &Path) -> Result<Self> {
        let mut found = Self::default();
        for (name, kind) in entries(folder, &mut { MAX_ENTRIES })? {
            if kind.is_file() && !hidden(&name) && is_picture(Path::new(&name)) {
                found.add(folder.join(name), found.people())?;
            } else {
                found.skipped += 1;
            }
        }
        found.some(folder, "*.jpg, jpeg, png or webp")?;
        Ok(found)
    }

    /// Adds a picture of a person whose number is the last one's or the next.
    pub(super) fn add(&mut self, image: PathBuf, person: usize) -> Result<()> {
        if self.images.len() >= MAX_PICTURES {
            let message = format!("over {MAX_PICTURES} pictures up to {}", image.display());
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message));
        }
        self.images.push(image);
        self.subjects.push(person);
        Ok(())
    }

    /// Makes sure that there are pictures.
    pub(super) fn some(&self, folder: &Path, expected: &str) -> Result<()> {
        if self.images.is_empty() {
            let message = format!("no pictures in {}: expected {expected}", folder.display());
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message));
        }
        Ok(())
    }

    /// Number of people.
    pub fn people(&self) -> usize {
        // Without pictures there is nobody.
        self.subjects.last().map_or(0, |last| last + 1)
    }
}

/// The entries of `folder` by name. A symbolic link is of neither kind, since `DirEntry::file_type`
/// does not follow it.
pub(super) fn entries(folder: &Path, left: &mut usize) -> Result<Vec<(OsString, std::fs::FileType)>> {
    let io = |e: std::io::Error| {
        Error::new(ErrorKind::Io, Stage::Evaluate, format!("cannot read {}: {e}", folder.display())).with_source(e)
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        found.push((entry.file_name(), entry.file_type().map_err(io)?));
        *left = left.checked_sub(1).ok_or_else(|| {
            let message = format!("over {MAX_ENTRIES} entries up to {}", folder.display());
            Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message)
        })?;
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

pub(super) fn hidden(name: &OsString) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

pub(super) fn is_picture(path: &Path) -> bool {
    // A name without an ending is no picture's.
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that disappears with the test.
    struct Temporary(PathBuf);

    impl Temporary {
        fn new(name: &str, files: &[&str]) -> Self {
            let root = std::env::temp_dir().join(format!("selfsame-folder-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&root);
            std::fs::create_dir_all(&root).unwrap();
            for file in files {
                let path = root.join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, b"x").unwrap();
            }
            Self(root)
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn pictures_come_in_order_and_the_rest_is_passed_over() {
        let files = [
            "bob/2.png",
            "bob/10.JPG",
            "ann/x.jpeg",
            "ann/notes.txt",
            "zoe/a.webp",
            "nobody/readme.md",
            "stray.jpg",
            ".hidden/a.jpg",
            "ann/.b.jpg",
            "ann/deeper/c.jpg",
            "ann/jpg",
        ];
        let root = Temporary::new("order", &files);
        let found = IdentityFolder::read(&root.0).unwrap();
        let names: Vec<_> = found.images.iter().map(|p| p.strip_prefix(&root.0).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["ann/x.jpeg", "bob/10.JPG", "bob/2.png", "zoe/a.webp"]);
        assert_eq!((found.subjects.as_slice(), found.people()), ([0, 1, 1, 2].as_slice(), 3));
        assert_eq!(found.skipped, 7);
        let flat = IdentityFolder::read_flat(&root.0.join("bob")).unwrap();
        assert_eq!((flat.subjects.as_slice(), flat.people(), flat.skipped), ([0, 1].as_slice(), 2, 0));
        let flat = IdentityFolder::read_flat(&root.0).unwrap();
        assert_eq!((flat.images.len(), flat.skipped), (1, 5), "folders are passed over");
    }

    #[test]
    fn empty_and_missing_folders_are_errors_that_name_them() {
        let root = Temporary::new("empty", &["ann/notes.txt"]);
        let error = IdentityFolder::read(&root.0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains("selfsame-folder-empty"), "{error}");
        assert_eq!(IdentityFolder::read_flat(&root.0).unwrap_err().kind(), ErrorKind::InvalidArgument);
        let missing = IdentityFolder::read(&root.0.join("gone")).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Io);
        assert!(missing.to_string().contains("gone"), "{missing}");
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere() {
        let outside = Temporary::new("outside", &["eve/a.jpg"]);
        let root = Temporary::new("links", &["ann/a.jpg"]);
        std::os::unix::fs::symlink(outside.0.join("eve"), root.0.join("eve")).unwrap();
        std::os::unix::fs::symlink(outside.0.join("eve/a.jpg"), root.0.join("ann/b.jpg")).unwrap();
        let found = IdentityFolder::read(&root.0).unwrap();
        assert_eq!((found.images.len(), found.skipped), (1, 2));
    }
}
