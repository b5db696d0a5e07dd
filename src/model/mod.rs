//! Networks with their cards: what a model file computes, where it comes from, and the backends
//! that run it.
//!
//! A model is two files: an ONNX network and a TOML [`ModelCard`]. [`ModelSource`] says where they
//! are: bundled with the crate, on disk, or in memory. A [`Backend`] turns them into a [`Network`],
//! whose [`NetworkSignature`] states the shapes of the slices that it reads and writes:
//!
//! ```
//! use selfsame::model::{Backend, Model, ModelSource, Task};
//!
//! let model = Model::load(Task::Mesh, &ModelSource::Bundled, &Backend::Native)?;
//! let signature = model.network.signature();
//! assert_eq!((signature.height, signature.width, signature.channels), (192, 192, 3));
//!
//! // A grey image: no face, and the face flag says so.
//! let image = vec![0.5; signature.input_len()];
//! let mut outputs: Vec<Vec<f32>> = signature.output_lens().map(|len| vec![0.0; len]).collect();
//! let mut slices: Vec<&mut [f32]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
//! model.network.run(&image, &mut slices)?;
//! assert_eq!(signature.outputs[1].0, "face_flag");
//! assert!(outputs[1][0] < 0.0, "a logit: below 0 is less than even odds");
//! # Ok::<(), selfsame::error::Error>(())
//! ```
//!
//! [`crate::Engine`] loads its networks by itself, an [`Ensemble`] of them for templates; this
//! module is for networks of your own, for other backends, and for fakes in tests
//! ([`Model::custom`]).

pub(crate) mod calibration;
mod card;
mod centre;
mod detector_card;
mod ensemble;
mod ensemble_card;
mod impostors;
mod inspect;
mod morph;
mod native;
mod network;
#[cfg(feature = "ort")]
mod ort;
mod probe;
mod profile;
mod source;

pub use calibration::{CalibrationPoint, CalibrationSpec, LogisticSpec};
#[cfg(not(target_arch = "wasm32"))]
pub use card::FacePoint;
pub use card::{Alignment, InputSpec, Layout, ModelCard, OutputSpec, Provenance, Task, TemplateSpec, Training};
pub use centre::CentreSpec;
pub use detector_card::{DetectorFamily, DetectorOutputs, DetectorSpec, ScoreScale};
pub use ensemble::{Ensemble, TemplateSource};
pub use ensemble_card::{EnsembleCard, EnsembleMember};
pub use impostors::ImpostorSpec;
pub use inspect::{MissingNode, NetworkReport};
pub use morph::MorphSpec;
pub use native::{NativeNetwork, NetworkLayer};
pub use network::{Network, NetworkSignature};
#[cfg(feature = "ort")]
pub use ort::{OrtNetwork, OrtOptions, Provider};
pub use probe::{CoveredPartSpec, CoveringSpec, ProbeSpec, ReliabilitySpec};
pub use profile::Profile;
pub use source::{Backend, Model, ModelSource};
