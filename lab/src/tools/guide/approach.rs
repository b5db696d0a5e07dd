//! A still photograph as a camera would see its subject come closer.

use crate::error::{Error, ErrorKind, Result};
use selfsame::Engine;
use selfsame::error::Stage;
use selfsame::geometry::{Point, Rect, Similarity};
use selfsame::image::{Border, Crop, Photo, warp_rgb8};

/// Size of the made-up camera's frames, in pixels: a phone's, held upright.
const WIDTH_PX: usize = 480;
const HEIGHT_PX: usize = 640;
/// Width of the detected face over the frame's, when the approach begins and when it has ended. The
/// end fills the default oval; both were chosen by eye.
const FIRST_SHARE: f64 = 0.25;
const LAST_SHARE: f64 = 0.64;
/// How long the approach takes, in seconds; after it the face is still.
const APPROACH_S: f64 = 2.0;
/// How long all of it takes, in seconds: time enough for the hint to change and the face to be
/// still.
pub const LENGTH_S: f64 = 4.0;

/// A photograph, and where the face is that comes closer.
pub struct Approach {
    photo: Photo,
    face: Rect,
}

impl Approach {
    /// Finds the face.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the photograph shows no face that a comparison could use.
    pub fn new(engine: &Engine, photo: Photo) -> Result<Self> {
        let Some(face) = engine.face(&photo.frame())?.found() else {
            let message = "the photograph shows no face that could come closer";
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Capture, message));
        };
        Ok(Self { photo, face: face.detection.rect })
    }

    /// What the camera sees `seconds` after the beginning.
    ///
    /// # Errors
    /// Those of [`warp_rgb8`], which a face of finite size does not cause.
    pub fn frame(&self, seconds: f64) -> Result<Photo> {
        let progress = (seconds / APPROACH_S).clamp(0.0, 1.0);
        let share = FIRST_SHARE + (LAST_SHARE - FIRST_SHARE) * progress;
        let scale = (f64::from(self.face.width()) / (WIDTH_PX as f64 * share)) as f32;
        // The frame's middle shows the face's middle.
        let middle = self.face.center();
        let (half_width, half_height) = (WIDTH_PX as f32 / 2.0, HEIGHT_PX as f32 / 2.0);
        let corner = Point::new(middle.x - half_width * scale, middle.y - half_height * scale);
        let Some(source_from_target) = Similarity::new(scale, 0.0, corner) else {
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Capture, "the face has no size"));
        };
        let crop = Crop { width: WIDTH_PX, height: HEIGHT_PX, source_from_target, border: Border::Replicate };
        Ok(warp_rgb8(&self.photo.frame(), &crop)?)
    }
}
