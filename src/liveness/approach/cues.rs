//! What an approach is judged by.

use serde::Serialize;

/// How much of a head's perspective there is in how a face's points moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ApproachShare {
    /// About 1 for a head that came nearer, 0 for a sheet. The mean head's depth and a guess of
    /// the camera's focal length are in it, so heads reach 0.6 to 1.7.
    pub share: f64,
    /// The standard error of [`Self::share`].
    pub error: f64,
    /// Root mean square of what the fit leaves of points' movements, in pixels of a tenth of
    /// a centimetre.
    pub residual_px: f64,
    /// How many points were followed.
    pub points: usize,
}

/// How a face followed the oval that grew.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PaceCue {
    /// The lag at which the face's size fits the oval's best, in milliseconds.
    pub lag_ms: f64,
    /// What is left then: standard deviation of the natural logarithm of the sizes' ratio.
    pub error: f64,
    /// Frames while the oval grew.
    pub frames: usize,
}

/// Everything that an approach is judged by.
///
/// [`ApproachLimits::judge`](super::ApproachLimits::judge) makes a verdict of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ApproachCues {
    /// Whether both ovals were filled for as long as was asked.
    pub completed: bool,
    /// How often the face was lost and found again from the first hold on.
    pub track_changes: u32,
    /// How much larger the face was at the end than at the start; `None` without both holds.
    pub growth: Option<f64>,
    /// How the face followed the oval; `None` without frames that show it.
    pub pace: Option<PaceCue>,
    /// The perspective of the inner face, against a plane that moves as it likes and a head that
    /// turns; `None` if too few points were found again.
    pub inner: Option<ApproachShare>,
    /// The same of face, ears and hair: what a flat face before a real head lacks in
    /// [`Self::inner`], a bent one may lack here.
    pub head: Option<ApproachShare>,
    /// The perspective of the inner face against a sheet that bends as it likes while it comes.
    pub sheet: Option<ApproachShare>,
    /// Textured places beside the head that were found again.
    pub beside: usize,
    /// Those of them that moved as the face's plane did.
    pub beside_stuck: usize,
    /// Comparison score of the last hold's face with the first one's.
    pub identity: Option<f32>,
}

/// Shares of heads are normal about this with this deviation, and those of sheets about 0: tuned on
/// simulated sessions.
const HEADS: [f64; 2] = [0.8, 0.3];
const SHEETS_DEVIATION: f64 = 0.1;

impl ApproachShare {
    /// How much likelier this share is of a head than of a sheet, as a binary logarithm.
    #[must_use]
    pub fn bits(&self) -> f64 {
        let [heads, deviation] = HEADS;
        // More perspective than a head's is not less of one.
        let share = self.share.min(heads);
        let log = |mean: f64, deviation: f64| {
            let variance = self.error.powi(2) + deviation.powi(2);
            -0.5 * ((share - mean).powi(2) / variance + variance.ln())
        };
        (log(heads, deviation) - log(0.0, SHEETS_DEVIATION)) / std::f64::consts::LN_2
    }
}

impl ApproachCues {
    /// The least of the three fits' [bits](ApproachShare::bits); `None` unless all of them are
    /// there.
    #[must_use]
    pub fn shape_bits(&self) -> Option<f64> {
        let [inner, head, sheet] = [self.inner?, self.head?, self.sheet?].map(|share| share.bits());
        Some(inner.min(head).min(sheet))
    }
}
