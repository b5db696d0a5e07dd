//! Face detection: where in a frame there are faces, how large, and roughly where their eyes, nose,
//! mouth and ears are.
//!
//! One run of the network over the whole upright frame is the rule. Only a frame whose best face is
//! doubtful is searched again: zoomed out (faces that overfill the frame), turned by quarter turns,
//! and in tiles (small faces). Which of these a caller wants is said by [`DetectOptions`]; what
//! they cost and find is measured there.
//!
//! ```no_run
//! use selfsame::detect::{DetectOptions, Detector, FaceSelection, select_face};
//! # fn example(model: selfsame::model::Model, frame: selfsame::image::Frame<'_>) -> selfsame::error::Result<()> {
//! let detector = Detector::new(model)?;
//! let faces = detector.detect(&frame, &DetectOptions::default())?;
//! if let FaceSelection::One(face) = select_face(&faces) {
//!     println!("a face {} px wide, turned by {}°", face.rect.width(), face.rotation.degrees());
//! }
//! # Ok(())
//! # }
//! ```

mod decode;
mod nms;
mod search;
mod select;

pub use search::Rotation;
pub(crate) use search::square;
pub(crate) use select::dominant_face;
pub use select::{COUNTED_SCORE, DOMINANT_WIDTH_RATIO, FaceSelection, select_face};

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Rect};
use crate::image::{Border, Crop, Frame, Normalisation, warp_into};
use crate::model::Model;
use crate::settings::settings;
use crate::simd::scratch;
use decode::{BOX_LEN, CELLS, Candidate, INPUT_PX, decode_into};
use ndarray::{ArrayView4, ArrayViewMut2};
use nms::SAME_FACE_IOU;
use search::{Search, tiles, whole};
use std::cell::Cell;

/// The default of [`DetectOptions::threshold`].
///
/// Measured on LFW deepfunneled (7,701 images, Python on the same network): with the zoomed-out
/// search none is missed at 0.5 (the lowest score is 0.597); with the upright search alone 22 score
/// below 0.5 and 2 below 0.3.
pub const DEFAULT_THRESHOLD: f32 = 0.5;

/// An upright search whose best face scores at least this ends the search. Measured on LFW: 89.8 %
/// of upright faces score more; of faces turned by 90°, 180°, 270° the upright search scores 3.2 %,
/// 0.2 %, 0.3 % more, most of them with a mouth far from below the eyes, which [`SETTLED_TILT_DEG`]
/// catches. Sent on to the other searches are thus only doubtful faces.
const SETTLED_SCORE: f32 = 0.7;

/// The same for the zoomed-out search, where scores of right and of turned faces are both higher:
/// 95 % of upright LFW faces score over 0.79 there; of turned ones 2 % score over 0.8.
const SETTLED_SCORE_ZOOMED: f32 = 0.8;

/// A face settles the search only if its mouth is below its eyes within this angle. Upright LFW
/// faces: −18° to 16° (99 %).
const SETTLED_TILT_DEG: f32 = 30.0;

/// A face whose mouth is further than this from below its eyes, in the search that found it, is
/// dropped: a search turned by a quarter sees it better. Quarter turns leave 45° at most.
const MAX_TILT_DEG: f32 = 60.0;

/// The zoomed-out and the turned searches show the frame at this share of the input's side.
/// Measured on LFW cropped so that the face is 1.0 and 1.4 times as wide as the frame: median score
/// at zoom 1 0.49 and 0.20, at zoom 0.5 0.82 and 0.68.
const ZOOMED_OUT: f32 = 0.5;

settings! {
    /// How far the detector goes to find a face.
    ///
    /// Searches run in this order, one run of the network each (2.2 ms at the least on the reference
    /// core, plus the warp):
    /// 1. the upright frame, always: faces from 10 % to 60 % of the longer side (8 %: 94 % found);
    /// 2. `zoomed_out`, if 1 found no face above 0.7: faces that fill or overfill the frame, 1 run;
    /// 3. `turned`, if nothing above 0.8 yet: faces turned by 180°, 90°, 270°, 3 runs, and 3 more at
    ///    full zoom if there is no face at all. The best-scored face decides how the photograph is
    ///    turned;
    /// 4. `tiles`, if there is no face yet: upright faces from 4 % (95 % found) of the longer side, 6
    ///    to 9 runs.
    ///
    /// A photograph without a face thus costs 14 to 17 runs, one with a plain upright face 1 (mean over
    /// LFW: 1.16), one turned by a quarter or half 5. Turned LFW faces are found the right way up in
    /// 99.0 % (180°) and 99.7 % (90°, 270°).
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct DetectOptions in Stage::Detect {
        /// The least score of a reported face: [`DEFAULT_THRESHOLD`] says what it means.
        threshold, with_threshold: f32 = 0.5, in f32::EPSILON..1.0;
        /// Whether faces that overfill the frame are searched for.
        zoomed_out, with_zoomed_out: bool = true;
        /// Whether faces turned by quarter turns are searched for.
        turned, with_turned: bool = true;
        /// Whether small faces are searched for.
        tiles, with_tiles: bool = true;
    }
}

