//! The best of a block for each of many probes: a search for many at once.

use super::block::TemplateBlock;
use super::tiles::PADDED;
use crate::error::Result;
use crate::gallery::search::{Candidate, Top};
use crate::simd::Level;
use rayon::prelude::*;
use std::ops::Range;

/// Probes of a task: a multiple of every tile's rows.
const PROBES: usize = 96;
/// Templates of a task. Chosen by hand.
const TEMPLATES: usize = 16_384;
/// Columns of a first pass at first, and at most: bars rise as better ones are found, so that early
/// passes are short.
const COLUMNS: (usize, usize) = (PADDED, 1024);

impl TemplateBlock {
    /// Finds for each of `probes`, in their order, the `k` of this block's templates that are most
    /// like it, the best first, equal scores in the order of their places; fewer if there are
    /// fewer. A candidate's id is its place in this block. Exact: all are compared, as
    /// [`crate::compare::score`] compares, bit by bit.
    ///
    /// # Errors
    /// Those of [`Self::pairs_with`].
    pub fn best(&self, probes: &Self, k: usize) -> Result<Vec<Vec<Candidate>>> {
        self.check_alike(probes)?;
        let (level, slack) = (Level::best(), probes.slack(self));
        let ranges = |count: usize, step: usize| {
            let ranges = (0..count).step_by(step).map(move |start| start..count.min(start + step));
            ranges.collect::<Vec<Range<usize>>>()
        };
        let (rows, columns) = (ranges(probes.len(), PROBES), ranges(self.len(), TEMPLATES));
        let found = rows.into_par_iter().flat_map_iter(|rows| {
            let parts = columns.par_iter().map(|columns| self.scan(level, probes, slack, (&rows, columns), k));
            let none = || rows.clone().map(|_| Top::new(k)).collect::<Vec<Top>>();
            let merged = parts.reduce(none, |a, b| a.into_iter().zip(b).map(|(a, b)| a.merge(b)).collect());
            merged.into_iter().map(Top::into_candidates)
        });
        Ok(found.collect())
    }

    /// The best of these templates for these probes.
    fn scan(
        &self,
        level: Level,
        probes: &Self,
        slack: f32,
        (rows, columns): (&Range<usize>, &Range<usize>),
        k: usize,
    ) -> Vec<Top> {
        let mut tops: Vec<Top> = rows.clone().map(|_| Top::new(k)).collect();
        if k == 0 {
            return tops;
        }
        let (mut bars, mut passed) = (vec![f32::INFINITY; probes.len()], Vec::new());
        let (mut start, mut width) = (columns.start, COLUMNS.0);
        while start < columns.end {
            let end = columns.end.min(start + width);
            probes.first_pass_over(level, self, &bars, (rows.clone(), start..end), &mut passed);
            for (row, column) in passed.drain(..) {
                let (row, place) = (row as usize, start + column as usize);
                if let Some(top) = tops.get_mut(row)
                    && place < end
                    && let Some(score) = probes.score_with(rows.start + row, self, place)
                {
                    top.offer(score, place as u64);
                }
            }
            for ((row, top), bar) in rows.clone().zip(&tops).zip(bars.iter_mut().skip(rows.start)) {
                *bar = probes.row_bar(row, top.bar(), slack);
            }
            (start, width) = (end, COLUMNS.1.min(2 * width));
        }
        tops
    }
}
