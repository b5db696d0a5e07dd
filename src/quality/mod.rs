//! Quality of a face image: measures with the names, units and mappings of ISO/IEC 29794-5:2025,
//! and what they mean for a comparison: a refusal where none can be carried, remarks where one is
//! at risk.
//!
//! [`assess`] measures everything that an image is accepted, remarked upon or refused for;
//! [`essentials`] the few things that guidance asks of every frame of a video.
//!
//! ```no_run
//! use selfsame::quality::{QualityRemark, assess};
//! # use selfsame::{image::Frame, mesh::Mesh};
//! # fn example(frame: Frame<'_>, mesh: Mesh) -> selfsame::error::Result<()> {
//! let report = assess(&frame, &mesh)?;
//! if !report.is_usable() {
//!     println!("not to be compared: {:?}", report.refusals);
//! } else if report.remarks.contains(&QualityRemark::Blurred) {
//!     println!("blurred: sharpness {:.4}", report.sharpness);
//! }
//! println!("unified quality {} of 100", report.unified.component);
//! # Ok(())
//! # }
//! ```
//!
//! Formulas follow the standard's reference implementation, OFIQ 1.0.3. Two things differ, so that
//! values are close but not conformant: landmarks come from the 468-point mesh instead of OFIQ's 98
//! points, and the luminance measures look at the mesh's face oval in a crop of 128 × 128 pixels
//! instead of OFIQ's segmented 616 × 616 one. The luminance measures depend on the colour of skin:
//! judge a face against its own baseline, never by one limit for all. The limits here are therefore
//! set far outside what skin can explain.

mod cheeks;
mod conclusion;
mod covering;
mod crop;
mod dark_eyes;
mod dynamic_range;
mod essentials;
mod eyes_open;
mod head_pose;
mod head_size;
mod illumination_uniformity;
mod inter_eye_distance;
mod limits;
mod luminance_mean;
mod luminance_variance;
mod margins;
mod measure;
mod mouth_closed;
mod natural_color;
mod over_exposure;
mod report;
mod sharpness;
mod single_face;
mod under_exposure;
mod unified;

pub use conclusion::{QualityRefusal, QualityRemark};
pub use covering::Covering;
pub(crate) use dark_eyes::dark_below_eyes;
pub(crate) use essentials::essentials_seen;
pub use essentials::{Essentials, essentials, unified_of_essentials};
pub use limits::{
    BLURRED_SHARPNESS, BRIGHT_OVER_EXPOSURE, CLOSED_EYE_OPENNESS, CUT_SHARE, DARK_LUMINANCE, LOW_CONTRAST,
    REFUSED_INTER_EYE_DISTANCE_PX, REFUSED_LUMINANCE, REFUSED_OVER_EXPOSURE, SMALL_INTER_EYE_DISTANCE_PX,
    TURNED_PITCH_DEG, TURNED_YAW_DEG,
};
pub use measure::Measure;
pub use report::{QualityReport, assess, unified_features};
pub use single_face::single_face;
pub use unified::{unified_of_magnitude, unified_weights};

#[cfg(test)]
mod tests;
