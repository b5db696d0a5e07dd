//! Where a model comes from, and which backend runs it.

use super::card::MAX_CARD_BYTES;
use super::{ModelCard, NativeNetwork, Network, Task};
use crate::error::{Error, ErrorKind, Result, Stage};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Model files larger than this are refused, in bytes: chosen by hand, far above the ArcFace
/// family's 250 MB.
const MAX_MODEL_BYTES: u64 = 1 << 30;

/// A model's two files.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ModelSource {
    /// The network that comes with the crate for the task at hand (feature `bundled-models`).
    Bundled,
    /// A card on disk; the network lies beside it under the card's `file`.
    Card(PathBuf),
    /// A card and its network in memory.
    Memory {
        /// The card's text.
        card: Cow<'static, str>,
        /// The ONNX file.
        network: Cow<'static, [u8]>,
    },
    /// Loaded before: to share it between engines, or because its network is the caller's own
    /// ([`Model::custom`]).
    Loaded(Model),
}

#[cfg(feature = "sface")]
impl ModelSource {
    /// SFace, a second template network, from the crate `selfsame-sface` (feature `sface`): 128
    /// values from a crop of 112 × 112 pixels.
    ///
    /// Its templates never compare with the bundled network's. Its card has no calibration yet:
    /// which false match rate a score stands for is for you to measure.
    ///
    /// ```
    /// use selfsame::model::{Backend, Model, ModelSource, Task};
    ///
    /// let model = Model::load(Task::Template, &ModelSource::sface(), &Backend::Native)?;
    /// assert_eq!(model.network.signature().output_len(0), Some(128));
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    pub fn sface() -> Self {
        Self::Memory { card: selfsame_sface::CARD.into(), network: selfsame_sface::NETWORK.into() }
    }
}

/// What executes a network.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Backend {
    /// The crate's own executor.
    #[default]
    Native,
    /// The crate's own executor, with 8-bit integers in the pointwise layers of a network whose
    /// file carries calibrated ranges. Of the bundled networks that is the one for templates;
    /// the others run as with [`Backend::Native`].
    ///
    /// It makes the template network 1.5 times as fast with AVX2 and about 1.7 times with AVX-512
    /// VNNI; without either, four times slower. On LFW accuracy is 0.9943 ± 0.0025 instead of
    /// 0.9947 ± 0.0026, and at an FMR of 1e-3 / 1e-4 the FNMR is 1.02 / 3.02 % instead of 1.06
    /// / 2.96 %; the thresholds for these rates give 1.03e-3 and 1.04e-4. Templates can be
    /// compared with those of the other backends at the same thresholds: between f32 and
    /// integers, cosines alone, 0.9985e-3 for 1e-3.
    Int8,
    /// ONNX Runtime (feature `ort`).
    #[cfg(feature = "ort")]
    Ort(super::OrtOptions),
}

/// A loaded model: its card and a network that runs. Cloning shares the network.
#[derive(Clone)]
#[non_exhaustive]
pub struct Model {
    /// What the model's card says.
    pub card: Arc<ModelCard>,
    /// The network, ready to run.
    pub network: Arc<dyn Network>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("id", &self.card.id).field("task", &self.card.task).finish_non_exhaustive()
    }
}

impl Model {
    /// Loads the model for `task` from `source` onto `backend`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if a file cannot be read, [`ErrorKind::LimitExceeded`] over 1 GiB (a card:
    /// 1 MiB), [`ErrorKind::InvalidModel`] if card and file disagree (task, size, SHA-256,
    /// shapes), [`ErrorKind::UnsupportedOperator`] if the native executor lacks an operator,
    /// [`ErrorKind::BackendUnavailable`] if the backend is missing.
    pub fn load(task: Task, source: &ModelSource, backend: &Backend) -> Result<Self> {
        match source {
            ModelSource::Bundled => {
                let (card, network) = bundled(task)?;
                Self::from_parts(task, card, network, backend)
            }
            ModelSource::Card(path) => Self::beside(task, path, &read_card(path)?, backend),
            ModelSource::Memory { card, network } => Self::from_parts(task, card, network, backend),
            ModelSource::Loaded(model) => {
                check_task(task, &model.card)?;
                Ok(model.clone())
            }
        }
    }

