//! The TOML card that travels with every model file.

use super::calibration::CalibrationSpec;
use super::detector_card::DetectorSpec;
use super::impostors::ImpostorSpec;
use super::probe::ReliabilitySpec;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Point;
use crate::image::{ChannelOrder, Normalisation};
use crate::words::words;
use serde::Deserialize;

/// The format number of the cards that this crate reads.
const FORMAT: u32 = 1;
/// A card longer than this is refused before it is parsed, in bytes: chosen by hand, thirty-six
/// times the bundled template network's, whose statistics are most of it.
pub(super) const MAX_CARD_BYTES: usize = 1 << 20;
/// The largest input side, in pixels, and the largest output that a card may state, in values.
/// Chosen by hand, far above face networks'.
const MAX_SIDE_PX: usize = 4096;
const MAX_OUTPUT_LEN: usize = 1 << 24;

/// What a network is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Task {
    /// A detector: boxes and coarse keypoints of faces.
    Detect,
    /// A mesh network: dense landmarks of one face.
    Mesh,
    /// A template network: what is compared, from one aligned crop.
    Template,
}

words!(Task { Detect => "detect", Mesh => "mesh", Template => "template" });

/// The axis order of the model file's own input. [`Network::run`](super::Network::run) takes
/// channels last in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Layout {
    /// Batch, channels, height, width.
    Nchw,
    /// Batch, height, width, channels.
    Nhwc,
}

/// How pixels become the network's input: `tensor = (pixel − mean) · scale`, pixel in 0 ..= 255,
/// per channel of `channels`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InputSpec {
    /// The input's name in the model file.
    pub name: String,
    /// The input's width in pixels, 1 to 4096.
    pub width: usize,
    /// The input's height in pixels, 1 to 4096.
    pub height: usize,
    /// The axis order in the file.
    pub layout: Layout,
    /// The order of the colours.
    pub channels: ChannelOrder,
    /// What is subtracted from a pixel, per channel.
    pub mean: [f32; 3],
    /// What the difference is multiplied by, per channel.
    pub scale: [f32; 3],
}

impl From<&InputSpec> for Normalisation {
    fn from(input: &InputSpec) -> Self {
        Self { order: input.channels, mean: input.mean, scale: input.scale }
    }
}

/// One output of the network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutputSpec {
    /// The output's name in the model file.
    pub name: String,
    /// The output's shape without the batch axis.
    pub shape: Vec<usize>,
    /// What the values are, for people.
    pub meaning: String,
}

/// One of the five points of a face by which it is aligned. Sides are the subject's: the right eye
/// is at the image's left.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FacePoint {
    /// The middle of the right eye.
    RightEye,
    /// The middle of the left eye.
    LeftEye,
    /// The tip of the nose.
    NoseTip,
    /// The right corner of the mouth.
    RightMouthCorner,
    /// The left corner of the mouth.
    LeftMouthCorner,
}

#[cfg(not(target_arch = "wasm32"))]
words!(FacePoint {
    RightEye => "right_eye",
    LeftEye => "left_eye",
    NoseTip => "nose_tip",
    RightMouthCorner => "right_mouth_corner",
    LeftMouthCorner => "left_mouth_corner",
});

/// The order in which everything else here has the five points.
#[cfg(not(target_arch = "wasm32"))]
const POINTS: [FacePoint; 5] = [
    FacePoint::RightEye,
    FacePoint::LeftEye,
    FacePoint::NoseTip,
    FacePoint::RightMouthCorner,
    FacePoint::LeftMouthCorner,
];

#[cfg(not(target_arch = "wasm32"))]
const fn usual_order() -> [FacePoint; 5] {
    POINTS
}

/// Where five facial points lie in a template network's input.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Alignment {
    /// The five points in the order of `order`, in pixels of the input; pixel centres lie at +0.5.
    pub points: [[f32; 2]; 5],
    /// Which point stands where in `points`. Default: right eye, left eye, nose tip, right and left
    /// corner of the mouth (the subject's; right is image left).
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(default = "usual_order")]
    pub order: [FacePoint; 5],
    /// How far, in pixels of the input, the mirrored crop shows the face from these places before
    /// it is mirrored; (0, 0) for an exact mirror image. Two different views of a face err less
    /// together than one view and its mirror image.
    #[serde(default)]
    pub mirrored_offset: [f32; 2],
}

