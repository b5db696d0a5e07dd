//! What the engine answers, as plain data.

use crate::words::word_enum;
use selfsame::compare as core;
use selfsame::engine as inner;
use selfsame::quality::{Measure, QualityReport};
use serde::Serialize;

word_enum! {
    /// The answer of a comparison.
    pub enum Decision {
        /// The same person, at the false match rate asked for.
        Match => "match",
        /// Two people, at that rate.
        NoMatch => "no_match",
        /// No comparison took place.
        Refused => "refused",
    }
}

/// The score that a match needs, and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    /// The least score that matches.
    pub score: f32,
    /// The lower end of its 95 % interval.
    pub low: f32,
    /// The upper end of its 95 % interval.
    pub high: f32,
    /// The false match rate that it was asked for.
    pub fmr: f64,
    /// Whether it lies beyond the calibration's data.
    pub extrapolated: bool,
    /// The kind of pairs that it is for, such as `document-selfie`.
    pub pairing: String,
    /// Whose rate it keeps: `worst-group` or `average`.
    pub basis: String,
}

impl From<&core::Threshold> for Threshold {
    fn from(threshold: &core::Threshold) -> Self {
        let (low, high) = threshold.interval();
        Self {
            score: threshold.score().value(),
            low: low.value(),
            high: high.value(),
            fmr: threshold.fmr(),
            extrapolated: threshold.is_extrapolated(),
            pairing: threshold.pairing().as_str().to_owned(),
            basis: threshold.basis().as_str().to_owned(),
        }
    }
}

/// A score, and what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The comparison score, in units of the cosine; higher for more alike.
    pub score: f32,
    /// The share of pairs of different people that score as high or higher.
    pub fmr: f64,
    /// Whether that share is `about`, `at_most` or `at_least` so large.
    pub fmr_bound: String,
    /// Natural logarithm of how much likelier the score is for one person than for two.
    pub log_likelihood_ratio: f64,
    /// Whether the score lies inside the threshold's interval.
    pub marginal: bool,
}

/// The comparison of two templates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The answer: never `refused`.
    pub decision: Decision,
    /// The score.
    pub compared: Compared,
    /// What it was held against.
    pub threshold: Threshold,
}

/// One measure of a face's quality, after ISO/IEC 29794-5.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QualityMeasure {
    /// Its name: a field of [`QualityReport`], whose documentation says what it is.
    pub name: String,
    /// Its value in its own unit.
    pub native: f32,
    /// Its quality component, 0 (worst) to 100.
    pub component: u32,
}

/// A face that was found and can be compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Face {
    /// The left edge of its box, in pixels of the upright picture.
    pub left: f32,
    /// The top edge of its box.
    pub top: f32,
    /// The right edge of its box.
    pub right: f32,
    /// The bottom edge of its box.
    pub bottom: f32,
    /// The detector's score, 0 to 1.
    pub detection_score: f32,
    /// The landmark network's probability that it is a face, 0 to 1.
    pub face_flag: f32,
    /// From how many centimetres the perspective was undone; none if it was taken as it is.
    pub distance_cm: Option<f32>,
    /// How much of the face the template still tells, 0 to 1; none where that is not measured.
    pub reliability: Option<f32>,
    /// What is wrong with the picture, as words; it was compared all the same.
    pub remarks: Vec<String>,
    /// All measures of quality.
    pub quality: Vec<QualityMeasure>,
}

impl From<&inner::FaceReport> for Face {
    fn from(face: &inner::FaceReport) -> Self {
        Self {
            left: face.rect.left(),
            top: face.rect.top(),
            right: face.rect.right(),
            bottom: face.rect.bottom(),
            detection_score: face.score,
            face_flag: face.flag,
            distance_cm: face.distance.map(|(cm, _)| cm),
            reliability: face.reliability.map(|reliability| reliability.value()),
            remarks: remarks(&face.quality),
            quality: measures(&face.quality),
        }
    }
}

impl From<&inner::Face> for Face {
    fn from(face: &inner::Face) -> Self {
        let rect = &face.detection.rect;
        Self {
            left: rect.left(),
            top: rect.top(),
            right: rect.right(),
            bottom: rect.bottom(),
            detection_score: face.detection.score,
            face_flag: face.mesh.flag(),
            distance_cm: face.perspective.as_ref().map(|near| near.distance_cm()),
            reliability: face.template.reliability().map(|reliability| reliability.value()),
            remarks: remarks(&face.quality),
            quality: measures(&face.quality),
        }
    }
}

