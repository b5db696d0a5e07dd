//! The best few frames of a capture, for the comparison: taken while the face is well lit and
//! still, before the flashes, so that no dark flash frame is ever the reference.

use super::oval::face_oval;
use super::tracker::{TrackId, TrackedFace};
use crate::error::Result;
use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop, Frame, Photo, warp_rgb8};
use crate::mesh::{Mesh, PlainMesh};
use serde::{Deserialize, Serialize};

/// Side of a kept picture over the width of the face's oval: room for the detector, which wants
/// some background. Chosen by hand.
const SIDE_OVER_FACE: f32 = 2.4;
/// Longest side of a kept picture in pixels: the face is over 200 px wide in it, twice what
/// templates see.
const MAX_SIDE_PX: f32 = 512.0;
/// The focal length over a frame's longer side where none is told: phones' front cameras have 0.7
/// to 1.1. A distance that is wrong by 30 % costs up to a quarter of what undoing gains.
pub(crate) const TYPICAL_FOCAL_LENGTH: f32 = 0.9;
/// Kept frames are this far apart, so that they are not one moment's, in microseconds. Chosen by
/// hand.
const APART_US: u64 = 150_000;

/// A frame that was kept for the comparison: the square about the face, upright.
#[derive(Debug)]
#[non_exhaustive]
pub struct KeptFrame {
    /// The picture; [`crate::engine::Engine::face`] takes it like any photograph.
    pub photo: Photo,
    /// When the frame was taken, in microseconds.
    pub timestamp_us: u64,
    /// The track of the face.
    pub track: TrackId,
    /// What the frame was chosen by, higher is better: the unified quality score in a
    /// [`CaptureSession`](super::CaptureSession).
    pub score: f32,
    /// The face's mesh in the picture.
    pub(crate) mesh: Mesh,
}

/// A kept frame as plain data.
#[derive(Serialize, Deserialize)]
pub(crate) struct SuspendedFrame {
    sides_px: [u32; 2],
    rgb: Vec<u8>,
    focal_length_px: Option<f32>,
    timestamp_us: u64,
    track: TrackId,
    score: f32,
    mesh: PlainMesh,
}

impl From<&KeptFrame> for SuspendedFrame {
    fn from(kept: &KeptFrame) -> Self {
        Self {
            sides_px: [kept.photo.width(), kept.photo.height()],
            rgb: kept.photo.pixels().to_vec(),
            focal_length_px: kept.photo.focal_length_px(),
            timestamp_us: kept.timestamp_us,
            track: kept.track,
            score: kept.score,
            mesh: PlainMesh::from(&kept.mesh),
        }
    }
}

impl SuspendedFrame {
    /// The frame; `None` if pixels or mesh are none.
    fn kept(self) -> Option<KeptFrame> {
        let [width, height] = self.sides_px;
        let mut photo = Photo::from_rgb8(width, height, self.rgb).ok()?;
        if let Some(focal_length_px) = self.focal_length_px {
            photo = photo.with_focal_length_px(focal_length_px);
        }
        let Self { timestamp_us, track, score, mesh, .. } = self;
        Some(KeptFrame { photo, timestamp_us, track, score, mesh: mesh.mesh()? })
    }
}

/// Keeps the few frames with the highest scores of those that it is offered.
#[derive(Debug)]
pub struct BestFrames {
    capacity: usize,
    kept: Vec<KeptFrame>,
    focal_length: f32,
}

impl BestFrames {
    /// Keeps `capacity` frames at most; each has up to 512 × 512 pixels, 0.8 MB.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, kept: Vec::with_capacity(capacity.min(64)), focal_length: TYPICAL_FOCAL_LENGTH }
    }

    /// Tells kept pictures the focal length of the camera
    /// ([`Photo::with_focal_length_px`]): `focal_length` times the frames' longer side, or 0.9
    /// times, as front cameras have it, if it is not known.
    #[must_use]
    pub fn with_focal_length(self, focal_length: Option<f32>) -> Self {
        Self { focal_length: focal_length.unwrap_or(TYPICAL_FOCAL_LENGTH), ..self }
    }

    /// Keeps the face's surroundings if `score` is among the highest so far. Frames of another
    /// track than the latest are dropped: a comparison must never mix two people.
    ///
    /// # Errors
    /// The errors of [`warp_rgb8`].
    pub fn offer(&mut self, frame: &Frame<'_>, face: &TrackedFace, score: f32, timestamp_us: u64) -> Result<()> {
        // Another track may be another person.
        self.kept.retain(|kept| kept.track == face.track);
        let near = self.kept.iter().position(|kept| kept.timestamp_us.abs_diff(timestamp_us) < APART_US);
        // Whom the frame would replace: one of the same moment, or the worst once there is no room.
        let rival = match near {
            Some(near) => Some(near),
            None if self.kept.len() >= self.capacity => self.kept.len().checked_sub(1),
            None => None,
        };
        let beaten = rival.and_then(|i| self.kept.get(i)).map(|kept| kept.score);
        debug_assert_eq!(rival.is_some(), beaten.is_some(), "a rival is one of the kept frames");
        // A score of NaN is never better.
        let better = beaten.is_none_or(|beaten| score > beaten);
        if !better || score.is_nan() || self.capacity == 0 {
            return Ok(());
        }
        let Some(crop) = surroundings(&face.mesh) else { return Ok(()) };
        // Cut out before anything is given up: a fault leaves what was kept.
        let longer_px = frame.width().max(frame.height()) as f32;
        let focal_length_px = self.focal_length * longer_px / crop.source_from_target.scale();
        let photo = warp_rgb8(frame, &crop)?.with_focal_length_px(focal_length_px);
        let Some(mesh) = crop.source_from_target.inverse().and_then(|map| face.mesh.mapped(&map)) else {
            return Ok(());
        };
        if let Some(i) = rival {
            self.kept.remove(i);
        }
        self.kept.push(KeptFrame { photo, timestamp_us, track: face.track, score, mesh });
        self.kept.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(())
    }

    /// The same with frames that were kept before; `None` if one is none.
    pub(crate) fn resume(self, kept: Vec<SuspendedFrame>) -> Option<Self> {
        let kept = kept.into_iter().map(SuspendedFrame::kept).collect::<Option<_>>()?;
        Some(Self { kept, ..self })
    }

    /// The best frame, if any was kept.
    pub(crate) fn into_best(self) -> Option<KeptFrame> {
        self.kept.into_iter().next()
    }

    /// The kept frames, the best one first.
    #[must_use]
    pub fn frames(&self) -> &[KeptFrame] {
        &self.kept
    }
}

/// The upright square about a face, never enlarged.
fn surroundings(mesh: &Mesh) -> Option<Crop> {
    let oval = face_oval(mesh)?;
    let source_px = SIDE_OVER_FACE * oval.width_px;
    let side_px = source_px.clamp(1.0, MAX_SIDE_PX).round();
    let half = 0.5 * source_px;
    let corner = Point::new(oval.center.x - half, oval.center.y - half);
    let source_from_target = Similarity::new(source_px / side_px, 0.0, corner)?;
    // A cast of a whole number within 1 ..= 512.
    let side = side_px as usize;
    Some(Crop { width: side, height: side, source_from_target, border: Border::Replicate })
}
