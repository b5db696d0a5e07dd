//! Faults of this package as the engine's errors.

use datafusion::error::DataFusionError;

/// An error of the engine with what happened here; DataFusion adds where in the plan it was.
pub(crate) fn fault(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> DataFusionError {
    DataFusionError::External(what.into())
}
