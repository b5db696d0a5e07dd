//! Networks with their cards: what a model file computes, where it comes from, and the backends
//! that run it.
//!
//! A model is two files: an ONNX network and a TOML [`ModelCard`]. [`ModelSource`] says where they
//! are: bundled with the crate, on disk, or in memory. A [`Backend`] turns them into a [`Network`].

pub(crate) mod calibration;
mod card;
mod impostors;
mod native;
mod network;
#[cfg(feature = "ort")]
mod ort;
mod source;

pub use calibration::{CalibrationPoint, CalibrationSpec, LogisticSpec};
pub use card::{Alignment, InputSpec, Layout, ModelCard, OutputSpec, Provenance, Task, TemplateSpec, Training};
pub use impostors::ImpostorSpec;
pub use native::NativeNetwork;
pub use network::{Network, NetworkSignature};
#[cfg(feature = "ort")]
pub use ort::{OrtNetwork, OrtOptions, Provider};
pub use source::{Backend, Model, ModelSource};
