//! The camera's pixels as rays: a pinhole with the field of view of a front camera.

use super::scene::Scene;
use super::vector::{Vector, times};
use rayon::prelude::*;

/// Focal length over the shorter side: 50° across it, as a 26 mm lens has across 24 mm of film.
const FOCAL: f32 = 1.08;
/// Where the eyes lie, over width and height.
const EYES: [f32; 2] = [0.5, 0.43];

/// A frame's pixels, and where the face is set up before them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) focal_px: f32,
    /// To the eyes.
    pub(super) distance_cm: f32,
}

impl Grid {
    pub(super) fn new(scene: &Scene) -> Self {
        let (width, height) = (scene.camera.width as usize, scene.camera.height as usize);
        Self { width, height, focal_px: FOCAL * width.min(height) as f32, distance_cm: scene.distance_cm }
    }

    /// At the eyes' distance.
    pub(super) fn px_per_cm(&self) -> f32 {
        self.focal_px / self.distance_cm
    }

    /// Between the eyes, in pixels.
    pub(super) fn eyes_px(&self) -> [f32; 2] {
        let [x, y] = EYES;
        [x * self.width as f32, y * self.height as f32]
    }

    /// From between the eyes to the middle of the pixel, in centimetres at the eyes' distance.
    pub(super) fn face_cm(&self, x: usize, y: usize) -> [f32; 2] {
        let [ex, ey] = self.eyes_px();
        [(x as f32 + 0.5 - ex) / self.px_per_cm(), (y as f32 + 0.5 - ey) / self.px_per_cm()]
    }

    /// The point of depth `z_cm` that the pixel sees.
    pub(super) fn point(&self, x: usize, y: usize, z_cm: f32) -> Vector {
        let (dx, dy) = (x as f32 + 0.5 - 0.5 * self.width as f32, y as f32 + 0.5 - 0.5 * self.height as f32);
        times([dx / self.focal_px, dy / self.focal_px, 1.0], z_cm)
    }

    /// A value for each pixel, row by row; threads share the rows.
    pub(super) fn map<T: Clone + Default + Send>(&self, value: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
        let mut values = vec![T::default(); self.width * self.height];
        values.par_chunks_mut(self.width).enumerate().for_each(|(y, row)| {
            row.iter_mut().enumerate().for_each(|(x, v)| *v = value(x, y));
        });
        values
    }

    /// The pixel's place in such values.
    pub(super) fn at(&self, x: usize, y: usize) -> usize {
        y * self.width + x
    }
}
