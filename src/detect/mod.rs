//! Face detection: where in a frame there are faces, how large, and roughly where their eyes, nose,
//! mouth and ears are.
//!
//! One run of the network over the whole upright frame is the rule. Only a frame whose best face is
//! doubtful is searched again: zoomed out (faces that overfill the frame), turned by quarter turns,
//! and in tiles (small faces). Which of these a caller wants is said by [`DetectOptions`]; what
//! they cost and find is measured there.
//!
//! ```no_run
//! use selfsame::detect::{DetectOptions, Detector, FaceSelection, select_face};
//! # fn example(model: selfsame::model::Model, frame: selfsame::image::Frame<'_>) -> selfsame::error::Result<()> {
//! let detector = Detector::new(model)?;
//! let faces = detector.detect(&frame, &DetectOptions::default())?;
//! if let FaceSelection::One(face) = select_face(&faces) {
//!     println!("a face {} px wide, turned by {}°", face.rect.width(), face.rotation.degrees());
//! }
//! # Ok(())
//! # }
//! ```

mod decode;
mod detection;
mod detector;
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
pub(crate) use select::dominant_face;
pub use select::{COUNTED_SCORE, DOMINANT_WIDTH_RATIO, FaceSelection, select_face};

#[cfg(test)]
mod tests;
