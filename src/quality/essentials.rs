//! What guidance asks of every frame: a few measures of the face from one crop, without allocation.

use super::crop::FaceCrop;
use super::measure::Measure;
use super::{head_pose, inter_eye_distance, over_exposure, sharpness, under_exposure, unified};
use crate::error::Result;
use crate::image::Frame;
use crate::mesh::{Mesh, View};
use serde::Serialize;

/// The cheap measures of one face, in the units of [`super::QualityReport`] and with the values
/// that it would have: what [`essentials`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Essentials {
    /// Mean luminance of the face, 0 ..= 1 of linear light.
    pub luminance_mean: f32,
    /// Share of the face with luminance 0 to 25 of 255, 0 ..= 1.
    pub under_exposure: f32,
    /// Share of the face with luminance 247 to 255 of 255, 0 ..= 1.
    pub over_exposure: f32,
    /// Standard deviation of luminance over its mean.
    pub contrast: f32,
    /// Sharpness of the face, as in [`super::QualityReport::sharpness`].
    pub sharpness: f32,
    /// How much more light one side of the face has, (left − right) / (left + right), −1 ..= 1:
    /// positive where the subject's left side (the image's right) is brighter.
    pub light_balance: f32,
    /// Distance of the eyes' centres in pixels, not corrected for yaw.
    pub inter_eye_distance_px: f32,
    /// Openness of the more closed eye ([`Mesh::right_eye_openness`]).
    pub eye_openness: f32,
    /// Openness of the mouth ([`Mesh::mouth_openness`]).
    pub mouth_openness: f32,
}

/// Measures the face that `mesh` shows in `frame`, for guidance, frame by frame: a few measures
/// from one crop. After a thread's first call nothing is allocated.
///
/// # Errors
/// Those of [`super::assess`].
pub fn essentials(frame: &Frame<'_>, mesh: &Mesh) -> Result<Essentials> {
    Ok(of_crop(&FaceCrop::new(frame, mesh)?, mesh))
}

/// Measures as [`essentials`] does, but from what the mesh network looked at, where that shows the
/// face as the measures' own crop would: nearly the same values at a third of the cost. Sharpness
/// of blurred faces is the same within 8 %, that of very sharp ones within 30 %: detail of a
/// pixel's size depends on where pixels fall.
pub(crate) fn essentials_seen(frame: &Frame<'_>, mesh: &Mesh, view: &View) -> Result<Essentials> {
    match FaceCrop::seen(frame, mesh, view) {
        Some(crop) => Ok(of_crop(&crop, mesh)),
        None => essentials(frame, mesh),
    }
}

fn of_crop(crop: &FaceCrop, mesh: &Mesh) -> Essentials {
    Essentials {
        luminance_mean: crop.light.mean(),
        under_exposure: under_exposure::measure(crop).native,
        over_exposure: over_exposure::measure(crop).native,
        contrast: crop.light.contrast(),
        sharpness: sharpness::measure(crop),
        light_balance: crop.light.balance(),
        inter_eye_distance_px: mesh.inter_eye_distance_px(),
        eye_openness: mesh.right_eye_openness().min(mesh.left_eye_openness()),
        mouth_openness: mesh.mouth_openness(),
    }
}

/// The unified quality score from what guidance measures of every frame: the value of
/// [`super::QualityReport::unified`], without allocation.
pub fn unified_of_essentials(essentials: &Essentials, mesh: &Mesh) -> Measure {
    let inputs = unified::Inputs {
        sharpness: essentials.sharpness,
        pitch_deg: head_pose::pitch(mesh).native,
        yaw_deg: head_pose::yaw(mesh).native,
        inter_eye_distance_px: inter_eye_distance::measure(mesh).native,
        luminance_mean: essentials.luminance_mean,
        over_exposure: essentials.over_exposure,
    };
    unified::score(inputs.features())
}
