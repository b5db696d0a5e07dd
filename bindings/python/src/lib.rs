//! Python bindings of selfsame: arguments in, the facade's answers out. Nothing is decided here.

mod answers;
mod batch;
mod engine;
mod pictures;
mod sessions;

use pyo3::prelude::*;

#[pymodule]
mod _selfsame {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::answers::SelfsameError;
    #[pymodule_export]
    use super::batch::{Template, Templates, error_rates, scores};
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::hints;
    #[pymodule_export]
    use super::sessions::{FlashChallenge, FlashSession, Watch};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", selfsame_facade::version())
    }
}

/// The words of all hints, the most urgent first.
#[pyfunction]
fn hints() -> Vec<String> {
    selfsame_facade::hints()
}
