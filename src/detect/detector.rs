//! The detector: which searches run, and the network's run for each.

use super::candidate::Candidate;
use super::detection::Detection;
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

/// The zoomed-out and the turned searches show the frame at this share of the input's side.
/// Chosen for MediaPipe's full-range detector, which does not see faces that overfill the frame; to
/// the bundled one, which does, it is a second look.
const ZOOMED_OUT: f32 = 0.5;

/// The side of the tiles in which a face is looked for that the whole frame does not show, as a
/// share of the longer side. Chosen as [`FAR_SHARE`].
const TILE_SHARE: f32 = 1.0 / 3.0;

/// A subject under this share of the side that was searched is far: others of its size may have
/// been missed, so the frame is searched in smaller tiles.
///
/// This, [`TILE_SHARE`], [`CLOSE_SHARE`] and [`LEAST_TILE_SHARE`] were chosen by how often one of
/// two people far away was compared, in pictures drawn of every fourth of CFP's people from the
/// first (`of_two_people_of_cfp_far_away`): 3 of 480. On others it is 6.
const FAR_SHARE: f32 = 0.25;

/// The share of the smaller tiles that the subject's width is in them. Chosen as [`FAR_SHARE`].
const CLOSE_SHARE: f32 = 0.3;

/// A face under this share of the side that was searched has a coarse box, up to a quarter too
/// wide, beside which somebody two thirds as wide would not count: the tiles' box takes its place.
/// Chosen by hand, half of [`FAR_SHARE`].
const COARSE_SHARE: f32 = 0.12;

/// The least side of the smaller tiles, as a share of the longer side, which bounds them to 49.
/// Chosen as [`FAR_SHARE`].
const LEAST_TILE_SHARE: f32 = 0.2;

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
    heads: CardHeads,
}

impl std::fmt::Debug for Detector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detector").field("model", &self.model.card.id).finish()
    }
}

impl Detector {
    /// A detector that runs `model`, whose card says how its outputs become faces
    /// ([`DetectorSpec`](crate::model::DetectorSpec)).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if the card has no `[detector]`, or names the output which does
    /// not fit it; [`ErrorKind::LimitExceeded`] over 262,144 anchors.
    pub fn new(model: Model) -> Result<Self> {
        let signature = model.network.signature();
        let size = (signature.width, signature.height);
        let normalisation = Normalisation::from(&model.card.input);
        let Some(spec) = &model.card.detector else {
            let message = format!("the card of {:?} has no [detector]", model.card.id);
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Detect, message));
        };
        let heads = CardHeads::new(&model, spec)?;
        Ok(Self { model, normalisation, size, heads })
    }

    /// How many of [`Detection::keypoints`] the network gives. Of 5 the ears are estimated from the
    /// others, and the mouth is between its corners; of 0 all are estimated from the box, so that a
    /// face's roll is known by the search that found it alone, in quarter turns.
    #[must_use]
    pub fn keypoints(&self) -> usize {
        self.heads.keypoints()
    }

    /// Finds the faces in `frame`, and returns them by falling score.
    ///
    /// An empty list is an answer, no error.
    ///
    /// # Errors
    /// [`ErrorKind::NonFinite`] if what the network says is NaN or infinite,
    /// [`ErrorKind::InvalidModel`] if its scores are no probabilities where the card says that they
    /// are, and the errors of the warp and of the network.
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

        let [settled, settled_zoomed_out] = self.heads.settled();
        look(found, 1.0, Rotation::None)?;
        if found.settled(settled) {
            return Ok(());
        }
        if options.zoomed_out() {
            debug_event!(search = "zoomed_out", "the searches so far leave a doubt");
            // A face upside down may score more as it stands than the right way up at another zoom:
            // turned searches are compared with an upright one of their zoom, if that shows a face.
            let before = found.best.take();
            look(found, ZOOMED_OUT, Rotation::None)?;
            if found.settled(settled_zoomed_out) {
                return Ok(());
            }
            found.best = found.best.or(before);
        }
        if options.turned() {
            debug_event!(search = "turned", "the searches so far leave a doubt");
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
            let side = (face / CLOSE_SHARE).max(LEAST_TILE_SHARE * longer).max(self.size.0.min(self.size.1) as f32);
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
        self.heads.run(&self.model, &input, threshold, &mut found.candidates)?;
        nms::weighted_into(&mut found.candidates, &mut found.group, &mut found.distinct);
        // Taken out of `found`, which `add` borrows whole.
        let distinct = std::mem::take(&mut found.distinct);
        for candidate in distinct.iter().filter(|candidate| keep(candidate)) {
            found.add(candidate, search);
        }
        found.distinct = distinct;
        Ok(())
    }
}
