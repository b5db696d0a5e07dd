//! Quality of a face image: measures with the names, units and mappings of ISO/IEC 29794-5:2025,
//! and what they mean for a comparison: a refusal where none can be carried, remarks where one is
//! at risk.
//!
//! Formulas follow the standard's reference implementation, OFIQ 1.0.3. Two things differ, so that
//! values are close but not conformant: landmarks come from the 468-point mesh instead of OFIQ's 98
//! points, and the luminance measures look at the mesh's face oval in a crop of 128 × 128 pixels
//! instead of OFIQ's segmented 616 × 616 one. The luminance measures depend on the colour of skin:
//! judge a face against its own baseline, never by one limit for all. The limits here are therefore
//! set far outside what skin can explain.

mod cheeks;
mod crop;
mod dynamic_range;
mod essentials;
mod eyes_open;
mod head_pose;
mod head_size;
mod illumination_uniformity;
mod inter_eye_distance;
mod luminance_mean;
mod luminance_variance;
mod margins;
mod mouth_closed;
mod natural_color;
mod over_exposure;
mod sharpness;
mod single_face;
mod under_exposure;
mod unified;

pub(crate) use essentials::essentials_seen;
pub use essentials::{Essentials, essentials};
pub use single_face::single_face;
pub use unified::{unified_features, unified_of_essentials, unified_of_magnitude, unified_weights};

use crate::error::Result;
use crate::image::Frame;
use crate::mesh::Mesh;
use crate::words::words;
use crop::FaceCrop;

/// One measure: its native value and what that means for quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// The value in the measure's own unit.
    pub native: f32,
    /// Quality component, 0 (worst) ..= 100 (best), a whole number.
    pub component: u8,
}

impl Measure {
    /// From a native value and a component that is rounded and limited to 0 ..= 100; NaN gives 0.
    fn new(native: f32, component: f32) -> Self {
        // Casts from float to integer saturate, and NaN becomes 0.
        Self { native, component: component.round().min(100.0) as u8 }
    }
}

/// The sigmoid of the standard's mappings: 1 / (1 + exp((x0 − x) / w)).
fn sigmoid(x: f32, x0: f32, w: f32) -> f32 {
    1.0 / (1.0 + ((x0 - x) / w).exp())
}

/// Why a face cannot be compared: with such an image the answer would be chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualityRefusal {
    /// The eyes are closer than [`REFUSED_INTER_EYE_DISTANCE_PX`].
    FaceTooSmall,
    /// The face is darker than [`REFUSED_LUMINANCE`].
    NearlyBlack,
    /// More of the face is blown out than [`REFUSED_OVER_EXPOSURE`].
    NearlyWhite,
}

words!(QualityRefusal {
    FaceTooSmall => "face_too_small",
    NearlyBlack => "nearly_black",
    NearlyWhite => "nearly_white",
});

/// What is wrong with an image that can still be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualityRemark {
    /// The eyes are closer than [`SMALL_INTER_EYE_DISTANCE_PX`].
    FaceSmall,
    /// The face is darker than [`DARK_LUMINANCE`].
    TooDark,
    /// More of the face is blown out than [`BRIGHT_OVER_EXPOSURE`].
    TooBright,
    /// Brightness varies less over the face than [`LOW_CONTRAST`].
    LowContrast,
    /// The face is less sharp than [`BLURRED_SHARPNESS`].
    Blurred,
    /// An eye is less open than [`CLOSED_EYE_OPENNESS`].
    EyesClosed,
    /// The mouth is open: its component is under 50.
    MouthOpen,
    /// The head is turned to a side by more than [`TURNED_YAW_DEG`], or up or down by more than
    /// [`TURNED_PITCH_DEG`].
    TurnedAway,
}

words!(QualityRemark {
    FaceSmall => "face_small",
    TooDark => "too_dark",
    TooBright => "too_bright",
    LowContrast => "low_contrast",
    Blurred => "blurred",
    EyesClosed => "eyes_closed",
    MouthOpen => "mouth_open",
    TurnedAway => "turned_away",
});

