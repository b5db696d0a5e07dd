//! A person of the approach's sessions: a portrait's pixels over a head of its own.

use super::raster::Texture;
use super::solid::Shape;
use crate::random::Random;
use crate::simulate::subject::PUPILS_CM;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Photo, srgb8_to_linear};
use selfsame::mesh::Mesh;

/// Points of the mesh: the nose's tip, the corners of the mouth, the chin.
const NOSE: usize = 1;
const MOUTH: [usize; 2] = [61, 291];
const CHIN: usize = 152;

/// A portrait with the shape of a head.
#[derive(Clone)]
pub struct Portrait {
    pub(super) texture: Texture,
    photo_from_cm: Similarity,
    pub(super) shape: Shape,
}

impl std::fmt::Debug for Portrait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Portrait").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl Portrait {
    /// A frontal portrait whose mesh is known; the head's shape is drawn from `seed`. `None` if the
    /// mesh has no extent.
    #[must_use]
    pub fn new(photo: &Photo, mesh: &Mesh, seed: u64) -> Option<Self> {
        let eyes = [Point::new(-0.5 * PUPILS_CM, 0.0), Point::new(0.5 * PUPILS_CM, 0.0)];
        let photo_from_cm = Similarity::fit(&eyes, &[mesh.right_eye(), mesh.left_eye()])?;
        let cm = photo_from_cm.inverse()?;
        let y = |i: usize| cm.apply(Point::new(mesh.points()[i][0], mesh.points()[i][1])).y;
        let places = [y(NOSE), 0.5 * (y(MOUTH[0]) + y(MOUTH[1])), y(CHIN)];
        let light = srgb8_to_linear();
        let values = photo.pixels().as_chunks::<3>().0.iter().map(|p| p.map(|v| light[usize::from(v)])).collect();
        let texture = Texture { width: photo.width() as usize, height: photo.height() as usize, values };
        Some(Self { texture, photo_from_cm, shape: Shape::drawn(places, &mut Random::new(seed, 11)) })
    }

    /// Where a place of the face in centimetres lies on the portrait, in pixels.
    pub(super) fn place(&self, x: f32, y: f32) -> [f32; 2] {
        let Point { x, y } = self.photo_from_cm.apply(Point::new(x, y));
        [x, y]
    }
}
