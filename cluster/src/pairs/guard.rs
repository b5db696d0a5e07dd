//! [`NoScalarPairs`]: a population is not compared one pair at a time.

use crate::fault::fault;
use crate::functions::FACE_SCORE;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::{CrossJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use std::sync::Arc;

/// The most pairs that `face_score` may compare in a join: some seconds of a core. Chosen by hand.
const MOST: usize = 1_000_000;

/// Refuses a plan in which `face_score` would compare all pairs of two tables, unless they are
/// known to be few: a million at most. `face_pairs` compares them in blocks, a thousand times as
/// fast.
#[derive(Debug)]
pub struct NoScalarPairs;

impl PhysicalOptimizerRule for NoScalarPairs {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.apply(|node| {
            if scores(node)?
                && let Some(join) = join_of_all(node)
                && !few(join)?
            {
                return Err(fault(format!(
                    "face_score would compare all pairs of two tables one by one ({}): use face_pairs",
                    join.name()
                )));
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(plan)
    }

    fn name(&self) -> &str {
        "no_scalar_pairs"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether a node itself calls `face_score`.
fn scores(node: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let mut found = false;
    node.apply_expressions(&mut |expr: &Arc<dyn PhysicalExpr>| {
        expr.apply(|part| {
            let call = part.downcast_ref::<ScalarFunctionExpr>();
            found |= call.is_some_and(|call| call.fun().name() == FACE_SCORE);
            Ok(TreeNodeRecursion::Continue)
        })
    })?;
    Ok(found)
}

/// The join without a key whose rows a node sees: its own, or one below that nothing has thinned
/// out.
fn join_of_all(node: &Arc<dyn ExecutionPlan>) -> Option<&Arc<dyn ExecutionPlan>> {
    if node.is::<NestedLoopJoinExec>() || node.is::<CrossJoinExec>() {
        return Some(node);
    }
    match node.children().as_slice() {
        [child] if child.fetch().is_none() => join_of_all(child),
        _ => None,
    }
}

/// Whether a join is known to have few pairs.
fn few(join: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let mut pairs = 1usize;
    for child in join.children() {
        let statistics = StatisticsContext::new().compute(child.as_ref(), &StatisticsArgs::new())?;
        let Some(rows) = statistics.num_rows.get_value() else { return Ok(false) };
        pairs = pairs.saturating_mul(*rows);
    }
    Ok(pairs <= MOST)
}