    /// A model whose network is the caller's own implementation: another runtime, or a fake in
    /// tests.
    pub fn custom(card: ModelCard, network: Arc<dyn Network>) -> Self {
        Self { card: Arc::new(card), network }
    }

    /// The model whose card's text is `text`, read from `path`, beside which the network lies.
    pub(super) fn beside(task: Task, path: &Path, text: &str, backend: &Backend) -> Result<Self> {
        let card = ModelCard::parse(text)?;
        let network = read_bounded(&neighbour(path, &card.file)?, MAX_MODEL_BYTES, "1 GiB")?;
        Self::from_card(task, card, &network, backend)
    }

    fn from_parts(task: Task, card: &str, network: &[u8], backend: &Backend) -> Result<Self> {
        Self::from_card(task, ModelCard::parse(card)?, network, backend)
    }

    fn from_card(task: Task, card: ModelCard, bytes: &[u8], backend: &Backend) -> Result<Self> {
        check_task(task, &card)?;
        let same_size = u64::try_from(bytes.len()).is_ok_and(|len| len == card.bytes);
        if !same_size || hex(&Sha256::digest(bytes)) != card.sha256.to_ascii_lowercase() {
            return Err(invalid(&format!(
                "the file of {:?} is not the one its card describes (size or SHA-256)",
                card.id
            )));
        }
        let network: Arc<dyn Network> = match backend {
            Backend::Native => Arc::new(NativeNetwork::load(bytes, &card)?),
            Backend::Int8 => Arc::new(NativeNetwork::load_int8(bytes, &card)?),
            #[cfg(feature = "ort")]
            Backend::Ort(options) => Arc::new(super::OrtNetwork::load(bytes, &card, options)?),
        };
        Ok(Self::custom(card, network))
    }
}

fn check_task(task: Task, card: &ModelCard) -> Result<()> {
    if card.task == task {
        return Ok(());
    }
    Err(invalid(&format!("{:?} is a model for {}, not for {task}", card.id, card.task)))
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidModel, Stage::Model, message)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The text of the card at `path`.
pub(super) fn read_card(path: &Path) -> Result<String> {
    let text = read_bounded(path, MAX_CARD_BYTES as u64, "1 MiB")?;
    String::from_utf8(text).map_err(|e| invalid("the model card is not UTF-8").with_source(e))
}

/// The file that a card at `path` names, which must lie beside it.
pub(super) fn neighbour(path: &Path, file: &str) -> Result<PathBuf> {
    let file = Path::new(file);
    if file.file_name() != Some(file.as_os_str()) {
        return Err(invalid("the card's file must be a plain file name"));
    }
    Ok(path.with_file_name(file))
}

fn read_bounded(path: &Path, limit: u64, in_words: &str) -> Result<Vec<u8>> {
    let io = |e: std::io::Error| {
        Error::new(ErrorKind::Io, Stage::Model, format!("cannot read {}", path.display())).with_source(e)
    };
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(limit + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > limit {
        let message = format!("{} is over {in_words}", path.display());
        return Err(Error::new(ErrorKind::LimitExceeded, Stage::Model, message));
    }
    Ok(bytes)
}

#[cfg(feature = "bundled-models")]
fn bundled(task: Task) -> Result<(&'static str, &'static [u8])> {
    Ok(match task {
        Task::Detect => {
            (include_str!("../../models/detect.toml"), include_bytes!("../../models/detect.onnx").as_slice())
        }
        Task::Mesh => (include_str!("../../models/mesh.toml"), include_bytes!("../../models/mesh.onnx").as_slice()),
        Task::Template => {
            (include_str!("../../models/template.toml"), include_bytes!("../../models/template.onnx").as_slice())
        }
    })
}

#[cfg(not(feature = "bundled-models"))]
fn bundled(task: Task) -> Result<(&'static str, &'static [u8])> {
    Err(Error::new(
        ErrorKind::InvalidArgument,
        Stage::Model,
        format!("no bundled model for {task}: the feature `bundled-models` is off; give a ModelSource::Card"),
    ))
}
