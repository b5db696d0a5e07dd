//! What a face and its surroundings answer: measured frame by frame, kept as a [`Trace`].

mod layout;
mod measure;
mod trace;

pub use trace::Trace;
pub(crate) use trace::{CELLS, Rgb, SECTORS, Sample};

use crate::image::Frame;
use crate::mesh::Mesh;

#[cfg(any(test, fuzzing))]
impl Trace {
    /// A trace without samples that has seen `mesh` in frames of this size, `times` times.
    pub(crate) fn of_shape(mesh: &Mesh, size_px: [f32; 2], times: usize) -> Self {
        let mut trace = Self { size_px, ..Self::new() };
        let px_per_cm = mesh.pose().map_or(1.0, |pose| pose.px_per_cm);
        (0..times).for_each(|_| measure::add_shape(&mut trace, mesh, px_per_cm));
        trace
    }
}

impl Trace {
    /// Adds a frame without a face.
    pub fn miss(&mut self, timestamp_us: u64) {
        self.timestamps_us.push(timestamp_us);
    }

    /// Adds a frame with one, of track number `track` (counted from 0) and with `faces` of similar
    /// size in view. A mesh without extent adds a frame without a face.
    pub fn push(&mut self, frame: &Frame<'_>, mesh: &Mesh, timestamp_us: u64, track: u32, faces: u32) {
        self.timestamps_us.push(timestamp_us);
        self.size_px = [frame.width() as f32, frame.height() as f32];
        if let Some(sample) = measure::sample(frame, mesh, timestamp_us, track, faces) {
            measure::add_shape(self, mesh, sample.px_per_cm);
            self.samples.push(sample);
        }
    }
}
