//! `[detector]` of a card: which family a detector is of, and how its outputs become faces.

use crate::words::words;
use serde::Deserialize;

/// The most levels of a detector, and the most anchors of a cell: chosen by hand; published ones
/// have 4 and 6.
const MAX_LEVELS: usize = 8;
const MAX_ANCHORS: usize = 16;
/// The largest number that a card may state here: chosen by hand, far beyond all that mean
/// something.
const MAX_NUMBER: f32 = 1e4;

/// How a detector's numbers become boxes and keypoints. A cell is a square of the input whose side
/// is its level's stride; cells stand row by row, the anchors of one cell side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DetectorFamily {
    /// BlazeFace, short and full range (V. Bazarevsky et al., 2019; MediaPipe). One row for each
    /// anchor: centre, width and height, then the keypoints, in pixels of the input; centre and
    /// points from the cell's centre. Scores are logits.
    Anchors,
    /// SCRFD (J. Guo et al., 2021; InsightFace). Distances from the cell's corner to the left, top,
    /// right and bottom edges, and to the keypoints, in strides. Scores are probabilities.
    Scrfd,
    /// RetinaFace (J. Deng et al., 2019; the PyTorch form). Offsets from anchors of given sizes,
    /// scaled by variances; the logarithm of width and height. Of two columns of scores the second
    /// is the face's.
    Retinaface,
    /// YuNet (W. Wu et al., 2023; OpenCV Zoo). Offsets from the cell's corner in strides, the
    /// logarithm of width and height. A score is the geometric mean of class and objectness.
    Yunet,
}

words!(DetectorFamily {
    Anchors => "anchors",
    Scrfd => "scrfd",
    Retinaface => "retinaface",
    Yunet => "yunet",
});

/// What a detector's scores are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScoreScale {
    /// Any number; a probability is its sigmoid, of two columns the softmax.
    Logits,
    /// 0 to 1.
    Probabilities,
}

words!(ScoreScale { Logits => "logits", Probabilities => "probabilities" });

/// Which outputs hold what, by their names: one for each level in the order of the strides, or one
/// for all levels, whose rows stand one level after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DetectorOutputs {
    /// The scores: one column; of `retinaface` also two, of which the second is the face's.
    /// Default: none named.
    pub scores: Vec<String>,
    /// A second score for each anchor, with which the first is multiplied. Default: none named.
    pub objectness: Vec<String>,
    /// The boxes, four columns; of the family `anchors` with the keypoints behind them. Default:
    /// none named.
    pub boxes: Vec<String>,
    /// The keypoints, x and y of each. Default: none named.
    pub keypoints: Vec<String>,
}

impl DetectorOutputs {
    /// Whether nothing is named, so that shapes tell.
    pub(crate) fn is_empty(&self) -> bool {
        [&self.scores, &self.objectness, &self.boxes, &self.keypoints].iter().all(|names| names.is_empty())
    }
}

/// How a detector's outputs become faces: a card's `[detector]`. `docs/networks.md` has one of each
/// family.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DetectorSpec {
    /// How numbers become boxes.
    pub family: DetectorFamily,
    /// Pixels of the input for each cell, level by level; the input's sides are multiples of each.
    pub strides: Vec<usize>,
    /// Anchors of one cell, level by level. Default: two of `scrfd`, one of `anchors` and `yunet`,
    /// as many as `sizes` has of `retinaface`.
    #[serde(default)]
    pub anchors: Vec<usize>,
    /// Of `retinaface`: the sides of a cell's anchors in pixels of the input, level by level.
    #[serde(default)]
    pub sizes: Vec<Vec<f32>>,
    /// Of `retinaface`: what offsets and logarithms are multiplied by. Default: 0.1 and 0.2, as
    /// published.
    #[serde(default = "published_variances")]
    pub variances: [f32; 2],
    /// Keypoints of a face: 6 (right eye, left eye, nose tip, mouth, right and left ear), 5 (right
    /// eye, left eye, nose tip, right and left corner of the mouth) or 0. Sides are the subject's.
    pub keypoints: usize,
    /// What scores are. Default: logits of `anchors`, probabilities of the other families.
    pub scores: Option<ScoreScale>,
    /// The least score of a reported face, above 0 and below 1; the caller may ask for more
    /// ([`DetectOptions`](crate::detect::DetectOptions)). Default: 0.5.
    #[serde(default = "usual_threshold")]
    pub threshold: f32,
    /// The scores of a face that leaves no doubt, so that nothing more is searched for: in the
    /// whole picture, and zoomed out. Default: 0.7 and 0.8.
    #[serde(default = "usual_settled")]
    pub settled: [f32; 2],
    /// What the network's boxes are multiplied by, width and height, to go from the forehead to the
    /// chin and about from ear to ear. Default: 1 and 1.
    #[serde(default = "no_scale")]
    pub box_scale: [f32; 2],
    /// How far the network's boxes are moved beforehand, in their own widths and heights. Default:
    /// 0 and 0.
    #[serde(default)]
    pub box_shift: [f32; 2],
    /// Which outputs hold what. Default: their shapes tell.
    #[serde(default)]
    pub outputs: DetectorOutputs,
}

const fn published_variances() -> [f32; 2] {
    [0.1, 0.2]
}

const fn usual_threshold() -> f32 {
    0.5
}

