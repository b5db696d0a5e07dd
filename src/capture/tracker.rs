//! Following one face through a camera's frames: detected once, then found again by the mesh
//! network alone, in a crop about the mesh before.

use super::one_euro::{MeshFilter, OneEuro};
use super::oval::face_oval;
use crate::detect::{DetectOptions, Detection, Detector, Rotation, dominant_face};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::Frame;
use crate::mesh::{FaceMesher, Mesh, PlainMesh, View};
use crate::observer::{Side, StageObserver, observed};
use crate::settings::settings;
use serde::{Deserialize, Serialize};

/// A track goes on if the detector's face and the track's overlap by this much (intersection over
/// union) of their boxes. Chosen by hand: boxes of two people before one camera hardly overlap.
const SAME_FACE_IOU: f32 = 0.3;
/// Longest time between two frames over which a face can be said to be the same, in microseconds:
/// in half a second two heads can change places.
const MAX_GAP_US: u64 = 500_000;
/// So many detections in a row that do not find the face end its track: the mesh network alone may
/// hold a face that the detector misses once, but not go on for ever.
const MOST_MISSED: u32 = 2;

settings! {
    /// How a face is followed.
    ///
    /// Frames of a camera are upright, so by default nothing is turned and no tiles are searched.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct TrackerOptions in Stage::Capture {
        /// The detector looks again after this time at the latest, to notice other faces and a
        /// track that has slipped. In microseconds.
        redetect_period_us, with_redetect_period_us: u64 = 500_000, in 0..=60_000_000;
        /// Where nobody is found, a face that stands turned by a quarter or half is looked for
        /// after this time at the latest, in microseconds: the camera's rotation flag may be
        /// wrong. Such a look takes as long as four.
        turned_period_us, with_turned_period_us: u64 = 1_000_000, in 0..=60_000_000;
        /// How detection searches.
        detect, with_detect: DetectOptions = DetectOptions::upright();
        /// Smoothing of [`TrackedFace::smooth`].
        smoothing, with_smoothing: OneEuro = OneEuro::default();
    }
}

/// The name of one uninterrupted track: two frames with the same one show the same face. Two frames
/// with different ones may show the same face, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrackId(u64);

/// The face that is followed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TrackedFace {
    /// The track of this face.
    pub track: TrackId,
    /// The mesh as the network gave it: for measuring pixels and for templates.
    pub mesh: Mesh,
    /// The mesh smoothed over time: for drawing, and for measuring motion.
    pub smooth: Mesh,
}

/// What the tracker saw in one frame.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Observation {
    /// The time of the frame in microseconds, as given.
    pub timestamp_us: u64,
    /// Faces of similar size, as of the last detection; 0 if there is no face to follow.
    pub faces: usize,
    /// The face that is followed; `None` if there is none.
    pub face: Option<TrackedFace>,
    /// Whether the detector looked at this frame.
    pub detected: bool,
    /// How a face stands that was seen turned where no upright one is: frames come turned, by a
    /// camera's wrong rotation flag or a device held otherwise. Nothing is followed then.
    pub turned: Option<Rotation>,
}

/// A face that was seen in the last frame.
struct Track {
    id: TrackId,
    mesh: Mesh,
    filter: MeshFilter,
    /// Detections in a row that did not find it.
    missed: u32,
}

/// What is kept of a tracker while no process runs it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SuspendedTracker {
    track: Option<(TrackId, PlainMesh, u32)>,
    tracks: u64,
    rivals: usize,
    last_us: Option<u64>,
    detected_us: u64,
}

/// Follows the largest face. One camera, one tracker; frames in the order in which they were taken.
///
/// After the first frames of a size nothing is allocated.
#[derive(Default)]
pub struct Tracker {
    options: TrackerOptions,
    track: Option<Track>,
    /// How many tracks there were.
    tracks: u64,
    /// Other faces of similar size, as of the last detection.
    rivals: usize,
    /// When the last frame was taken.
    last_us: Option<u64>,
    /// When the detector last looked.
    detected_us: u64,
    /// When it last looked for turned faces, and what it saw.
    turned_us: Option<u64>,
    turned: Option<Rotation>,
    /// Kept from frame to frame, so that nothing is allocated.
    detections: Vec<Detection>,
    view: View,
}

impl std::fmt::Debug for Tracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracker").field("track", &self.track.as_ref().map(|t| t.id)).finish_non_exhaustive()
    }
}

