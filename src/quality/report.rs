//! All measures of one face, and what follows from them.

use super::cheeks::cheeks;
use super::conclusion::{QualityRefusal, QualityRemark};
use super::covering::Covering;
use super::crop::FaceCrop;
use super::limits::{
    BLURRED_SHARPNESS, BRIGHT_OVER_EXPOSURE, CLOSED_EYE_OPENNESS, CUT_SHARE, DARK_LUMINANCE, LOW_CONTRAST,
    REFUSED_INTER_EYE_DISTANCE_PX, REFUSED_LUMINANCE, REFUSED_OVER_EXPOSURE, SMALL_INTER_EYE_DISTANCE_PX,
    TURNED_PITCH_DEG, TURNED_YAW_DEG,
};
use super::measure::Measure;
use super::{
    dynamic_range, eyes_open, head_pose, head_size, illumination_uniformity, inter_eye_distance, luminance_mean,
    luminance_variance, margins, mouth_closed, natural_color, over_exposure, sharpness, under_exposure, unified,
};
use crate::error::Result;
use crate::image::Frame;
use crate::mesh::Mesh;
use serde::Serialize;

/// All measures of one face, and what follows from them: what [`assess`] answers.
///
/// It is serialised with a field per measure; each of them has a `native` value in the unit that is
/// stated here, and a `component`, 0 ..= 100. Refusals and remarks are lists of their stable words.
/// A value that is not a number is serialised as JSON's `null`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QualityReport {
    /// Distance of the eyes' centres in pixels of the source, corrected for yaw (ISO name:
    /// inter-eye distance).
    pub inter_eye_distance: Measure,
    /// Mean luminance of the face, 0 ..= 1 of linear light (luminance mean).
    pub luminance_mean: Measure,
    /// Variance of luminance over the face, 0 ..= 0.25 (luminance variance).
    pub luminance_variance: Measure,
    /// What the cheeks' luminance histograms have in common, 0 ..= 1 (illumination uniformity).
    pub illumination_uniformity: Measure,
    /// How far the cheeks' colour lies from what skin has, in units of CIELAB (natural colour).
    pub natural_color: Measure,
    /// Share of the face with luminance 0 to 25 of 255, 0 ..= 1 (under-exposure prevention).
    pub under_exposure: Measure,
    /// Share of the face with luminance 247 to 255 of 255, 0 ..= 1 (over-exposure prevention).
    pub over_exposure: Measure,
    /// Entropy of the luminance's histogram, 0 ..= 8 bits (dynamic range).
    pub dynamic_range: Measure,
    /// Lid distance of the more closed eye over the distance from the eyes to the chin (eyes open).
    pub eyes_open: Measure,
    /// Distance of the lips over the distance from the eyes to the chin (mouth closed).
    pub mouth_closed: Measure,
    /// Turn of the head to a side in degrees, positive to the subject's left (head pose, yaw).
    pub yaw: Measure,
    /// Turn of the head up or down against a straight look in degrees, positive up (head pose,
    /// pitch).
    pub pitch: Measure,
    /// Roll of the head in degrees, positive clockwise on the screen (head pose, roll).
    pub roll: Measure,
    /// Distance of the head's size from a passport portrait's, in picture heights (head size).
    pub head_size: Measure,
    /// Distance from the picture's left edge to the nearer eye, in inter-eye distances (leftward
    /// crop of the face).
    pub margin_left: Measure,
    /// Distance from the other eye to the picture's right edge, in inter-eye distances (rightward
    /// crop of the face).
    pub margin_right: Measure,
    /// Distance from the picture's top to the eyes, in distances from eyes to chin (margin above
    /// the face).
    pub margin_above: Measure,
    /// Distance from the eyes to the picture's bottom, in distances from eyes to chin (margin below
    /// the face).
    pub margin_below: Measure,
    /// What the other measures say about a comparison: in units of its score, higher is better,
    /// only differences count (unified quality score). With a template
    /// [`super::unified_of_magnitude`] says more.
    pub unified: Measure,
    /// Standard deviation of luminance over its mean: the contrast, whatever the brightness. It is
    /// not of the standard.
    pub contrast: f32,
    /// Variance of the Laplacian over the variance of the luma, in a 128-px crop of the face: how
    /// much of the contrast is fine detail. It is not the standard's sharpness, which is a trained
    /// classifier.
    pub sharpness: f32,
    /// Share of the mesh's points beyond the picture's edge, 0 ..= 1. It is not of the standard.
    pub outside: f32,
    /// How much of the face something hides; `None` where only the picture was measured:
    /// [`crate::Engine::face`] measures it with the template.
    pub covering: Option<Covering>,
    /// Why no comparison should rest on this image; empty for most.
    pub refusals: Vec<QualityRefusal>,
    /// What is wrong with the image otherwise.
    pub remarks: Vec<QualityRemark>,
}

