//! All pairs of two blocks, or of one with itself, that reach a bar.
//!
//! A first pass asks of every pair whether it can reach the bar at all; what passes is compared as
//! [`crate::compare::score`] compares. The first pass errs on the side of too many, by a bound that
//! is known, so that results do not depend on its arithmetic, on tiles, threads or the processor.

use super::block::{Panels, TemplateBlock};
use super::tiles::{PANEL, Passed};
use crate::compare::{Score, score_of};
use crate::error::Result;
use crate::simd::Level;
use rayon::prelude::*;
use serde::Serialize;
use std::ops::{ControlFlow, Range};

/// Rows of a task: a multiple of every tile's. With 320 values they take 250 kB: half of a small
/// second-level cache. Chosen by hand.
const TASK_ROWS: usize = 192;
/// Columns of a task: 650 kB of panels with 320 values. Chosen by hand.
const TASK_COLUMNS: usize = 512;
/// Tasks for each thread between two batches: enough that their ends, where threads wait for each
/// other, do not count, and few enough that what they find has little room to grow.
const TASKS_PER_THREAD: usize = 64;

/// Two templates whose score reaches the bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplatePair {
    /// The place of the one in its block. Within one block, it is before the other.
    pub first: usize,
    /// The place of the other in its block.
    pub second: usize,
    /// Their score, as [`crate::compare::score`] gives it, bit by bit.
    pub score: Score,
}

/// What was found since the last batch, and how far the comparison is.
#[derive(Debug)]
#[non_exhaustive]
pub struct PairBatch<'a> {
    pairs: &'a [TemplatePair],
    compared: u64,
    total: u64,
}

impl PairBatch<'_> {
    /// The pairs that reach the bar; often none. Their order over all batches is fixed, and does
    /// not depend on threads or processor.
    #[must_use]
    pub fn pairs(&self) -> &[TemplatePair] {
        self.pairs
    }

    /// How many pairs have been compared.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// How many pairs there are to compare.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// A rectangle of pairs that one thread compares.
