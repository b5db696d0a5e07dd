//! The paved road: an [`Engine`] owns the networks, and one call goes from pictures to an answer.
//!
//! | call | from | to |
//! |---|---|---|
//! | [`Engine::verify`] | a document's portrait and a selfie | a [`Verification`] |
//! | [`Engine::verify_for`] | both, and an attempt's nonce | that, and evidence of a match |
//! | [`Engine::compare`] | two templates | a [`Verdict`] and its threshold |
//! | [`Engine::document_page`] | a photograph of a data page | the portrait on it |
//! | [`Engine::document_evidence`] | a document, an attempt's nonce | evidence that it was read |
//! | [`Engine::guide`] | a camera's frames | what to tell the person: closer, further, hold still |
//! | [`Engine::watch`] | frames taken during the flashes | how far the liveness session is |
//! | [`Engine::resume`] | a suspended liveness session | the session, in another process |
//! | [`Engine::face`] | one picture | the subject's face, measured, with its template |
//! | [`Engine::face_from`] | a selfie | that, with the template of a portrait |
//! | [`Engine::locate`] | one picture | where the face of your choice is |
//!
//! Each stage that these calls go through (detection, landmarks, quality, template, comparison) is
//! public in a module of its own and can be used alone.
//!
//! An engine is built once ([`Engine::new`], or [`Engine::builder`] for other networks, backends
//! and options) and shared by all threads: every method takes `&self`, no call takes a lock, and
//! after it is built it reads no file and no clock. Whoever wants to know how long stages take
//! passes a [`StageObserver`] to one of the methods that end in `_observed`.
//!
//! What a picture shows is a value: a face that cannot be compared is an
//! [`Outcome::Refused`](crate::outcome::Outcome::Refused) or a [`Verdict::Refused`] with reasons. A
//! fault (a broken argument, a network that returns NaN) is an [`Error`](crate::error::Error).
//! Neither is ever a match.

mod builder;
mod evidence;
mod frames;
mod locate;
mod page;
mod report;
mod suspended;
mod verdict;
mod verify;
mod witnesses;
mod words;

pub use crate::observer::{Side, StageObserver};
pub use builder::{Engine, EngineBuilder};
pub use locate::{Face, Located};
pub use report::{FaceReport, SideReport, Verification};
pub use verdict::{Comparison, FaceRefusal, Verdict, VerdictReason};

#[cfg(test)]
mod tests;