impl Alignment {
    /// Right eye, left eye, nose tip, right and left corner of the mouth, in whatever order the
    /// card has them.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn points(&self) -> [Point; 5] {
        let place = |wanted: FacePoint| {
            let places = self.order.iter().zip(&self.points);
            let found = places.filter(|(point, _)| **point == wanted).map(|(_, place)| *place).next();
            // A card names each point once. A point that somebody's own alignment lacks is nowhere,
            // which no crop can be fitted to.
            let [x, y] = found.unwrap_or([f32::NAN; 2]);
            Point::new(x, y)
        };
        POINTS.map(place)
    }

    /// The five points in the order of the field of this name: a browser's module knows no other.
    #[cfg(target_arch = "wasm32")]
    pub fn points(&self) -> [Point; 5] {
        self.points.map(|[x, y]| Point::new(x, y))
    }
}

/// What a template network's output means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TemplateSpec {
    /// How many values a template has.
    pub dimension: usize,
    /// The similarity that the network was trained for; only `"cosine"` is known.
    pub similarity: String,
    /// Whether the embedding of the mirrored crop is added to that of the crop, by a second run of
    /// the network, where it runs alone; of an ensemble its own card says it. Default: it is.
    #[serde(default = "mirrored")]
    pub mirrored: bool,
    /// The name of an output of one value: the embedding's length before the network made it a unit
    /// vector (AdaFace). Each embedding is multiplied by it, so that a template's magnitude is what
    /// the network says of the picture. Default: the first output itself has its length (ArcFace,
    /// MagFace before its normalisation).
    pub norm: Option<String>,
}

const fn mirrored() -> bool {
    true
}

/// Where the weights come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Provenance {
    /// The package registry's name, and the package.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The file inside the package.
    pub path: String,
    /// The SHA-256 of the package's file, hexadecimal.
    pub sha256: String,
    /// The licence of the weights.
    pub licence: String,
    /// Anything else worth knowing.
    pub notes: String,
}

/// What is known about the training data, and what is not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Training {
    /// What is documented.
    pub known: String,
    /// What nobody has published.
    pub unknown: String,
}

/// A model's card: what the file is, how to feed it, what comes out, where it is from.
///
/// A card is a TOML file, and comes from [`ModelCard::parse`] alone: later versions may read more
/// fields. Unknown ones are refused, so that a slip of the pen is noticed.
///
/// ```
/// use selfsame::model::{ModelCard, Task};
/// let text = std::fs::read_to_string("models/template.toml")?;
/// let card = ModelCard::parse(&text)?;
/// assert_eq!((card.task, card.input.width), (Task::Template, 112));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelCard {
    /// The version of the card's format: 1.
    pub format: u32,
    /// The model's stable identity, 1 to 128 bytes; templates carry it, and templates of different
    /// identities never compare.
    pub id: String,
    /// What the network is for.
    pub task: Task,
    /// The file name of the network, which lies beside the card.
    pub file: String,
    /// The SHA-256 of the network's file, hexadecimal; checked whenever the model is loaded.
    pub sha256: String,
    /// The size of the network's file in bytes.
    pub bytes: u64,
    /// The input: its size, and how pixels become its values.
    pub input: InputSpec,
    /// The outputs, in the order in which [`super::Network::run`] writes them.
    pub outputs: Vec<OutputSpec>,
    /// For template networks: where the face lies in the input.
    pub alignment: Option<Alignment>,
    /// For template networks: what the output means.
    pub template: Option<TemplateSpec>,
    /// For template networks: what their comparison scores mean, one entry for each
    /// [`crate::compare::Pairing`] and [`crate::compare::FmrBasis`].
    #[serde(default)]
    pub calibrations: Vec<CalibrationSpec>,
    /// For template networks: how templates of different people are spread.
    pub impostors: Option<ImpostorSpec>,
    /// For template networks that run alone: how a template's reliability is measured, of the
    /// logarithm of the magnitude for instance (MagFace, AdaFace); without it, it is not.
    pub reliability: Option<ReliabilitySpec>,
    /// For detectors: how their outputs become faces.
    /// [`Detector::new`](crate::detect::Detector::new) asks for it.
    pub detector: Option<DetectorSpec>,
    /// Where the weights come from.
    pub source: Provenance,
    /// What is known about the training data.
    pub training: Training,
}

