//! How far the detector goes to find a face.

use crate::error::Stage;
use crate::settings::settings;

/// The default of [`DetectOptions::threshold`]: the least score of a reported face.
///
/// Measured on LFW deepfunneled (7,701 images, Python on the same network): with the zoomed-out
/// search none is missed at 0.5 (the lowest score is 0.597); with the upright search alone 22 score
/// below 0.5 and 2 below 0.3.
pub const DEFAULT_THRESHOLD: f32 = 0.5;

settings! {
    /// How far the detector goes to find a face.
    ///
    /// Searches run in this order, one run of the network each (2.2 ms at the least on the
    /// reference core, plus the warp):
    /// 1. the upright frame, always: faces from 10 % to 60 % of the longer side (8 %: 94 % found);
    /// 2. `zoomed_out`, if 1 found no face above 0.7: faces that fill or overfill the frame, 1 run;
    /// 3. `turned`, if nothing above 0.8 yet: faces turned by 180°, 90°, 270°, 3 runs, and 3 more
    ///    at full zoom if there is no face at all. The best-scored face decides how the photograph
    ///    is turned;
    /// 4. `tiles`, if there is no face yet: upright faces from 4 % (95 % found) of the longer side,
    ///    6 to 9 runs; and once more, if the subject is so small (under 20 % of what was searched)
    ///    that others of its size may have been missed, in tiles of five times its width: 6 to 36
    ///    runs.
    ///
    /// A photograph without a face thus costs 14 to 17 runs, one with a plain upright face 1 (mean
    /// over LFW: 1.16), one turned by a quarter or half 5, one with a face of 15 % 7 to 10, of 8 %
    /// 13 to 17. Turned LFW faces are found the right way up in 99.0 % (180°) and 99.7 % (90°,
    /// 270°).
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct DetectOptions in Stage::Detect {
        /// The least score of a reported face; [`DEFAULT_THRESHOLD`] says what it finds and misses.
        /// A detector's card may ask for more
        /// ([`DetectorSpec::threshold`](crate::model::DetectorSpec::threshold)).
        threshold, with_threshold: f32 = 0.5, in f32::EPSILON..1.0;
        /// Whether faces that overfill the frame are searched for.
        zoomed_out, with_zoomed_out: bool = true;
        /// Whether faces turned by quarter turns are searched for.
        turned, with_turned: bool = true;
        /// Whether small faces are searched for.
        tiles, with_tiles: bool = true;
    }
}

impl DetectOptions {
    /// Options for video: the upright search alone, one run of the network per frame.
    pub fn upright() -> Self {
        Self { zoomed_out: false, turned: false, tiles: false, ..Self::default() }
    }
}
