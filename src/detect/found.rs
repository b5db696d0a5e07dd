//! What the searches of one frame have found, and whether that leaves a doubt.

use super::candidate::Candidate;
use super::detection::Detection;
use super::nms::SAME_FACE_IOU;
use super::rotation::Rotation;
use super::search::Search;
use super::select::{COUNTED_SCORE, widest};
use crate::geometry::{Point, Rect};

/// A face settles the search only if its mouth is below its eyes within this angle. Upright LFW
/// faces: −18° to 16° (99 %).
const SETTLED_TILT_DEG: f32 = 30.0;

/// A face whose mouth is further than this from below its eyes, in the search that found it, is
/// dropped: a search turned by a quarter sees it better. Quarter turns leave 45° at most.
const MAX_TILT_DEG: f32 = 60.0;

/// What the searches of one frame have found, in lists that a thread keeps between calls.
#[derive(Default)]
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    pub(super) group: Vec<Candidate>,
    pub(super) distinct: Vec<Candidate>,
    pub(super) faces: Vec<Detection>,
    /// The best face of the searches at one zoom: it says how the photograph is turned.
    pub(super) best: Option<Best>,
}

/// What is asked of the best face.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    score: f32,
    tilt_deg: f32,
    rotation: Rotation,
}

impl Found {
    pub(super) fn clear(&mut self) {
        self.faces.clear();
        self.best = None;
    }

    /// Maps `candidate` to the source and keeps it, unless its mouth is not below its eyes, or
    /// nothing finite is left of it.
    pub(super) fn add(&mut self, candidate: &Candidate, search: &Search) {
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
        if self.best.is_none_or(|best| candidate.score > best.score) {
            self.best = Some(Best { score: candidate.score, tilt_deg: tilt, rotation: search.rotation });
        }
    }

    /// Whether the best face leaves no doubt, so that no further search is needed.
    pub(super) fn settled(&self, least: f32) -> bool {
        self.best.is_some_and(|best| best.score >= least && best.tilt_deg.abs() <= SETTLED_TILT_DEG)
    }

    /// How the photograph is turned.
    fn rotation(&self) -> Option<Rotation> {
        self.best.map(|best| best.rotation)
    }

    /// Forgets what was found behind the first `known` faces if one of these is the same face, and
    /// sure: what a closer look is for is others, and the subject stays as it was seen. A known
    /// face of under `coarse` pixels gives way to what the closer look is as sure of.
    pub(super) fn forget_repeats(&mut self, known: usize, coarse: f32) {
        for face in self.faces.split_off(known.min(self.faces.len())) {
            let same = |k: &Detection| k.rotation == face.rotation && k.rect.iou(&face.rect) > SAME_FACE_IOU;
            let repeated = self.faces.iter().take(known).position(|k| k.score >= COUNTED_SCORE && same(k));
            match repeated.and_then(|at| self.faces.get_mut(at)) {
                None => self.faces.push(face),
                // Of several tiles that show it whole the last decides: all show it as large.
                Some(k) if k.rect.width() < coarse && face.score >= COUNTED_SCORE => *k = face,
                Some(_) => {}
            }
        }
    }

    /// The width and the turn of the face that would be the subject by [`widest`].
    pub(super) fn subject(&self) -> Option<(f32, Rotation)> {
        let rotation = self.rotation()?;
        widest(self.faces.iter().filter(|face| face.rotation == rotation)).map(|face| (face.rect.width(), rotation))
    }

    /// The faces of all searches, each once, by falling score. A photograph is turned as a whole:
    /// faces found under another rotation are dropped, which also drops most of what turned
    /// searches find where nothing is.
    pub(super) fn move_faces_to(&mut self, kept: &mut Vec<Detection>) {
        self.faces.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
        let rotation = self.rotation();
        for face in self.faces.drain(..) {
            let known = || kept.iter().any(|k| k.rect.iou(&face.rect) > SAME_FACE_IOU);
            if Some(face.rotation) == rotation && !known() {
                kept.push(face);
            }
        }
    }
}

/// The angle between the direction from the eyes to the mouth and straight down, in degrees, −180
/// ..= 180.
fn tilt_deg(candidate: &Candidate) -> f32 {
    let [right_eye, left_eye, _, mouth, ..] = candidate.keypoints;
    let eyes = right_eye.midpoint(left_eye);
    (eyes.x - mouth.x).atan2(mouth.y - eyes.y).to_degrees()
}
