//! What the user chooses: the library, what it computes on, how many threads and sessions.

use crate::error::{Result, Stage};
use crate::settings::outside;
use ort::ep;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// The most threads, and the most sessions: chosen by hand, far above any machine's cores, and
/// within ONNX Runtime's `int`.
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
/// let options = OrtOptions::default()
///     .with_library("/opt/onnxruntime/lib/libonnxruntime.so")
///     .with_providers([Provider::Cuda { device: 0 }, Provider::Cpu])?
///     .with_max_sessions(2)?;
/// let model = Model::load(Task::Template, &ModelSource::Bundled, &Backend::Ort(options))?;
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrtOptions {
    library: Option<PathBuf>,
    providers: Vec<Provider>,
    intra_threads: usize,
    max_sessions: usize,
}

impl Default for OrtOptions {
    /// Every option at the default that its getter states.
    fn default() -> Self {
        // Where the machine does not tell its cores, one session is always right.
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { library: None, providers: vec![Provider::Cpu], intra_threads: 1, max_sessions: cores.min(MAX_THREADS) }
    }
}

impl OrtOptions {
    /// The shared library's file. Default: none, which means the file that the environment variable
    /// `ORT_DYLIB_PATH` names. System folders are not searched.
    ///
    /// It is code that runs in your process: let no one else choose or write it. A process can hold
    /// one ONNX Runtime: a second, different file is [`ErrorKind::BackendUnavailable`].
    ///
    /// [`ErrorKind::BackendUnavailable`]: crate::error::ErrorKind::BackendUnavailable
    #[must_use]
    pub fn library(&self) -> Option<&Path> {
        self.library.as_deref()
    }

    /// The same with another [`Self::library`].
    #[must_use]
    pub fn with_library(mut self, file: impl Into<PathBuf>) -> Self {
        self.library = Some(file.into());
        self
    }

    /// The providers, the preferred first. Default: [`Provider::Cpu`] alone.
    ///
    /// Nothing falls back silently:
    ///
    /// - a provider that cannot be registered is an error, whatever follows it;
    /// - without `Cpu` at the end, a network of which a provider cannot run *every* node is an
    ///   error too;
    /// - with `Cpu` at the end, nodes that the others lack run on the CPU.
    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// The same with other [`Self::providers`]: at least one, and nothing behind [`Provider::Cpu`],
    /// which takes every node.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::error::ErrorKind::InvalidArgument) for any other list.
    pub fn with_providers(mut self, providers: impl Into<Vec<Provider>>) -> Result<Self> {
        let providers = providers.into();
        match providers.split_last() {
            Some((_, before)) if !before.contains(&Provider::Cpu) => {}
            _ => return Err(outside(Stage::Model, "providers", &providers, "one or more, Cpu at the end only")),
        }
        self.providers = providers;
        Ok(self)
    }

    /// Threads inside one run; 0 lets ONNX Runtime choose. Default: 1, so that the runs of several
    /// threads do not fight for cores; range: `0..=1024`.
    #[must_use]
    pub fn intra_threads(&self) -> usize {
        self.intra_threads
    }

    /// The same with another number of [`Self::intra_threads`], in `0..=1024`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::error::ErrorKind::InvalidArgument) for a value outside
    /// that range.
    pub fn with_intra_threads(mut self, threads: usize) -> Result<Self> {
        if threads > MAX_THREADS {
            return Err(outside(Stage::Model, "intra_threads", &threads, "0..=1024"));
        }
        self.intra_threads = threads;
        Ok(self)
    }

    /// The most sessions, each with its own copy of the weights. Default: as many as the machine
    /// has cores; range: `1..=1024`.
    ///
    /// As many threads run at once; further ones wait. On a GPU 1 or 2 are enough.
    #[must_use]
    pub fn max_sessions(&self) -> usize {
        self.max_sessions
    }

    /// The same with another number of [`Self::max_sessions`], in `1..=1024`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::error::ErrorKind::InvalidArgument) for a value outside
    /// that range.
    pub fn with_max_sessions(mut self, sessions: usize) -> Result<Self> {
        if !(1..=MAX_THREADS).contains(&sessions) {
            return Err(outside(Stage::Model, "max_sessions", &sessions, "1..=1024"));
        }
        self.max_sessions = sessions;
        Ok(self)
    }

    /// Whether nothing but the CPU is asked for.
    pub(super) fn cpu_only(&self) -> bool {
        self.providers == [Provider::Cpu]
    }
}

impl Provider {
    /// The provider as `ort` registers it; one that is not there is an error.
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
