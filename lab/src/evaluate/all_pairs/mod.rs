//! Every picture against every other, or every one of some against every one of others:
//! a cross-comparison in the sense of ISO/IEC 19795-1.
//!
//! Three passes over the pairs: the range of the impostor scores and all genuine scores; a
//! histogram of the impostor scores; the highest impostor scores with the two people of each.
//! Scores are computed anew in each pass, so that memory is bounded whatever the number of pairs: 8
//! bytes per genuine pair (at most 2^23, else an error), 12 bytes for each impostor score that
//! is kept (at most 2^22), and one mebibyte per thread and histogram. The outcome is the same for
//! any number of threads.

#![allow(clippy::indexing_slicing, reason = "people and scores are numbered by this module")]

use super::histogram::Histogram;
use super::pair_counts::Design;
use super::score_set::{GenuineScore, ImpostorScore, Person, ScoreSet};
use crate::error::{Error, ErrorKind, Result, Stage};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// The most pictures.
pub(super) const MAX_PICTURES: usize = 1 << 18;
/// The most genuine pairs.
const MAX_GENUINE: u64 = 1 << 23;
/// The share of impostor scores that is kept with its people: enough for intervals at an FMR of
/// 1e-2.
const KEPT_SHARE: f64 = 2e-2;
/// So many impostor scores are kept in any case, if there are as many.
const KEPT_LEAST: u64 = 1 << 20;
/// No more than these are kept.
const KEPT_MOST: u64 = 1 << 22;
/// Pictures of a block: two blocks of templates of 192 values lie in the second-level cache.
const BLOCK: usize = 64;

/// An enrolled picture.
#[derive(Clone, Copy)]
struct Picture {
    index: usize,
    person: u32,
}

/// Compares every picture with every later one. `subjects` tells who is on each picture (any
/// numbers), `enrolled` whether it has a template; pairs of one without are not compared, and count
/// in the generalised rates alone. `score(i, j)`, with i < j, is the comparison score of two
/// enrolled pictures: symmetric, finite, of any range, higher for more alike.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] if the lists are not of one length, [`ErrorKind::LimitExceeded`]
/// over 2^18 pictures or 2^23 genuine pairs, [`ErrorKind::NonFinite`] naming two pictures whose
/// score is NaN or infinite.
pub fn all_pairs(
    subjects: &[usize],
    enrolled: &[bool],
    score: impl Fn(usize, usize) -> f32 + Sync,
) -> Result<ScoreSet> {
    let all: Vec<usize> = (0..subjects.len()).collect();
    pairs_among(subjects, enrolled, &all, score)
}

/// As [`all_pairs`], of the pictures at these `places` of the lists alone, which rise.
///
/// # Errors
/// Those of [`all_pairs`]; [`ErrorKind::ShapeMismatch`] also if a place lies behind the lists.
pub fn pairs_among(
    subjects: &[usize],
    enrolled: &[bool],
    places: &[usize],
    score: impl Fn(usize, usize) -> f32 + Sync,
) -> Result<ScoreSet> {
    cross_comparison(Design::Within, (subjects, enrolled), [places, &[]], score)
}

/// As [`all_pairs`], of each picture at one of the first `places` (the references) with each at one
/// of the second (the probes). No place may be on both sides. `score(i, j)` is that of reference
/// i and probe j.
///
/// # Errors
/// Those of [`pairs_among`]; [`ErrorKind::InvalidArgument`] if a picture is on both sides.
pub fn pairs_between(
    subjects: &[usize],
    enrolled: &[bool],
    places: [&[usize]; 2],
    score: impl Fn(usize, usize) -> f32 + Sync,
) -> Result<ScoreSet> {
    let [references, probes] = places.map(|side| side.iter().collect::<HashSet<_>>());
    if let Some(both) = references.intersection(&probes).next() {
        let message = format!("picture {both} is a reference and a probe");
        return Err(Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message));
    }
    cross_comparison(Design::Across, (subjects, enrolled), places, score)
}