/// Measured on 195 same-person pairs of LFW, one side shrunk: median score 0.784 as it is, 0.770 at
/// 32 px, 0.755 at 16 px, 0.713 at 12 px, 0.541 at 8 px.
pub const REFUSED_INTER_EYE_DISTANCE_PX: f32 = 12.0;
/// From the same measurement: below it scores begin to fall.
pub const SMALL_INTER_EYE_DISTANCE_PX: f32 = 24.0;
/// Mean luminance, 0 ..= 1 of linear light. Measured on 156 same-person pairs of LFW, one side's
/// light multiplied before it was stored in 8 bits: median score 0.772 as it is (mean luminance
/// 0.25), 0.718 at 0.007, 0.583 at 0.0025, 0.273 at 0.0012. Without a camera's noise, so that real
/// dark pictures are worse.
pub const REFUSED_LUMINANCE: f32 = 0.003;
/// A guess with room for noise and for dark skin: of the unchanged LFW faces 99 % are over 0.107.
pub const DARK_LUMINANCE: f32 = 0.02;
/// Share of the face at luminance 247 and more of 255. From the same measurement: median score
/// 0.715 at a share of 0.33, 0.594 at 0.72, 0.388 at 0.90.
pub const REFUSED_OVER_EXPOSURE: f32 = 0.75;
/// From the same measurement; unchanged LFW faces have 0.00 in 90 %.
pub const BRIGHT_OVER_EXPOSURE: f32 = 0.25;
/// Standard deviation of luminance over its mean. A guess: LFW's median is 0.49.
pub const LOW_CONTRAST: f32 = 0.12;
/// See [`QualityReport::sharpness`]. Measured on LFW in Python (an ellipse for the oval), faces 115
/// px wide, Gaussian blur of σ: none 0.012 (1st percentile) and 0.044 (median), σ 1.5 0.0085 (score
/// 0.755), σ 2 0.0052 (0.715), σ 3 0.0031 (0.552).
pub const BLURRED_SHARPNESS: f32 = 0.005;
/// [`Mesh::right_eye_openness`]. A guess: no LFW face of 514 is below 0.172, and the mesh was not
/// measured on closed eyes.
pub const CLOSED_EYE_OPENNESS: f32 = 0.17;
/// A guess; of LFW's faces 1.5 % are turned further.
pub const TURNED_YAW_DEG: f32 = 30.0;
/// Against [`Mesh::NEUTRAL_PITCH_DEG`]. A guess; of LFW's faces about 1 % are turned further.
pub const TURNED_PITCH_DEG: f32 = 25.0;

/// All measures of one face, and what follows from them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct QualityReport {
    /// Inter-eye distance in pixels of the source, corrected for yaw (ISO name: inter-eye
    /// distance).
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
    /// Head turned to a side, degrees (head pose, yaw).
    pub yaw: Measure,
    /// Head turned up or down against a straight look, degrees (head pose, pitch).
    pub pitch: Measure,
    /// Head rolled, degrees (head pose, roll).
    pub roll: Measure,
    /// Distance of the head's size from a passport portrait's, in picture heights (head size).
    pub head_size: Measure,
    /// From the picture's left edge to the nearer eye, in inter-eye distances (leftward crop of the
    /// face).
    pub margin_left: Measure,
    /// From the other eye to the picture's right edge (rightward crop of the face).
    pub margin_right: Measure,
    /// From the picture's top to the eyes, in distances from eyes to chin (margin above the face).
    pub margin_above: Measure,
    /// From the eyes to the picture's bottom (margin below the face).
    pub margin_below: Measure,
    /// What the other measures say about a comparison: in units of its score, higher is better,
    /// only differences count (unified quality score). With a template [`unified_of_magnitude`]
    /// says more.
    pub unified: Measure,
    /// Standard deviation of luminance over its mean: the contrast, whatever the brightness. Not of
    /// the standard.
    pub contrast: f32,
    /// Variance of the Laplacian over the variance of the luma, in a 128-px crop of the face: how
    /// much of the contrast is fine detail. Not the standard's sharpness, which is a trained
    /// classifier.
    pub sharpness: f32,
    /// Why no comparison should be carried on this image; empty for most.
    pub refusals: Vec<QualityRefusal>,
    /// What is wrong with the image otherwise.
    pub remarks: Vec<QualityRemark>,
}

/// Measures the face that `mesh` shows in `frame`.
///
/// A face that lies outside the frame altogether counts as nearly black.
///
/// # Errors
/// [`crate::error::ErrorKind::InvalidArgument`] if the mesh has no extent, and the errors of the
/// warp.
pub fn assess(frame: &Frame<'_>, mesh: &Mesh) -> Result<QualityReport> {
    let crop = FaceCrop::new(frame, mesh)?;
    let cheeks = cheeks::cheeks(frame, mesh)?;
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
        refusals: Vec::new(),
        remarks: Vec::new(),
    };
    report.unified = unified::measure(&report);
    let openness = mesh.right_eye_openness().min(mesh.left_eye_openness());
    report.judge(mesh.inter_eye_distance_px(), openness);
    Ok(report)
}

impl QualityReport {
    /// Whether a comparison can be carried: there is no refusal.
    pub fn is_usable(&self) -> bool {
        self.refusals.is_empty()
    }

    /// Draws the conclusions. `inter_eye_px` is not corrected for yaw: what counts is how many
    /// pixels there are.
    fn judge(&mut self, inter_eye_px: f32, eye_openness: f32) {
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
        ]);
    }
}

/// The words whose condition holds.
fn chosen<T, const N: usize>(conditions: [(bool, T); N]) -> Vec<T> {
    conditions.into_iter().filter_map(|(holds, word)| holds.then_some(word)).collect()
}

#[cfg(test)]
mod tests;