impl Tracker {
    /// A tracker that has seen nothing yet.
    #[must_use]
    pub fn new(options: TrackerOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Looks at the next frame, taken at `timestamp_us` (any monotonic clock).
    ///
    /// The mesh network looks where the face was; the detector looks when there is no face to
    /// follow, when the mesh network recognises none any more, and every
    /// [`TrackerOptions::redetect_period_us`]. A face that is found elsewhere, after a gap, or
    /// by detection alone begins a new track.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the time is not after the last frame's; and those of the
    /// networks. The tracker stays usable.
    pub fn track(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        frame: &Frame<'_>,
        timestamp_us: u64,
    ) -> Result<Observation> {
        self.track_observed(detector, mesher, frame, timestamp_us, &mut ())
    }

    /// [`Tracker::track`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// The errors of [`Tracker::track`].
    pub fn track_observed(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<Observation> {
        let elapsed_us = match self.last_us {
            Some(last) => timestamp_us.checked_sub(last).filter(|t| *t > 0).ok_or_else(|| {
                Error::new(ErrorKind::InvalidArgument, Stage::Capture, "frames must come in the order of their times")
            })?,
            None => 0,
        };
        self.last_us = Some(timestamp_us);
        self.view.clear();
        // Over a longer gap two people can change places unseen.
        if elapsed_us > MAX_GAP_US {
            self.track = None;
        }
        // Taken out, so that an error leaves no track behind whose frame was never seen.
        let mut followed = match self.track.take() {
            Some(track) => {
                let mesh = observed(observer, Side::Selfie, Stage::Mesh, || {
                    mesher.refine_seen(frame, &track.mesh, &mut self.view)
                })?;
                mesh.is_face().then_some(Track { mesh, ..track })
            }
            None => None,
        };
        // The mesh network follows whatever resembles a face: from time to time the detector has to
        // agree, and to count who else is there.
        let due = timestamp_us.saturating_sub(self.detected_us) >= self.options.redetect_period_us();
        let detected = followed.is_none() || due;
        if detected {
            self.detected_us = timestamp_us;
            observed(observer, Side::Selfie, Stage::Detect, || {
                detector.detect_into(frame, &self.options.detect(), &mut self.detections)
            })?;
            followed = match dominant_face(&self.detections) {
                Some((detection, rivals)) => {
                    self.rivals = rivals;
                    // A face elsewhere is another track, even if the old face is still there.
                    match followed.filter(|track| overlaps(&track.mesh, &detection)) {
                        Some(track) => Some(Track { missed: 0, ..track }),
                        None => {
                            observed(observer, Side::Selfie, Stage::Mesh, || self.begin(mesher, frame, &detection))?
                        }
                    }
                }
                None => {
                    self.rivals = 0;
                    let missed = followed.map(|track| Track { missed: track.missed + 1, ..track });
                    missed.filter(|track| track.missed < MOST_MISSED)
                }
            };
        }
        if followed.is_some() {
            (self.turned_us, self.turned) = (None, None);
        } else if detected {
            self.look_for_turned(detector, frame, timestamp_us, observer)?;
        }
        let face = followed.as_mut().map(|track| {
            // Without a width the filter starts anew.
            let width_px = face_oval(&track.mesh).map_or(0.0, |oval| oval.width_px);
            let smooth = track.filter.next(&track.mesh, 1e-6 * elapsed_us as f32, width_px, &self.options.smoothing());
            TrackedFace { track: track.id, mesh: track.mesh.clone(), smooth }
        });
        self.track = followed;
        let faces = if face.is_some() { 1 + self.rivals } else { 0 };
        Ok(Observation { timestamp_us, faces, face, detected, turned: self.turned })
    }

    /// Looks for a face that stands turned, from time to time, where there is no upright one.
    fn look_for_turned(
        &mut self,
        detector: &Detector,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<()> {
        // Not at once: a face that is lost for a moment has not turned.
        let since = *self.turned_us.get_or_insert(timestamp_us);
        if timestamp_us.saturating_sub(since) < self.options.turned_period_us() {
            return Ok(());
        }
        self.turned_us = Some(timestamp_us);
        let options = self.options.detect().with_turned(true);
        observed(observer, Side::Selfie, Stage::Detect, || {
            detector.detect_into(frame, &options, &mut self.detections)
        })?;
        let seen = dominant_face(&self.detections).map(|(detection, _)| detection.rotation);
        self.turned = seen.filter(|rotation| *rotation != Rotation::None);
        Ok(())
    }

    /// What to keep, so that another process follows the same face on. Only the smoothing and the
    /// search for turned faces begin anew.
    pub(crate) fn suspend(&self) -> SuspendedTracker {
        SuspendedTracker {
            track: self.track.as_ref().map(|track| (track.id, PlainMesh::from(&track.mesh), track.missed)),
            tracks: self.tracks,
            rivals: self.rivals,
            last_us: self.last_us,
            detected_us: self.detected_us,
        }
    }

    /// The tracker that was suspended; `None` if its mesh is none.
    pub(crate) fn resume(suspended: SuspendedTracker, options: TrackerOptions) -> Option<Self> {
        let SuspendedTracker { track, tracks, rivals, last_us, detected_us } = suspended;
        let track = match track {
            Some((id, mesh, missed)) => {
                let mesh = mesh.mesh()?;
                Some(Track { id, filter: MeshFilter::new(&mesh), mesh, missed })
            }
            None => None,
        };
        Some(Self { track, tracks, rivals, last_us, detected_us, ..Self::new(options) })
    }

    /// What the mesh network looked at in the last frame; empty unless the face of before was
    /// looked for.
    pub(super) fn view(&self) -> &View {
        &self.view
    }

    /// A track's name, for tests of what follows.
    #[cfg(test)]
    pub(super) fn track_id_for_tests(id: u64) -> TrackId {
        TrackId(id)
    }

    /// A new track of a detected face, if the mesh network recognises it.
    fn begin(&mut self, mesher: &FaceMesher, frame: &Frame<'_>, detection: &Detection) -> Result<Option<Track>> {
        self.view.clear();
        let mesh = mesher.mesh(frame, detection)?;
        if !mesh.is_face() {
            return Ok(None);
        }
        self.tracks += 1;
        Ok(Some(Track { id: TrackId(self.tracks), filter: MeshFilter::new(&mesh), mesh, missed: 0 }))
    }
}

/// Whether a track's face and a detected one are the same.
fn overlaps(mesh: &Mesh, detection: &Detection) -> bool {
    mesh.bounds().is_some_and(|bounds| bounds.iou(&detection.rect) >= SAME_FACE_IOU)
}
