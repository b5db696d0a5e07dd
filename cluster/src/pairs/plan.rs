//! [`FacePairsExec`]: the node of a plan that compares all pairs.

use super::block::{self, Block};
use super::job::Job;
use crate::fault::fault;
use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use futures::StreamExt;
use std::fmt;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

/// Batches that wait for who reads them. Chosen by hand.
const WAITING: usize = 2;

/// A place for a block, which is read when the first job wants it.
type Slot = OnceCell<Option<Arc<Block>>>;

/// What the jobs of a plan share: each block is read and packed once in a process.
struct Shared {
    left: Vec<Slot>,
    right: Vec<Slot>,
    turn: Mutex<()>,
}

/// Compares all pairs of templates, a job for each pair of its inputs' partitions.
///
/// The jobs are rows of its one child, a partition for each; what they read is its own, and no
/// child. Jobs need nothing of each other, so that an engine of several machines may run each where
/// it likes, and again where a machine was lost: it hands out partitions of the child, as of any
/// scan.
pub struct FacePairsExec {
    jobs: Arc<dyn ExecutionPlan>,
    left: Arc<dyn ExecutionPlan>,
    right: Option<Arc<dyn ExecutionPlan>>,
    bar: f32,
    properties: Arc<PlanProperties>,
    shared: Arc<Shared>,
}

/// The columns of pairs: ids of both, and their score.
pub(super) fn pairs_schema(left: &SchemaRef, right: Option<&SchemaRef>) -> Result<SchemaRef> {
    let id = |schema: &SchemaRef, name: &str| match schema.fields().first() {
        Some(field) => Ok(Field::new(name, field.data_type().clone(), false)),
        None => Err(fault("face_pairs: a table of no columns")),
    };
    let (a, b) = (id(left, "id_a")?, id(right.unwrap_or(left), "id_b")?);
    if a.data_type() != b.data_type() {
        let (a, b) = (a.data_type(), b.data_type());
        return Err(fault(format!("face_pairs: ids of {a} on the left and of {b} on the right")));
    }
    Ok(Arc::new(Schema::new(vec![a, b, Field::new("score", DataType::Float32, false)])))
}

/// A partition for each pair of partitions, with one row: which on the left, which on the right.
fn jobs(rows: usize, columns: Option<usize>) -> Result<Arc<dyn ExecutionPlan>> {
    let fields = ["left", "right"].map(|side| Field::new(side, DataType::UInt64, false));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let of_row = |row: usize| if columns.is_some() { 0 } else { row };
    let pairs = (0..rows).flat_map(|row| (of_row(row)..columns.unwrap_or(rows)).map(move |column| [row, column]));
    let job = |places: [usize; 2]| {
        let columns = places.map(|place| Arc::new(UInt64Array::from(vec![place as u64])) as ArrayRef);
        Ok(vec![RecordBatch::try_new(Arc::clone(&schema), columns.to_vec())?])
    };
    let partitions = pairs.map(job).collect::<Result<Vec<_>>>()?;
    Ok(MemorySourceConfig::try_new_exec(&partitions, schema, None)?)
}

impl FacePairsExec {
    /// The pairs of `left`, or of `left` and `right`, whose score is `bar` or more. Both give an id
    /// and a template, and partition by partition the same whenever they are executed.
    ///
    /// # Errors
    /// If the ids are of different types.
    pub fn try_new(left: Arc<dyn ExecutionPlan>, right: Option<Arc<dyn ExecutionPlan>>, bar: f32) -> Result<Self> {
        let jobs = jobs(partitions(&left), right.as_ref().map(partitions))?;
        Self::with_jobs(jobs, left, right, bar)
    }

    /// As [`Self::try_new`], with the jobs that another such node's [`Self::jobs`] gave, or some of
    /// them.
    ///
    /// # Errors
    /// If the ids are of different types.
    pub fn with_jobs(
        jobs: Arc<dyn ExecutionPlan>,
        left: Arc<dyn ExecutionPlan>,
        right: Option<Arc<dyn ExecutionPlan>>,
        bar: f32,
    ) -> Result<Self> {
        let slots = |count: usize| (0..count).map(|_| Slot::new()).collect();
        // Without a second table there is nothing on the right to be read.
        let columns = right.as_ref().map_or(0, partitions);
        let shared = Shared { left: slots(partitions(&left)), right: slots(columns), turn: Mutex::new(()) };
        let schema = pairs_schema(&left.schema(), right.as_ref().map(|plan| plan.schema()).as_ref())?;
        let properties = properties(schema, &jobs);
        Ok(Self { jobs, left, right, bar, properties, shared: Arc::new(shared) })
    }

    /// The jobs: two numbers each, a partition for each.
    #[must_use]
    pub fn jobs(&self) -> &Arc<dyn ExecutionPlan> {
        &self.jobs
    }

