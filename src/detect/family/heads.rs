//! A card's detector: the network's run, and the scores that make candidates.

use super::super::candidate::{Candidate, sigmoid};
use super::boxes::{Anchor, Boxes};
use super::plan::{Level, Part, levels};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::{DetectorSpec, Model, ScoreScale};
use crate::simd::scratch;

/// Candidates that are kept, the best ones: chosen by hand, more than the 2304 that the bundled
/// network has in all, so that a network which calls everything a face costs little.
const MAX_CANDIDATES: usize = 4096;
/// The most outputs of a card.
const MAX_OUTPUTS: usize = 16;
/// How far a probability may be from 0 ..= 1 by rounding. Chosen by hand: a thousand times what
/// the executor's sigmoid errs by, and far less than logits differ from probabilities.
const ROUNDING: f32 = 1e-3;

/// What reads the outputs of the detector that a card describes.
#[derive(Debug)]
pub(in crate::detect) struct CardHeads {
    levels: Vec<Level>,
    boxes: Boxes,
    logits: bool,
    /// Values of each output of the network.
    lens: Vec<usize>,
    threshold: f32,
    settled: [f32; 2],
    keypoints: usize,
}

impl CardHeads {
    /// Finds the outputs of `model` that its card's `spec` speaks of.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] that names the output which does not fit,
    /// [`ErrorKind::LimitExceeded`] for too many anchors.
    pub fn new(model: &Model, spec: &DetectorSpec) -> Result<Self> {
        let signature = model.network.signature();
        let lens: Vec<usize> = signature.output_lens().collect();
        if signature.channels != 3 || lens.len() > MAX_OUTPUTS {
            let message = format!("{:?} is no detector of three channels with 1 to 16 outputs", model.card.id);
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Detect, message));
        }
        Ok(Self {
            levels: levels(&model.card.id, spec, signature)?,
            boxes: Boxes::new(spec),
            logits: spec.score_scale() == ScoreScale::Logits,
            lens,
            threshold: spec.threshold,
            settled: spec.settled,
            keypoints: spec.keypoints,
        })
    }

    /// The scores of a face that leaves no doubt: in the whole picture, and zoomed out.
    pub fn settled(&self) -> [f32; 2] {
        self.settled
    }

    /// How many keypoints the network gives.
    pub fn keypoints(&self) -> usize {
        self.keypoints
    }

    /// Runs the network on `input` and writes what scores at least `threshold`, and at least what
    /// the card asks for, to `into`.
    pub fn run(&self, model: &Model, input: &[f32], threshold: f32, into: &mut Vec<Candidate>) -> Result<()> {
        let mut buffer = scratch::take(self.lens.iter().sum());
        let mut outputs: [&mut [f32]; MAX_OUTPUTS] = Default::default();
        let mut rest: &mut [f32] = &mut buffer;
        for (output, len) in outputs.iter_mut().zip(&self.lens) {
            let (own, behind) = std::mem::take(&mut rest).split_at_mut_checked(*len).ok_or_else(short)?;
            (*output, rest) = (own, behind);
        }
        let outputs = outputs.get_mut(..self.lens.len()).ok_or_else(short)?;
        model.network.run(input, outputs)?;
        into.clear();
        let least = threshold.max(self.threshold);
        self.levels.iter().try_for_each(|level| self.read(level, outputs, least, into))?;
        keep_best(into, MAX_CANDIDATES);
        Ok(())
    }

    /// Adds the candidates of one level.
    pub(super) fn read(
        &self,
        level: &Level,
        outputs: &[&mut [f32]],
        least: f32,
        into: &mut Vec<Candidate>,
    ) -> Result<()> {
        let rows = |part: &Part| part.of(outputs).ok_or_else(short);
        let mut second = level.objectness.as_ref().map(rows).transpose()?;
        let mut points = level.keypoints.as_ref().map(rows).transpose()?;
        let scored = rows(&level.scores)?.zip(rows(&level.boxes)?).enumerate();
        for (index, (scores, raw)) in scored {
            let other = second.as_mut().map(|rows| rows.next().ok_or_else(short)).transpose()?;
            let apart = points.as_mut().map(|rows| rows.next().ok_or_else(short)).transpose()?;
            let mut score = self.probability(scores)?;
            if let Some(other) = other {
                score = (score * self.probability(other)?).sqrt();
            }
            if score < least {
                continue;
            }
            let (cell, of_cell) = (index / level.anchors, index % level.anchors);
            let anchor = Anchor {
                column: cell % level.columns,
                row: cell / level.columns,
                stride: level.stride,
                size: level.sizes.get(of_cell).copied(),
            };
            // Keypoints stand behind the box where they are not apart; there may be none.
            let inside = raw.get(4..).ok_or_else(short)?;
            let found = self.boxes.candidate(&anchor, score, raw, apart.unwrap_or(inside));
            into.extend(found.map_err(|_| not_finite())?);
            if into.len() >= 2 * MAX_CANDIDATES {
                keep_best(into, MAX_CANDIDATES);
            }
        }
        Ok(())
    }

    /// The probability of a face, from one column or, of two, the second.
    fn probability(&self, scores: &[f32]) -> Result<f32> {
        if !scores.iter().all(|v| v.is_finite()) {
            return Err(not_finite());
        }
        let value = match (scores, self.logits) {
            ([one], _) => *one,
            ([none, face], true) => face - none,
            ([_, face], false) => *face,
            _ => return Err(short()),
        };
        if self.logits {
            return Ok(sigmoid(value));
        }
        if !(-ROUNDING..=1.0 + ROUNDING).contains(&value) {
            let message = format!("the detector gave the score {value}, no probability: has it logits?");
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Detect, message));
        }
        // What is beyond by less than that is rounding.
        Ok(value.clamp(0.0, 1.0))
    }
}

/// Leaves the `most` best candidates.
fn keep_best(candidates: &mut Vec<Candidate>, most: usize) {
    if candidates.len() > most {
        candidates.select_nth_unstable_by(most, |a, b| b.score.total_cmp(&a.score));
        candidates.truncate(most);
    }
}

fn short() -> Error {
    Error::new(ErrorKind::ShapeMismatch, Stage::Detect, "an output of the detector is shorter than its shape")
}

fn not_finite() -> Error {
    Error::new(ErrorKind::NonFinite, Stage::Detect, "the detector returned a number that is NaN or infinite")
}
