//! A verification as it is reported: the verdict, what it was decided by, and what was seen on each
//! picture.

use super::verdict::Verdict;
use crate::align::{DistanceSource, Impression};
use crate::compare::Threshold;
use crate::document::Origin;
use crate::geometry::Rect;
use crate::quality::QualityReport;
use crate::template::Reliability;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The subject's face on one picture, without its template.
///
/// It is serialised as an object: `rect` (left, top, right and bottom edge of the detected box, in
/// pixels), `detection_score`, `face_flag`, `distance_cm` and `distance_from` (`"told"`, `"lens"`
/// or `"face"`; both `null` if the face was taken as it is), `remarks` (the words of
/// [`QualityReport::remarks`]) and `reliability` (0 ..= 1, `null` if the networks' card does not
/// say how it is measured).
#[derive(Debug)]
#[non_exhaustive]
pub struct FaceReport {
    /// The detected box, in pixels of the upright picture.
    pub rect: Rect,
    /// The detector's score, 0 ..= 1.
    pub score: f32,
    /// The mesh network's face flag, 0 ..= 1.
    pub flag: f32,
    /// The distance from camera to eyes, in centimetres, whose perspective was undone, and where it
    /// is known from; `None` if the face was taken as it is, as documents' portraits always are.
    pub distance: Option<(f32, DistanceSource)>,
    /// The face's quality measures and remarks.
    pub quality: QualityReport,
    /// How much of the face the template still tells; `None` if the networks' card does not say how
    /// that is measured.
    pub reliability: Option<Reliability>,
}

impl Serialize for FaceReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rect = [self.rect.left(), self.rect.top(), self.rect.right(), self.rect.bottom()];
        let mut fields = serializer.serialize_struct("FaceReport", 7)?;
        fields.serialize_field("rect", &rect)?;
        fields.serialize_field("detection_score", &self.score)?;
        fields.serialize_field("face_flag", &self.flag)?;
        fields.serialize_field("distance_cm", &self.distance.map(|(cm, _)| cm))?;
        fields.serialize_field("distance_from", &self.distance.map(|(_, source)| source))?;
        fields.serialize_field("remarks", &self.quality.remarks)?;
        fields.serialize_field("reliability", &self.reliability.map(Reliability::value))?;
        fields.end()
    }
}

/// What was seen on one picture of a verification.
///
/// It is serialised as an object of `found` (the number of faces, `null` if the picture was not
/// looked at) and `face` (`null` without one).
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct SideReport {
    /// How many faces were found, the subject's included; `None` if the picture was not looked at,
    /// as after [`EngineBuilder::require`](super::EngineBuilder::require) has refused the
    /// document.
    #[serde(rename = "found")]
    pub faces: Option<usize>,
    /// The subject's face, if it can carry a comparison.
    pub face: Option<FaceReport>,
}

