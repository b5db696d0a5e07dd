//! Face detection: where in a frame there are faces, how large, and roughly where their eyes, nose,
//! mouth and ears are.
//!
//! [`Detector::detect`] answers with every face it finds, best first; [`select_face`] says which of
//! them is the subject, or that it would be a guess.
//!
//! One run of the network over the whole upright frame is the rule. Only a frame whose best face is
//! doubtful is searched again: zoomed out (for faces that overfill the frame), turned by quarter
//! turns, and in tiles (for small faces). [`DetectOptions`] says which searches may run, and what
//! each costs and finds.
//!
//! The network is YuNet (W. Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023) with
//! an input of 192 × 192 pixels, run by [`crate::model`]. A card may bring another one: SCRFD,
//! RetinaFace, BlazeFace, or YuNet of another size ([`DetectorSpec`](crate::model::DetectorSpec)).
//!
//! ```no_run
//! use selfsame::detect::{DetectOptions, Detector, FaceSelection, select_face};
//! # use selfsame::{image::Frame, model::Model};
//! # fn example(model: Model, frame: Frame<'_>) -> selfsame::error::Result<()> {
//! let detector = Detector::new(model)?;
//! let faces = detector.detect(&frame, &DetectOptions::default())?;
//! if let FaceSelection::One(face) = select_face(&faces) {
//!     println!("a face {} px wide, turned by {}°", face.rect.width(), face.rotation.degrees());
//! }
//! # Ok(())
//! # }
//! ```

mod candidate;
mod detection;
mod detector;
mod family;
mod found;
mod nms;
mod options;
mod rotation;
mod search;
mod select;

pub use detection::Detection;
pub use detector::Detector;
pub use options::{DEFAULT_THRESHOLD, DetectOptions};
pub use rotation::Rotation;
pub use select::{COUNTED_SCORE, DOMINANT_WIDTH_RATIO, FaceSelection, select_face};
pub(crate) use select::{dominant_face, doubted};

#[cfg(test)]
mod tests;
