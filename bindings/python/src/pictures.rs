//! Pictures and frames as Python has them: paths, bytes, arrays of `uint8`.

use crate::answers::or_raise;
use numpy::{PyReadonlyArray, PyReadonlyArray2, PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use selfsame_facade::{BatchPicture, Document, FrameColor, FrameFormat, FrameLayout, Picture};
use std::path::PathBuf;

/// An array of pixels, borrowed.
pub struct Pixels<'py> {
    array: Array<'py>,
    layout: FrameLayout,
}

/// Rows of pixels of three or four channels, or of one.
enum Array<'py> {
    Channels(PyReadonlyArray3<'py, u8>),
    Plane(PyReadonlyArray2<'py, u8>),
}

impl<'py> Pixels<'py> {
    /// The pixels of an array of `uint8`: height × width × 3 (RGB), × 4 (RGBA), or height × width
    /// (grey); with `format` `nv12` or `i420` its rows are all planes' bytes, one and a half times
    /// the height.
    pub fn of(value: &Bound<'py, PyAny>, format: Option<&str>) -> PyResult<Option<Self>> {
        if let Ok(array) = value.extract::<PyReadonlyArray3<'py, u8>>() {
            let [height, width, channels] = sides(&array)?;
            let format = match (channels, format) {
                (3, None | Some("rgb")) => FrameFormat::Rgb,
                (3, Some("bgr")) => FrameFormat::Bgr,
                (4, None | Some("rgba")) => FrameFormat::Rgba,
                (4, Some("bgra")) => FrameFormat::Bgra,
                _ => {
                    return Err(PyValueError::new_err(format!(
                        "{channels} channels are no {}",
                        format.unwrap_or("picture")
                    )));
                }
            };
            let layout = FrameLayout::packed(width, height, format);
            return Ok(Some(Self { array: Array::Channels(array), layout }));
        }
        let Ok(array) = value.extract::<PyReadonlyArray2<'py, u8>>() else { return Ok(None) };
        let [rows, width] = sides(&array)?;
        let format = or_raise(value.py(), FrameFormat::parse(format.unwrap_or("gray")))?;
        let height = if matches!(format, FrameFormat::Nv12 | FrameFormat::I420) { rows / 3 * 2 } else { rows };
        Ok(Some(Self { array: Array::Plane(array), layout: FrameLayout::packed(width, height, format) }))
    }

    /// Turns and mirrors them as the camera is mounted, with the colours that its luma means.
    pub fn mounted(mut self, rotation_degrees: u32, mirrored: bool, color: FrameColor) -> Self {
        self.layout = FrameLayout { rotation_degrees, mirrored, color, ..self.layout };
        self
    }

    /// The bytes, where they lie, and how they hold the frame.
    pub fn parts(&self) -> PyResult<(&[u8], &FrameLayout)> {
        let slice = match &self.array {
            Array::Channels(array) => array.as_slice(),
            Array::Plane(array) => array.as_slice(),
        };
        let gaps = |_| PyValueError::new_err("the array has gaps: pass numpy.ascontiguousarray(array)");
        Ok((slice.map_err(gaps)?, &self.layout))
    }
}

/// An array's sides, as the facade counts them.
fn sides<const N: usize, D: numpy::ndarray::Dimension>(array: &PyReadonlyArray<'_, u8, D>) -> PyResult<[u32; N]> {
    let sides: Vec<u32> = array.shape().iter().map(|side| u32::try_from(*side)).collect::<Result<_, _>>()?;
    sides.try_into().map_err(|_| PyTypeError::new_err("the array has other dimensions"))
}

/// What a caller may give for a picture.
pub enum Given<'py> {
    /// A file's bytes, kept by Python.
    Bytes(Bound<'py, PyBytes>),
    /// Where a file lies.
    Path(PathBuf),
    /// Pixels.
    Pixels(Pixels<'py>),
}

impl<'py> Given<'py> {
    /// A path, bytes or an array.
    pub fn of(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if let Some(pixels) = Pixels::of(value, None)? {
            return Ok(Self::Pixels(pixels));
        }
        let path = value.extract::<PathBuf>();
        path.map(Self::Path).map_err(|_| PyTypeError::new_err("a picture is a path, bytes or an array of uint8"))
    }

    /// The decoded picture; other threads of Python go on meanwhile.
    pub fn picture(&self, py: Python<'_>) -> PyResult<Picture> {
        let picture = match self {
            Self::Bytes(bytes) => {
                let bytes = bytes.as_bytes();
                py.detach(|| Picture::decode(bytes))
            }
            Self::Path(path) => {
                let bytes = std::fs::read(path)?;
                py.detach(|| Picture::decode(&bytes))
            }
            Self::Pixels(pixels) => {
                let (data, layout) = pixels.parts()?;
                py.detach(|| Picture::from_frame(data, layout))
            }
        };
        or_raise(py, picture)
    }

    /// The decoded document.
    pub fn document(&self, py: Python<'_>) -> PyResult<Document> {
        let document = match self {
            Self::Bytes(bytes) => {
                let bytes = bytes.as_bytes();
                py.detach(|| Document::decode(bytes))
            }
            Self::Path(path) => {
                let bytes = std::fs::read(path)?;
                py.detach(|| Document::decode(&bytes))
            }
            Self::Pixels(_) => return Ok(Document::from_picture(&self.picture(py)?)),
        };
        or_raise(py, document)
    }

    /// The picture as a batch takes it: a file is read when its turn comes.
    pub fn batched(self, py: Python<'_>) -> PyResult<BatchPicture> {
        Ok(match &self {
            Self::Bytes(bytes) => BatchPicture::File(bytes.as_bytes().to_vec()),
            Self::Path(path) => match path.to_str() {
                Some(path) => BatchPicture::Path(path.to_owned()),
                None => BatchPicture::File(std::fs::read(path)?),
            },
            Self::Pixels(_) => BatchPicture::Decoded(self.picture(py)?),
        })
    }
}
