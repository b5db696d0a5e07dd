//! One partition of a table, packed for very many comparisons.

use crate::bytes::Bytes;
use crate::fault::fault;
use crate::value::FaceValue;
use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::arrow::compute::{concat, filter};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::physical_plan::ExecutionPlan;
use futures::StreamExt;
use selfsame::gallery::{FirstPass, TemplateBlock};
use selfsame::template::Template;
use std::sync::Arc;

/// Bytes that a value of a template takes in a packed block: four as a float, one in each of the
/// layouts of the first pass in integers, and what rows are padded by.
const PACKED: usize = 7;
/// Bytes that it takes before: one more float.
const READ: usize = 4;

/// Templates with their ids; those rows that have one.
pub(super) struct Block {
    pub(super) ids: ArrayRef,
    pub(super) templates: TemplateBlock,
    /// What the engine's pool was told of, given back when the block goes.
    _memory: MemoryReservation,
}

/// A context in which a partition of files is those files. Otherwise DataFusion has its streams
/// take whichever file of the whole table is next, and another process, which reads other
/// partitions beside this one, would find other templates in it.
fn unshared(context: &TaskContext) -> Arc<TaskContext> {
    let mut config = context.session_config().clone();
    config.options_mut().execution.enable_file_stream_work_stealing = false;
    Arc::new(TaskContext::new(
        context.task_id(),
        context.session_id(),
        config,
        context.scalar_functions().clone(),
        context.higher_order_functions().clone(),
        context.aggregate_functions().clone(),
        context.window_functions().clone(),
        context.runtime_env(),
    ))
}

/// Reads a partition of an id and a template each and packs it; `None` if it has no template.
pub(super) async fn read(
    plan: &Arc<dyn ExecutionPlan>,
    partition: usize,
    context: &Arc<TaskContext>,
) -> Result<Option<Arc<Block>>> {
    let memory = MemoryConsumer::new("face_pairs block").register(context.memory_pool());
    let context = unshared(context);
    let (mut ids, mut templates): (Vec<ArrayRef>, Vec<Template>) = (Vec::new(), Vec::new());
    let mut rows = plan.execute(partition, context)?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let [batch_ids, bytes] = batch.columns() else {
            return Err(fault("face_pairs: a batch of other columns"));
        };
        let column = Bytes::of(bytes)?;
        let mut kept = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let named = |error: DataFusionError| {
                // An id that cannot be written is no reason to hide what was wrong.
                let id = array_value_to_string(batch_ids, row).unwrap_or_else(|_| format!("row {row}"));
                let what = match error {
                    DataFusionError::External(what) => what.to_string(),
                    other => other.to_string(),
                };
                fault(format!("face_pairs: the template of {id}: {what}"))
            };
            let template = match column.get(row) {
                Some(bytes) => FaceValue::read(bytes).and_then(|value| value.template()).map_err(named)?,
                None => None,
            };
            if template.is_some() && batch_ids.is_null(row) {
                return Err(fault("face_pairs: a template without an id"));
            }
            if let (Some(new), Some(first)) = (&template, templates.first())
                && (new.model_id(), new.dimension()) != (first.model_id(), first.dimension())
            {
                let (of, other) = (new.model_id(), first.model_id());
                return Err(named(fault(format!("it is of the model {of:?}, and others are of {other:?}"))));
            }
            kept.push(template.is_some());
            templates.extend(template);
        }
        ids.push(filter(batch_ids, &BooleanArray::from(kept))?);
        // None yet takes no memory.
        let dimension = templates.first().map_or(0, Template::dimension);
        memory.try_resize(templates.len() * dimension * (PACKED + READ))?;
    }
    if templates.is_empty() {
        return Ok(None);
    }
    let parts: Vec<&dyn Array> = ids.iter().map(AsRef::as_ref).collect();
    let ids = concat(&parts)?;
    let packed = tokio::task::spawn_blocking(move || TemplateBlock::new(&templates, FirstPass::Integer)).await;
    let templates = packed.map_err(fault)?.map_err(fault)?;
    memory.try_resize(templates.len() * templates.dimension() * PACKED)?;
    Ok(Some(Arc::new(Block { ids, templates, _memory: memory })))
}
