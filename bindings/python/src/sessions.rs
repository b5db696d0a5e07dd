//! A camera's frames, one after the other.

use crate::answers::{answered, or_raise};
use crate::engine::frame_of;
use numpy::{IntoPyArray, PyArray3, PyArrayMethods};
use pyo3::prelude::*;
use selfsame_facade as facade;

/// A face followed through a camera's frames: one person before one camera.
#[pyclass(frozen, module = "selfsame")]
pub struct Watch(pub facade::Watch);

#[pymethods]
impl Watch {
    /// Looks at the next frame.
    #[pyo3(signature = (frame, timestamp_us, format=None, *, rotation_degrees=0, mirrored=false, color="bt709"))]
    #[allow(clippy::too_many_arguments, reason = "Python's arguments have names")]
    fn frame<'py>(
        &self,
        py: Python<'py>,
        frame: &Bound<'py, PyAny>,
        timestamp_us: u64,
        format: Option<&str>,
        rotation_degrees: u32,
        mirrored: bool,
        color: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let pixels = frame_of(frame, format, rotation_degrees, mirrored, color)?;
        let (data, layout) = pixels.parts()?;
        let guidance = or_raise(py, py.detach(|| self.0.frame(data, layout, timestamp_us)))?;
        answered(py, "Guidance", &guidance)
    }

    /// The best frames so far, the best one first, as arrays of RGB.
    fn best_pictures<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyArray3<u8>>>> {
        let array = |picture: facade::Picture| {
            let sides = [picture.height() as usize, picture.width() as usize, 3];
            picture.rgb().to_vec().into_pyarray(py).reshape(sides)
        };
        self.0.best_pictures().into_iter().map(array).collect()
    }
}

/// A flash challenge as the service issued it.
#[pyclass(frozen, module = "selfsame")]
pub struct FlashChallenge(pub facade::FlashChallenge);

#[pymethods]
impl FlashChallenge {
    #[new]
    fn new(py: Python<'_>, json: &str) -> PyResult<Self> {
        or_raise(py, facade::FlashChallenge::parse(json.as_bytes())).map(Self)
    }

    /// The colours to show, in order.
    fn flashes<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.0.flashes().iter().map(|flash| answered(py, "Flash", flash)).collect()
    }

    /// How long the challenge takes.
    #[getter]
    fn total_us(&self) -> u64 {
        self.0.total_us()
    }

    /// What to show at a time; `None` where the screen is black.
    fn shown_at<'py>(&self, py: Python<'py>, at_us: u64) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.shown_at(at_us).map(|flash| answered(py, "Flash", &flash)).transpose()
    }
}

/// The answer to one challenge, watched while it is given.
#[pyclass(frozen, module = "selfsame")]
pub struct FlashSession(pub facade::FlashSession);

#[pymethods]
impl FlashSession {
    /// Looks at the next frame.
    #[pyo3(signature = (frame, timestamp_us, format=None, *, rotation_degrees=0, mirrored=false, color="bt709"))]
    #[allow(clippy::too_many_arguments, reason = "Python's arguments have names")]
    fn frame<'py>(
        &self,
        py: Python<'py>,
        frame: &Bound<'py, PyAny>,
        timestamp_us: u64,
        format: Option<&str>,
        rotation_degrees: u32,
        mirrored: bool,
        color: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let pixels = frame_of(frame, format, rotation_degrees, mirrored, color)?;
        let (data, layout) = pixels.parts()?;
        let progress = or_raise(py, py.detach(|| self.0.frame(data, layout, timestamp_us)))?;
        answered(py, "FlashProgress", &progress)
    }

    /// Says when the screen showed the first picture of a flash.
    fn shown(&self, py: Python<'_>, flash: u32, shown_us: u64) -> PyResult<()> {
        or_raise(py, self.0.shown(flash, shown_us))
    }

    /// The verdict on the frames so far.
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let report = or_raise(py, py.detach(|| self.0.report()))?;
        answered(py, "FlashReport", &report)
    }
}
