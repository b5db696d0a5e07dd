//! [`DisplayModel`]: what a screen makes of a colour, as far as safety is concerned.

use crate::error::Stage;
use crate::settings::settings;

settings! {
    /// The display that a sequence is judged for. Its transfer function is sRGB's.
    ///
    /// The default is a phone at full brightness. A white screen of 7 cm × 14 cm and 500 cd/m²
    /// gives a face at 25 cm about 80 lx (E = L·A/d²), which is what phones give. ITU-R BT.1702
    /// itself assumes 200 cd/m².
    ///
    /// ```
    /// use selfsame::liveness::safety::DisplayModel;
    /// let laptop = DisplayModel::default().with_peak_cd_m2(300.0)?.with_refresh_hz(120.0)?;
    /// assert_eq!((laptop.peak_cd_m2(), laptop.refresh_hz()), (300.0, 120.0));
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
    pub struct DisplayModel in Stage::Liveness {
        /// The luminance of white, in cd/m².
        peak_cd_m2, with_peak_cd_m2: f64 = 500.0, in 20.0..=10_000.0;
        /// How many pictures the display draws in a second.
        refresh_hz, with_refresh_hz: f64 = 60.0, in 24.0..=500.0;
    }
}

impl DisplayModel {
    /// The time between two pictures, in microseconds, rounded up: by so much an edge may be late.
    pub(super) fn period_us(&self) -> u64 {
        (1e6 / self.refresh_hz).ceil() as u64
    }
}