    /// What is read on the left.
    #[must_use]
    pub fn left(&self) -> &Arc<dyn ExecutionPlan> {
        &self.left
    }

    /// What is read on the right, if it is something else.
    #[must_use]
    pub fn right(&self) -> Option<&Arc<dyn ExecutionPlan>> {
        self.right.as_ref()
    }

    /// The least score.
    #[must_use]
    pub fn bar(&self) -> f32 {
        self.bar
    }
}

fn partitions(plan: &Arc<dyn ExecutionPlan>) -> usize {
    plan.output_partitioning().partition_count()
}

fn properties(schema: SchemaRef, jobs: &Arc<dyn ExecutionPlan>) -> Arc<PlanProperties> {
    Arc::new(PlanProperties::new(
        EquivalenceProperties::new(schema),
        Partitioning::UnknownPartitioning(partitions(jobs)),
        EmissionType::Incremental,
        Boundedness::Bounded,
    ))
}

/// The places that a batch of jobs names.
fn places(batch: &RecordBatch) -> Result<Vec<(usize, usize)>> {
    let [left, right] = batch.columns() else { return Err(fault("face_pairs: jobs of other columns")) };
    let (left, right) = (left.as_primitive_opt::<UInt64Type>(), right.as_primitive_opt::<UInt64Type>());
    let (left, right) = left.zip(right).ok_or_else(|| fault("face_pairs: jobs of other types"))?;
    // Indices into lists in memory: what is larger is none of them.
    let place = |place: &u64| usize::try_from(*place).unwrap_or(usize::MAX);
    Ok(left.values().iter().map(place).zip(right.values().iter().map(place)).collect())
}

/// A block, which is read by the first who wants it.
async fn read(
    plan: &Arc<dyn ExecutionPlan>,
    slots: &[Slot],
    partition: usize,
    context: &Arc<TaskContext>,
) -> Result<Option<Arc<Block>>> {
    let slot = slots.get(partition).ok_or_else(|| fault(format!("face_pairs: there is no partition {partition}")))?;
    slot.get_or_try_init(|| block::read(plan, partition, context)).await.cloned()
}

/// A job's two blocks, once both are read; `None` if one has no template.
async fn blocks(
    (left, right): (&Arc<dyn ExecutionPlan>, Option<&Arc<dyn ExecutionPlan>>),
    shared: &Shared,
    (row, column): (usize, usize),
    context: &Arc<TaskContext>,
) -> Result<Option<(Arc<Block>, Option<Arc<Block>>)>> {
    let Some(a) = read(left, &shared.left, row, context).await? else { return Ok(None) };
    let b = match right {
        Some(plan) => read(plan, &shared.right, column, context).await?,
        None if row == column => return Ok(Some((a, None))),
        None => read(left, &shared.left, column, context).await?,
    };
    Ok(b.map(|b| (a, Some(b))))
}

impl ExecutionPlan for FacePairsExec {
    fn name(&self) -> &str {
        "FacePairsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.jobs]
    }

    /// There is a partition for each job already.
    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Ok([jobs]) = <[_; 1]>::try_from(children) else {
            return Err(fault("face_pairs: another number of inputs"));
        };
        let (left, right, shared) = (Arc::clone(&self.left), self.right.clone(), Arc::clone(&self.shared));
        let properties = properties(self.schema(), &jobs);
        Ok(Arc::new(Self { jobs, left, right, bar: self.bar, properties, shared }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut jobs = self.jobs.execute(partition, Arc::clone(&context))?;
        let (left, right, shared) = (Arc::clone(&self.left), self.right.clone(), Arc::clone(&self.shared));
        let (bar, schema, rows) = (self.bar, self.schema(), context.session_config().batch_size());
        let mut stream = RecordBatchReceiverStreamBuilder::new(self.schema(), WAITING);
        let found = stream.tx();
        stream.spawn(async move {
            let one_table = right.is_none();
            while let Some(batch) = jobs.next().await {
                for place in places(&batch?)? {
                    let Some((left, right)) = blocks((&left, right.as_ref()), &shared, place, &context).await? else {
                        continue;
                    };
                    let job = Job { left, right, one_table, bar, schema: Arc::clone(&schema), rows };
                    let (shared, found) = (Arc::clone(&shared), found.clone());
                    // A job that nobody waits for any more sees that nobody listens.
                    tokio::task::spawn_blocking(move || job.run(&shared.turn, &found)).await.map_err(fault)??;
                }
            }
            Ok(())
        });
        Ok(stream.build())
    }
}

impl DisplayAs for FacePairsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FacePairsExec: bar={}, jobs={}", self.bar, partitions(&self.jobs))
    }
}

impl fmt::Debug for FacePairsExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_as(DisplayFormatType::Default, f)
    }
}
