//! The detector: which searches run, and the network's run for each.

use super::decode::{BOX_LEN, CELLS, Candidate, INPUT_PX, decode_into};
use super::detection::Detection;
#[cfg(not(target_arch = "wasm32"))]
use super::family::CardHeads;
use super::found::Found;
use super::nms;
use super::options::DetectOptions;
use super::rotation::Rotation;
use super::search::{Search, is_cut, tiles, whole};
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

/// The side of the tiles in which a face is looked for that the whole frame does not show, as a
/// share of the longer side. Chosen by hand: they double its size.
const TILE_SHARE: f32 = 0.5;

/// A subject under this share of the side that was searched is far: others of its size may have
/// been missed, so the frame is searched in tiles in which it has this share.
///
/// Of faces of half of LFW's people in drawn pictures the search of the whole frame sees 40 % at a
/// share of 0.06, 69 % at 0.08, 91 % at 0.10, 99 % at 0.12 and all at 0.15; whoever could be the
/// subject instead has 0.6 of its width or more.
const FAR_SHARE: f32 = 0.2;

/// A face under this share of the side that was searched has a coarse box, up to a quarter too
/// wide, beside which somebody two thirds as wide would not count: the tiles' box takes its place.
/// Chosen by hand, where `FAR_SHARE` has the search find nearly all.
const COARSE_SHARE: f32 = 0.12;

/// The least side of such tiles, as a share of the longer side, which bounds them to 36. Chosen by
/// hand.
const LEAST_TILE_SHARE: f32 = 0.25;

thread_local! {
    /// The lists of this thread's last call.
    static LISTS: Cell<Option<Box<Found>>> = const { Cell::new(None) };
}

/// Finds the faces of a frame. All threads can share one detector: each call uses its thread's own
/// buffers, and there is no lock.
pub struct Detector {
    model: Model,
    normalisation: Normalisation,
    /// Width and height of the input.
    size: (usize, usize),
    heads: Heads,
}

/// How the network's outputs become candidates.
enum Heads {
    /// As the bundled network's: `boxes` and `scores`.
    FullRange,
    /// As the card says.
    #[cfg(not(target_arch = "wasm32"))]
    Card(CardHeads),
}

impl std::fmt::Debug for Detector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detector").field("model", &self.model.card.id).finish()
    }
}

impl Detector {
    /// A detector that runs `model`: MediaPipe's full-range face detector, one of the same shapes,
    /// or one whose card says how its outputs become faces
    /// ([`DetectorSpec`](crate::model::DetectorSpec)).
    ///
    /// # Errors
    /// Of a card without `[detector]` [`ErrorKind::InvalidModel`] unless the input is 192 × 192 × 3
    /// and the outputs are `boxes` (2304, 16) and `scores` (2304, 1). Of a card with one
    /// [`ErrorKind::InvalidModel`] that names the output which does not fit it, and
    /// [`ErrorKind::LimitExceeded`] over 262,144 anchors.
    pub fn new(model: Model) -> Result<Self> {
        let signature = model.network.signature();
        let size = (signature.width, signature.height);
        let normalisation = Normalisation::from(&model.card.input);
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(spec) = &model.card.detector {
            let heads = Heads::Card(CardHeads::new(&model, spec)?);
            return Ok(Self { model, normalisation, size, heads });
        }
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
        Ok(Self { model, normalisation, size, heads: Heads::FullRange })
    }

    /// How many of [`Detection::keypoints`] the network gives. Of 5 the ears are estimated from the
    /// others, and the mouth is between its corners; of 0 all are estimated from the box, so that a
    /// face's roll is known by the search that found it alone, in quarter turns.
    #[must_use]
    pub fn keypoints(&self) -> usize {
        match &self.heads {
            Heads::FullRange => 6,
            #[cfg(not(target_arch = "wasm32"))]
            Heads::Card(heads) => heads.keypoints(),
        }
    }

    /// The scores of a face that leaves no doubt: in the whole picture, and zoomed out.
    fn settled(&self) -> [f32; 2] {
        match &self.heads {
            Heads::FullRange => [SETTLED_SCORE, SETTLED_SCORE_ZOOMED],
            #[cfg(not(target_arch = "wasm32"))]
            Heads::Card(heads) => heads.settled(),
        }
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
        self.look_at_whole(frame, options, found)?;
        if options.tiles() { self.look_closer(frame, options.threshold(), found) } else { Ok(()) }
    }

