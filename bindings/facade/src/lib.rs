//! The surface that selfsame's bindings stand on: Python and the web today, C and UniFFI (Kotlin,
//! Swift) next.
//!
//! Everything is owned plain data: bytes, numbers, strings, enums with stable words. No type has a
//! lifetime or a parameter, objects are shared by reference from any thread, and every failure is
//! one [`Error`] with a code, a message and what to do. Nothing is decided here; what a value means
//! stands at the type of `selfsame` that it comes from. `docs/bindings.md` lists every function in
//! each language.
//!
//! ```
//! use selfsame_facade::{Decision, Engine, EngineOptions};
//!
//! # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
//! let engine = Engine::new(&EngineOptions::default())?;
//! let document = std::fs::read("datasets/portraits/obama.jpg")?;
//! let selfie = std::fs::read("datasets/portraits/obama2.jpg")?;
//! let answer = engine.verify_files(&document, &selfie, 1e-4)?;
//! assert_eq!(answer.decision, Decision::Match);
//! let compared = answer.compared.ok_or("refused")?;
//! println!("score {:.3}, needed {:.3}", compared.score, answer.threshold.score);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod engine;
mod error;
mod flash;
mod frame;
mod models;
mod options;
mod picture;
#[cfg(feature = "evaluate")]
mod rates;
mod results;
mod templates;
mod watch;
mod words;

pub use engine::Engine;
pub use error::{Error, Result};
pub use flash::{Flash, FlashChallenge, FlashProgress, FlashReport, FlashSession};
pub use frame::{FrameColor, FrameFormat, FrameLayout, PlaneLayout};
pub use models::{ModelFile, model_files};
pub use options::{EngineOptions, Precision, Profile};
pub use picture::{Document, Picture};
#[cfg(feature = "evaluate")]
pub use rates::{ErrorRates, RateAtFmr, RateInterval, error_rates};
pub use results::{Compared, Comparison, Decision, Face, QualityMeasure, Side, Threshold, Verification};
pub use templates::{BatchPicture, Extraction, Progress, Template, scores};
pub use watch::{FollowedFace, Guidance, Oval, Watch, WatchOptions, hints};

/// The version of the library that the bindings stand on.
#[must_use]
pub fn version() -> String {
    selfsame::VERSION.to_owned()
}
