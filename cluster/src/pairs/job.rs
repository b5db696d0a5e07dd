//! One job: a block with itself, or two blocks, pair by pair, as batches of rows.

use super::block::Block;
use crate::fault::fault;
use datafusion::arrow::array::{Array, Float32Array, RecordBatch, make_comparator};
use datafusion::arrow::compute::{SortOptions, interleave};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::Result;
use selfsame::compare::Score;
use selfsame::gallery::{PairBatch, TemplatePair};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::Sender;

/// What a job compares, and how its rows look.
pub(super) struct Job {
    pub(super) left: Arc<Block>,
    /// `None` for the block with itself.
    pub(super) right: Option<Arc<Block>>,
    /// Whether both are of one table: the smaller id comes first then.
    pub(super) one_table: bool,
    pub(super) bar: f32,
    pub(super) schema: SchemaRef,
    /// The most rows of a batch.
    pub(super) rows: usize,
}

impl Job {
    /// Compares all pairs and sends those that reach the bar, until nobody listens any more.
    ///
    /// A comparison takes all threads, so that one job of a plan compares at a time: who holds
    /// `turn`. While rows wait to be taken it is given back, or a reader that wants another job's
    /// rows first would wait for ever.
    pub(super) fn run(&self, turn: &Mutex<()>, rows: &Sender<Result<RecordBatch>>) -> Result<()> {
        // It guards nothing that a panic could leave half done.
        let take = || turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held: Option<MutexGuard<'_, ()>> = Some(take());
        let mut failed = None;
        let each = |batch: &PairBatch<'_>| {
            for pairs in batch.pairs().chunks(self.rows) {
                drop(held.take());
                let batch = match self.batch(pairs) {
                    Ok(batch) => batch,
                    Err(error) => {
                        failed = Some(error);
                        return ControlFlow::Break(());
                    }
                };
                if rows.blocking_send(Ok(batch)).is_err() {
                    return ControlFlow::Break(());
                }
            }
            held.get_or_insert_with(take);
            if rows.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let (bar, left) = (Score::new(self.bar).map_err(fault)?, &self.left.templates);
        match &self.right {
            None => left.pairs_within(bar, each),
            Some(right) => left.pairs_with(&right.templates, bar, each),
        }
        .map_err(fault)?;
        match failed {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn batch(&self, pairs: &[TemplatePair]) -> Result<RecordBatch> {
        // A block with itself has one side.
        let (left, right) = (&self.left.ids, &self.right.as_ref().unwrap_or(&self.left).ids);
        let places: Vec<[(usize, usize); 2]> = if self.one_table {
            let compare = make_comparator(left, right, SortOptions::default())?;
            let ordered = |pair: &TemplatePair| {
                let both = [(0, pair.first), (1, pair.second)];
                if compare(pair.first, pair.second).is_gt() { [both[1], both[0]] } else { both }
            };
            pairs.iter().map(ordered).collect()
        } else {
            pairs.iter().map(|pair| [(0, pair.first), (1, pair.second)]).collect()
        };
        let sources: [&dyn Array; 2] = [left, right];
        let (first, second): (Vec<_>, Vec<_>) = places.iter().map(|[a, b]| (*a, *b)).unzip();
        let ids = [interleave(&sources, &first)?, interleave(&sources, &second)?];
        let scores: Float32Array = pairs.iter().map(|pair| Some(pair.score.value())).collect();
        let [a, b] = ids;
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), vec![a, b, Arc::new(scores)])?)
    }
}
