//! Remote biometric enrolment: is the person before this camera the person on this document, and
//! are they really there?
//!
//! Selfsame finds the face on a document's portrait and on a selfie, compares the two at a false
//! match rate that you ask for, and says why when it can't. It guides a face before a camera, tells
//! a live one that answers flashing screen colours from prints, replays and injected videos, and
//! leads through a whole enrolment, from the form to the signature, without a step left out. It is
//! a library to link into servers and apps: pure Rust, with its networks inside. Nothing is
//! downloaded, nothing native is linked.
//!
//! # A first program
//! Is this the person on the document, if one pair of strangers in ten thousand may pass?
//!
//! ```
//! use selfsame::{DocumentPhoto, Engine, Limits, Photo, Verdict};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (engine, limits) = (Engine::new()?, Limits::default());
//! let document = std::fs::read("datasets/portraits/obama.jpg")?;
//! let document = DocumentPhoto::from_bytes(&document, &limits)?;
//! let selfie = std::fs::read("datasets/portraits/obama2.jpg")?;
//! let selfie = Photo::decode(&selfie, &limits)?;
//!
//! let answer = engine.verify(&document, &selfie, 1e-4)?;
//! match &answer.verdict {
//!     Verdict::Match(found) => println!("the same person, score {:.3}", found.score.value()),
//!     // Two people, or pictures that cannot be compared: `selfie_no_face` and the like.
//!     other => other.reasons().iter().for_each(|reason| println!("{reason}")),
//! }
//! # assert_eq!(answer.verdict.as_str(), "match");
//! # Ok(())
//! # }
//! ```
//!
//! Build the [`Engine`] once and share it: it takes `&self` everywhere. The document is a chip's
//! data group 2, or any JPEG, JPEG 2000, PNG or WebP file; [`Engine::document_page`] takes a
//! photograph of the data page. What a picture shows is a value with reasons, such as
//! `selfie_no_face`; only a fault, such as a damaged file, is an [`Error`].
//! `serde_json::to_string(&answer)` writes the answer down.
//!
//! # The pipeline
//! ```text
//! document ─ DocumentPhoto ─┐
//!                           ├─ detect ─ mesh ─ quality ─ align ─ template ─ compare ─ Verdict
//! selfie ─── Photo ─────────┘                                       └───── gallery (1:N)
//!
//! camera ─── Frame ─── Engine::guide (the oval) ─── Engine::watch (the flashes) ─── live or not
//!
//! evidence of document, life and match ─── enrol ─── a new account
//! ```
//! [`Engine`] has one call for each of these ways; [`engine`] lists them. Every stage is public and
//! can be used alone.
//!
//! # Modules
//! From the top down; a module uses only modules below it.
//!
//! | module | what it is for |
//! |---|---|
//! | [`engine`] | one call for each question; owns the networks |
//! | [`enrol`] | the ceremony: states, PINs, attempts and locks, sealed storage, audit |
//! | [`liveness`] | flash challenges, safe with epilepsy, and the verdict on the answer |
//! | [`gallery`] | enrolled templates in a mapped file, exact search (1:N) |
//! | [`compare`] | scores, what they mean as false match rates, decisions |
//! | [`template`] | 192 numbers that stand for a face, and their encoding as bytes |
//! | [`document`] | portraits from chips, image files and photographed data pages |
//! | [`capture`] | one face followed through a camera's frames, and what to tell its owner |
//! | [`align`], [`quality`] | the canonical crop; measures of ISO/IEC 29794-5 and refusals |
//! | [`detect`], [`mesh`] | where faces are; 468 landmarks and the head's pose |
//! | [`model`] | network files, their cards, what executes them |
//! | [`image`] | from bytes to pixels within [`Limits`], camera frames, resampling |
//! | [`secret`], [`digest`], [`binding`] | nonces, hashes, and which attempt evidence belongs to |
//! | [`error`](mod@error), [`outcome`] | faults; a value, or why there is none |
//! | [`observer`] | who hears when stages begin and end |
//! | [`geometry`], [`simd`] | points, rectangles, transforms; instruction sets |
//!
//! # What never happens
//! - **A match in doubt.** NaN passes no threshold, and neither a refusal nor a fault is a match.
//! - **A panic, or memory read that is not its own, whatever the input.** Bytes from outside have
//!   bounded memory, checked before it is allocated.
//! - **Forged evidence.** Only [`Engine::verify_for`], [`Engine::document_evidence`] and
//!   [`LivenessSession::finish`] make it; it carries an attempt's nonce and is consumed by value.
//! - **A secret in a log.** PINs and keys are overwritten when dropped and never printed; `Debug`
//!   shows no pixels and no templates.
//! - **A surprise from outside.** No clock, no network and no randomness but what the caller passes
//!   in: the same input gives the same bits, on every thread.
// The documents exist for readers alone, and so does the link.
#![cfg_attr(doc, doc = "[`_documentation::security`] has the whole list, with what each rests on.")]
//!
//! # What it does not promise
//! - The time to decode a JPEG follows its pixels *and* its scans: one of many nearly empty scans
//!   takes seconds. Bound the time of a request where strangers send files.
//! - Liveness was tuned and measured on simulated sessions, not on real attacks.
//! - Error rates are those of the data they were measured on: measure on your own people, and pass
//!   the outcome to [`EngineBuilder::calibration`](engine::EngineBuilder::calibration).
//! - Nothing here says that a document is genuine. Passive authentication is the caller's.
//! - Transport, storage, rate limits and key management are the caller's.
//!
//! # Features
//! | feature | what it adds |
//! |---|---|
//! | `bundled-models` (default) | three networks inside the library, 4.4 MB |
//! | `sface` | a second template network, 7 MB from a crate of its own |
//! | `ort` | ONNX Runtime as a second backend, found at run time, never downloaded |
//! | `tracing` | events for a log: which instruction set, which hypothesis; never pixels or names |
//!
//! No feature changes what a verdict is.
//!
//! # Other crates in signatures
//! Generators of random numbers are those of [`rand_core`] 0.10, and encoded templates lie in
//! memory of [`zeroize`] 1; both are re-exported here. Reports implement `Serialize` of `serde` 1.

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

/// The version of this crate, as in its Cargo.toml: for records of what a verdict was made by.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

// What a first program needs. The rest stays in its module.
pub use capture::CaptureSession;
pub use document::DocumentPhoto;
pub use engine::{Engine, EngineBuilder, Verdict, Verification};
pub use error::{Error, ErrorKind, Result};
pub use image::{Frame, Limits, Photo};
pub use liveness::LivenessSession;
pub use outcome::Outcome;

/// The traits of random number generators that this crate's signatures name, in the version that it
/// is built with.
pub use rand_core;

/// Memory that is overwritten when it is dropped: what [`template::Template::encode`] returns, in
/// the version that this crate is built with.
pub use zeroize;

/// Longer documents about the crate as a whole. They hold no code.
#[cfg(doc)]
pub mod _documentation {
    #[doc = include_str!("../docs/security.md")]
    pub mod security {}
}

// The programs in the README run as tests, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

// Tests run code of the examples, which names the crate.
#[cfg(test)]
extern crate self as selfsame;
