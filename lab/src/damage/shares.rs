//! How much of a face's parts a drawn cover hides.

use super::covers::Place;
use super::planes::Planes;
use selfsame::geometry::Point;
use selfsame::image::Photo;
use selfsame::mesh::Mesh;

/// A pixel that a cover changed by less than this many steps of 8 bits looks as before.
const CHANGED: f32 = 25.0;
/// Points looked at along each side of a part.
const POINTS: usize = 24;

/// The part covered of eyes, mouth and face, 0 ..= 1 each: the share of their points where
/// `damaged` differs from `clean`, a picture of the same size whose face `mesh` shows.
pub(super) fn covered_shares(clean: &Photo, damaged: &Photo, mesh: &Mesh) -> [f32; 3] {
    let (clean, damaged, place) = (Planes::of(clean), Planes::of(damaged), Place::of(mesh));
    let changed = |Point { x, y }: Point| {
        let (a, b) = (clean.between(x, y), damaged.between(x, y));
        a.iter().zip(b).any(|(a, b)| (a - b).abs() > CHANGED)
    };
    // In the face's own coordinates: left and right edge, top and bottom.
    [[-0.8, 0.8, -0.15, 0.16], [-0.6, 0.6, 0.48, 0.8], [-0.9, 0.9, -0.34, 0.9]].map(|[left, right, top, bottom]| {
        let at = |i: usize, low: f32, high: f32| low + (high - low) * (i as f32 + 0.5) / POINTS as f32;
        let points = (0..POINTS * POINTS).map(|i| (at(i % POINTS, left, right), at(i / POINTS, top, bottom)));
        points.filter(|(u, v)| changed(place.outside(*u, *v))).count() as f32 / (POINTS * POINTS) as f32
    })
}
