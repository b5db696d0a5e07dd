//! [`PadPeople`]: whose portraits sessions are made from, and in which half each person is.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::evaluate::IdentityFolder;
use crate::evaluate::folder::{MAX_ENTRIES, entries, hidden, is_picture};
use crate::simulate::Half;
use std::path::{Path, PathBuf};

/// One portrait of each person. People with an even number are for tuning, those with an odd one
/// for reporting: nobody is in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PadPeople {
    portraits: Vec<PathBuf>,
    /// Another picture of each person, which stands for a document.
    documents: Vec<Option<PathBuf>>,
}

impl PadPeople {
    /// People in this order, one portrait each.
    pub fn new(portraits: Vec<PathBuf>) -> Self {
        let documents = vec![None; portraits.len()];
        Self { portraits, documents }
    }

    /// Lists `folder`: the first picture of each `NAME/*.jpg` by name, as [`IdentityFolder::read`]
    /// does. Without folders of pictures, the pictures in it: those whose names differ by
    /// digits at the end alone (`ann.jpg`, `ann2.jpg`) are of one person.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if a folder cannot be read, [`ErrorKind::InvalidArgument`] if there are no
    /// pictures, [`ErrorKind::LimitExceeded`] as [`IdentityFolder::read`].
    pub fn read(folder: &Path) -> Result<Self> {
        let flat = flat(folder)?;
        match IdentityFolder::read(folder) {
            Ok(found) => {
                let mut portraits: Vec<PathBuf> = Vec::with_capacity(found.people());
                let mut documents: Vec<Option<PathBuf>> = Vec::with_capacity(found.people());
                for (image, person) in found.images.into_iter().zip(found.subjects) {
                    if person == portraits.len() {
                        portraits.push(image);
                        documents.push(None);
                    } else if let Some(document @ None) = documents.get_mut(person) {
                        *document = Some(image);
                    }
                }
                Ok(Self { portraits, documents })
            }
            Err(error) if error.kind() != ErrorKind::InvalidArgument || flat.is_empty() => Err(error),
            Err(_) => Ok(Self::new(flat)),
        }
    }

    /// Number and portrait of everyone in `half`.
    pub fn of(&self, half: Half) -> Vec<(usize, &Path)> {
        let rest = usize::from(half == Half::Report);
        self.portraits.iter().map(PathBuf::as_path).enumerate().filter(|(person, _)| person % 2 == rest).collect()
    }

    /// Another picture of a person, if there is one.
    pub(super) fn document(&self, person: usize) -> Option<&Path> {
        self.documents.get(person)?.as_deref()
    }

    /// Number and portrait of everyone in `half`, or an error if there is nobody.
    pub(super) fn some_of(&self, half: Half) -> Result<Vec<(usize, &Path)>> {
        let people = self.of(half);
        if people.is_empty() {
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, "there is nobody in this half"));
        }
        Ok(people)
    }
}

/// One picture each of the people whose pictures lie in `folder` itself.
fn flat(folder: &Path) -> Result<Vec<PathBuf>> {
    let name_of = |path: &Path| {
        // What was listed in a folder has a name.
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        if name.is_empty() { stem } else { name.to_owned() }
    };
    let mut left = MAX_ENTRIES;
    let mut people: Vec<(String, PathBuf)> = entries(folder, &mut left)?
        .into_iter()
        .filter(|(name, kind)| kind.is_file() && !hidden(name) && is_picture(Path::new(name)))
        .map(|(name, _)| (name_of(Path::new(&name)), folder.join(name)))
        .collect();
    people.sort();
    people.dedup_by(|later, first| later.0 == first.0);
    Ok(people.into_iter().map(|(_, path)| path).collect())
}
