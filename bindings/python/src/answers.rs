//! From the facade's plain data to Python's: dataclasses of `selfsame._answers`, and one exception.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use serde::Serialize;

create_exception!(
    selfsame,
    SelfsameError,
    PyException,
    "What went wrong: `code` is a stable word, `stage` says where, `advice` what to do."
);

/// The exception of a fault.
pub fn raised(py: Python<'_>, error: &selfsame_facade::Error) -> PyErr {
    let raised = SelfsameError::new_err(error.message.clone());
    let value = raised.value(py);
    let fields = [("code", &error.code), ("stage", &error.stage), ("advice", &error.advice)];
    match fields.into_iter().try_for_each(|(name, text)| value.setattr(name, text)) {
        Ok(()) => raised,
        Err(other) => other,
    }
}

/// The value, or its fault as an exception.
pub fn or_raise<T>(py: Python<'_>, result: selfsame_facade::Result<T>) -> PyResult<T> {
    result.map_err(|error| raised(py, &error))
}

/// `answer` as the dataclass `name`.
pub fn answered<'py>(py: Python<'py>, name: &str, answer: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    // By way of a value 32-bit floats keep their exact value, as in the JSON of Rust's own reports.
    let json = serde_json::to_value(answer).map_err(|error| SelfsameError::new_err(error.to_string()))?;
    py.import("selfsame._answers")?.getattr("built")?.call1((name, json.to_string()))
}