const fn usual_settled() -> [f32; 2] {
    [0.7, 0.8]
}

const fn no_scale() -> [f32; 2] {
    [1.0; 2]
}

impl DetectorSpec {
    /// How many anchors a cell of each level has.
    pub(crate) fn anchors_of_levels(&self) -> Vec<usize> {
        if !self.anchors.is_empty() {
            return self.anchors.clone();
        }
        match self.family {
            DetectorFamily::Anchors | DetectorFamily::Yunet => vec![1; self.strides.len()],
            DetectorFamily::Scrfd => vec![2; self.strides.len()],
            DetectorFamily::Retinaface => self.sizes.iter().map(Vec::len).collect(),
        }
    }

    /// What the scores are, as stated or as the family has them.
    pub(crate) fn score_scale(&self) -> ScoreScale {
        self.scores.unwrap_or(match self.family {
            DetectorFamily::Anchors => ScoreScale::Logits,
            _ => ScoreScale::Probabilities,
        })
    }

    /// What is wrong with it, for an input of `width` × `height` pixels.
    pub(super) fn fault(&self, width: usize, height: usize) -> Option<&'static str> {
        let share = |v: &f32| *v > 0.0 && *v < 1.0;
        let small = |v: &f32| v.abs() <= MAX_NUMBER;
        let positive = |v: &f32| *v > 0.0 && small(v);
        if self.strides.is_empty() || self.strides.len() > MAX_LEVELS {
            return Some("a detector has 1 to 8 strides");
        }
        if self.strides.iter().any(|s| *s == 0 || !width.is_multiple_of(*s) || !height.is_multiple_of(*s)) {
            return Some("the input's sides must be multiples of each stride of [detector]");
        }
        let sizes = self.family == DetectorFamily::Retinaface;
        if sizes != (self.sizes.len() == self.strides.len()) || (!sizes && !self.sizes.is_empty()) {
            return Some("sizes of anchors are stated for retinaface, for each stride, and for no other family");
        }
        let anchors = self.anchors_of_levels();
        if anchors.len() != self.strides.len() || anchors.iter().any(|n| *n == 0 || *n > MAX_ANCHORS) {
            return Some("a cell of each stride has 1 to 16 anchors");
        }
        if sizes && self.sizes.iter().map(Vec::len).ne(anchors.iter().copied()) {
            return Some("a cell has as many anchors as sizes");
        }
        let five = !matches!(self.family, DetectorFamily::Anchors) && self.keypoints == 6;
        if !matches!(self.keypoints, 0 | 5 | 6) || five {
            return Some("a face has 0 or 5 keypoints, of the family anchors also 6");
        }
        if !share(&self.threshold) || !self.settled.iter().all(share) {
            return Some("threshold and settled scores must be above 0 and below 1");
        }
        let positive = self.sizes.iter().flatten().chain(&self.variances).chain(&self.box_scale).all(positive);
        if !positive || !self.box_shift.iter().all(small) {
            return Some("a number of [detector] is out of range");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> DetectorSpec {
        toml::from_str(text).unwrap()
    }

    const SCRFD: &str = "family = \"scrfd\"\nstrides = [8, 16, 32]\nkeypoints = 5\n";

    #[test]
    fn what_a_card_leaves_out_is_the_familys() {
        let scrfd = spec(SCRFD);
        assert_eq!((scrfd.anchors_of_levels(), scrfd.score_scale()), (vec![2; 3], ScoreScale::Probabilities));
        assert_eq!((scrfd.threshold, scrfd.settled, scrfd.fault(640, 480)), (0.5, [0.7, 0.8], None));
        let blaze = spec("family = \"anchors\"\nstrides = [8, 16]\nanchors = [2, 6]\nkeypoints = 6\n");
        assert_eq!((blaze.anchors_of_levels(), blaze.score_scale()), (vec![2, 6], ScoreScale::Logits));
        assert_eq!(blaze.fault(128, 128), None);
        let retina =
            spec("family = \"retinaface\"\nstrides = [8, 16]\nsizes = [[16, 32], [64, 128, 256]]\nkeypoints = 5\n");
        assert_eq!((retina.anchors_of_levels(), retina.fault(320, 320)), (vec![2, 3], None));
    }

    #[test]
    fn what_contradicts_itself_has_a_fault() {
        type Change = fn(&mut DetectorSpec);
        let changes: [Change; 14] = [
            |s| s.strides.clear(),
            |s| s.strides = vec![8; 9],
            |s| s.strides[1] = 0,
            |s| s.strides[1] = 7,
            |s| s.anchors = vec![2, 2],
            |s| s.anchors = vec![2, 0, 2],
            |s| s.anchors = vec![2, 17, 2],
            |s| s.sizes = vec![vec![8.0]; 3],
            |s| s.family = DetectorFamily::Retinaface,
            |s| s.keypoints = 6,
            |s| s.threshold = f32::NAN,
            |s| s.settled[1] = 1.0,
            |s| s.box_scale[0] = 0.0,
            |s| s.box_shift[1] = f32::INFINITY,
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut spec = spec(SCRFD);
            change(&mut spec);
            assert!(spec.fault(640, 480).is_some(), "change {index}");
        }
        assert!(toml::from_str::<DetectorSpec>(&format!("{SCRFD}steps = 3\n")).is_err(), "a slip of the pen");
    }
}