fn cross_comparison(
    design: Design,
    of: (&[usize], &[bool]),
    places: [&[usize]; 2],
    score: impl Fn(usize, usize) -> f32 + Sync,
) -> Result<ScoreSet> {
    let (people, [references, probes]) = people(design, of, places)?;
    let score = |a: Picture, b: Picture| {
        let value = score(a.index, b.index);
        // Adding 0 makes 0 of −0.
        value.is_finite().then_some(value + 0.0).ok_or_else(|| {
            let message = format!("the score of pictures {} and {} is not finite", a.index, b.index);
            Error::new(ErrorKind::NonFinite, Stage::Evaluate, message)
        })
    };
    let rows: Vec<&[Picture]> = references.chunks(BLOCK).collect();
    let columns: Vec<&[Picture]> = if design == Design::Within { &references } else { &probes }.chunks(BLOCK).collect();
    let blocks = Blocks { design, rows: &rows, columns: &columns };

    let firsts = (0..rows.len()).into_par_iter().map(|row| {
        let mut found = (f32::INFINITY, f32::NEG_INFINITY, Vec::new());
        blocks.each_pair(row, |a, b| {
            let score = score(a, b)?;
            if a.person == b.person {
                found.2.push(GenuineScore { score, person: a.person });
            } else {
                found = (found.0.min(score), found.1.max(score), std::mem::take(&mut found.2));
            }
            Ok(())
        })?;
        Ok(found)
    });
    let mut genuine = Vec::new();
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for (least, most, scores) in firsts.collect::<Result<Vec<_>>>()? {
        (low, high) = (low.min(least), high.max(most));
        genuine.extend(scores);
    }

    let histogram = (0..rows.len())
        .into_par_iter()
        .try_fold(
            || Histogram::new(low, high),
            |mut histogram, row| {
                blocks.each_pair(row, |a, b| {
                    if a.person != b.person {
                        histogram.add(score(a, b)?);
                    }
                    Ok(())
                })?;
                Ok::<_, Error>(histogram)
            },
        )
        .try_reduce(|| Histogram::new(low, high), |a, b| Ok(a.merge(&b)))?;

    let at_or_above = histogram.at_or_above();
    let lowest_bin = lowest_kept_bin(&at_or_above);
    let highest = (0..rows.len()).into_par_iter().map(|row| {
        let mut kept = Vec::new();
        blocks.each_pair(row, |a, b| {
            if a.person != b.person {
                let score = score(a, b)?;
                if histogram.bin(score) >= lowest_bin {
                    kept.push(ImpostorScore { score, people: [a.person, b.person] });
                }
            }
            Ok(())
        })?;
        Ok(kept)
    });
    let kept = highest.collect::<Result<Vec<_>>>()?.concat();
    Ok(ScoreSet::new(design, people, genuine, kept, &histogram))
}

/// The people with their counts, in the order of their first picture, and the enrolled pictures of
/// both sides.
fn people(
    design: Design,
    (subjects, enrolled): (&[usize], &[bool]),
    places: [&[usize]; 2],
) -> Result<(Vec<Person>, [Vec<Picture>; 2])> {
    let fault = |kind, message: String| Err(Error::new(kind, Stage::Evaluate, message));
    if subjects.len() != enrolled.len() {
        let message = format!("{} subjects, {} flags of enrolment", subjects.len(), enrolled.len());
        return fault(ErrorKind::ShapeMismatch, message);
    }
    let count = places.iter().map(|side| side.len()).sum::<usize>();
    if count > MAX_PICTURES {
        return fault(ErrorKind::LimitExceeded, format!("{count} pictures, over {MAX_PICTURES}"));
    }
    let mut numbers = HashMap::new();
    let (mut people, mut pictures) = (Vec::<Person>::new(), [Vec::new(), Vec::new()]);
    for (side, places) in places.into_iter().enumerate() {
        for index in places {
            let Some((subject, enrolled)) = subjects.get(*index).zip(enrolled.get(*index)) else {
                let message = format!("picture {index} of {}", subjects.len());
                return fault(ErrorKind::ShapeMismatch, message);
            };
            let next = people.len() as u32;
            let person = *numbers.entry(*subject).or_insert(next);
            if person == next {
                people.push(Person::default());
            }
            let counts = &mut people[person as usize];
            counts.pictures[side] += 1;
            counts.enrolled[side] += u64::from(*enrolled);
            if *enrolled {
                pictures[side].push(Picture { index: *index, person });
            }
        }
    }
    if design == Design::Within {
        for person in &mut people {
            // Every picture is a reference and a probe.
            (person.pictures[1], person.enrolled[1]) = (person.pictures[0], person.enrolled[0]);
        }
    }
    let genuine: u64 = people.iter().map(|p| design.genuine(p.enrolled)).sum();
    if genuine > MAX_GENUINE {
        return fault(ErrorKind::LimitExceeded, format!("{genuine} genuine pairs, over {MAX_GENUINE}"));
    }
    Ok((people, pictures))
}

/// The pairs to compare: pictures of a row with those of all columns, or of all from the row's own
/// on.
struct Blocks<'a> {
    design: Design,
    rows: &'a [&'a [Picture]],
    columns: &'a [&'a [Picture]],
}

impl Blocks<'_> {
    /// Visits every pair of a picture of block `row` and one that it is to be compared with.
    fn each_pair(&self, row: usize, mut visit: impl FnMut(Picture, Picture) -> Result<()>) -> Result<()> {
        let triangle = self.design == Design::Within;
        for (column, others) in self.columns.iter().enumerate().skip(if triangle { row } else { 0 }) {
            for (place, first) in self.rows[row].iter().enumerate() {
                let skipped = if triangle && column == row { place + 1 } else { 0 };
                for second in others.iter().skip(skipped) {
                    visit(*first, *second)?;
                }
            }
        }
        Ok(())
    }
}

/// The bin from which on impostor scores are kept.
fn lowest_kept_bin(at_or_above: &[u64]) -> usize {
    // Without a bin there is no impostor score.
    let total = at_or_above.first().copied().unwrap_or(0);
    let wanted = ((KEPT_SHARE * total as f64).ceil() as u64).max(KEPT_LEAST);
    // Counts fall from bin to bin.
    let enough = at_or_above.partition_point(|count| *count >= wanted).saturating_sub(1);
    let few_enough = at_or_above.partition_point(|count| *count > KEPT_MOST);
    enough.max(few_enough)
}

#[cfg(test)]
mod tests;
