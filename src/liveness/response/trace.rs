//! [`Trace`]: what a session's frames said about face and surroundings, without a picture.

use super::layout::Layout;
use serde::{Deserialize, Serialize};

/// Sectors of the ring about the head: at the image's left and right side, each from the brows to
/// the eyes and on to the mouth.
pub(crate) const SECTORS: usize = 4;
/// Columns and rows of the cells into which the whole frame is cut.
pub(crate) const CELLS: [usize; 2] = [12, 16];
/// Points of the face whose places are kept.
pub(crate) const FEATURES: usize = 8;

/// Linear red, green and blue, 0 ..= 1 each where they are light.
pub(crate) type Rgb = [f32; 3];

/// What is kept of a face's frame: a few hundred numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// When the frame was taken, in microseconds after the challenge's first picture.
    pub(crate) timestamp_us: u64,
    /// The number of the track that the face belongs to, counted from 0.
    pub(crate) track: u32,
    /// Faces of similar size in view.
    pub(crate) faces: u32,
    /// A hash of the pixels that were read: tells this frame from another.
    pub(crate) fingerprint: u64,
    /// Pixels per centimetre of the face.
    pub(crate) px_per_cm: f32,
    /// Yaw, pitch and roll of the head, in degrees.
    pub(crate) turn_deg: [f32; 3],
    /// The point between the eyes, in pixels.
    pub(crate) eyes_px: [f32; 2],
    /// Where some points of the face lie from between the eyes, in centimetres along the face's
    /// own axes.
    pub(crate) features_cm: [[f32; 2]; FEATURES],
    /// Mean light of each patch.
    pub(crate) patches: Vec<Rgb>,
    /// Share of the points that are blown out in a channel, 0 ..= 1.
    pub(crate) clipped: f32,
    /// Share of the points that are black in every channel, 0 ..= 1.
    pub(crate) dark: f32,
    /// Mean light of each sector of the ring about the head; `None` outside the frame.
    pub(crate) ring: [Option<Rgb>; SECTORS],
    /// Mean light of each cell of the frame, row by row.
    pub(crate) cells: Vec<Rgb>,
    /// Mean light of each iris's brightest points, and its median.
    pub(crate) eyes: [[Rgb; 2]; 2],
}

/// What the verifier itself noted of a streamed session, by its own clock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Arrivals {
    /// When each segment was given away, in microseconds.
    pub(crate) revealed_us: Vec<u64>,
    /// For each frame its timestamp, and when it arrived, in microseconds.
    pub(crate) frames_us: Vec<[u64; 2]>,
}

/// The response of a face through a session: some hundred numbers a frame, no pictures, no
/// template.
///
/// A [`LivenessSession`](crate::liveness::LivenessSession) fills it, frame by frame, and gives it
/// away with [`into_trace`](crate::liveness::LivenessSession::into_trace). It can be kept (serde;
/// some 400 kB a session), and judged again later by
/// [`LivenessSession::judge`](crate::liveness::LivenessSession::judge), with other limits or by a
/// newer version of the analysis. Its fields are no part of the interface, and a kept trace is only
/// as trustworthy as the place where it was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Width and height of the frames.
    pub(crate) size_px: [f32; 2],
    /// Frames that showed a face.
    pub(crate) samples: Vec<Sample>,
    /// Times of all frames, of those without a face too, in microseconds.
    pub(crate) timestamps_us: Vec<u64>,
    /// For each patch, sums over samples: place in centimetres from between the eyes, and the
    /// vector of its area.
    pub(crate) shape: Vec<[f32; 6]>,
    /// Comparison scores of frames with the reference, with their times.
    pub(crate) identity: Vec<(u64, f32)>,
    /// Present where the challenge was revealed piece by piece.
    pub(crate) arrivals: Option<Arrivals>,
    /// When segments were really on the screen, as the client says: number and microseconds.
    pub(crate) shown_us: Vec<(usize, u64)>,
    /// Box of the face, in pixels: sums over samples of left, top, right and bottom.
    pub(crate) bounds: [f32; 4],
    /// The point between the eyes, in pixels: sums over samples.
    pub(crate) eyes_px: [f32; 2],
}

impl Trace {
    /// A trace of no frames yet.
    pub(crate) fn new() -> Self {
        Self {
            size_px: [0.0; 2],
            samples: Vec::new(),
            timestamps_us: Vec::new(),
            shape: vec![[0.0; 6]; Layout::get().patches],
            identity: Vec::new(),
            arrivals: None,
            shown_us: Vec::new(),
            bounds: [0.0; 4],
            eyes_px: [0.0; 2],
        }
    }

    /// Adds a frame without a face.
    pub(crate) fn miss(&mut self, timestamp_us: u64) {
        self.timestamps_us.push(timestamp_us);
    }

    /// How many frames were seen, with a face or without one.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.timestamps_us.len()
    }

    /// How many frames showed a face.
    #[must_use]
    pub fn frames_with_face(&self) -> usize {
        self.samples.len()
    }
}
