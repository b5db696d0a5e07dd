//! Unified quality score: one number that predicts whether a genuine comparison fails (ISO/IEC 29794-5 asks for one; NIST's
//! requirement is that it be monotonic with the false non-match rate).
//!
//! Before there is a template: a weighted sum of six measures, in units of the comparison score that they are expected to cost.
//! The weights are the least squares fit of genuine comparison scores to the sum of both pictures' features, over the genuine
//! pairs of LFW's folds 1 to 5 (`examples/evaluate lfw DIR --quality` prints them and the curve of the other half).
//! With a template its magnitude says more than all of them: [`unified_of_magnitude`].
//!
//! Error versus discard, pairs judged by the worse picture, threshold for FMR 1e-3 without discarding; FNMR in per cent with
//! nothing, 5, 10, 20 and 30 % of the pairs discarded:
//!
//! | | 0 | 5 % | 10 % | 20 % | 30 % |
//! |---|---|---|---|---|---|
//! | folds 6 to 10 (held out), before the template | 0.57 | 0.49 | 0.42 | 0.47 | 0.35 |
//! | folds 6 to 10 (held out), magnitude | 0.57 | 0.37 | 0.36 | 0.24 | 0.12 |
//! | folds 1 to 5 (fitted), before the template | 1.34 | 1.19 | 0.98 | 0.71 | 0.58 |
//! | folds 1 to 5 (fitted), magnitude | 1.34 | 0.93 | 0.78 | 0.65 | 0.52 |
//!
//! Discarding 10 % thus lowers the held-out FNMR by 26 % and by 37 %. These rest on 21 errors: 95 % of resamplings of people give
//! −3 to 50 % and 5 to 67 %.

use super::{Essentials, Measure, QualityReport, head_pose, inter_eye_distance, sigmoid};
use crate::mesh::Mesh;

/// Beyond this angle there is no data.
const MAX_ANGLE_DEG: f32 = 45.0;
/// What is added before a logarithm.
const LEAST_SHARPNESS: f32 = 1e-4;
const LEAST_LIGHT: f32 = 1e-3;

/// Comparison score per unit of each feature: ln(sharpness), −(pitch/45°)², −(yaw/45°)², ln(inter-eye distance in px),
/// ln(luminance mean), −(blown-out share).
const WEIGHTS: [f32; 6] = [0.012_32, 0.160_60, 0.0, 0.0, 0.0, 2.288_86];
/// The native value of the worst tenth of folds 1 to 5 becomes 50, the median 80.
const WORST_TENTH: f32 = -0.0630;
const WIDTH: f32 = 0.0126;
/// The same for the logarithm of the magnitude.
const WORST_TENTH_LN_MAGNITUDE: f32 = 4.0766;
const WIDTH_LN_MAGNITUDE: f32 = 0.1146;

/// The six features of a report, in the order of the weights: what the fit regresses on.
pub fn unified_features(report: &QualityReport) -> [f32; 6] {
    Inputs {
        sharpness: report.sharpness,
        pitch_deg: report.pitch.native,
        yaw_deg: report.yaw.native,
        inter_eye_distance_px: report.inter_eye_distance.native,
        luminance_mean: report.luminance_mean.native,
        over_exposure: report.over_exposure.native,
    }
    .features()
}

/// What each of [`unified_features`] weighs in [`QualityReport::unified`]; 0 if it is left out.
pub fn unified_weights() -> [f32; 6] {
    WEIGHTS
}

/// The native values that the score rests on.
struct Inputs {
    sharpness: f32,
    pitch_deg: f32,
    yaw_deg: f32,
    inter_eye_distance_px: f32,
    luminance_mean: f32,
    over_exposure: f32,
}

impl Inputs {
    fn features(&self) -> [f32; 6] {
        let turned = |degrees: f32| -(degrees.abs().min(MAX_ANGLE_DEG) / MAX_ANGLE_DEG).powi(2);
        [
            (self.sharpness + LEAST_SHARPNESS).ln(),
            turned(self.pitch_deg),
            turned(self.yaw_deg),
            self.inter_eye_distance_px.max(1.0).ln(),
            (self.luminance_mean + LEAST_LIGHT).ln(),
            -self.over_exposure,
        ]
    }
}

fn score(features: [f32; 6]) -> Measure {
    let native = features.iter().zip(WEIGHTS).map(|(feature, weight)| feature * weight).sum();
    Measure::new(native, 100.0 * sigmoid(native, WORST_TENTH, WIDTH))
}

/// From a report's other measures. The native value is in units of the comparison score; higher is better, only differences mean
/// something.
pub(super) fn measure(report: &QualityReport) -> Measure {
    score(unified_features(report))
}

/// [`QualityReport::unified`] from what guidance measures of every frame: the same value, without allocation.
pub fn unified_of_essentials(essentials: &Essentials, mesh: &Mesh) -> Measure {
    let inputs = Inputs {
        sharpness: essentials.sharpness,
        pitch_deg: head_pose::pitch(mesh).native,
        yaw_deg: head_pose::yaw(mesh).native,
        inter_eye_distance_px: inter_eye_distance::measure(mesh).native,
        luminance_mean: essentials.luminance_mean,
        over_exposure: essentials.over_exposure,
    };
    score(inputs.features())
}

/// The unified quality score once there is a template: from its magnitude ([`crate::template::Template::magnitude`]), of the
/// bundled template network alone. The native value is the magnitude's logarithm. Networks of this kind give clear faces long
/// embeddings (Q. Meng et al., "MagFace", 2021, trains for what others do by themselves).
pub fn unified_of_magnitude(magnitude: f32) -> Measure {
    let native = magnitude.max(f32::MIN_POSITIVE).ln();
    Measure::new(native, 100.0 * sigmoid(native, WORST_TENTH_LN_MAGNITUDE, WIDTH_LN_MAGNITUDE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping() {
        assert_eq!(unified_of_magnitude(WORST_TENTH_LN_MAGNITUDE.exp()).component, 50);
        assert_eq!(unified_of_magnitude(69.1).component, 80);
        assert_eq!([0.0, 20.0, 300.0].map(|m| unified_of_magnitude(m).component), [0, 0, 100]);
    }
}
