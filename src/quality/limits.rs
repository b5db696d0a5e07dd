//! The limits from which on an image is remarked upon or refused.

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
