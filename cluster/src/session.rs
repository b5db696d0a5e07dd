//! Sessions that know the functions.

use crate::functions::scalar_functions;
use crate::pairs::{FacePairsFunction, NoScalarPairs};
use crate::templater::FaceFunctions;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::sync::Arc;

impl FaceFunctions {
    /// A session that knows the functions, and refuses plans that compare a population one pair at
    /// a time.
    #[must_use]
    pub fn session(&self, config: SessionConfig) -> SessionContext {
        let state = self.state(SessionStateBuilder::new_with_default_features().with_config(config));
        let context = SessionContext::new_with_state(state);
        self.register(&context);
        context
    }

    /// What `state` builds, with [`NoScalarPairs`]: for engines over DataFusion that make sessions
    /// of their own. [`Self::register`] adds the functions.
    #[must_use]
    pub fn state(&self, state: SessionStateBuilder) -> SessionState {
        state.with_physical_optimizer_rule(Arc::new(NoScalarPairs)).build()
    }

    /// Teaches the functions to a session that exists. [`NoScalarPairs`] cannot be added to one.
    pub fn register(&self, context: &SessionContext) {
        for function in self.scalar_functions() {
            context.register_udf(function.as_ref().clone());
        }
        context.register_udtf("face_pairs", Arc::new(FacePairsFunction::new(self.clone())));
    }

    /// The functions of one row, for registries of other engines over DataFusion.
    #[must_use]
    pub fn scalar_functions(&self) -> Vec<Arc<ScalarUDF>> {
        scalar_functions(self)
    }
}
