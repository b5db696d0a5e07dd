//! [`Trace`]: what a session's frames said about face and surroundings, without a picture.

use super::layout::Layout;
use serde::{Deserialize, Serialize};

/// Sectors of the ring about the head: at the image's left and right side, each from the brows to
/// the eyes and on to the mouth.
pub(crate) const SECTORS: usize = 4;
/// Columns and rows of the cells into which the whole frame is cut.
pub(crate) const CELLS: [usize; 2] = [12, 16];

/// Linear red, green and blue.
pub(crate) type Rgb = [f32; 3];

/// What is kept of a face's frame: a few hundred numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) timestamp_us: u64,
    /// Which track it belongs to, counted from 0.
    pub(crate) track: u32,
    /// Faces of similar size.
    pub(crate) faces: u32,
    /// Tells this frame's pixels from another's.
    pub(crate) fingerprint: u64,
    /// Pixels per centimetre of the face, and its yaw, pitch and roll in degrees.
    pub(crate) px_per_cm: f32,
    pub(crate) turn_deg: [f32; 3],
    /// Mean of each patch.
    pub(crate) patches: Vec<Rgb>,
    /// Share of the points that are blown out or black in a channel.
    pub(crate) clipped: f32,
    pub(crate) dark: f32,
    /// Mean of each sector of the ring about the head; `None` outside the frame.
    pub(crate) ring: [Option<Rgb>; SECTORS],
    /// Mean of each cell of the frame, row by row.
    pub(crate) cells: Vec<Rgb>,
    /// Of each iris: mean of the brightest points, and median.
    pub(crate) eyes: [[Rgb; 2]; 2],
}

/// The response of a face through a session: some hundred numbers a frame, no pictures, no
/// template. A session can be judged again from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Width and height of the frames.
    pub(crate) size_px: [f32; 2],
    /// Frames that showed a face.
    pub(crate) samples: Vec<Sample>,
    /// Times of all frames, of those without a face too.
    pub(crate) timestamps_us: Vec<u64>,
    /// Of each patch, sums over samples: place in centimetres from between the eyes, and the vector
    /// of its area.
    pub(crate) shape: Vec<[f32; 6]>,
    /// Comparison scores of later frames with the first that was compared.
    pub(crate) identity: Vec<(u64, f32)>,
    /// Box of the face, in pixels: sums over samples of left, top, right and bottom.
    pub(crate) bounds: [f32; 4],
    /// The point between the eyes, in pixels: sums over samples.
    pub(crate) eyes_px: [f32; 2],
}

impl Default for Trace {
    fn default() -> Self {
        Self::new()
    }
}

impl Trace {
    /// Of no frames yet.
    pub fn new() -> Self {
        Self {
            size_px: [0.0; 2],
            samples: Vec::new(),
            timestamps_us: Vec::new(),
            shape: vec![[0.0; 6]; Layout::get().patches],
            identity: Vec::new(),
            bounds: [0.0; 4],
            eyes_px: [0.0; 2],
        }
    }

    /// Frames that were seen.
    pub fn frames(&self) -> usize {
        self.timestamps_us.len()
    }

    /// Frames that showed a face.
    pub fn frames_with_face(&self) -> usize {
        self.samples.len()
    }
}
