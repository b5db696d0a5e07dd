//! The function and the table that it gives: what is read, and how a plan reads it.

use super::arguments::{Arguments, Bar, Side};
use super::plan::{FacePairsExec, pairs_schema};
use crate::fault::fault;
use crate::functions::FACE_TEMPLATE;
use crate::templater::FaceFunctions;
use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::{Session, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::TableReference;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::provider_as_source;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableType};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use futures::FutureExt;
use std::sync::Arc;

/// The function as SQL calls it.
#[derive(Debug)]
pub(crate) struct FacePairsFunction {
    functions: FaceFunctions,
}

impl FacePairsFunction {
    pub(crate) fn new(functions: FaceFunctions) -> Self {
        Self { functions }
    }
}

impl TableFunctionImpl for FacePairsFunction {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let Arguments { left, right, bar } = Arguments::read(args.exprs())?;
        let bar = match bar {
            Bar::Score(score) => score,
            Bar::Fmr(fmr) => self.functions.bar_for_fmr(fmr)?,
        };
        let read = |side: &Side<'_>| source(args.session(), side);
        let table = FacePairsTable::new(read(&left)?, right.as_ref().map(read).transpose()?, bar)?;
        Ok(Arc::new(table))
    }
}

/// The two columns of a table, as a plan.
fn source(session: &dyn Session, side: &Side<'_>) -> Result<LogicalPlan> {
    let name = TableReference::from(side.table);
    let options = &session.config_options().catalog;
    let resolved = name.clone().resolve(&options.default_catalog, &options.default_schema);
    let missing = || fault(format!("face_pairs: there is no table {resolved}"));
    let catalog = session.catalog_list().catalog(&resolved.catalog).ok_or_else(missing)?;
    let schema = catalog.schema(&resolved.schema).ok_or_else(missing)?;
    // A function is called while a statement is planned, and planning does not wait.
    let found = schema.table(&resolved.table).now_or_never();
    let found = found
        .ok_or_else(|| fault(format!("face_pairs: the catalogue of {resolved} has to be asked over a network")))?;
    let provider = found?.ok_or_else(missing)?;
    let column = |name: &str| {
        let index = provider.schema().index_of(name);
        index.map_err(|_| fault(format!("face_pairs: {resolved} has no column {name:?}")))
    };
    if side.id == side.template {
        return Err(fault(format!("face_pairs: {:?} cannot hold both ids and templates", side.id)));
    }
    let columns = vec![column(side.id)?, column(side.template)?];
    LogicalPlanBuilder::scan(name, provider_as_source(provider), Some(columns))?.build()
}

/// The table of pairs: ids of both, the smaller one first within one table, and their score.
#[derive(Debug)]
pub struct FacePairsTable {
    left: LogicalPlan,
    right: Option<LogicalPlan>,
    bar: f32,
    schema: SchemaRef,
}

impl FacePairsTable {
    /// The pairs of what `left` reads, or of that with what `right` reads: an id and a template
    /// each.
    ///
    /// # Errors
    /// If a plan has other columns, or makes templates of pictures, which would be done once for
    /// each pair of blocks; if the bar is not finite.
    pub fn new(left: LogicalPlan, right: Option<LogicalPlan>, bar: f32) -> Result<Self> {
        for plan in std::iter::once(&left).chain(&right) {
            check(plan)?;
        }
        let fields = |plan: &LogicalPlan| plan.schema().inner().clone();
        let schema = pairs_schema(&fields(&left), right.as_ref().map(fields).as_ref())?;
        if !bar.is_finite() {
            return Err(fault(format!("face_pairs: a bar of {bar}")));
        }
        Ok(Self { left, right, bar, schema })
    }

    /// What is read on the left.
    #[must_use]
    pub fn left(&self) -> &LogicalPlan {
        &self.left
    }

    /// What is read on the right, if it is something else.
    #[must_use]
    pub fn right(&self) -> Option<&LogicalPlan> {
        self.right.as_ref()
    }

    /// The least score.
    #[must_use]
    pub fn bar(&self) -> f32 {
        self.bar
    }
}

/// An error unless a plan has an id and a template, which are not made while it runs.
fn check(plan: &LogicalPlan) -> Result<()> {
    let fields = plan.schema().fields();
    let bytes = fields.get(1).map(|field| field.data_type());
    let is_bytes = matches!(
        bytes,
        Some(DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_))
    );
    if fields.len() != 2 || !is_bytes {
        return Err(fault("face_pairs: the column of templates has to be one of bytes"));
    }
    let mut makes = false;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                makes |= matches!(part, Expr::ScalarFunction(call) if call.func.name() == FACE_TEMPLATE);
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    if makes {
        return Err(fault(
            "face_pairs: this table makes templates of pictures while it is read, and would for every pair of blocks: \
             write them to a table first",
        ));
    }
    Ok(())
}

#[async_trait]
impl TableProvider for FacePairsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let left = state.create_physical_plan(&self.left).await?;
        let right = match &self.right {
            Some(plan) => Some(state.create_physical_plan(plan).await?),
            None => None,
        };
        let plan: Arc<dyn ExecutionPlan> = Arc::new(FacePairsExec::try_new(left, right, self.bar)?);
        let Some(columns) = projection else { return Ok(plan) };
        let column = |index: &usize| {
            let name = self.schema.fields().get(*index).map(|field| field.name().clone());
            let name = name.ok_or_else(|| fault(format!("face_pairs: no column {index}")))?;
            let expr = Arc::new(Column::new(&name, *index));
            Ok(ProjectionExpr { expr, alias: name })
        };
        let columns = columns.iter().map(column).collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(ProjectionExec::try_new(columns, plan)?))
    }
}
