//! Smoothing that a moving face outruns: an exponential average whose cutoff rises with speed.
//!
//! Method: G. Casiez, N. Roussel, D. Vogel, "1 € Filter: A Simple Speed-based Low-pass Filter for
//! Noisy Input in Interactive Systems" (CHI 2012). Coordinates are divided by the face's width
//! first, so that one set of parameters fits all distances.

use crate::error::Stage;
use crate::mesh::{Mesh, POINT_COUNT};
use crate::settings::settings;
use std::f32::consts::TAU;

settings! {
    /// How the mesh is smoothed over time: the parameters of the 1 € filter.
    ///
    /// At a steady speed of v face widths per second the filter is 1 / (2π · (`min_cutoff_hz` +
    /// `beta` · v)) seconds behind, which is never more than 1 / (2π · `beta`) face widths,
    /// whatever speed and frame rate: 0.4 % by default.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct OneEuro in Stage::Capture {
        /// Cutoff for a face at rest, in Hz: lower is smoother.
        min_cutoff_hz, with_min_cutoff_hz: f32 = 1.5, in 0.001..=1000.0;
        /// What is added to the cutoff per face width per second, in Hz: higher follows closer.
        beta, with_beta: f32 = 40.0, in 0.0..=100_000.0;
        /// Cutoff of the speed's own average, in Hz.
        derivative_cutoff_hz, with_derivative_cutoff_hz: f32 = 2.0, in 0.001..=1000.0;
    }
}

/// Weight of the newest value after `dt_s` seconds.
fn weight(cutoff_hz: f32, dt_s: f32) -> f32 {
    1.0 / (1.0 + 1.0 / (TAU * cutoff_hz * dt_s))
}

/// The filter's memory for one mesh.
#[derive(Clone)]
pub(super) struct MeshFilter {
    values: [[f32; 3]; POINT_COUNT],
    speeds: [[f32; 3]; POINT_COUNT],
}

impl MeshFilter {
    /// A memory of one mesh, at rest.
    pub fn new(mesh: &Mesh) -> Self {
        Self { values: *mesh.points(), speeds: [[0.0; 3]; POINT_COUNT] }
    }

    /// The smoothed mesh after `mesh`, seen `dt_s` seconds after the one before it, of a face that
    /// is `width_px` wide. Where time or width say nothing, `mesh` as it is.
    pub fn next(&mut self, mesh: &Mesh, dt_s: f32, width_px: f32, parameters: &OneEuro) -> Mesh {
        if !(dt_s > 0.0 && width_px > 0.0 && dt_s.is_finite() && width_px.is_finite()) {
            *self = Self::new(mesh);
            return mesh.clone();
        }
        let speed_weight = weight(parameters.derivative_cutoff_hz, dt_s);
        let new = mesh.points().as_flattened();
        let memory = self.values.as_flattened_mut().iter_mut().zip(self.speeds.as_flattened_mut());
        for ((value, speed), new) in memory.zip(new) {
            let change = (new - *value) / (width_px * dt_s);
            *speed += speed_weight * (change - *speed);
            let cutoff = parameters.min_cutoff_hz + parameters.beta * speed.abs();
            *value += weight(cutoff, dt_s) * (new - *value);
        }
        // Averages of finite numbers are finite, but for differences that overflow.
        Mesh::new(self.values, mesh.flag()).unwrap_or_else(|| {
            *self = Self::new(mesh);
            mesh.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::canonical_vertices_cm;

    const WIDTH_PX: f32 = 200.0;

    fn mesh(x: f32) -> Mesh {
        Mesh::new(canonical_vertices_cm().map(|[u, v, w]| [x + 16.0 * u, 300.0 - 16.0 * v, -16.0 * w]), 1.0).unwrap()
    }

    /// A sequence without a random number generator: sums of two sines whose periods do not fit,
    /// ±1.
    fn jitter(i: usize) -> f32 {
        0.5 * ((i as f32 * 2.399).sin() + (i as f32 * 1.117).sin())
    }

    #[test]
    fn jitter_of_a_still_face_shrinks() {
        for fps in [15.0, 30.0, 60.0] {
            let mut filter = MeshFilter::new(&mesh(300.0));
            let (mut before, mut after) = (0.0, 0.0);
            for i in 1..200 {
                let noisy = 300.0 + 0.003 * WIDTH_PX * jitter(i);
                let smooth = filter.next(&mesh(noisy), 1.0 / fps, WIDTH_PX, &OneEuro::default());
                before += (noisy - 300.0).powi(2);
                after += (smooth.points()[4][0] - mesh(300.0).points()[4][0]).powi(2);
            }
            assert!(after < 0.5 * before, "at {fps} fps: {after} of {before}");
        }
    }

    #[test]
    fn a_moving_face_is_followed_within_half_a_per_cent_of_its_width() {
        for fps in [15.0, 30.0, 60.0] {
            for speed in [0.05, 0.3, 1.0, 3.0] {
                let mut filter = MeshFilter::new(&mesh(0.0));
                let mut behind = 0.0;
                for i in 1..120 {
                    let x = speed * WIDTH_PX * i as f32 / fps;
                    let smooth = filter.next(&mesh(x), 1.0 / fps, WIDTH_PX, &OneEuro::default());
                    behind = (x - (smooth.points()[4][0] - mesh(0.0).points()[4][0])) / WIDTH_PX;
                }
                assert!((0.0..0.005).contains(&behind), "{speed} widths/s at {fps} fps: {behind}");
            }
        }
    }

    #[test]
    fn without_time_the_mesh_stays_as_it_is() {
        let mut filter = MeshFilter::new(&mesh(0.0));
        for dt in [0.0, -1.0, f32::NAN] {
            assert_eq!(filter.next(&mesh(9.0), dt, WIDTH_PX, &OneEuro::default()), mesh(9.0));
        }
    }
}