/// Measures the face that `mesh` shows in `frame`, and draws the conclusions.
///
/// For guidance, frame by frame, there is [`super::essentials`], at a part of the cost.
///
/// A face that lies outside the frame altogether counts as nearly black.
///
/// # Errors
/// [`crate::error::ErrorKind::InvalidArgument`] if the mesh has no extent, and the errors of the
/// warp.
pub fn assess(frame: &Frame<'_>, mesh: &Mesh) -> Result<QualityReport> {
    let crop = FaceCrop::new(frame, mesh)?;
    let cheeks = cheeks(frame, mesh)?;
    let mut report = QualityReport {
        inter_eye_distance: inter_eye_distance::measure(mesh),
        luminance_mean: luminance_mean::measure(&crop),
        luminance_variance: luminance_variance::measure(&crop),
        illumination_uniformity: illumination_uniformity::measure(&cheeks),
        natural_color: natural_color::measure(&cheeks),
        under_exposure: under_exposure::measure(&crop),
        over_exposure: over_exposure::measure(&crop),
        dynamic_range: dynamic_range::measure(&crop),
        eyes_open: eyes_open::measure(mesh),
        mouth_closed: mouth_closed::measure(mesh),
        yaw: head_pose::yaw(mesh),
        pitch: head_pose::pitch(mesh),
        roll: head_pose::roll(mesh),
        head_size: head_size::measure(frame, mesh),
        margin_left: margins::left(mesh),
        margin_right: margins::right(frame, mesh),
        margin_above: margins::above(mesh),
        margin_below: margins::below(frame, mesh),
        unified: Measure::new(0.0, 0.0),
        contrast: crop.light.contrast(),
        sharpness: sharpness::measure(&crop),
        outside: outside(frame, mesh),
        covering: None,
        refusals: Vec::new(),
        remarks: Vec::new(),
    };
    report.unified = unified::score(unified_features(&report));
    let openness = mesh.right_eye_openness().min(mesh.left_eye_openness());
    report.judge(mesh.inter_eye_distance_px(), openness);
    Ok(report)
}

impl QualityReport {
    /// Whether a comparison can rest on this image: there is no refusal.
    pub fn is_usable(&self) -> bool {
        self.refusals.is_empty()
    }

    /// Draws the conclusions from the measures. `inter_eye_px` is not corrected for yaw: what
    /// counts is how many pixels there are.
    pub(super) fn judge(&mut self, inter_eye_px: f32, eye_openness: f32) {
        let (light, blown) = (self.luminance_mean.native, self.over_exposure.native);
        // Written so that NaN, which no measure gives, would refuse.
        self.refusals = chosen([
            (inter_eye_px.is_nan() || inter_eye_px < REFUSED_INTER_EYE_DISTANCE_PX, QualityRefusal::FaceTooSmall),
            (light.is_nan() || light < REFUSED_LUMINANCE, QualityRefusal::NearlyBlack),
            (blown.is_nan() || blown > REFUSED_OVER_EXPOSURE, QualityRefusal::NearlyWhite),
        ]);
        let turned = self.yaw.native.abs() > TURNED_YAW_DEG || self.pitch.native.abs() > TURNED_PITCH_DEG;
        self.remarks = chosen([
            (inter_eye_px < SMALL_INTER_EYE_DISTANCE_PX, QualityRemark::FaceSmall),
            (light < DARK_LUMINANCE, QualityRemark::TooDark),
            (blown > BRIGHT_OVER_EXPOSURE, QualityRemark::TooBright),
            (self.contrast < LOW_CONTRAST, QualityRemark::LowContrast),
            (self.sharpness < BLURRED_SHARPNESS, QualityRemark::Blurred),
            (eye_openness < CLOSED_EYE_OPENNESS, QualityRemark::EyesClosed),
            (self.mouth_closed.component < 50, QualityRemark::MouthOpen),
            (turned, QualityRemark::TurnedAway),
            (self.outside > CUT_SHARE, QualityRemark::FaceCut),
        ]);
    }

    /// Adds what a template's reading says of covers.
    pub(crate) fn cover(&mut self, covering: Option<Covering>) {
        self.covering = covering;
        let Some(covering) = covering else { return };
        let parts = covering.eyes_covered || covering.mouth_covered;
        self.remarks.extend(chosen([
            (covering.eyes_covered, QualityRemark::EyesCovered),
            (covering.mouth_covered, QualityRemark::MouthCovered),
            (covering.face_covered && !parts, QualityRemark::FaceCovered),
        ]));
    }
}

/// Share of the mesh's points that lie beyond the picture's edge.
fn outside(frame: &Frame<'_>, mesh: &Mesh) -> f32 {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let inside = |[x, y, _]: &&[f32; 3]| (0.0..=width).contains(x) && (0.0..=height).contains(y);
    let points = mesh.points();
    1.0 - points.iter().filter(inside).count() as f32 / points.len() as f32
}

/// The words whose condition holds.
fn chosen<T, const N: usize>(conditions: [(bool, T); N]) -> Vec<T> {
    conditions.into_iter().filter_map(|(holds, word)| holds.then_some(word)).collect()
}

/// The six features of a report that the unified score's weights were fitted to and chosen among,
/// in the order of [`super::unified_weights`]: for who fits them anew.
pub fn unified_features(report: &QualityReport) -> [f32; 6] {
    unified::Inputs {
        sharpness: report.sharpness,
        pitch_deg: report.pitch.native,
        yaw_deg: report.yaw.native,
        inter_eye_distance_px: report.inter_eye_distance.native,
        luminance_mean: report.luminance_mean.native,
        over_exposure: report.over_exposure.native,
    }
    .features()
}
