//! The shared library: loaded once per process, by the first network.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::telemetry::debug_event;
use ort::environment::Environment;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The environment variable that names the library where [`OrtOptions::library`] does not.
///
/// [`OrtOptions::library`]: super::OrtOptions::library
const LIBRARY_VARIABLE: &str = "ORT_DYLIB_PATH";
/// What to do about a missing library. The oldest version follows from ort's feature `api-20` in
/// Cargo.toml.
const HINT: &str = "install ONNX Runtime 1.20 or newer (`pip install onnxruntime==1.31.0`) and name its library in \
    OrtOptions::library or ORT_DYLIB_PATH (in that package: onnxruntime/capi/libonnxruntime.so.1.31.0)";
/// From this feature level on, `ort` has ONNX Runtime choose devices by itself (CoreML on a Mac)
/// where none but the CPU is asked for, and the only other setting fails where no devices are
/// discovered (seen with 1.22 on Linux).
const SELF_CHOOSING_API: u32 = 22;

/// The library that this process has loaded (it is never unloaded), and the one environment that a
/// process may have.
struct Runtime {
    library: PathBuf,
    environment: Option<Environment>,
}

static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);

/// The process's one environment; the first call loads the library. A call that loads none leaves
/// no trace; the next may name another file.
pub(super) fn environment(library: Option<&Path>) -> Result<Environment> {
    let unavailable = |message: String| Error::new(ErrorKind::BackendUnavailable, Stage::Model, message);
    if ort::MINOR_VERSION >= SELF_CHOOSING_API {
        let message = "another crate in this build enables the feature `api-22` or a later one of `ort` (they are among its \
            default features), with which ONNX Runtime chooses devices unasked";
        return Err(unavailable(message.to_owned()));
    }
    let variable = || std::env::var_os(LIBRARY_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
    let path = library.map(Path::to_path_buf).or_else(variable);
    let path = path.ok_or_else(|| unavailable(format!("no ONNX Runtime library is named; {HINT}")))?;
    let missing =
        |e| unavailable(format!("there is no ONNX Runtime library at {}; {HINT}", path.display())).with_source(e);
    // `ort` panics on a missing library in places, and looks for relative paths beside the
    // executable: neither can happen to an absolute path of a file that exists.
    let absolute = std::path::absolute(&path).map_err(missing)?;
    let canonical = absolute.canonicalize().map_err(missing)?;
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = &*runtime {
        if loaded.library != canonical {
            let (old, new) = (loaded.library.display(), canonical.display());
            return Err(unavailable(format!("this process uses the ONNX Runtime {old}; it cannot load {new} as well")));
        }
        if let Some(environment) = &loaded.environment {
            return Ok(environment.clone());
        }
    }
    let builder = ort::init_from(&absolute)
        .map_err(|e| unavailable(format!("{} is no ONNX Runtime that fits; {HINT}", path.display())).with_source(e))?;
    let runtime = runtime.insert(Runtime { library: canonical, environment: None });
    let environment = builder.with_name("selfsame").with_telemetry(false).build();
    let environment =
        environment.map_err(|e| unavailable("ONNX Runtime gave no environment".to_owned()).with_source(e))?;
    debug_event!(library = %runtime.library.display(), "ONNX Runtime loaded");
    Ok(runtime.environment.insert(environment).clone())
}
