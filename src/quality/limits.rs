//! The limits from which on an image is remarked upon or refused, and what they rest on.
//!
//! The measurements named here were made on same-person pairs of LFW, one picture of each damaged
//! more and more, by the score of the pair (a cosine of the bundled template network). Where
//! there was nothing to measure, the limit was chosen by hand, and says so.

/// Least distance of the eyes' centres in pixels of the source for a comparison; below, the image
/// is refused.
///
/// Measured on 195 same-person pairs of LFW, one side shrunk: median score 0.784 as it is, 0.770 at
/// 32 px, 0.755 at 16 px, 0.713 at 12 px, 0.541 at 8 px.
pub const REFUSED_INTER_EYE_DISTANCE_PX: f32 = 12.0;

/// Distance of the eyes' centres in pixels of the source below which an image is remarked upon.
///
/// From the measurement of [`REFUSED_INTER_EYE_DISTANCE_PX`]: below it scores begin to fall.
pub const SMALL_INTER_EYE_DISTANCE_PX: f32 = 24.0;

/// Least mean luminance of the face for a comparison, 0 ..= 1 of linear light; below, the image is
/// refused.
///
/// Measured on 156 same-person pairs of LFW, one side's light multiplied before it was stored in 8
/// bits: median score 0.772 as it is (mean luminance 0.25), 0.718 at 0.007, 0.583 at 0.0025, 0.273
/// at 0.0012. That was without a camera's noise, so that real dark pictures are worse.
pub const REFUSED_LUMINANCE: f32 = 0.003;

/// Mean luminance of the face below which an image is remarked upon, 0 ..= 1 of linear light.
///
/// Chosen by hand, with room for noise and for dark skin: of the unchanged LFW faces 99 % are over
/// 0.107.
pub const DARK_LUMINANCE: f32 = 0.02;

/// Largest share of the face at luminance 247 and more of 255 for a comparison, 0 ..= 1; above, the
/// image is refused.
///
/// From the measurement of [`REFUSED_LUMINANCE`], with more light: median score 0.715 at a share of
/// 0.33, 0.594 at 0.72, 0.388 at 0.90.
pub const REFUSED_OVER_EXPOSURE: f32 = 0.75;

/// Share of the face at luminance 247 and more of 255, 0 ..= 1, above which an image is remarked
/// upon.
///
/// From the measurement of [`REFUSED_OVER_EXPOSURE`]; of unchanged LFW faces 90 % have a share of
/// 0.00.
pub const BRIGHT_OVER_EXPOSURE: f32 = 0.25;

/// Standard deviation of luminance over its mean below which an image is remarked upon for its
/// contrast.
///
/// Chosen by hand: LFW's median is 0.49.
pub const LOW_CONTRAST: f32 = 0.12;

/// [`super::QualityReport::sharpness`] below which an image is remarked upon as blurred.
///
/// Measured on LFW in Python (an ellipse for the oval), faces 115 px wide, Gaussian blur of σ: none
/// 0.012 (1st percentile) and 0.044 (median), σ 1.5 0.0085 (score 0.755), σ 2 0.0052 (0.715), σ 3
/// 0.0031 (0.552).
pub const BLURRED_SHARPNESS: f32 = 0.005;

/// Openness of the more closed eye ([`crate::mesh::Mesh::right_eye_openness`]) below which an image
/// is remarked upon.
///
/// Chosen by hand: no LFW face of 514 is below 0.172, and the mesh was not measured on closed eyes.
pub const CLOSED_EYE_OPENNESS: f32 = 0.17;

/// Share of the mesh's points beyond the picture's edge, 0 ..= 1, above which an image is remarked
/// upon.
///
/// Chosen by hand: the mesh's outline lies a little outside the face.
pub const CUT_SHARE: f32 = 0.03;

/// Yaw in degrees, to either side, above which an image is remarked upon.
///
/// Chosen by hand; of LFW's faces 1.5 % are turned further.
pub const TURNED_YAW_DEG: f32 = 30.0;

/// Pitch in degrees, up or down against a straight look ([`crate::mesh::Mesh::NEUTRAL_PITCH_DEG`]),
/// above which an image is remarked upon.
///
/// Chosen by hand; of LFW's faces about 1 % are turned further.
pub const TURNED_PITCH_DEG: f32 = 25.0;
