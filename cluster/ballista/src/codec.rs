//! `face_pairs` as bytes, from a client to the scheduler and on to executors.
//!
//! Everything else is Ballista's to write and to read. Ours is told by what it begins with: a byte
//! that no message of Ballista's can begin with, as its first field would be the start of a group.

use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Extension, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::{AsLogicalPlan, LogicalExtensionCodec};
use datafusion_proto::physical_plan::{AsExecutionPlan, PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use prost::Message;
use selfsame_datafusion::{FacePairsExec, FacePairsTable};
use std::sync::Arc;

/// What our bytes begin with, of either kind.
const MAGIC: &[u8] = b"selfsame face_pairs 1\n";

/// [`FacePairsTable`] as a message.
#[derive(Clone, PartialEq, Message)]
struct TableMessage {
    #[prost(message, optional, tag = "1")]
    left: Option<LogicalPlanNode>,
    #[prost(message, optional, tag = "2")]
    right: Option<LogicalPlanNode>,
    #[prost(float, tag = "3")]
    bar: f32,
}

/// [`FacePairsExec`] as a message; its jobs are its input.
#[derive(Clone, PartialEq, Message)]
struct NodeMessage {
    #[prost(message, optional, tag = "1")]
    left: Option<PhysicalPlanNode>,
    #[prost(message, optional, tag = "2")]
    right: Option<PhysicalPlanNode>,
    #[prost(float, tag = "3")]
    bar: f32,
}

fn fault(what: String) -> DataFusionError {
    DataFusionError::External(what.into())
}

fn damaged(what: impl std::fmt::Display) -> DataFusionError {
    fault(format!("face_pairs: bytes of a plan that are none: {what}"))
}

fn write(message: &impl Message, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&message.encode_to_vec());
}

/// Reads what [`write`] wrote; `None` for what is somebody else's.
fn read<M: Message + Default>(bytes: &[u8]) -> Option<Result<M>> {
    bytes.strip_prefix(MAGIC).map(|body| M::decode(body).map_err(damaged))
}

/// Statements with `face_pairs`, from a client to the scheduler: Ballista's own codec and that
/// table.
#[derive(Debug, Default)]
pub struct FaceLogicalCodec {
    others: BallistaLogicalExtensionCodec,
}

impl LogicalExtensionCodec for FaceLogicalCodec {
    fn try_decode(&self, bytes: &[u8], inputs: &[LogicalPlan], context: &TaskContext) -> Result<Extension> {
        self.others.try_decode(bytes, inputs, context)
    }

    fn try_encode(&self, node: &Extension, bytes: &mut Vec<u8>) -> Result<()> {
        self.others.try_encode(node, bytes)
    }

    fn try_decode_table_provider(
        &self,
        bytes: &[u8],
        name: &TableReference,
        schema: SchemaRef,
        context: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        let Some(message) = read::<TableMessage>(bytes) else {
            return self.others.try_decode_table_provider(bytes, name, schema, context);
        };
        let TableMessage { left, right, bar } = message?;
        let plan = |node: LogicalPlanNode| node.try_into_logical_plan(context, self);
        let left = plan(left.ok_or_else(|| damaged("no left side"))?)?;
        Ok(Arc::new(FacePairsTable::new(left, right.map(plan).transpose()?, bar)?))
    }

    fn try_encode_table_provider(
        &self,
        name: &TableReference,
        table: Arc<dyn TableProvider>,
        bytes: &mut Vec<u8>,
    ) -> Result<()> {
        if table.is::<MemTable>() {
            let hint = "write it with COPY to files that every machine sees";
            return Err(fault(format!("the table {name} lies in this process's memory: {hint}")));
        }
        let Some(pairs) = table.downcast_ref::<FacePairsTable>() else {
            return self.others.try_encode_table_provider(name, table, bytes);
        };
        let node = |plan: &LogicalPlan| LogicalPlanNode::try_from_logical_plan(plan, self);
        let right = pairs.right().map(node).transpose()?;
        write(&TableMessage { left: Some(node(pairs.left())?), right, bar: pairs.bar() }, bytes);
        Ok(())
    }

    fn try_decode_file_format(&self, bytes: &[u8], context: &TaskContext) -> Result<Arc<dyn FileFormatFactory>> {
        self.others.try_decode_file_format(bytes, context)
    }

    fn try_encode_file_format(&self, bytes: &mut Vec<u8>, format: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.others.try_encode_file_format(bytes, format)
    }
}

/// Tasks of `face_pairs`, from the scheduler to executors: Ballista's own codec and that node.
#[derive(Debug, Default)]
pub struct FacePhysicalCodec {
    others: BallistaPhysicalExtensionCodec,
}

impl PhysicalExtensionCodec for FacePhysicalCodec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(message) = read::<NodeMessage>(bytes) else {
            return self.others.try_decode(bytes, inputs, context, converter);
        };
        let NodeMessage { left, right, bar } = message?;
        let [jobs] = inputs else { return Err(damaged(format!("{} inputs", inputs.len()))) };
        let plan = |node: PhysicalPlanNode| node.try_into_physical_plan(context, self);
        let left = plan(left.ok_or_else(|| damaged("no left side"))?)?;
        let right = right.map(plan).transpose()?;
        Ok(Arc::new(FacePairsExec::with_jobs(Arc::clone(jobs), left, right, bar)?))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let Some(pairs) = node.downcast_ref::<FacePairsExec>() else {
            return self.others.try_encode(node, bytes, converter);
        };
        let plan = |plan: &Arc<dyn ExecutionPlan>| PhysicalPlanNode::try_from_physical_plan(Arc::clone(plan), self);
        let right = pairs.right().map(plan).transpose()?;
        write(&NodeMessage { left: Some(plan(pairs.left())?), right, bar: pairs.bar() }, bytes);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use datafusion::prelude::SessionContext;
    use datafusion_proto::physical_plan::DefaultPhysicalProtoConverter;

    #[test]
    fn bytes_that_are_no_plan_are_errors() {
        let context = SessionContext::new().task_ctx();
        let whole = || {
            let mut bytes = Vec::new();
            write(&TableMessage { left: Some(LogicalPlanNode::default()), right: None, bar: 0.5 }, &mut bytes);
            bytes
        };
        let (name, schema) = (TableReference::bare("t"), Arc::new(datafusion::arrow::datatypes::Schema::empty()));
        let mut all: Vec<Vec<u8>> = (0..whole().len()).map(|end| whole()[..end].to_vec()).collect();
        all.extend((MAGIC.len()..whole().len()).map(|place| {
            let mut bytes = whole();
            bytes[place] ^= 0x5A;
            bytes
        }));
        all.push(whole());
        for bytes in all {
            let table = FaceLogicalCodec::default();
            assert!(table.try_decode_table_provider(&bytes, &name, schema.clone(), &context).is_err(), "{bytes:?}");
            let node =
                FacePhysicalCodec::default().try_decode(&bytes, &[], &context, &DefaultPhysicalProtoConverter {});
            assert!(node.is_err(), "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_table_in_memory_is_named_with_what_to_do() {
        let context = SessionContext::new();
        context.sql("CREATE TABLE kept AS SELECT 1 AS id").await.unwrap();
        let table = context.table_provider("kept").await.unwrap();
        let error = FaceLogicalCodec::default().try_encode_table_provider(&"kept".into(), table, &mut Vec::new());
        assert!(error.unwrap_err().to_string().contains("kept lies in this process's memory: write it with COPY"));
    }
}
