//! [`PadConditions`]: light, distance and camera of a campaign, by name.

use crate::simulate::{Camera, Half, Ranges, Scene};
use serde::{Deserialize, Serialize};

/// Ambient light indoors, in lux: from a dim room to a bright office.
const INDOORS_LUX: [f32; 2] = [30.0, 600.0];
/// By day, in lux.
const DAYLIGHT_LUX: [f32; 2] = [5_000.0, 60_000.0];
/// From next to nothing to daylight, in lux.
const WIDE_LUX: [f32; 2] = [1.0, 10_000.0];

/// Under which conditions sessions are recorded. What a name does not say is drawn as
/// [`Ranges::indoors`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PadConditions {
    /// 30 to 600 lx, 25 to 45 cm.
    Indoors,
    /// 5,000 to 60,000 lx of daylight: nothing that is not live may pass, and live faces need not.
    Daylight,
    /// 1 to 10,000 lx.
    Wide,
    /// Indoors, frames 0 to 300 ms late.
    Lag,
    /// Indoors, exposure and white balance never locked.
    Automatic,
    /// Indoors, 15 frames a second.
    Slow,
    /// Indoors, JPEG of quality 60.
    Compressed,
    /// Indoors, a tenth of the frames missing.
    Gaps,
    /// Indoors by the second physics, which nothing is tuned on: lamps of several directions, other
    /// sheen of skin, screens from phones to tablets.
    Rooms,
}

impl PadConditions {
    /// Every set of conditions, as they are named on the command line.
    pub const ALL: [Self; 9] = [
        Self::Indoors,
        Self::Daylight,
        Self::Wide,
        Self::Lag,
        Self::Automatic,
        Self::Slow,
        Self::Compressed,
        Self::Gaps,
        Self::Rooms,
    ];
    /// Those that change one thing of [`PadConditions::Indoors`] each. The same number of the same
    /// campaign is the same scene, but for it.
    pub const ROBUSTNESS: [Self; 5] = [Self::Lag, Self::Automatic, Self::Slow, Self::Compressed, Self::Gaps];

    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Indoors => "indoors",
            Self::Daylight => "daylight",
            Self::Wide => "wide",
            Self::Lag => "lag",
            Self::Automatic => "automatic",
            Self::Slow => "slow",
            Self::Compressed => "compressed",
            Self::Gaps => "gaps",
            Self::Rooms => "rooms",
        }
    }

    /// What scenes are drawn from.
    pub fn ranges(self, half: Half) -> Ranges {
        let indoors = Ranges { ambient_lux: INDOORS_LUX, ..Ranges::indoors(half) };
        match self {
            Self::Daylight => Ranges { ambient_lux: DAYLIGHT_LUX, ..Ranges::daylight(half) },
            Self::Wide => Ranges { ambient_lux: WIDE_LUX, ..indoors },
            Self::Rooms => Ranges { rooms: true, ..indoors },
            Self::Lag => Ranges { lag_ms: [0.0, 300.0], ..indoors },
            _ => indoors,
        }
    }

    /// Puts into a scene that was drawn what is not drawn.
    pub(super) fn set(self, scene: &mut Scene) {
        let camera = &mut scene.camera;
        match self {
            Self::Automatic => {
                let usual = Camera::default();
                camera.auto_exposure_s = camera.auto_exposure_s.or(usual.auto_exposure_s);
                camera.auto_white_balance_s = camera.auto_white_balance_s.or(usual.auto_white_balance_s);
            }
            Self::Slow => camera.fps = 15.0,
            Self::Compressed => camera.jpeg_quality = Some(60),
            Self::Gaps => camera.drop_share = 0.1,
            Self::Indoors | Self::Daylight | Self::Wide | Self::Lag | Self::Rooms => {}
        }
    }
}

impl std::fmt::Display for PadConditions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for PadConditions {
    type Err = String;

    /// The word of [`PadConditions::as_str`].
    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|conditions| conditions.as_str() == word).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str);
            format!("no conditions {word:?}; known are {}", known.join(", "))
        })
    }
}