/// The answer of [`Engine::verify`](super::Engine::verify): the verdict, the threshold it was
/// decided by, where the document's portrait comes from, and what was seen on each picture.
///
/// It holds no template and no picture. It is no evidence either: that is made by
/// [`Engine::verify_for`](super::Engine::verify_for) alone.
///
/// `serde_json::to_string` gives one flat object:
///
/// | field | value |
/// |---|---|
/// | `decision` | `"match"`, `"no_match"` or `"refused"` |
/// | `reasons` | words, at least one |
/// | `score` | in units of the cosine; `null` without a comparison, and so are the next three |
/// | `score_fmr` | `bound` (`"about"`, `"at_most"`, `"at_least"`) and `value`: see [`FmrEstimate`] |
/// | `log_likelihood_ratio` | natural logarithm |
/// | `marginal` | whether the score lies inside `threshold_interval` |
/// | `fmr` | the false match rate that was asked for |
/// | `threshold`, `threshold_interval` | the score that it needs, and its 95 % interval |
/// | `threshold_extrapolated` | whether the threshold lies beyond the calibration's data |
/// | `calibration` | the kind of pairs that the threshold is for |
/// | `basis` | whose rate the threshold keeps: `"average"` or `"worst-group"` |
/// | `origin` | where the document's portrait was read from |
/// | `same_picture` | whether the selfie is a copy of the document's; `null` without a comparison |
/// | `possible_morph` | whether the portrait may be a morph; `null` without a match or detector |
/// | `faces` | `document` and `selfie`: a [`SideReport`] each |
///
/// [`FmrEstimate`]: crate::compare::FmrEstimate
///
/// ```
/// use selfsame::{DocumentPhoto, Engine, Limits, Photo};
///
/// let limits = Limits::default();
/// let document = std::fs::read("datasets/portraits/obama.jpg")?;
/// let document = DocumentPhoto::from_bytes(&document, &limits)?;
/// let selfie = Photo::decode(&std::fs::read("datasets/portraits/biden.jpg")?, &limits)?;
/// let verification = Engine::new()?.verify(&document, &selfie, 1e-4)?;
/// let json = serde_json::to_value(&verification)?;
/// assert_eq!((&json["decision"], &json["origin"]), (&"no_match".into(), &"image_file".into()));
/// assert_eq!(json["reasons"][0], "score_below_threshold");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub struct Verification {
    /// The answer.
    pub verdict: Verdict,
    /// The threshold, for the false match rate asked for.
    pub threshold: Threshold,
    /// Where the document's portrait was read from.
    pub origin: Origin,
    /// What was seen on the document's portrait.
    pub document: SideReport,
    /// What was seen on the selfie.
    pub selfie: SideReport,
    /// How alike the two pictures are beyond the face, −1 ..= 1
    /// ([`Impression::likeness`]); `None` without a comparison.
    pub likeness: Option<f32>,
    /// How much the document's portrait looks like a blend of two faces to the selfie's template,
    /// 0 and more if it may be one
    /// ([`MorphDetector::measure`](crate::compare::MorphDetector::measure)); `None` without a
    /// match, or if the networks' card does not say how that is told.
    pub morph: Option<f32>,
}

impl Verification {
    /// Whether the selfie is the document's own portrait, copied, cropped, scaled, compressed or
    /// photographed: the likeness reached [`Impression::SAME_PICTURE`].
    ///
    /// How often it errs, [`Impression::SAME_PICTURE`] says.
    #[must_use]
    pub fn is_same_picture(&self) -> bool {
        self.likeness.is_some_and(|likeness| likeness >= Impression::SAME_PICTURE)
    }

    /// Whether the document's portrait may be a *morph*: a blend of two faces, with which both
    /// people match.
    ///
    /// It is a remark, and no protection. With the profile `standard` at a false match rate of
    /// 1e-4, of morphs of look-alikes that match it tells 12 % on LFW's folds 6 to 10 and 11 % on
    /// CFP, and it takes 0.7 % and 2.9 % of genuine portraits for morphs; it was fitted on LFW's
    /// folds 1 to 5. The other profiles' cards do not say how morphs are told
    /// ([`MorphDetector`](crate::compare::MorphDetector)).
    #[must_use]
    pub fn is_possible_morph(&self) -> bool {
        self.morph.is_some_and(|measure| measure >= 0.0)
    }
}

impl Serialize for Verification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Faces<'a> {
            document: &'a SideReport,
            selfie: &'a SideReport,
        }
        #[derive(Serialize)]
        struct Flat<'a> {
            #[serde(flatten)]
            verdict: &'a Verdict,
            fmr: f64,
            threshold: f32,
            threshold_interval: [f32; 2],
            threshold_extrapolated: bool,
            calibration: &'static str,
            basis: &'static str,
            origin: &'static str,
            same_picture: Option<bool>,
            possible_morph: Option<bool>,
            faces: Faces<'a>,
        }
        let threshold = &self.threshold;
        let (low, high) = threshold.interval();
        Flat {
            verdict: &self.verdict,
            fmr: threshold.fmr(),
            threshold: threshold.score().value(),
            threshold_interval: [low.value(), high.value()],
            threshold_extrapolated: threshold.is_extrapolated(),
            calibration: threshold.pairing().as_str(),
            basis: threshold.basis().as_str(),
            origin: self.origin.as_str(),
            same_picture: self.likeness.map(|_| self.is_same_picture()),
            possible_morph: self.morph.map(|_| self.is_possible_morph()),
            faces: Faces { document: &self.document, selfie: &self.selfie },
        }
        .serialize(serializer)
    }
}