impl DetectOptions {
    /// The upright search alone: one run of the network per frame, for video.
    pub fn upright() -> Self {
        Self { zoomed_out: false, turned: false, tiles: false, ..Self::default() }
    }
}

/// A face as the detector sees it, in pixels of the source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// From the forehead to the chin and about from ear to ear: 2.6 inter-eye distances wide (LFW's
    /// median). It may reach beyond the frame.
    pub rect: Rect,
    /// Probability of a face, 0 ..= 1, as the network states it; not calibrated.
    pub score: f32,
    /// Right eye, left eye, nose tip, mouth centre, right ear tragion, left ear tragion (the
    /// subject's: the right eye of an upright face is at the image's left). Coarse: the eyes
    /// are off by 4 % of the inter-eye distance in the median.
    pub keypoints: [Point; 6],
    /// The quarter turn of the search that found it.
    pub rotation: Rotation,
}

impl Detection {
    /// The angle of the line through the eyes, in degrees, −180 ..= 180, clockwise on the screen; 0
    /// for an upright face.
    pub fn roll_deg(&self) -> f32 {
        let [right_eye, left_eye, ..] = self.keypoints;
        (left_eye.y - right_eye.y).atan2(left_eye.x - right_eye.x).to_degrees()
    }
}

/// The angle between the direction from the eyes to the mouth and straight down, in degrees, −180
/// ..= 180.
fn tilt_deg(candidate: &Candidate) -> f32 {
    let [right_eye, left_eye, _, mouth, ..] = candidate.keypoints;
    let eyes = right_eye.midpoint(left_eye);
    (eyes.x - mouth.x).atan2(mouth.y - eyes.y).to_degrees()
}

/// Finds faces. Shared by all threads; each call uses its thread's own buffers.
pub struct Detector {
    model: Model,
    normalisation: Normalisation,
}

impl std::fmt::Debug for Detector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detector").field("model", &self.model.card.id).finish()
    }
}

impl Detector {
    /// A detector that runs `model`: MediaPipe's full-range face detector, or one of the same
    /// shapes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] unless the input is 192 × 192 × 3 and the outputs are `boxes`
    /// (2304, 16) and `scores` (2304, 1).
    pub fn new(model: Model) -> Result<Self> {
        let signature = model.network.signature();
        let input = (signature.height, signature.width, signature.channels) == (INPUT_PX, INPUT_PX, 3);
        let outputs =
            matches!(signature.outputs.as_slice(), [(boxes, _), (scores, _)] if boxes == "boxes" && scores == "scores");
        let lengths = (signature.output_len(0), signature.output_len(1)) == (CELLS * BOX_LEN, CELLS);
        if !(input && outputs && lengths) {
            return Err(Error::new(
                ErrorKind::InvalidModel,
                Stage::Detect,
                format!("{:?} is not a 192 × 192 detector with boxes (2304, 16) and scores (2304, 1)", model.card.id),
            ));
        }
        let normalisation = Normalisation::from(&model.card.input);
        Ok(Self { model, normalisation })
    }

    /// The faces in `frame`, by falling score.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the threshold is not within 0 to 1 (both exclusive),
    /// [`ErrorKind::NonFinite`] if the network's scores are NaN or infinite, and the errors of
    /// the warp and of the network. No face is no error.
    pub fn detect(&self, frame: &Frame<'_>, options: &DetectOptions) -> Result<Vec<Detection>> {
        let mut faces = Vec::new();
        self.detect_into(frame, options, &mut faces)?;
        Ok(faces)
    }

    /// [`Detector::detect`], into a list that the caller keeps: a thread's calls after the first
    /// few allocate nothing. What `faces` held is dropped; after an error it is empty.
    ///
    /// # Errors
    /// As [`Detector::detect`].
    pub fn detect_into(&self, frame: &Frame<'_>, options: &DetectOptions, faces: &mut Vec<Detection>) -> Result<()> {
        faces.clear();
        let mut found = LISTS.try_with(Cell::take).ok().flatten().unwrap_or_default();
        found.clear();
        let outcome = self.look(frame, options, &mut found);
        if outcome.is_ok() {
            found.move_faces_to(faces);
        }
        // A thread that is shutting down keeps nothing any more.
        let _ = LISTS.try_with(|kept| kept.set(Some(found)));
        outcome
    }

    /// One search after the other, until one settles the matter.
    fn look(&self, frame: &Frame<'_>, options: &DetectOptions, found: &mut Found) -> Result<()> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let look = |found: &mut Found, zoom, rotation| match whole(width, height, zoom, rotation) {
            Some(search) => self.search(frame, &search, options.threshold(), found),
            None => Err(Error::new(ErrorKind::InvalidArgument, Stage::Detect, "the frame is empty")),
        };