struct Task {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl TemplateBlock {
    /// Finds all pairs of this block's templates whose score is `bar` or more, each once, on all
    /// threads of the current `rayon` pool, and hands them to `each` as they are found: often, also
    /// where there are none, so that it can show progress. What has been found is not kept; memory
    /// does not grow with the number of templates.
    ///
    /// For a bar, ask a [`Calibration`](crate::compare::Calibration) for the threshold of a false
    /// match rate; [`fmr_for_pairs`](super::super::fmr_for_pairs) tells which. Results are those of
    /// [`crate::compare::score`] for each pair, bit by bit.
    ///
    /// `each` ends the search early by [`ControlFlow::Break`].
    ///
    /// # Errors
    /// None for a block with itself.
    pub fn pairs_within(&self, bar: Score, each: impl FnMut(&PairBatch<'_>) -> ControlFlow<()>) -> Result<()> {
        self.pairs(self, true, bar, each)
    }

    /// As [`Self::pairs_within`], the pairs of one of this block's templates and one of `other`'s.
    ///
    /// # Errors
    /// [`ErrorKind::ModelMismatch`](crate::ErrorKind::ModelMismatch) if the blocks are of different
    /// models; [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if they are packed
    /// for different [`FirstPass`](super::FirstPass)es.
    pub fn pairs_with(
        &self,
        other: &Self,
        bar: Score,
        each: impl FnMut(&PairBatch<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        self.check_alike(other)?;
        self.pairs(other, false, bar, each)
    }

    fn pairs(
        &self,
        other: &Self,
        within: bool,
        bar: Score,
        mut each: impl FnMut(&PairBatch<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let (rows, columns) = (self.len(), other.len());
        let row_starts = (0..rows).step_by(TASK_ROWS);
        let mut tasks = row_starts.flat_map(|row| {
            let rows = row..rows.min(row + TASK_ROWS);
            // Within a block, what lies before the diagonal has been compared.
            let first = if within { row } else { 0 };
            (first..columns)
                .step_by(TASK_COLUMNS)
                .map(move |column| Task { rows: rows.clone(), columns: column..columns.min(column + TASK_COLUMNS) })
        });
        let total = if within { pairs_among(rows) } else { rows as u64 * columns as u64 };
        let (level, mut compared) = (Level::best(), 0);
        let bars = self.bars(bar, other);
        loop {
            let wave: Vec<Task> = tasks.by_ref().take(TASKS_PER_THREAD * rayon::current_num_threads()).collect();
            if wave.is_empty() {
                return Ok(());
            }
            let found = wave.par_iter().map(|task| self.compare(level, other, within, (bar, &bars), task));
            let found: Vec<Vec<TemplatePair>> = found.collect();
            compared += wave.iter().map(|task| task.pairs(within)).sum::<u64>();
            let batch = PairBatch { pairs: &found.concat(), compared, total };
            if each(&batch).is_break() {
                return Ok(());
            }
        }
    }

    /// The pairs of a task that reach the bar, in the order of their places.
    fn compare(
        &self,
        level: Level,
        other: &Self,
        within: bool,
        (bar, bars): (Score, &[f32]),
        task: &Task,
    ) -> Vec<TemplatePair> {
        let mut passed = Vec::new();
        self.first_pass_over(level, other, bars, (task.rows.clone(), task.columns.clone()), &mut passed);
        // Tiles differ between processors.
        passed.sort_unstable();
        let pair = |(row, column): Passed| {
            let (first, second) = (task.rows.start + row as usize, task.columns.start + column as usize);
            let score = Score::new(self.score_with(first, other, second)?).ok()?;
            ((!within || first < second) && score >= bar).then_some(TemplatePair { first, second, score })
        };
        passed.into_iter().filter_map(pair).collect()
    }

    /// The score of a template and one of `other`.
    pub(super) fn score_with(&self, place: usize, other: &Self, other_place: usize) -> Option<f32> {
        self.compared(place).zip(other.compared(other_place)).map(|(a, b)| score_of(a, b))
    }

    /// What to add to each row's sums to have their excess over the bar: less than it by what
    /// rounding may take, so that no pair is lost.
    pub(super) fn bars(&self, bar: Score, other: &Self) -> Vec<f32> {
        let slack = self.slack(other);
        (0..self.len()).map(|row| self.row_bar(row, bar.value(), slack)).collect()
    }

    /// What the sums of floats may lack by rounding: the bound of a sum of so many products (N. J.
    /// Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1), of the first
    /// pass and of the exact comparison, twice over.
    pub(super) fn slack(&self, other: &Self) -> f32 {
        let levels = self.levels.iter().chain(&other.levels);
        let largest = levels.fold(0.0f32, |largest, level| largest.max(level.abs()));
        (self.dimension() + 16) as f32 * f32::EPSILON * 2.0 * (1.0 + largest)
    }

    /// The bar of one row, in the form that passes take.
    pub(super) fn row_bar(&self, row: usize, bar: f32, slack: f32) -> f32 {
        // Behind the block there is none: NaN reaches no bar.
        let level = self.levels.get(row).copied().unwrap_or(f32::NAN);
        let error = match &self.panels {
            Panels::Float(_) => 0.0,
            // As above: there is none.
            Panels::Integer(panels) => panels.errors.get(row).copied().unwrap_or(f32::NAN),
        };
        error + slack - (bar + 0.5 * level)
    }

    /// Writes down which pairs of these rows and columns, which begin at a multiple of 32, may
    /// reach their bars; places count from the starts. Where they are padded, columns may follow
    /// that are not asked for, but none that is not there.
    pub(super) fn first_pass_over(
        &self,
        level: Level,
        other: &Self,
        bars: &[f32],
        (rows, columns): (Range<usize>, Range<usize>),
        passed: &mut Vec<Passed>,
    ) {
        let panels = (columns.start / PANEL, columns.end.next_multiple_of(2 * PANEL) / PANEL);
        // Tasks are cut from the block.
        let bars = bars.get(rows.clone()).unwrap_or(&[]);
        match (&self.panels, &other.panels) {
            (Panels::Float(_), Panels::Float(columns)) => {
                let depth = self.dimension() + 1;
                // As above, and a pass over no rows with bars is stopped.
                let rows = self.rows.get(rows.start * depth..rows.end * depth).unwrap_or(&[]);
                level.run_pairs(columns.pass(rows, bars, panels, passed));
            }
            (Panels::Integer(own), Panels::Integer(columns)) => {
                level.run_int8(columns.pass(own, (rows.start, rows.end), bars, panels, passed));
            }
            // Blocks that are packed alike have been asked for.
            _ => debug_assert!(false, "blocks packed for different passes"),
        }
    }
}

impl Task {
    /// How many pairs it compares.
    fn pairs(&self, within: bool) -> u64 {
        let of_row = |row| {
            self.columns.end.saturating_sub(if within { self.columns.start.max(row + 1) } else { self.columns.start })
        };
        self.rows.clone().map(|row| of_row(row) as u64).sum()
    }
}

/// How many pairs there are among so many.
fn pairs_among(count: usize) -> u64 {
    count as u64 * (count as u64).saturating_sub(1) / 2
}