fn remarks(quality: &QualityReport) -> Vec<String> {
    quality.remarks.iter().map(|remark| remark.as_str().to_owned()).collect()
}

fn measures(quality: &QualityReport) -> Vec<QualityMeasure> {
    let named: [(&str, Measure); 19] = [
        ("inter_eye_distance", quality.inter_eye_distance),
        ("luminance_mean", quality.luminance_mean),
        ("luminance_variance", quality.luminance_variance),
        ("illumination_uniformity", quality.illumination_uniformity),
        ("natural_color", quality.natural_color),
        ("under_exposure", quality.under_exposure),
        ("over_exposure", quality.over_exposure),
        ("dynamic_range", quality.dynamic_range),
        ("eyes_open", quality.eyes_open),
        ("mouth_closed", quality.mouth_closed),
        ("yaw", quality.yaw),
        ("pitch", quality.pitch),
        ("roll", quality.roll),
        ("head_size", quality.head_size),
        ("margin_left", quality.margin_left),
        ("margin_right", quality.margin_right),
        ("margin_above", quality.margin_above),
        ("margin_below", quality.margin_below),
        ("unified", quality.unified),
    ];
    let measure = |(name, Measure { native, component, .. }): (&str, Measure)| {
        let component = u32::from(component);
        QualityMeasure { name: name.to_owned(), native, component }
    };
    named.into_iter().map(measure).collect()
}

/// What was seen on one picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// How many faces were found; none if the picture was not looked at.
    pub faces: Option<u32>,
    /// The subject's, if it can carry a comparison.
    pub face: Option<Face>,
}

impl From<&inner::SideReport> for Side {
    fn from(side: &inner::SideReport) -> Self {
        // A picture has fewer faces than pixels, which are below 2³².
        let faces = side.faces.map(|faces| u32::try_from(faces).unwrap_or(u32::MAX));
        Self { faces, face: side.face.as_ref().map(Face::from) }
    }
}

/// The answer to two pictures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    /// The answer.
    pub decision: Decision,
    /// Why, as words; at least one.
    pub reasons: Vec<String>,
    /// The score; none if the decision is `refused` for want of a face.
    pub compared: Option<Compared>,
    /// What the score was held against.
    pub threshold: Threshold,
    /// Where the document's portrait was read from.
    pub origin: String,
    /// Whether the selfie is a copy of the document's portrait; none without a comparison.
    pub same_picture: Option<bool>,
    /// Whether the document's portrait may be a blend of two faces; none without a match.
    pub possible_morph: Option<bool>,
    /// What was seen on the document's portrait.
    pub document: Side,
    /// What was seen on the selfie.
    pub selfie: Side,
}

impl From<inner::Comparison> for Compared {
    fn from(comparison: inner::Comparison) -> Self {
        Self {
            score: comparison.score.value(),
            fmr: comparison.fmr.value(),
            fmr_bound: comparison.fmr.as_str().to_owned(),
            log_likelihood_ratio: comparison.log_likelihood_ratio,
            marginal: comparison.marginal,
        }
    }
}

impl From<&inner::Verdict> for Decision {
    /// What is neither a match nor none is refused.
    fn from(verdict: &inner::Verdict) -> Self {
        match verdict {
            inner::Verdict::Match(_) => Self::Match,
            inner::Verdict::NoMatch(_) => Self::NoMatch,
            _ => Self::Refused,
        }
    }
}

impl From<&inner::Verification> for Verification {
    fn from(verification: &inner::Verification) -> Self {
        let verdict = &verification.verdict;
        Self {
            decision: verdict.into(),
            reasons: verdict.reasons().iter().map(ToString::to_string).collect(),
            compared: verdict.comparison().copied().map(Compared::from),
            threshold: (&verification.threshold).into(),
            origin: verification.origin.as_str().to_owned(),
            same_picture: verification.likeness.map(|_| verification.is_same_picture()),
            possible_morph: verification.morph.map(|_| verification.is_possible_morph()),
            document: (&verification.document).into(),
            selfie: (&verification.selfie).into(),
        }
    }
}