        look(found, 1.0, Rotation::None)?;
        if found.settled(SETTLED_SCORE) {
            return Ok(());
        }
        if options.zoomed_out() {
            look(found, ZOOMED_OUT, Rotation::None)?;
            if found.settled(SETTLED_SCORE_ZOOMED) {
                return Ok(());
            }
        }
        if options.turned() {
            // Scores rise as the frame shrinks: turned searches are compared with an upright one of the same
            // zoom.
            let zooms: &[f32] = if options.zoomed_out() { &[ZOOMED_OUT, 1.0] } else { &[1.0] };
            for zoom in zooms {
                for rotation in Rotation::TURNED {
                    look(found, *zoom, rotation)?;
                }
                if !found.faces.is_empty() {
                    break;
                }
            }
        }
        if options.tiles() && found.faces.is_empty() {
            for tile in tiles(width, height) {
                self.search(frame, &tile, options.threshold(), found)?;
            }
        }
        Ok(())
    }

    /// Runs the network on one view of the frame and adds what it finds.
    fn search(&self, frame: &Frame<'_>, search: &Search, threshold: f32, found: &mut Found) -> Result<()> {
        let mut input = scratch::take(INPUT_PX * INPUT_PX * 3);
        let mut boxes = scratch::take(CELLS * BOX_LEN);
        let mut scores = scratch::take(CELLS);
        let crop = Crop {
            width: INPUT_PX,
            height: INPUT_PX,
            source_from_target: search.source_from_input,
            border: Border::Black,
        };
        warp_into(frame, &crop, &self.normalisation, &mut input)?;
        let shape =
            |e| Error::new(ErrorKind::ShapeMismatch, Stage::Detect, "a tensor has the wrong length").with_source(e);
        let view = ArrayView4::from_shape((1, INPUT_PX, INPUT_PX, 3), &input).map_err(shape)?;
        let boxes_view = ArrayViewMut2::from_shape((1, CELLS * BOX_LEN), &mut boxes).map_err(shape)?;
        let scores_view = ArrayViewMut2::from_shape((1, CELLS), &mut scores).map_err(shape)?;
        self.model.network.run(view, &mut [boxes_view, scores_view])?;

        decode_into(&boxes, &scores, threshold, &mut found.candidates).ok_or_else(|| {
            Error::new(ErrorKind::NonFinite, Stage::Detect, "the detector returned a score that is NaN or infinite")
        })?;
        nms::weighted_into(&mut found.candidates, &mut found.group, &mut found.distinct);
        let distinct = std::mem::take(&mut found.distinct);
        for candidate in &distinct {
            found.add(candidate, search);
        }
        found.distinct = distinct;
        Ok(())
    }
}

thread_local! {
    static LISTS: Cell<Option<Box<Found>>> = const { Cell::new(None) };
}

/// What the searches of one frame have found, in lists that a thread keeps between calls.
#[derive(Default)]
struct Found {
    candidates: Vec<Candidate>,
    group: Vec<Candidate>,
    distinct: Vec<Candidate>,
    faces: Vec<Detection>,
    /// Score and tilt of the best face of the latest search that found one better than all before.
    best: Option<(f32, f32)>,
}

impl Found {
    fn clear(&mut self) {
        self.faces.clear();
        self.best = None;
    }

    /// Maps `candidate` to the source and keeps it, unless its mouth is not below its eyes.
    fn add(&mut self, candidate: &Candidate, search: &Search) {
        let tilt = tilt_deg(candidate);
        if tilt.is_nan() || tilt.abs() > MAX_TILT_DEG {
            return;
        }
        let map = |p| search.source_from_input.apply(p);
        let (a, b) = (
            map(Point::new(candidate.rect.left(), candidate.rect.top())),
            map(Point::new(candidate.rect.right(), candidate.rect.bottom())),
        );
        let keypoints = candidate.keypoints.map(map);
        let rect = Rect::from_edges(a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y));
        let (Some(rect), true) = (rect, keypoints.iter().all(|p| p.is_finite())) else {
            return;
        };
        self.faces.push(Detection { rect, score: candidate.score, keypoints, rotation: search.rotation });
        if self.best.is_none_or(|(score, _)| candidate.score > score) {
            self.best = Some((candidate.score, tilt));
        }
    }

    /// Whether the best face leaves no doubt, so that no further search is needed.
    fn settled(&self, least: f32) -> bool {
        self.best.is_some_and(|(score, tilt)| score >= least && tilt.abs() <= SETTLED_TILT_DEG)
    }

    /// The faces of all searches, each once, by falling score. A photograph is turned as a whole:
    /// faces found under another rotation than the best one's are dropped, which also drops
    /// most of what turned searches find where nothing is.
    fn move_faces_to(&mut self, kept: &mut Vec<Detection>) {
        self.faces.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
        let rotation = self.faces.first().map(|f| f.rotation);
        for face in self.faces.drain(..) {
            let known = || kept.iter().any(|k| k.rect.iou(&face.rect) > SAME_FACE_IOU);
            if Some(face.rotation) == rotation && !known() {
                kept.push(face);
            }
        }
    }
}

#[cfg(test)]
mod tests;
