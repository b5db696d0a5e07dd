//! The engine.

use crate::answers::{answered, or_raise, raised};
use crate::batch::{Heard, Template, Templates};
use crate::pictures::{Given, Pixels};
use crate::sessions::{FlashChallenge, FlashSession, Watch};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use selfsame_facade::{self as facade, EngineOptions, FrameColor, Precision, Profile, WatchOptions};

/// A template, its face, and the reasons if there is none.
type Extracted<'py> = (Option<Template>, Option<Bound<'py, PyAny>>, Vec<String>);

/// The networks, loaded and ready: build one, and share it between threads.
#[pyclass(frozen, module = "selfsame")]
pub struct Engine(facade::Engine);

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (profile="standard", precision="float32", threads=0, *, refuse_same_picture=false, refuse_covered=false, refuse_possible_morph=false))]
    fn new(
        py: Python<'_>,
        profile: &str,
        precision: &str,
        threads: u32,
        refuse_same_picture: bool,
        refuse_covered: bool,
        refuse_possible_morph: bool,
    ) -> PyResult<Self> {
        let (profile, precision) = (or_raise(py, Profile::parse(profile))?, or_raise(py, Precision::parse(precision))?);
        let options =
            EngineOptions { profile, precision, threads, refuse_same_picture, refuse_possible_morph, refuse_covered };
        or_raise(py, py.detach(|| facade::Engine::new(&options))).map(Self)
    }

    /// The identity that this engine's templates carry.
    #[getter]
    fn model_id(&self) -> String {
        self.0.model_id()
    }

    /// How many values this engine's templates have.
    #[getter]
    fn dimension(&self) -> u32 {
        self.0.dimension()
    }

    /// Whether the person on `selfie` is the one on `document`.
    #[pyo3(signature = (document, selfie, fmr=1e-4))]
    fn verify<'py>(
        &self,
        py: Python<'py>,
        document: &Bound<'py, PyAny>,
        selfie: &Bound<'py, PyAny>,
        fmr: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (document, selfie) = (Given::of(document)?.document(py)?, Given::of(selfie)?.picture(py)?);
        let answer = or_raise(py, py.detach(|| self.0.verify(&document, &selfie, fmr)))?;
        answered(py, "Verification", &answer)
    }

    /// The template of the face on a picture, the face, and the reasons if there is none.
    fn template<'py>(&self, py: Python<'py>, picture: &Bound<'py, PyAny>) -> PyResult<Extracted<'py>> {
        let extraction = match Given::of(picture)? {
            Given::Pixels(pixels) => {
                let (data, layout) = pixels.parts()?;
                py.detach(|| self.0.template_of_frame(data, layout))
            }
            given => {
                let picture = given.picture(py)?;
                py.detach(|| self.0.template(&picture))
            }
        };
        let extraction = or_raise(py, extraction)?;
        let face = extraction.face.map(|face| answered(py, "Face", &face)).transpose()?;
        Ok((extraction.template.map(Template), face, extraction.reasons))
    }

    /// The templates of many pictures, in their order, on all threads of the engine.
    #[pyo3(signature = (pictures, progress=None))]
    fn templates(
        &self,
        py: Python<'_>,
        pictures: &Bound<'_, PyAny>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Templates> {
        let pictures = pictures.try_iter()?.map(|picture| Given::of(&picture?)?.batched(py));
        let pictures = pictures.collect::<PyResult<Vec<_>>>()?;
        let heard = Heard::new(progress);
        let extracted = py.detach(|| self.0.templates(&pictures, &heard));
        heard.or_its_own(py, extracted).map(|extracted| Templates::of(extracted, self.0.dimension()))
    }

    /// Whether two templates are of one person.
    #[pyo3(signature = (document, selfie, fmr=1e-4))]
    fn compare<'py>(
        &self,
        py: Python<'py>,
        document: &Template,
        selfie: &Template,
        fmr: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let comparison = or_raise(py, self.0.compare(&document.0, &selfie.0, fmr))?;
        answered(py, "Comparison", &comparison)
    }

    /// What one frame alone says.
    #[pyo3(signature = (frame, format=None, *, rotation_degrees=0, mirrored=false, color="bt709"))]
    fn guide<'py>(
        &self,
        py: Python<'py>,
        frame: &Bound<'py, PyAny>,
        format: Option<&str>,
        rotation_degrees: u32,
        mirrored: bool,
        color: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let pixels = frame_of(frame, format, rotation_degrees, mirrored, color)?;
        let (data, layout) = pixels.parts()?;
        let guidance = or_raise(py, py.detach(|| self.0.guide(data, layout)))?;
        answered(py, "Guidance", &guidance)
    }

    /// Begins to follow a face through a camera's frames.
    #[pyo3(signature = (*, oval_width=None, still_us=None, timeout_us=None, kept_frames=None))]
    fn watch(
        &self,
        py: Python<'_>,
        oval_width: Option<f32>,
        still_us: Option<u64>,
        timeout_us: Option<u64>,
        kept_frames: Option<u32>,
    ) -> PyResult<Watch> {
        let usual = WatchOptions::default();
        let options = WatchOptions {
            oval_width: oval_width.unwrap_or(usual.oval_width),
            still_us: still_us.unwrap_or(usual.still_us),
            timeout_us: timeout_us.unwrap_or(usual.timeout_us),
            kept_frames: kept_frames.unwrap_or(usual.kept_frames),
        };
        self.0.watch(&options).map(Watch).map_err(|error| raised(py, &error))
    }

    /// Begins to watch the answer to a flash challenge.
    fn flash_session(&self, py: Python<'_>, challenge: &FlashChallenge) -> PyResult<FlashSession> {
        or_raise(py, self.0.flash_session(&challenge.0)).map(FlashSession)
    }
}

/// An array as a camera's frame.
pub fn frame_of<'py>(
    frame: &Bound<'py, PyAny>,
    format: Option<&str>,
    rotation_degrees: u32,
    mirrored: bool,
    color: &str,
) -> PyResult<Pixels<'py>> {
    let color = or_raise(frame.py(), FrameColor::parse(color))?;
    let pixels = Pixels::of(frame, format)?;
    let pixels = pixels.ok_or_else(|| PyTypeError::new_err("a frame is an array of uint8, with two or three axes"))?;
    Ok(pixels.mounted(rotation_degrees, mirrored, color))
}