impl ModelCard {
    /// Reads and checks a card.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over 1 MiB, [`ErrorKind::InvalidModel`] if it is no card, or
    /// contradicts itself.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_CARD_BYTES {
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Model, "the model card is over 1 MiB"));
        }
        let card: Self = toml::from_str(text).map_err(|e| {
            Error::new(ErrorKind::InvalidModel, Stage::Model, "the model card is not valid").with_source(e)
        })?;
        card.check()?;
        Ok(card)
    }

    fn invalid(&self, message: &str) -> Error {
        Error::new(ErrorKind::InvalidModel, Stage::Model, format!("the card of {:?}: {message}", self.id))
    }

    fn check(&self) -> Result<()> {
        let invalid = |message| Err(self.invalid(message));
        if self.format != FORMAT {
            return invalid("its format number is not 1");
        }
        if self.id.is_empty() || self.id.len() > 128 {
            return invalid("the id must have 1 to 128 bytes");
        }
        let input = &self.input;
        if [input.width, input.height].iter().any(|side| *side == 0 || *side > MAX_SIDE_PX) {
            return invalid("the input's sides must be 1 to 4096 pixels");
        }
        if input.mean.iter().chain(&input.scale).any(|v| !v.is_finite()) {
            return invalid("mean and scale must be finite");
        }
        if self.outputs.is_empty() || self.outputs.len() > 16 {
            return invalid("there must be 1 to 16 outputs");
        }
        for output in &self.outputs {
            let len = output.shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side));
            if len.is_none_or(|n| n == 0 || n > MAX_OUTPUT_LEN) {
                return invalid("an output is empty or too large");
            }
        }
        if let Some(fault) = self.detector.as_ref().and_then(|spec| spec.fault(input.width, input.height)) {
            return invalid(fault);
        }
        if self.task == Task::Template {
            self.check_template()?;
        }
        Ok(())
    }

    fn check_template(&self) -> Result<()> {
        let invalid = |message| Err(self.invalid(message));
        let (Some(alignment), Some(template)) = (&self.alignment, &self.template) else {
            return invalid("a template network needs [alignment] and [template]");
        };
        if alignment.points.iter().flatten().chain(&alignment.mirrored_offset).any(|v| !v.is_finite()) {
            return invalid("the alignment must be finite");
        }
        #[cfg(not(target_arch = "wasm32"))]
        if POINTS.iter().any(|point| !alignment.order.contains(point)) {
            return invalid("the order of the alignment's points must name each of the five once");
        }
        let output_len = self.outputs.first().map(|output| output.shape.iter().product());
        if Some(template.dimension) != output_len {
            return invalid("the template's dimension is not the first output's length");
        }
        if template.similarity != "cosine" {
            return invalid("the only known similarity is \"cosine\"");
        }
        let norm =
            |name: &String| self.outputs.get(1).is_some_and(|o| o.name == *name && o.shape.iter().all(|n| *n == 1));
        if template.norm.as_ref().is_some_and(|name| !norm(name)) {
            return invalid("the norm must be the second output, of one value");
        }
        if let Some(fault) = self.reliability.as_ref().and_then(|spec| spec.fault(1)) {
            return invalid(fault);
        }
        if let Some(fault) = self.impostors.as_ref().and_then(|spec| spec.fault(template.dimension)) {
            return invalid(fault);
        }
        if let Some(fault) = CalibrationSpec::fault_of_all(&self.calibrations) {
            return invalid(fault);
        }
        Ok(())
    }
}
