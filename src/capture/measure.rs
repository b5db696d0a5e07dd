//! What one frame says about the face before the camera: the numbers that guidance rests on.

use super::oval::Oval;
use super::tracker::{Observation, TrackId};
use crate::detect::Rotation;
use crate::error::Result;
use crate::image::Frame;
use crate::mesh::View;
use crate::quality;

/// What one frame says about the face before the camera. Without pixels: small, and safe to log.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Measurements {
    /// The time of the frame in microseconds.
    pub timestamp_us: u64,
    /// How many faces of similar size are in view; 0 if there is none to follow.
    pub faces: usize,
    /// The face that is followed; `None` if there is none.
    pub face: Option<FaceMeasurements>,
    /// How a face stands that was seen turned where there is no upright one.
    pub turned: Option<Rotation>,
}

/// What one frame says about the face that is followed.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct FaceMeasurements {
    /// The track of the face.
    pub track: TrackId,
    /// Width of the face's oval over that of the oval to fill: 1 fills it, less is too far away.
    pub size: f32,
    /// How far the face's centre is from the oval's, in widths of the oval; positive to the image's
    /// right.
    pub offset_x: f32,
    /// How far the face's centre is from the oval's, in heights of the oval; positive downwards.
    pub offset_y: f32,
    /// The nose's direction to the side in degrees; see [`crate::mesh::HeadPose`].
    pub yaw_deg: f32,
    /// The nose's direction up or down in degrees.
    pub pitch_deg: f32,
    /// The head's tilt in degrees.
    pub roll_deg: f32,
    /// Probability that the mesh's crop shows a face, 0 ..= 1.
    pub flag: f32,
    /// Distance of the lids over the eye's width, of the more closed eye; about 0.3 for open eyes.
    pub eye_openness: f32,
    /// Distance of the lips over the mouth's inner width; 0 for a closed mouth.
    pub mouth_openness: f32,
    /// Mean luminance of the face, 0 ..= 1 of linear light.
    pub luminance: f32,
    /// Share of the face that is blown out, 0 ..= 1.
    pub over_exposure: f32,
    /// Luminance of the darker half of the face over that of the brighter one, 0 ..= 1.
    pub light_balance: f32,
    /// Variance of the Laplacian over that of the luma; see
    /// [`crate::quality::QualityReport::sharpness`].
    pub sharpness: f32,
    /// Unified quality score, in units of the comparison score; only differences count
    /// ([`crate::quality::QualityReport::unified`]).
    pub quality: f32,
}

impl Measurements {
    /// Measures what the tracker saw in `frame` against the oval to fill, both in pixels of the
    /// upright frame.
    ///
    /// # Errors
    /// The errors of the warp that the quality measures need.
    pub fn of(observation: &Observation, frame: &Frame<'_>, oval: &Oval) -> Result<Self> {
        Self::seen(observation, frame, oval, &View::default())
    }

    /// [`Measurements::of`], with what the mesh network looked at.
    pub(super) fn seen(observation: &Observation, frame: &Frame<'_>, oval: &Oval, view: &View) -> Result<Self> {
        // A mesh without extent is no face to measure.
        let tracked = observation.face.as_ref();
        let face = match tracked.and_then(|tracked| Some((tracked, tracked.smooth.pose()?))) {
            Some((tracked, pose)) => {
                let face = Oval::about(&tracked.smooth, &pose);
                let light = quality::essentials_seen(frame, &tracked.mesh, view)?;
                Some(FaceMeasurements {
                    track: tracked.track,
                    size: face.width_px / oval.width_px,
                    offset_x: (face.center.x - oval.center.x) / oval.width_px,
                    offset_y: (face.center.y - oval.center.y) / oval.height_px,
                    yaw_deg: pose.yaw_deg,
                    pitch_deg: pose.pitch_deg,
                    roll_deg: pose.roll_deg,
                    flag: tracked.mesh.flag(),
                    eye_openness: light.eye_openness,
                    mouth_openness: light.mouth_openness,
                    luminance: light.luminance_mean,
                    over_exposure: light.over_exposure,
                    // From the difference of both halves over their sum to their ratio.
                    light_balance: (1.0 - light.light_balance.abs()) / (1.0 + light.light_balance.abs()),
                    sharpness: light.sharpness,
                    quality: quality::unified_of_essentials(&light, &tracked.mesh).native,
                })
            }
            None => None,
        };
        let faces = if face.is_some() { observation.faces } else { 0 };
        Ok(Self { timestamp_us: observation.timestamp_us, faces, face, turned: observation.turned })
    }
}
