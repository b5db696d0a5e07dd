//! Labelled photographs as they lie in a folder: whose, which face of each, and in which fold.

use super::arguments::{CfpArguments, FlatArguments, FolderArguments, LfwArguments};
use crate::commands::shared::Anyhow;
use selfsame_lab::error::OfFile;
use selfsame_lab::evaluate::{CfpSet, FaceChoice, FoldedPairs, Grouping, IdentityFolder, LfwPairs, PictureName, View};
use selfsame_lab::note;
use std::path::{Path, PathBuf};

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
    /// What a table calls each picture and its person.
    pub names: Vec<PictureName>,
    /// Who is on each picture, from 0.
    pub subjects: Vec<usize>,
    /// The fold of each picture's person: nobody is in two.
    pub folds: Vec<usize>,
    /// The lists of pairs that the set's protocols compare.
    pub protocols: Vec<FoldedPairs>,
    /// Groups of pictures that the set itself tells.
    pub groups: Vec<Grouping>,
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
        let paths: Vec<PathBuf> =
            (0..pairs.images.len()).map(path).collect::<Option<_>>().ok_or("a picture without a path")?;
        let subjects = pairs.subjects();
        let mut of_people = vec![0; subjects.len()];
        for (number, fold) in pairs.folds.iter().enumerate() {
            for pair in fold {
                (of_people[subjects[pair.a]], of_people[subjects[pair.b]]) = (number, number);
            }
        }
        let folds = subjects.iter().map(|person| of_people[*person]).collect();
        let protocols = vec![FoldedPairs { name: "LFW View 2".to_owned(), folds: pairs.folds }];
        let names = names(&images, &paths);
        let groups = Vec::new();
        Ok(Self { name, choice: FaceChoice::Central, paths, names, subjects, folds, protocols, groups })
    }

    /// Reads a folder of folders, one for each person.
    pub fn folder(arguments: &FolderArguments) -> Anyhow<Self> {
        let found = IdentityFolder::read(&arguments.folder)?;
        Ok(Self::own(&arguments.folder, arguments.central, found))
    }

    /// Reads a folder in which every picture shows another person.
    pub fn flat(arguments: &FlatArguments) -> Anyhow<Self> {
        let found = IdentityFolder::read_flat(&arguments.folder)?;
        Ok(Self::own(&arguments.folder, arguments.central, found))
    }

    fn own(folder: &Path, central: bool, found: IdentityFolder) -> Self {
        note!("{} pictures of {} people, {} other entries", found.images.len(), found.people(), found.skipped);
        Self {
            name: folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned(),
            choice: if central { FaceChoice::Central } else { FaceChoice::AsVerify },
            names: names(folder, &found.images),
            folds: found.subjects.iter().map(|person| person % FOLDS).collect(),
            paths: found.images,
            subjects: found.subjects,
            protocols: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Reads Celebrities in Frontal-Profile in the Wild.
    pub fn cfp(arguments: &CfpArguments) -> Anyhow<Self> {
        let found = CfpSet::read(&arguments.folder, arguments.people.clone())?;
        let mut set = Self::own(&arguments.folder.join("images"), true, found.pictures);
        set.name = "Celebrities in Frontal-Profile in the Wild".to_owned();
        if let Some(people) = &arguments.people {
            set.name += &format!(", people {} to {}", people.start(), people.end());
        }
        let place = |view: &View| View::ALL.iter().position(|known| known == view);
        let groups = View::ALL.map(|view| view.as_str().to_owned()).to_vec();
        let of = found.views.iter().map(place).collect();
        set.groups = vec![Grouping { attribute: "view".to_owned(), groups, of }];
        set.protocols = found.protocols.into_iter().filter(|protocol| protocol.folds.len() > 1).collect();
        Ok(set)
    }

    /// Leaves only the pictures for which `keep`, which is asked by place, says so. Lists of pairs
    /// go with the pictures that are left out.
    pub fn retain(&mut self, keep: &[bool]) {
        fn kept<T>(list: &mut Vec<T>, keep: &[bool]) {
            let mut keep = keep.iter();
            list.retain(|_| keep.next() == Some(&true));
        }
        kept(&mut self.paths, keep);
        kept(&mut self.names, keep);
        kept(&mut self.subjects, keep);
        kept(&mut self.folds, keep);
        self.groups.iter_mut().for_each(|grouping| kept(&mut grouping.of, keep));
        self.protocols.clear();
    }
}

/// What tables call pictures that lie below `root` at `paths`.
fn names(root: &Path, paths: &[PathBuf]) -> Vec<PictureName> {
    let name = |path: &PathBuf| {
        let parts = path.strip_prefix(root).unwrap_or(path).iter();
        let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
        // A picture right below the root is a person by itself.
        let person = parts.first().map(ToString::to_string).unwrap_or_default();
        PictureName { picture: parts.join("/"), person }
    };
    paths.iter().map(name).collect()
}
