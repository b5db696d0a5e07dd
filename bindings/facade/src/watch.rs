//! A face followed through a camera's frames.

use crate::engine::Networks;
use crate::frame::FrameLayout;
use crate::{Picture, Result};
use selfsame::capture::{CaptureOptions, CaptureSession, Hint, Oval as Inner, OvalSpec, face_oval};
use selfsame::capture::{Guidance as InnerGuidance, GuideOptions};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// The hints' words, the most urgent first. Left and right are the person's own.
#[must_use]
pub fn hints() -> Vec<String> {
    Hint::ALL.iter().map(|hint| hint.as_str().to_owned()).collect()
}

/// How a face is to be placed and held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WatchOptions {
    /// The oval's width as a share of the frame's width, or of ¾ of its height where that is less;
    /// above 0, at most 1.
    pub oval_width: f32,
    /// How long the face is to be still and good, in microseconds, 0 to 60,000,000.
    pub still_us: u64,
    /// After this time without success guidance has timed out, in microseconds.
    pub timeout_us: u64,
    /// How many of the best frames are kept, 0 to 64.
    pub kept_frames: u32,
}

impl Default for WatchOptions {
    /// The defaults of the library: 0.47 of the width, still for 1 s within 30 s, three frames.
    fn default() -> Self {
        let guide = GuideOptions::default();
        Self { oval_width: 0.47, still_us: guide.still_us(), timeout_us: guide.timeout_us(), kept_frames: 3 }
    }
}

/// An upright oval, in pixels of the upright frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Oval {
    /// Its centre, from the left.
    pub center_x: f32,
    /// Its centre, from the top.
    pub center_y: f32,
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
}

impl From<Inner> for Oval {
    fn from(oval: Inner) -> Self {
        let Inner { center, width_px: width, height_px: height } = oval;
        Self { center_x: center.x, center_y: center.y, width, height }
    }
}

/// The face that is followed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FollowedFace {
    /// The oval about it, in pixels of the upright frame: what to draw.
    pub oval: Option<Oval>,
    /// Its width over that of the oval to fill: 1 fills it, less is too far away.
    pub size: f32,
    /// How far it is from the oval's middle, in widths of the oval; positive to the image's right.
    pub offset_x: f32,
    /// How far it is from the oval's middle, in heights of the oval; positive downwards.
    pub offset_y: f32,
    /// The nose's direction to the side, in degrees.
    pub yaw_deg: f32,
    /// The nose's direction up or down, in degrees.
    pub pitch_deg: f32,
    /// The head's tilt, in degrees.
    pub roll_deg: f32,
    /// Distance of the lids over the eye's width; about 0.3 for open eyes.
    pub eye_openness: f32,
    /// Mean luminance, 0 to 1 of linear light.
    pub luminance: f32,
    /// Share that is blown out, 0 to 1.
    pub over_exposure: f32,
    /// Luminance of the darker half over that of the brighter one, 0 to 1.
    pub light_balance: f32,
    /// How much of the contrast is fine detail.
    pub sharpness: f32,
}

/// What to tell the person before the camera.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guidance {
    /// The word of the hint to show: one of [`hints`].
    pub hint: String,
    /// The word of the most useful hint for this frame alone, before smoothing over time.
    pub urge: String,
    /// How much of the still phase has passed, 0 to 1.
    pub progress: f32,
    /// Whether the face has been still and good for long enough.
    pub ready: bool,
    /// The hint that stood in the way for longest, once time has run out.
    pub timed_out: Option<String>,
    /// The frame's width, upright, in pixels.
    pub frame_width: u32,
    /// The frame's height, upright, in pixels.
    pub frame_height: u32,
    /// The oval to fill.
    pub oval: Oval,
    /// How many faces of similar size are in view.
    pub faces: u32,
    /// The one that is followed.
    pub face: Option<FollowedFace>,
    /// How a face stands that was seen turned where no upright one is: `clockwise_90`, `half` or
    /// `clockwise_270`.
    pub turned: Option<String>,
}

/// A face followed through a camera's frames: one person before one camera.
pub struct Watch {
    networks: Arc<Networks>,
    session: Mutex<CaptureSession>,
}

impl Watch {
    pub(crate) fn new(networks: Arc<Networks>, options: &WatchOptions) -> Result<Self> {
        let guide = GuideOptions::default().with_still_us(options.still_us)?.with_timeout_us(options.timeout_us)?;
        let session = CaptureOptions::default()
            .with_oval(OvalSpec::Centered { width: options.oval_width })
            .with_guide(guide)
            .with_kept_frames(options.kept_frames as usize)?;
        Ok(Self { networks, session: Mutex::new(CaptureSession::new(session)?) })
    }

    /// Looks at the next frame, taken at `timestamp_us` on any monotonic clock.
    ///
    /// # Errors
    /// `invalid_argument` if the time is not after the last frame's; `shape_mismatch` if `data` is
    /// shorter than the layout says. The watch stays usable.
    pub fn frame(&self, data: &[u8], layout: &FrameLayout, timestamp_us: u64) -> Result<Guidance> {
        let frame = layout.frame(data)?;
        // A session is whole between frames, whatever became of another thread's call.
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let guidance = session.frame(self.networks.detector(), self.networks.mesher(), &frame, timestamp_us)?;
        let InnerGuidance { hint, progress, urge, measurements, timed_out, .. } = guidance;
        let word = |hint: Hint| hint.as_str().to_owned();
        let followed = session.observation().and_then(|seen| seen.face.as_ref());
        let face = measurements.face.map(|face| FollowedFace {
            oval: followed.and_then(|followed| face_oval(&followed.smooth)).map(Oval::from),
            size: face.size,
            offset_x: face.offset_x,
            offset_y: face.offset_y,
            yaw_deg: face.yaw_deg,
            pitch_deg: face.pitch_deg,
            roll_deg: face.roll_deg,
            eye_openness: face.eye_openness,
            luminance: face.luminance,
            over_exposure: face.over_exposure,
            light_balance: face.light_balance,
            sharpness: face.sharpness,
        });
        Ok(Guidance {
            hint: word(hint),
            urge: word(urge),
            progress,
            ready: hint == Hint::Ready,
            timed_out: timed_out.map(word),
            frame_width: frame.width(),
            frame_height: frame.height(),
            oval: session.oval(&frame).into(),
            // A frame has fewer faces than pixels.
            faces: u32::try_from(measurements.faces).unwrap_or(u32::MAX),
            face,
            turned: measurements.turned.map(|turned| turned.as_str().to_owned()),
        })
    }

    /// The best frames so far, the best one first: the square about the face, upright, 512 pixels a
    /// side at most. What to compare with a document.
    #[must_use]
    pub fn best_pictures(&self) -> Vec<Picture> {
        // As in `frame`.
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.best_frames().iter().map(|kept| Picture(kept.photo.clone())).collect()
    }
}
