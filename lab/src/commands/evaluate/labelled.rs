//! Labelled photographs as they lie in a folder: whose, which face of each, and in which fold.

use super::arguments::{FolderArguments, LfwArguments};
use crate::commands::shared::Anyhow;
use selfsame_lab::error::OfFile;
use selfsame_lab::evaluate::{FaceChoice, IdentityFolder, LfwPairs};
use selfsame_lab::note;
use std::path::PathBuf;

/// Folds that the people of a folder are dealt into; chosen by hand.
const FOLDS: usize = 5;

/// A set of photographs, before anything is decoded.
pub struct LabelledSet {
    /// The set's name, for people.
    pub name: String,
    /// Which face of a picture the label is about.
    pub choice: FaceChoice,
    /// The pictures.
    pub paths: Vec<PathBuf>,
    /// Who is on each picture, from 0.
    pub subjects: Vec<usize>,
    /// The fold of each picture's person: nobody is in two.
    pub folds: Vec<usize>,
    /// The list of pairs that View 2 of LFW compares.
    pub pairs: Option<LfwPairs>,
}

impl LabelledSet {
    /// Reads the lists of Labeled Faces in the Wild.
    pub fn lfw(arguments: &LfwArguments) -> Anyhow<Self> {
        let list = arguments.folder.join("pairs.txt");
        let text = std::fs::read_to_string(&list).map_err(|e| format!("cannot read {}: {e}", list.display()))?;
        let mut pairs = LfwPairs::parse(&text).of_file(&list)?;
        let mut name = "Labeled Faces in the Wild (deep-funneled), View 2".to_owned();
        if let Some((first, last)) = arguments.folds {
            pairs = pairs.folds(first - 1..last).ok_or("there are not so many folds")?;
            name += &format!(", folds {first} to {last}");
        }
        let images = arguments.folder.join("images");
        let path = |i| Some(images.join(pairs.path(i)?));
        let paths = (0..pairs.images.len()).map(path).collect::<Option<_>>().ok_or("a picture without a path")?;
        let subjects = pairs.subjects();
        let mut of_people = vec![0; subjects.len()];
        for (number, fold) in pairs.folds.iter().enumerate() {
            for pair in fold {
                (of_people[subjects[pair.a]], of_people[subjects[pair.b]]) = (number, number);
            }
        }
        let folds = subjects.iter().map(|person| of_people[*person]).collect();
        Ok(Self { name, choice: FaceChoice::Central, paths, subjects, folds, pairs: Some(pairs) })
    }

    /// Reads a folder of folders, one for each person.
    pub fn folder(arguments: &FolderArguments) -> Anyhow<Self> {
        let folder = &arguments.folder;
        let found = IdentityFolder::read(folder)?;
        note!("{} pictures of {} people, {} other entries", found.images.len(), found.people(), found.skipped);
        let choice = if arguments.central { FaceChoice::Central } else { FaceChoice::AsVerify };
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        let folds = found.subjects.iter().map(|person| person % FOLDS).collect();
        Ok(Self { name, choice, paths: found.images, subjects: found.subjects, folds, pairs: None })
    }
}
