//! What the user chooses: the library, what it computes on, how many threads and sessions.

use crate::error::{Error, ErrorKind, Result, Stage};
use ort::ep;
use std::path::PathBuf;

/// Bounds of the options: far above any machine's cores, and within ONNX Runtime's `int`.
const MAX_THREADS: usize = 1024;

/// What ONNX Runtime computes on.
///
/// All but [`Provider::Cpu`] need a library built with that provider (PyPI `onnxruntime` has the
/// CPU alone), and may compute in other precisions: measure thresholds again before you trust them
/// there. Only `Cpu` is tested in this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// ONNX Runtime's own kernels: always available, complete.
    Cpu,
    /// NVIDIA GPUs; f32 without the TF32 shortcut.
    Cuda {
        /// The GPU's ordinal.
        device: u16,
    },
    /// Apple's accelerators; may compute in f16.
    CoreMl,
    /// Android's accelerators; may compute in f16.
    Nnapi,
    /// Any DirectX 12 device on Windows.
    DirectMl {
        /// The device's ordinal.
        device: u16,
    },
}

/// How ONNX Runtime is found and used.
///
/// ```no_run
/// use selfsame::model::{Backend, Model, ModelSource, OrtOptions, Provider, Task};
/// let options = OrtOptions {
///     library: Some("/opt/onnxruntime/lib/libonnxruntime.so".into()),
///     providers: vec![Provider::Cuda { device: 0 }, Provider::Cpu],
///     ..OrtOptions::default()
/// };
/// let model = Model::load(Task::Template, &ModelSource::Bundled, &Backend::Ort(options))?;
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrtOptions {
    /// The shared library's file; `None`: the file that the environment variable `ORT_DYLIB_PATH`
    /// names. System folders are not searched. It is code that runs in your process: let no one
    /// else choose or write it. A process can hold one ONNX Runtime: a second, different file
    /// is [`ErrorKind::BackendUnavailable`].
    pub library: Option<PathBuf>,
    /// Providers, the preferred first; default `[Cpu]`. Nothing falls back silently:
    ///
    /// - a provider that cannot be registered is an error, whatever follows it;
    /// - without `Cpu` at the end, a network of which a provider cannot run *every* node is an
    ///   error too;
    /// - with `Cpu` at the end, nodes that the others lack run on the CPU.
    pub providers: Vec<Provider>,
    /// Threads inside one run; default 1, so that the runs of several threads do not fight for
    /// cores. 0 lets ONNX Runtime choose.
    pub intra_threads: usize,
    /// Sessions at most, each with its own copy of the weights; default: the machine's cores. As
    /// many threads run at once; further ones wait. On a GPU 1 or 2 are enough.
    pub max_sessions: usize,
}

impl Default for OrtOptions {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { library: None, providers: vec![Provider::Cpu], intra_threads: 1, max_sessions: cores.min(MAX_THREADS) }
    }
}

impl OrtOptions {
    pub(super) fn check(&self) -> Result<()> {
        let invalid = |message: &str| Err(Error::new(ErrorKind::InvalidArgument, Stage::Model, message));
        let Some((_, all_but_last)) = self.providers.split_last() else {
            return invalid("OrtOptions::providers is empty");
        };
        if all_but_last.contains(&Provider::Cpu) {
            return invalid("Provider::Cpu takes every node: nothing can follow it");
        }
        if self.intra_threads > MAX_THREADS || !(1..=MAX_THREADS).contains(&self.max_sessions) {
            return invalid("OrtOptions: at most 1024 threads, and 1 to 1024 sessions");
        }
        Ok(())
    }

    pub(super) fn cpu_only(&self) -> bool {
        self.providers == [Provider::Cpu]
    }
}

impl Provider {
    pub(super) fn dispatch(self) -> ep::ExecutionProviderDispatch {
        let dispatch = match self {
            Provider::Cpu => ep::CPU::default().build(),
            Provider::Cuda { device } => ep::CUDA::default().with_device_id(i32::from(device)).with_tf32(false).build(),
            Provider::CoreMl => ep::CoreML::default().build(),
            Provider::Nnapi => ep::NNAPI::default().build(),
            Provider::DirectMl { device } => ep::DirectML::default().with_device_id(i32::from(device)).build(),
        };
        dispatch.error_on_failure()
    }
}
