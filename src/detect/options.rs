//! How far the detector goes to find a face.

use crate::error::Stage;
use crate::settings::settings;

/// The default of [`DetectOptions::threshold`]: the least score of a reported face.
///
/// Of 1,070 people of LFW, a picture each, the lowest score of the upright search is 0.88, and of
/// those drawn at 4 % of the longer side 96.5 % are found in tiles.
pub const DEFAULT_THRESHOLD: f32 = 0.5;

settings! {
    /// How far the detector goes to find a face.
    ///
    /// Searches run in this order, one run of the network each:
    /// 1. the upright frame, always: faces from 12 % of the longer side on (of LFW's in drawn
    ///    pictures 98 % are found; of 10 % 90, of 8 % 66), those that overfill the frame included;
    /// 2. `zoomed_out`, if 1 found no face that leaves no doubt (the card's `settled`): at half the
    ///    size, 1 run;
    /// 3. `turned`, if there is still a doubt: faces turned by 180°, 90°, 270°, 3 runs, and 3 more
    ///    at full zoom if there is no face at all. The best-scored face of one zoom decides how the
    ///    photograph is turned;
    /// 4. `tiles`, if there is no face yet: upright faces from 4 % of the longer side (97 % found),
    ///    12 to 16 runs; and once more, if the subject is so small (under 25 % of what was
    ///    searched) that others of its size may have been missed, in tiles of three times its
    ///    width: up to 49 runs.
    ///
    /// A photograph without a face thus costs 20 to 24 runs, one with a plain upright face 1 (mean
    /// over LFW: 1.13), one turned by a quarter or half 5, one with a face of 20 % 5, of 12 % 17,
    /// of 4 % 55. LFW's faces turned by 180° are found the right way up in 99.7 %, by 90° and 270°
    /// in all of 714.
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
