//! Celebrities in Frontal-Profile in the Wild: photographs of faces from the front and from the
//! side, and the lists of pairs that its protocol compares.
//!
//! S. Sengupta et al., “Frontal to Profile Face Verification in the Wild”, WACV 2016. The folder
//! holds `images/NNN/frontal/NN.jpg` and `images/NNN/profile/NN.jpg` of people numbered from 1, and
//! `protocol/`: `Pair_list_F.txt` and `Pair_list_P.txt` number the pictures of each view, and the
//! folds `FF/NN` and `FP/NN` hold `same.txt` and `diff.txt`, pairs of such numbers.

use super::folder::{IdentityFolder, MAX_ENTRIES, entries, is_picture};
use super::lfw::Pair;
use crate::error::{Error, ErrorKind, OfFile, Result, Stage};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The longest list that is read, in bytes.
const MAX_LIST: u64 = 1 << 24;

/// From where a photograph was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// From the front.
    Frontal,
    /// From the side.
    Profile,
}

impl View {
    /// Both views.
    pub const ALL: [Self; 2] = [Self::Frontal, Self::Profile];

    /// The stable word of this variant, which the folders have as their name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frontal => "frontal",
            Self::Profile => "profile",
        }
    }
}

/// Pairs that a protocol compares, by fold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedPairs {
    /// What is compared with what, for people.
    pub name: String,
    /// The pairs of each fold, as places of pictures.
    pub folds: Vec<Vec<Pair>>,
}

/// The pictures of some people, and the pairs among them that the protocol compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CfpSet {
    /// The pictures, by person and view.
    pub pictures: IdentityFolder,
    /// From where each was taken.
    pub views: Vec<View>,
    /// The protocol's lists: frontal–frontal and frontal–profile. Folds none of whose pairs are
    /// among the pictures are left out.
    pub protocols: Vec<FoldedPairs>,
}

impl CfpSet {
    /// Reads the set below `folder`: the people whose numbers lie in `people`, or all.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if a file cannot be read, [`ErrorKind::InvalidArgument`] if there are no
    /// pictures of these people, [`ErrorKind::Corrupt`] naming the list and line that is not as it
    /// should be, [`ErrorKind::LimitExceeded`] over the limits of [`IdentityFolder::read`] or over
    /// 16 MiB in a list.
    pub fn read(folder: &Path, people: Option<RangeInclusive<u32>>) -> Result<Self> {
        let (mut pictures, mut views) = (IdentityFolder::default(), Vec::new());
        let images = folder.join("images");
        let mut left = MAX_ENTRIES;
        for (name, kind) in entries(&images, &mut left)? {
            let number = name.to_str().and_then(|name| name.parse::<u32>().ok());
            let wanted = |number: u32| people.as_ref().is_none_or(|people| people.contains(&number));
            if !kind.is_dir() || !number.is_some_and(wanted) {
                pictures.skipped += 1;
                continue;
            }
            let (home, person) = (images.join(name), pictures.people());
            for view in View::ALL {
                let side = home.join(view.as_str());
                for (name, kind) in entries(&side, &mut left)? {
                    if kind.is_file() && is_picture(Path::new(&name)) {
                        pictures.add(side.join(name), person)?;
                        views.push(view);
                    } else {
                        pictures.skipped += 1;
                    }
                }
            }
        }
        pictures.some(folder, "images/NNN/frontal and images/NNN/profile of these people")?;
        let protocols = protocols(folder, &pictures, &views)?;
        Ok(Self { pictures, views, protocols })
    }
}

