//! Templates, batches of them, and all scores of two batches.

use crate::answers::{answered, or_raise};
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use selfsame_facade::{self as facade, Extraction, Progress};
use std::sync::Mutex;
use std::sync::PoisonError;

/// A callable that hears of progress, and what it raised.
pub struct Heard {
    callable: Option<Py<PyAny>>,
    raised: Mutex<Option<PyErr>>,
}

impl Heard {
    /// Nobody hears where there is no callable; signals such as Ctrl-C are looked for all the same.
    pub fn new(callable: Option<Py<PyAny>>) -> Self {
        Self { callable, raised: Mutex::new(None) }
    }

    /// The result, or what the callable raised, which ended it.
    pub fn or_its_own<T>(self, py: Python<'_>, result: facade::Result<T>) -> PyResult<T> {
        match self.raised.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(raised) => Err(raised),
            None => or_raise(py, result),
        }
    }
}

impl Progress for Heard {
    /// `False` from the callable cancels; so does what it raises.
    fn advance(&self, done: u64, total: u64) -> bool {
        let said = Python::attach(|py| {
            py.check_signals()?;
            let Some(callable) = &self.callable else { return Ok(true) };
            let answer = callable.call1(py, (done, total))?;
            let answer = answer.bind(py);
            if answer.is_none() { Ok(true) } else { answer.is_truthy() }
        });
        said.unwrap_or_else(|error| {
            *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            false
        })
    }
}

/// A face as numbers: biometric data.
#[pyclass(frozen, module = "selfsame")]
#[derive(Clone)]
pub struct Template(pub facade::Template);

#[pymethods]
impl Template {
    /// Reads what `to_bytes` wrote.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        or_raise(py, facade::Template::from_bytes(bytes)).map(Self)
    }

    /// The bytes to keep.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &or_raise(py, self.0.to_bytes())?))
    }

    /// The values, a vector of unit length.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f32>> {
        self.0.values().to_vec().into_pyarray(py)
    }

    /// The identity of the networks that made it.
    #[getter]
    fn model_id(&self) -> &str {
        self.0.model_id()
    }
}

/// Templates of many pictures, in their order; a picture without one has its reasons instead.
#[pyclass(frozen, sequence, module = "selfsame")]
pub struct Templates {
    templates: Vec<Option<facade::Template>>,
    reasons: Vec<Vec<String>>,
    dimension: usize,
}

impl Templates {
    pub fn of(extracted: Vec<Extraction>, dimension: u32) -> Self {
        let (templates, reasons) = extracted.into_iter().map(|one| (one.template, one.reasons)).unzip();
        Self { templates, reasons, dimension: dimension as usize }
    }
}

#[pymethods]
impl Templates {
    /// A list of templates, where `None` is a missing one.
    #[new]
    fn new(templates: Vec<Option<PyRef<'_, Template>>>) -> Self {
        let templates: Vec<_> = templates.into_iter().map(|one| one.map(|one| one.0.clone())).collect();
        // Without a template there are no values.
        let dimension = templates.iter().flatten().next().map_or(0, |first| first.values().len());
        Self { reasons: vec![Vec::new(); templates.len()], templates, dimension }
    }

    fn __len__(&self) -> usize {
        self.templates.len()
    }

    fn __getitem__(&self, index: isize) -> PyResult<Option<Template>> {
        let len = self.templates.len();
        let place = if index < 0 { len.checked_add_signed(index) } else { usize::try_from(index).ok() };
        let found = place.and_then(|place| self.templates.get(place));
        found.map(|one| one.clone().map(Template)).ok_or_else(|| PyIndexError::new_err("there is no such template"))
    }

    /// Why a picture has no template, for each; empty where it has one.
    #[getter]
    fn reasons(&self) -> Vec<Vec<String>> {
        self.reasons.clone()
    }

    /// The values as a matrix of float32, a row for each picture: NaN where there is no template.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let missing = vec![f32::NAN; self.dimension];
        let row = |one: &Option<facade::Template>| one.as_ref().map_or(missing.clone(), |one| one.values().to_vec());
        let values: Vec<f32> = self.templates.iter().flat_map(row).collect();
        values.into_pyarray(py).reshape([self.templates.len(), self.dimension])
    }
}

/// All scores of `rows` with `columns` (with themselves, if there are none) as a matrix of float32;
/// NaN where a template is missing.
#[pyfunction]
#[pyo3(signature = (rows, columns=None, *, threads=0, progress=None))]
pub fn scores<'py>(
    py: Python<'py>,
    rows: &Templates,
    columns: Option<&Templates>,
    threads: u32,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let columns = columns.unwrap_or(rows);
    let heard = Heard::new(progress);
    let found = py.detach(|| facade::scores(&rows.templates, &columns.templates, threads, &heard));
    heard.or_its_own(py, found)?.into_pyarray(py).reshape([rows.templates.len(), columns.templates.len()])
}

/// Error rates of a square matrix of scores, whose picture `i` shows `subjects[i]`.
#[pyfunction]
#[pyo3(signature = (scores, subjects, fmrs=vec![1e-2, 1e-3, 1e-4], *, replicates=1000, seed=1))]
pub fn error_rates<'py>(
    py: Python<'py>,
    scores: PyReadonlyArray2<'py, f32>,
    subjects: Vec<u64>,
    fmrs: Vec<f64>,
    replicates: u32,
    seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    let gaps = |_| PyValueError::new_err("the matrix has gaps: pass numpy.ascontiguousarray(scores)");
    let values = scores.as_slice().map_err(gaps)?;
    let rates = py.detach(|| facade::error_rates(values, &subjects, &fmrs, replicates, seed));
    answered(py, "ErrorRates", &or_raise(py, rates)?)
}
