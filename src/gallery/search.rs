//! The search: every record compared, in parallel, the best kept.

use super::format::{id_if_live, record_len};
use super::scan::Probe;
use crate::compare::Score;
use crate::simd::Level;
use crate::simd::scratch;
use rayon::prelude::*;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Records per task: about a mebibyte of 192 values each, so that threads seldom ask for work and
/// still end together. Chosen by hand.
const RECORDS_PER_TASK: usize = 4096;
/// Records compared before their scores are looked at: few enough that these stay in the
/// first-level cache.
const RECORDS_PER_STEP: usize = 512;

/// A record that a search found, with its score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The id that the record was appended with.
    pub id: u64,
    /// How alike the record is to the face that was looked for: within 0.002 of
    /// [`crate::compare::score`] (the gallery's values are rounded), and the same on every
    /// machine.
    pub score: Score,
}

/// Ordered from the best to the worst: the higher score, then the smaller id.
#[derive(Debug, Clone, Copy)]
struct Ranked {
    score: f32,
    id: u64,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

/// The best so far, `k` at most; the heap's greatest is the worst of them.
pub(crate) struct Top {
    k: usize,
    heap: BinaryHeap<Ranked>,
}

impl Top {
    /// None yet, and `k` at most.
    pub fn new(k: usize) -> Self {
        Self { k, heap: BinaryHeap::new() }
    }

    /// The score that has to be reached; NaN reaches none.
    pub fn bar(&self) -> f32 {
        let full = self.heap.len() >= self.k;
        self.heap.peek().filter(|_| full).map_or(f32::NEG_INFINITY, |worst| worst.score)
    }

    /// Takes one in if it is among the best; NaN never is.
    pub fn offer(&mut self, score: f32, id: u64) {
        if score >= self.bar() {
            self.push(Ranked { score, id });
        }
    }

    fn push(&mut self, ranked: Ranked) {
        if self.heap.len() < self.k {
            self.heap.push(ranked);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && ranked < *worst
        {
            *worst = ranked;
        }
    }

    /// The best of both.
    pub fn merge(mut self, other: Self) -> Self {
        other.heap.into_iter().for_each(|ranked| self.push(ranked));
        self
    }

    /// The candidates, the best first.
    pub fn into_candidates(self) -> Vec<Candidate> {
        let sorted = self.heap.into_sorted_vec().into_iter();
        let candidate = |ranked: Ranked| {
            let score = Score::new(ranked.score);
            // Cosines and levels are bounded, and NaN reaches no bar.
            debug_assert!(score.is_ok(), "a score of {}", ranked.score);
            Some(Candidate { id: ranked.id, score: score.ok()? })
        };
        sorted.filter_map(candidate).collect()
    }

    /// Takes the live ones of `records` in, but for number `hidden` of them.
    fn scan(mut self, level: Level, probe: &Probe, records: &[u8], len: usize, hidden: Option<usize>) -> Self {
        let mut scores = scratch::take(RECORDS_PER_STEP);
        for (step, records) in records.chunks(RECORDS_PER_STEP * len).enumerate() {
            probe.compare(level, records, &mut scores);
            // Nearly all records are below the bar, and one comparison of floats settles them.
            let mut bar = self.bar();
            for (at, (record, score)) in records.chunks_exact(len).zip(scores.iter()).enumerate() {
                if *score >= bar
                    && hidden != Some(step * RECORDS_PER_STEP + at)
                    && let Some(id) = id_if_live(record)
                {
                    self.push(Ranked { score: *score, id });
                    bar = self.bar();
                }
            }
        }
        self
    }
}

/// `top` and the best of `records` (bytes of whole records, of `dimension` values each), but for
/// the record number `hidden`.
pub(crate) fn search_records(
    top: Top,
    level: Level,
    probe: &Probe,
    records: &[u8],
    dimension: usize,
    hidden: Option<usize>,
) -> Top {
    let (k, len) = (top.k, record_len(dimension));
    if k == 0 {
        return top;
    }
    // Each task keeps a best of its own; their order does not matter, since ranks have no ties.
    let found = records
        .par_chunks(RECORDS_PER_TASK * len)
        .enumerate()
        .fold(
            || Top::new(k),
            |top, (task, records)| {
                let hidden = hidden.and_then(|index| index.checked_sub(task * RECORDS_PER_TASK));
                top.scan(level, probe, records, len, hidden)
            },
        )
        .reduce(|| Top::new(k), Top::merge);
    top.merge(found)
}