/// Reads the lists of pairs; none if the set comes without a protocol.
fn protocols(folder: &Path, pictures: &IdentityFolder, views: &[View]) -> Result<Vec<FoldedPairs>> {
    let lists = folder.join("protocol");
    if !lists.is_dir() {
        return Ok(Vec::new());
    }
    let places: HashMap<&Path, usize> =
        pictures.images.iter().enumerate().map(|(i, path)| (path.as_path(), i)).collect();
    let numbered = |name: &str, view: View| {
        let file = lists.join(name);
        numbers(&read(&file)?).of_file(&file).map(|list| {
            let place = |path: &PathBuf| places.get(folder.join(path).as_path()).copied();
            let found = list
                .iter()
                .map(|(number, path)| (*number, place(path).filter(|place| views.get(*place) == Some(&view))));
            found.collect::<HashMap<u32, Option<usize>>>()
        })
    };
    let frontal = numbered("Pair_list_F.txt", View::Frontal)?;
    let profile = numbered("Pair_list_P.txt", View::Profile)?;
    let mut protocols = Vec::new();
    for (short, name, second) in [("FF", "frontal–frontal", &frontal), ("FP", "frontal–profile", &profile)] {
        let mut folds = Vec::new();
        let mut left = MAX_ENTRIES;
        for (fold, _) in entries(&lists.join(short), &mut left)?.into_iter().filter(|(_, kind)| kind.is_dir()) {
            let mut pairs = Vec::new();
            for (list, genuine) in [("same.txt", true), ("diff.txt", false)] {
                let file = lists.join(short).join(&fold).join(list);
                pairs
                    .extend(fold_pairs(&read(&file)?, [&frontal, second], genuine, &pictures.subjects).of_file(&file)?);
            }
            if !pairs.is_empty() {
                folds.push(pairs);
            }
        }
        protocols.push(FoldedPairs { name: name.to_owned(), folds });
    }
    Ok(protocols)
}

fn read(file: &Path) -> Result<String> {
    let io = |e: std::io::Error| {
        Error::new(ErrorKind::Io, Stage::Evaluate, format!("cannot read {}: {e}", file.display())).with_source(e)
    };
    let size = file.metadata().map_err(io)?.len();
    if size > MAX_LIST {
        let message = format!("{} has {size} bytes, over {MAX_LIST}", file.display());
        return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message));
    }
    std::fs::read_to_string(file).map_err(io)
}

fn bad(line: usize) -> Error {
    Error::new(ErrorKind::Corrupt, Stage::Evaluate, format!("line {} of the list", line + 1))
}

/// `NUMBER PATH` by line.
fn numbers(text: &str) -> Result<Vec<(u32, PathBuf)>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let entry = |(place, line): (usize, &str)| {
        let (number, path) = line.trim().split_once(char::is_whitespace).ok_or_else(|| bad(place))?;
        // Lists of the original set have `../Data/Images/` in front.
        let path = path.trim().rsplit_once("mages/").map_or(path.trim(), |(_, rest)| rest);
        Ok((number.parse().map_err(|_| bad(place))?, Path::new("images").join(path)))
    };
    lines.map(entry).collect()
}

