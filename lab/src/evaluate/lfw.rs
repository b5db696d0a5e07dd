//! The list of pairs of Labeled Faces in the Wild, View 2 (`pairs.txt`).

use crate::error::{Error, ErrorKind, Result, Stage};
use std::path::PathBuf;

/// The most folds and pairs that a list may hold.
const MAX_PAIRS: usize = 10_000_000;

/// Two pictures, as indices into [`LfwPairs::images`], and whether they show one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// First picture.
    pub a: usize,
    /// Second picture.
    pub b: usize,
    /// Whether the labels are the same.
    pub genuine: bool,
}

/// A parsed `pairs.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LfwPairs {
    /// Each picture named anywhere, once: person and number.
    pub images: Vec<(String, u32)>,
    /// The folds.
    pub folds: Vec<Vec<Pair>>,
}

impl LfwPairs {
    /// Reads the list: a line with the number of folds and of pairs of each kind per fold, then the
    /// pairs: `NAME N M` for two pictures of one person, `NAME N NAME M` for two people.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] naming the line that is not as it should be, which a pair of two
    /// people of one name is not.
    pub fn parse(text: &str) -> Result<Self> {
        let bad =
            |line: usize| Error::new(ErrorKind::Corrupt, Stage::Evaluate, format!("line {} of the pairs", line + 1));
        let mut lines = text.lines().enumerate();
        let header = lines.next().map(|(_, line)| line.split_whitespace().map(str::parse::<usize>).collect::<Vec<_>>());
        let Some([Ok(folds), Ok(per_kind)]) = header.as_deref() else { return Err(bad(0)) };
        let per_fold = per_kind
            .checked_mul(2)
            .filter(|n| *n > 0 && n.saturating_mul(*folds) <= MAX_PAIRS)
            .ok_or_else(|| bad(0))?;
        let mut index = std::collections::HashMap::new();
        let mut pairs = Vec::new();
        for (number, line) in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (first, second, genuine) = match words.as_slice() {
                [] => continue,
                [name, n, m] => ((*name, *n), (*name, *m), true),
                [name, n, other, m] if name != other => ((*name, *n), (*other, *m), false),
                _ => return Err(bad(number)),
            };
            let mut id = |(name, n): (&str, &str)| -> Result<usize> {
                let plain = !name.contains(['/', '\\']) && ![".", ".."].contains(&name);
                let n: u32 = n.parse().ok().filter(|_| plain).ok_or_else(|| bad(number))?;
                let next = index.len();
                Ok(*index.entry((name.to_owned(), n)).or_insert(next))
            };
            pairs.push(Pair { a: id(first)?, b: id(second)?, genuine });
            if pairs.len() > MAX_PAIRS {
                return Err(bad(number));
            }
        }
        if pairs.len() != folds * per_fold {
            let message = format!("{} pairs, the first line promises {}", pairs.len(), folds * per_fold);
            return Err(Error::new(ErrorKind::Corrupt, Stage::Evaluate, message));
        }
        let mut images: Vec<_> = index.into_iter().collect();
        images.sort_by_key(|(_, i)| *i);
        Ok(Self {
            images: images.into_iter().map(|(image, _)| image).collect(),
            folds: pairs.chunks(per_fold).map(<[Pair]>::to_vec).collect(),
        })
    }

    /// These folds alone, counted from 0, with the pictures that they name. People are in one fold
    /// only, so that what is fitted on some folds can be tried on the others. `None` if there
    /// are not so many, or none is asked for.
    pub fn folds(&self, range: std::ops::Range<usize>) -> Option<Self> {
        let chosen = self.folds.get(range).filter(|folds| !folds.is_empty())?;
        let (mut images, mut numbers) = (Vec::new(), std::collections::HashMap::new());
        let mut number = |old: usize| {
            Some(match numbers.get(&old) {
                Some(new) => *new,
                None => {
                    images.push(self.images.get(old)?.clone());
                    numbers.insert(old, images.len() - 1);
                    images.len() - 1
                }
            })
        };
        let mut renumbered = |pair: &Pair| Some(Pair { a: number(pair.a)?, b: number(pair.b)?, genuine: pair.genuine });
        let folds = chosen.iter().map(|fold| fold.iter().map(&mut renumbered).collect()).collect::<Option<Vec<_>>>()?;
        Some(Self { images, folds })
    }

    /// Where picture `index` lies below the folder of pictures: `NAME/NAME_0001.jpg`.
    pub fn path(&self, index: usize) -> Option<PathBuf> {
        let (name, number) = self.images.get(index)?;
        Some([name.as_str(), &format!("{name}_{number:04}.jpg")].iter().collect())
    }

    /// The person on each picture, as a number per person.
    pub fn subjects(&self) -> Vec<usize> {
        let mut people = std::collections::HashMap::new();
        let number = |(name, _): &(String, u32)| {
            let next = people.len();
            *people.entry(name.clone()).or_insert(next)
        };
        self.images.iter().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "2\t1\nAnn\t1\t2\nAnn\t1\tBob\t3\nBob\t3\t1\nBob\t1\tAnn\t2\n";

    #[test]
    fn reads_pairs_people_and_paths() {
        let list = LfwPairs::parse(LIST).unwrap();
        assert_eq!(list.images.len(), 4);
        assert_eq!(list.folds.len(), 2);
        assert_eq!(list.folds[0], [Pair { a: 0, b: 1, genuine: true }, Pair { a: 0, b: 2, genuine: false }]);
        assert_eq!(list.path(2).unwrap(), PathBuf::from("Bob/Bob_0003.jpg"));
        assert_eq!(list.subjects(), [0, 0, 1, 1]);
    }

    #[test]
    fn folds_can_be_taken_out() {
        let list = LfwPairs::parse(LIST).unwrap();
        let second = list.folds(1..2).unwrap();
        assert_eq!(second.images, [("Bob".into(), 3), ("Bob".into(), 1), ("Ann".into(), 2)]);
        assert_eq!(second.folds, [[Pair { a: 0, b: 1, genuine: true }, Pair { a: 1, b: 2, genuine: false }]]);
        assert_eq!(list.folds(0..2).unwrap(), list);
        assert!(list.folds(1..3).is_none() && list.folds(1..1).is_none());
    }

    #[test]
    fn broken_lists_are_errors_that_name_the_line() {
        let cases = [
            "",
            "x\n",
            "2\n",
            "1 1\nAnn 1\n",
            "1 1\nAnn 1 2\n",
            "1 1\n../etc 1 2\nA 1 B 2\n",
            "1 1\n. 1 2\nA 1 B 2\n",
            "1 1\nA 1 B 2 3\nA 1 2\n",
        ];
        for case in cases {
            assert_eq!(LfwPairs::parse(case).unwrap_err().kind(), ErrorKind::Corrupt, "{case:?}");
        }
        // Found by fuzzing: this would count as an impostor pair.
        assert!(LfwPairs::parse("1 1\nA 1 2\nA 1 A 2\n").unwrap_err().to_string().contains("line 3"));
        assert!(LfwPairs::parse("1 1\nA 1 2\nA one B 2\n").unwrap_err().to_string().contains("line 3"));
        assert!(LfwPairs::parse("99999999999 99999999999\n").is_err());
    }
}
