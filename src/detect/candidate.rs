//! A candidate face of one run of the network.

use crate::geometry::{Point, Rect};

/// Logits are clipped here before the sigmoid, as MediaPipe does, so that the exponential stays
/// finite.
const LOGIT_CLIP: f32 = 100.0;

/// One candidate in pixels of the network's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// Probability of a face, 0 ..= 1.
    pub score: f32,
    /// The face's box.
    pub rect: Rect,
    /// Right eye, left eye, nose tip, mouth centre, right and left ear tragion.
    pub keypoints: [Point; 6],
}

/// Sigmoid of the clipped logit; NaN stays NaN.
pub(super) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit.clamp(-LOGIT_CLIP, LOGIT_CLIP)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_logits_stay_finite() {
        assert_eq!([0.0, 3.0e38, f32::INFINITY].map(sigmoid), [0.5, 1.0, 1.0]);
        assert!(sigmoid(-3.0e38) >= 0.0 && sigmoid(-3.0e38) < 1e-6);
        assert!(sigmoid(f32::NAN).is_nan());
    }
}
