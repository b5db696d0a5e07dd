//! ONNX Runtime, straight through the `ort` crate.

use super::{Peer, to_nchw};
use anyhow::{Context, Result, ensure};
use ndarray::Array4;
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::Tensor;
use selfsame::model::ModelCard;
use std::ffi::CStr;
use std::path::Path;
use std::time::{Duration, Instant};

/// What reports call it.
pub const NAME: &str = "ONNX Runtime";
/// Names the shared library.
const VARIABLE: &str = "ORT_DYLIB_PATH";
/// The free axis of the bundled files.
const BATCH_AXIS: &str = "N";
const HINT: &str = "`pip install onnxruntime` and set ORT_DYLIB_PATH to the library in it \
    (onnxruntime/capi/libonnxruntime.so.…, .dylib or .dll), or leave ONNX Runtime out with --without-ort";

/// ONNX Runtime, loaded.
pub struct Runtime {
    environment: Environment,
    /// As the library tells it.
    pub version: String,
}

impl Runtime {
    pub fn load() -> Result<Self> {
        let path = std::env::var_os(VARIABLE).filter(|v| !v.is_empty());
        let path = path.with_context(|| format!("ORT_DYLIB_PATH is not set: {HINT}"))?;
        let path = Path::new(&path);
        // `ort` looks for relative paths beside the executable.
        let absolute = std::path::absolute(path)?;
        ensure!(absolute.is_file(), "there is no ONNX Runtime library at {}: {HINT}", path.display());
        let builder = ort::init_from(&absolute)
            .with_context(|| format!("{} is no ONNX Runtime of version 1.20 or newer: {HINT}", path.display()))?;
        let environment = builder.with_name("peers").with_telemetry(false).build()?;
        Ok(Self { environment, version: version(&absolute)? })
    }
}

/// The version of a library that `ort` has accepted: `ort` itself tells the commit alone.
fn version(path: &Path) -> Result<String> {
    // SAFETY: it is loaded already, so nothing of it runs anew; `OrtGetApiBase` has this signature
    // in every ONNX Runtime, gives a pointer that is valid as long as the library is loaded, and
    // the version is a string that ends in zero.
    unsafe {
        let library = libloading::Library::new(path)?;
        let get_base: libloading::Symbol<unsafe extern "system" fn() -> *const ort_sys::OrtApiBase> =
            library.get(b"OrtGetApiBase")?;
        let version = ((*get_base()).GetVersionString)();
        Ok(CStr::from_ptr(version).to_string_lossy().into_owned())
    }
}

pub struct Ort {
    session: Session,
    /// In the card's order.
    names: Vec<String>,
    input: Tensor<f32>,
}

impl Ort {
    pub fn new(file: &[u8], card: &ModelCard, runtime: &Runtime) -> Result<Self> {
        let configure = || {
            Ok(Session::builder(&runtime.environment)?
                .with_optimization_level(GraphOptimizationLevel::All)?
                .with_intra_threads(1)?
                .with_inter_threads(1)?
                .with_dimension_override(BATCH_AXIS, 1)?)
        };
        let mut builder = configure().map_err(|e: ort::Error| e)?;
        let session = builder.commit_from_memory(file)?;
        let names = card.outputs.iter().map(|o| o.name.clone()).collect();
        Ok(Self { session, names, input: Tensor::from_array(([1, 3, 0, 0], Vec::new()))? })
    }
}

impl Peer for Ort {
    fn name(&self) -> &'static str {
        NAME
    }

    fn set_input(&mut self, image: &Array4<f32>) -> Result<()> {
        self.input = Tensor::from_array(to_nchw(image))?;
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        let start = Instant::now();
        let outputs = self.session.run(ort::inputs![&self.input])?;
        let time = start.elapsed();
        drop(outputs);
        Ok(time)
    }

    fn outputs(&mut self) -> Result<Vec<Vec<f32>>> {
        let outputs = self.session.run(ort::inputs![&self.input])?;
        let values = |name: &String| {
            let output = outputs.get(name).with_context(|| format!("no output {name:?}"))?;
            Ok(output.try_extract_tensor::<f32>()?.1.to_vec())
        };
        self.names.iter().map(values).collect()
    }
}
