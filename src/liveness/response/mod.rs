//! What a face and its surroundings answer: measured frame by frame, kept as a [`Trace`].

mod layout;
mod measure;
mod trace;

pub use trace::Trace;
pub(crate) use trace::{CELLS, Rgb, SECTORS, Sample};

use crate::image::Frame;
use crate::mesh::Mesh;

impl Trace {
    /// Adds a frame without a face.
    pub(crate) fn miss(&mut self, timestamp_us: u64) {
        self.timestamps_us.push(timestamp_us);
    }

    /// Adds a frame with one.
    pub(crate) fn push(&mut self, frame: &Frame<'_>, mesh: &Mesh, timestamp_us: u64, track: u32, faces: u32) {
        self.timestamps_us.push(timestamp_us);
        self.size_px = [frame.width() as f32, frame.height() as f32];
        if let Some(sample) = measure::sample(frame, mesh, timestamp_us, track, faces) {
            measure::add_shape(self, mesh, sample.px_per_cm);
            self.samples.push(sample);
        }
    }
}
