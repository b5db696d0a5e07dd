#![doc = include_str!("../README.md")]
#![doc = include_str!("../docs/security.md")]

pub mod align;
pub mod binding;
pub mod capture;
pub mod compare;
pub mod detect;
pub mod digest;
pub mod document;
pub mod engine;
pub mod enrol;
pub mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod gallery;
pub mod geometry;
pub mod image;
pub mod liveness;
pub mod mesh;
pub mod model;
mod nn;
pub mod observer;
pub mod outcome;
pub mod quality;
#[cfg(any(test, fuzzing))]
mod random;
pub mod secret;
mod settings;
pub mod simd;
mod telemetry;
pub mod template;
mod words;

// Tests run code of the examples, which names the crate.
#[cfg(test)]
extern crate self as selfsame;