/// `FIRST,SECOND` by line: numbers of two pictures. Pairs with a picture that is not in the set are
/// left out.
fn fold_pairs(
    text: &str,
    numbered: [&HashMap<u32, Option<usize>>; 2],
    genuine: bool,
    subjects: &[usize],
) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (first, second) = line.split_once(',').ok_or_else(|| bad(place))?;
        let find = |list: &HashMap<u32, Option<usize>>, number: &str| -> Result<Option<usize>> {
            let number: u32 = number.trim().parse().map_err(|_| bad(place))?;
            list.get(&number).copied().ok_or_else(|| bad(place))
        };
        let found = find(numbered[0], first)?.zip(find(numbered[1], second)?);
        let Some((a, b)) = found else { continue };
        if (subjects.get(a) == subjects.get(b)) != genuine {
            return Err(bad(place));
        }
        pairs.push(Pair { a, b, genuine });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set of three people with two pictures of each view, and a fold of each protocol.
    fn set(change: impl FnOnce(&Path)) -> (tempfile::TempDir, Result<CfpSet>, Result<CfpSet>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (mut frontal, mut profile) = (String::new(), String::new());
        for person in 1..=3 {
            for number in 1..=2 {
                for (view, list) in [("frontal", &mut frontal), ("profile", &mut profile)] {
                    let name = format!("images/{person:03}/{view}/{number:02}.jpg");
                    std::fs::create_dir_all(root.join(&name).parent().unwrap()).unwrap();
                    std::fs::write(root.join(&name), b"x").unwrap();
                    list.push_str(&format!("{} {name}\n", 2 * (person - 1) + number));
                }
            }
        }
        let lists = root.join("protocol");
        for fold in ["FF/01", "FF/02", "FP/01"] {
            std::fs::create_dir_all(lists.join(fold)).unwrap();
            std::fs::write(lists.join(fold).join("same.txt"), "1,2\n").unwrap();
            std::fs::write(lists.join(fold).join("diff.txt"), "1,5\n4,6\n\n").unwrap();
        }
        std::fs::write(lists.join("FF/02/same.txt"), "5,6\n").unwrap();
        std::fs::write(lists.join("FF/02/diff.txt"), "3,5\n").unwrap();
        std::fs::write(lists.join("Pair_list_F.txt"), frontal).unwrap();
        std::fs::write(lists.join("Pair_list_P.txt"), profile).unwrap();
        change(root);
        let (all, two) = (CfpSet::read(root, None), CfpSet::read(root, Some(1..=2)));
        (folder, all, two)
    }

    #[test]
    fn pictures_views_and_protocols() {
        let (folder, all, two) = set(|_| {});
        let all = all.unwrap();
        assert_eq!((all.pictures.images.len(), all.pictures.people()), (12, 3));
        assert_eq!(all.views[..4], [View::Frontal, View::Frontal, View::Profile, View::Profile]);
        let [ff, fp] = all.protocols.as_slice() else { panic!("{:?}", all.protocols) };
        assert_eq!((ff.name.as_str(), ff.folds.len(), fp.folds.len()), ("frontal–frontal", 2, 1));
        let pair = |a, b, genuine| Pair { a, b, genuine };
        assert_eq!(ff.folds[0], [pair(0, 1, true), pair(0, 8, false), pair(5, 9, false)]);
        assert_eq!(fp.folds[0], [pair(0, 3, true), pair(0, 10, false), pair(5, 11, false)]);
        // Of people 1 and 2 one pair is left; the second fold has none.
        let two = two.unwrap();
        assert_eq!((two.pictures.people(), two.protocols[0].folds.len()), (2, 1));
        assert_eq!(two.protocols[0].folds[0], [pair(0, 1, true)]);
        let none = CfpSet::read(folder.path(), Some(7..=9)).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn faults_name_the_list_and_its_line() {
        for (file, text) in [
            ("Pair_list_F.txt", "1 images/001/frontal/01.jpg\nx y\n"),
            ("Pair_list_P.txt", "1 images/001/profile/01.jpg\n\n7\n"),
            ("FF/01/same.txt", "1,2\n1;2\n"),
            ("FF/01/same.txt", "1,2\n1,3\n"),
            ("FP/01/diff.txt", "1,4\n1,2\n"),
            ("FP/01/diff.txt", "1,4\n1,99\n"),
        ] {
            let (_folder, all, _) = set(|root| std::fs::write(root.join("protocol").join(file), text).unwrap());
            let error = all.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{file}");
            let line = if text.contains("\n\n") { "line 3" } else { "line 2" };
            assert!(error.to_string().contains(line) && error.to_string().contains(file), "{error}");
        }
        let (_folder, all, _) = set(|root| std::fs::remove_file(root.join("protocol/FP/01/diff.txt")).unwrap());
        assert_eq!(all.unwrap_err().kind(), ErrorKind::Io);
        let (_folder, all, _) = set(|root| std::fs::remove_dir_all(root.join("protocol")).unwrap());
        assert!(all.unwrap().protocols.is_empty());
    }
}
