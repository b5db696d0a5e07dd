//! Every picture against every other: a cross-comparison in the sense of ISO/IEC 19795-1.
//!
//! Three passes over the pairs: the range of the impostor scores and all genuine scores; a
//! histogram of the impostor scores; the highest impostor scores with the two people of each.
//! Scores are computed anew in each pass, so that memory is bounded whatever the number of pairs: 8
//! bytes per genuine pair (at most 2^23, else an error), 12 bytes for each impostor score that
//! is kept (at most 2^22), and one mebibyte per thread and histogram. The outcome is the same for
//! any number of threads.

#![allow(clippy::indexing_slicing, reason = "people and scores are numbered by this module")]

use super::histogram::Histogram;
use super::score_set::{GenuineScore, ImpostorScore, Person, ScoreSet};
use crate::error::{Error, ErrorKind, Result, Stage};
use rayon::prelude::*;
use std::collections::HashMap;

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
/// numbers), `enrolled` whether it has a template; one without never matches, and all its pairs
/// count. `score(i, j)`, with i < j, is the comparison score of two enrolled pictures: symmetric,
/// finite, of any range, higher for more alike.
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
    let (people, pictures) = people(subjects, enrolled)?;
    let score = |a: Picture, b: Picture| {
        let value = score(a.index, b.index);
        // Adding 0 makes 0 of −0.
        value.is_finite().then_some(value + 0.0).ok_or_else(|| {
            let message = format!("the score of pictures {} and {} is not finite", a.index, b.index);
            Error::new(ErrorKind::NonFinite, Stage::Evaluate, message)
        })
    };
    let blocks: Vec<&[Picture]> = pictures.chunks(BLOCK).collect();

    let firsts = blocks.par_iter().enumerate().map(|(row, _)| {
        let mut found = (f32::INFINITY, f32::NEG_INFINITY, Vec::new());
        each_pair(&blocks, row, |a, b| {
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

    let histogram = (0..blocks.len())
        .into_par_iter()
        .try_fold(
            || Histogram::new(low, high),
            |mut histogram, row| {
                each_pair(&blocks, row, |a, b| {
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
    let rows = blocks.par_iter().enumerate().map(|(row, _)| {
        let mut kept = Vec::new();
        each_pair(&blocks, row, |a, b| {
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
    let kept = rows.collect::<Result<Vec<_>>>()?.concat();
    Ok(ScoreSet::new(people, genuine, kept, &histogram))
}

/// The people with their counts, in the order of their first picture, and the enrolled pictures.
fn people(subjects: &[usize], enrolled: &[bool]) -> Result<(Vec<Person>, Vec<Picture>)> {
    let fault = |kind, message: String| Err(Error::new(kind, Stage::Evaluate, message));
    if subjects.len() != enrolled.len() {
        let message = format!("{} subjects, {} flags of enrolment", subjects.len(), enrolled.len());
        return fault(ErrorKind::ShapeMismatch, message);
    }
    if subjects.len() > MAX_PICTURES {
        return fault(ErrorKind::LimitExceeded, format!("{} pictures, over {MAX_PICTURES}", subjects.len()));
    }
    let mut numbers = HashMap::new();
    let (mut people, mut pictures) = (Vec::<Person>::new(), Vec::new());
    for (index, (subject, enrolled)) in subjects.iter().zip(enrolled).enumerate() {
        let next = people.len() as u32;
        let person = *numbers.entry(*subject).or_insert(next);
        if person == next {
            people.push(Person::default());
        }
        if let Some(counts) = people.get_mut(person as usize) {
            counts.pictures += 1;
            counts.enrolled += u64::from(*enrolled);
        }
        if *enrolled {
            pictures.push(Picture { index, person });
        }
    }
    let genuine: u64 = people.iter().map(|p| p.enrolled * p.enrolled.saturating_sub(1) / 2).sum();
    if genuine > MAX_GENUINE {
        return fault(ErrorKind::LimitExceeded, format!("{genuine} genuine pairs, over {MAX_GENUINE}"));
    }
    Ok((people, pictures))
}

/// Visits every pair of a picture of block `row` and a later picture.
fn each_pair(blocks: &[&[Picture]], row: usize, mut visit: impl FnMut(Picture, Picture) -> Result<()>) -> Result<()> {
    for (column, others) in blocks.iter().enumerate().skip(row) {
        for (place, first) in blocks[row].iter().enumerate() {
            let skipped = if column == row { place + 1 } else { 0 };
            for second in others.iter().skip(skipped) {
                visit(*first, *second)?;
            }
        }
    }
    Ok(())
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
