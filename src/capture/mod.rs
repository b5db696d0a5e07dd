//! Oval capture guidance: a camera's frames in, one instruction at a time out, until the face fills
//! the oval and holds still.
//!
//! Begin with a [`CaptureSession`] and show it every frame through
//! [`Engine::guide`](crate::engine::Engine::guide); the [`Guidance`] that comes back has the hint
//! to show, and how much of the still phase has passed. Its parts can be used alone, too:
//!
//! [`Tracker`] follows one face: detection once, then the mesh network alone. [`Measurements`] are
//! what a frame says: size and place of the face against the oval, head pose, eyes, light,
//! sharpness. [`Guide`] turns them into the one most useful [`Hint`], without flicker; it sees no
//! pixels. [`BestFrames`] keeps the best few frames for the comparison. [`CaptureSession`] is all
//! of them behind one call.
//!
//! Hints are codes; their texts are the client's.
//!
//! ```
//! use selfsame::capture::{CaptureOptions, CaptureSession, Hint};
//! use selfsame::{engine::Engine, image::Photo};
//!
//! let engine = Engine::new()?;
//! let file = std::fs::read("datasets/portraits/obama.jpg")?;
//! let photo = Photo::decode(&file, &Default::default())?;
//! let mut session = CaptureSession::new(CaptureOptions::default())?;
//! let guidance = engine.guide(&mut session, &photo.frame(), 0)?;
//! assert_eq!(guidance.hint, Hint::MoveDown, "an official portrait shows shoulders, too");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod best;
mod guide;
mod hint;
mod measure;
mod one_euro;
mod oval;
mod session;
mod tracker;

pub use best::{BestFrames, KeptFrame};
pub(crate) use best::{SuspendedFrame, TYPICAL_FOCAL_LENGTH};
pub use guide::{Guidance, Guide, GuideLimits, GuideOptions};
pub use hint::Hint;
pub use measure::{FaceMeasurements, Measurements};
pub use one_euro::OneEuro;
pub(crate) use oval::HEIGHT_OVER_WIDTH;
pub use oval::{Oval, OvalSpec, face_oval};
pub use session::{CaptureOptions, CaptureSession};
pub(crate) use tracker::SuspendedTracker;
pub use tracker::{Observation, TrackId, TrackedFace, Tracker, TrackerOptions};