    /// The searches that show the whole frame.
    fn look_at_whole(&self, frame: &Frame<'_>, options: &DetectOptions, found: &mut Found) -> Result<()> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let look = |found: &mut Found, zoom, rotation| match whole(width, height, zoom, rotation, self.size) {
            Some(search) => self.search(frame, &search, options.threshold(), found, |_| true),
            None => Err(Error::new(ErrorKind::InvalidArgument, Stage::Detect, "the frame is empty")),
        };

        let [settled, settled_zoomed_out] = self.settled();
        look(found, 1.0, Rotation::None)?;
        if found.settled(settled) {
            return Ok(());
        }
        if options.zoomed_out() {
            debug_event!(search = "zoomed_out", "the searches so far leave a doubt");
            look(found, ZOOMED_OUT, Rotation::None)?;
            if found.settled(settled_zoomed_out) {
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
        Ok(())
    }

    /// Searches tiles if there is no face yet, and smaller ones if the subject is far.
    fn look_closer(&self, frame: &Frame<'_>, threshold: f32, found: &mut Found) -> Result<()> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let longer = width.max(height);
        let look = |found: &mut Found, side, rotation| {
            tiles(width, height, side, rotation, self.size).iter().try_for_each(|tile| {
                self.search(frame, tile, threshold, found, |face| !is_cut(face, tile, self.size, (width, height)))
            })
        };
        let mut searched = longer;
        if found.faces.is_empty() {
            debug_event!(search = "tiles", "the searches so far leave a doubt");
            searched = TILE_SHARE * longer;
            look(found, searched, Rotation::None)?;
        }
        if let Some((face, rotation)) = found.subject().filter(|(face, _)| *face < FAR_SHARE * searched) {
            let side = (face / FAR_SHARE).max(LEAST_TILE_SHARE * longer).max(self.size.0.min(self.size.1) as f32);
            // A tile of what was searched, or more, shows nothing that the search did not.
            if side < searched {
                debug_event!(search = "small tiles", "the subject is far");
                let known = found.faces.len();
                look(found, side, rotation)?;
                found.forget_repeats(known, COARSE_SHARE * searched);
            }
        }
        Ok(())
    }

    /// Runs the network on one view of the frame and adds what it finds and `keep` lets pass.
    fn search(
        &self,
        frame: &Frame<'_>,
        search: &Search,
        threshold: f32,
        found: &mut Found,
        keep: impl Fn(&Candidate) -> bool,
    ) -> Result<()> {
        let (width, height) = self.size;
        let mut input = scratch::take(width * height * 3);
        let crop = Crop { width, height, source_from_target: search.source_from_input, border: Border::Black };
        warp_into(frame, &crop, &self.normalisation, &mut input)?;
        match &self.heads {
            Heads::FullRange => self.run_full_range(&input, threshold, found)?,
            #[cfg(not(target_arch = "wasm32"))]
            Heads::Card(heads) => heads.run(&self.model, &input, threshold, &mut found.candidates)?,
        }
        nms::weighted_into(&mut found.candidates, &mut found.group, &mut found.distinct);
        // Taken out of `found`, which `add` borrows whole.
        let distinct = std::mem::take(&mut found.distinct);
        for candidate in distinct.iter().filter(|candidate| keep(candidate)) {
            found.add(candidate, search);
        }
        found.distinct = distinct;
        Ok(())
    }

    /// Runs the bundled network, or one of its shapes.
    fn run_full_range(&self, input: &[f32], threshold: f32, found: &mut Found) -> Result<()> {
        let mut boxes = scratch::take(CELLS * BOX_LEN);
        let mut scores = scratch::take(CELLS);
        self.model.network.run(input, &mut [&mut boxes, &mut scores])?;
        decode_into(&boxes, &scores, threshold, &mut found.candidates).ok_or_else(|| {
            Error::new(ErrorKind::NonFinite, Stage::Detect, "the detector returned a score that is NaN or infinite")
        })
    }
}
