//! From measurements to one instruction: which, when it may change, and when the face has been
//! still for long enough.
//!
//! Everything here is a function of (state, measurements, options): no pixels, no clock, the same
//! in, the same out. Each frame has an *urge*, the most useful hint for that frame alone. What is
//! shown follows the urge, but only once it has lasted ([`GuideOptions::settle_us`]) and what is
//! shown has been shown for [`GuideOptions::least_us`]; and a condition that holds is only given up
//! when its measure is clearly better than its limit: so hints neither flicker nor swing at a
//! limit.

mod options;
mod steps;
#[cfg(test)]
mod tests;
mod urge;

pub use options::{GuideLimits, GuideOptions};
pub use steps::{Guidance, Guide};
