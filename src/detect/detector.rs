//! The detector: which searches run, and the network's run for each.

use super::decode::{BOX_LEN, CELLS, INPUT_PX, decode_into};
use super::detection::Detection;
use super::found::Found;
use super::nms;
use super::options::DetectOptions;
use super::rotation::Rotation;
use super::search::{Search, tiles, whole};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::{Border, Crop, Frame, Normalisation, warp_into};
use crate::model::Model;
use crate::simd::scratch;
use crate::telemetry::debug_event;
use std::cell::Cell;

/// An upright search whose best face scores at least this ends the search. Measured on LFW: 89.8 %
/// of upright faces score more; of faces turned by 90°, 180°, 270° the upright search scores 3.2 %,
/// 0.2 %, 0.3 % more, most of them with a mouth far from below the eyes, which `SETTLED_TILT_DEG`
/// catches. Sent on to the other searches are thus only doubtful faces.
const SETTLED_SCORE: f32 = 0.7;

/// A zoomed-out search whose best face scores at least this ends the search. It is above
/// [`SETTLED_SCORE`], since scores of upright and of turned faces are both higher there: measured
/// on LFW, 95 % of upright faces score over 0.79, and 2 % of turned ones over 0.8.
const SETTLED_SCORE_ZOOMED: f32 = 0.8;

/// The zoomed-out and the turned searches show the frame at this share of the input's side.
/// Measured on LFW cropped so that the face is 1.0 and 1.4 times as wide as the frame: median score
/// at zoom 1 0.49 and 0.20, at zoom 0.5 0.82 and 0.68.
const ZOOMED_OUT: f32 = 0.5;

thread_local! {
    /// The lists of this thread's last call.
    static LISTS: Cell<Option<Box<Found>>> = const { Cell::new(None) };
}

/// Finds the faces of a frame. All threads can share one detector: each call uses its thread's own
/// buffers, and there is no lock.
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
        let lengths = (signature.output_len(0), signature.output_len(1)) == (Some(CELLS * BOX_LEN), Some(CELLS));
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

    /// Finds the faces in `frame`, and returns them by falling score.
    ///
    /// An empty list is an answer, no error.
    ///
    /// # Errors
    /// [`ErrorKind::NonFinite`] if the network's scores are NaN or infinite, and the errors of the
    /// warp and of the network.
    pub fn detect(&self, frame: &Frame<'_>, options: &DetectOptions) -> Result<Vec<Detection>> {
        let mut faces = Vec::new();
        self.detect_into(frame, options, &mut faces)?;
        Ok(faces)
    }

    /// Finds the faces in `frame` as [`Detector::detect`] does, and writes them into a list that
    /// the caller keeps: a thread's calls after the first few allocate nothing.
    ///
    /// What `faces` held is dropped; after an error it is empty.
    ///
    /// # Errors
    /// Those of [`Detector::detect`].
    pub fn detect_into(&self, frame: &Frame<'_>, options: &DetectOptions, faces: &mut Vec<Detection>) -> Result<()> {
        faces.clear();
        // A thread's first call, and one while it shuts down, begin with empty lists.
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

    /// Runs one search after the other, until one settles the matter or no allowed one is left.
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
            debug_event!(search = "zoomed_out", "the searches so far leave a doubt");
            look(found, ZOOMED_OUT, Rotation::None)?;
            if found.settled(SETTLED_SCORE_ZOOMED) {
                return Ok(());
            }
        }
        if options.turned() {
            debug_event!(search = "turned", "the searches so far leave a doubt");
            // Scores rise as the frame shrinks: turned searches are compared with an upright one of
            // the same zoom.
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
            debug_event!(search = "tiles", "the searches so far leave a doubt");
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
        self.model.network.run(&input, &mut [&mut boxes, &mut scores])?;

        decode_into(&boxes, &scores, threshold, &mut found.candidates).ok_or_else(|| {
            Error::new(ErrorKind::NonFinite, Stage::Detect, "the detector returned a score that is NaN or infinite")
        })?;
        nms::weighted_into(&mut found.candidates, &mut found.group, &mut found.distinct);
        // Taken out of `found`, which `add` borrows whole.
        let distinct = std::mem::take(&mut found.distinct);
        for candidate in &distinct {
            found.add(candidate, search);
        }
        found.distinct = distinct;
        Ok(())
    }
}
