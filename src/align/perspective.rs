//! [`Perspective`]: a face that was taken from near, as a portrait would show it.

use super::depth::DepthMap;
use super::distance::{Distance, DistanceSource, portrait_share};
use crate::geometry::Point;
use crate::mesh::{Mesh, outline};

/// From here on a face is taken as it is. Chosen by hand: from there a face's sides are drawn
/// within 2 % of where a portrait has them.
const FAR_CM: f32 = 110.0;
/// Share of the mesh's own depth in the depth that is undone by; the rest is the mean face's,
/// turned like the mesh. Tuned on LFW's folds 1 to 5: shares of 0, 0.5 and 1 do alike.
const OWN_DEPTH: f32 = 0.5;

/// How a camera near a face saw it, and how a portrait would show it.
///
/// A face at arm's length has a larger nose, a narrower jaw and hidden ears. With its depth, which
/// is half the mesh's and half the mean face's, every pixel of a portrait can be told where the
/// near picture shows it: both cameras look along one line of sight, at the face's middle, and the
/// eyes' plane is drawn at one scale.
///
/// [`TemplateExtractor::extract_undone`](crate::template::TemplateExtractor::extract_undone) takes
/// a template so.
#[derive(Debug, Clone)]
pub struct Perspective {
    distance_cm: f32,
    source: DistanceSource,
    /// Where the line of sight meets the face.
    center: Point,
    points: [Point; 5],
    depths: DepthMap,
}

impl Perspective {
    /// The perspective in which `mesh` was seen; `None` if there is nothing to undo: from 1.1 m on,
    /// if that is what `distance` says or what the face looks like, and if the mesh has no extent.
    ///
    /// ```
    /// use selfsame::align::{Distance, Perspective};
    /// use selfsame::detect::select_face;
    /// use selfsame::{Engine, Limits, Photo};
    ///
    /// let photo = std::fs::read("datasets/portraits/obama.jpg")?;
    /// let photo = Photo::decode(&photo, &Limits::default())?;
    /// let located = Engine::new()?.locate(&photo.frame(), select_face)?;
    /// let (_, mesh) = located.outcome.found().ok_or("no face")?;
    /// assert!(Perspective::new(&mesh, Distance::Cm(200.0)).is_none());
    /// let near = Perspective::new(&mesh, Distance::Cm(30.0)).ok_or("no extent")?;
    /// assert_eq!(near.distance_cm(), 30.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(mesh: &Mesh, distance: Distance) -> Option<Self> {
        let turned = Mesh::new(mesh.turned_canonical_cm()?, 1.0)?;
        let px_per_cm = mesh.inter_eye_distance_px() / turned.inter_eye_distance_px();
        if !(px_per_cm.is_finite() && px_per_cm > 0.0) {
            return None;
        }
        let (distance_cm, source) = distance.of(mesh, px_per_cm)?;
        if distance_cm >= FAR_CM {
            return None;
        }
        let center = mesh.eye_midpoint().midpoint(mesh.nose_tip());
        let (own_eyes, mean_eyes) = (eyes_depth(mesh), eyes_depth(&turned));
        let mut points = *mesh.points();
        for (point, [_, _, mean]) in points.iter_mut().zip(turned.points()) {
            let [x, y, own] = *point;
            let (own, mean) = ((own - own_eyes) / px_per_cm, mean - mean_eyes);
            let depth_cm = mean + OWN_DEPTH * (own - mean);
            let p = moved(center, Point::new(x, y), 1.0 / portrait_share(depth_cm, distance_cm));
            *point = [p.x, p.y, depth_cm];
        }
        let portrait = Mesh::new(points, 1.0)?;
        let depths = DepthMap::new(&portrait, center, px_per_cm);
        Some(Self { distance_cm, source, center, points: portrait.alignment_points(), depths })
    }

    /// From the camera to the eyes, in centimetres, for eyes as far apart as the mean face's.
    #[must_use]
    pub fn distance_cm(&self) -> f32 {
        self.distance_cm
    }

    /// How the distance is known.
    #[must_use]
    pub fn source(&self) -> DistanceSource {
        self.source
    }

    /// The five points of [`Mesh::alignment_points`] as a portrait shows them, in pixels of the
    /// source.
    #[must_use]
    pub fn alignment_points(&self) -> [Point; 5] {
        self.points
    }

    /// Where the source shows what a portrait shows at `p`; both in pixels of the source.
    #[must_use]
    pub fn source_of(&self, p: Point) -> Point {
        moved(self.center, p, portrait_share(self.depths.at(p), self.distance_cm))
    }
}

/// The point `p`, `share` times as far from `center`.
fn moved(center: Point, p: Point, share: f32) -> Point {
    Point::new(center.x + share * (p.x - center.x), center.y + share * (p.y - center.y))
}

/// The mean depth of the lids.
fn eyes_depth(mesh: &Mesh) -> f32 {
    let lids = outline::RIGHT_EYE.iter().chain(&outline::LEFT_EYE);
    let depths = lids.filter_map(|i| mesh.points().get(*i)).map(|[_, _, z]| *z);
    depths.sum::<f32>() / (outline::RIGHT_EYE.len() + outline::LEFT_EYE.len()) as f32
}

#[cfg(test)]
mod tests {
    use super::super::distance::PORTRAIT_CM;
    use super::*;
    use crate::mesh::canonical_vertices_cm;
    use proptest::prelude::*;

    /// The canonical face before a camera at `distance_cm`, turned to the side, ten pixels per
    /// centimetre at the eyes.
    fn seen(distance_cm: f32, yaw_deg: f32) -> Mesh {
        let (sin, cos) = yaw_deg.to_radians().sin_cos();
        let turned = canonical_vertices_cm().map(|[x, y, z]| [cos * x + sin * z, -y, sin * x - cos * z]);
        let eyes = eyes_depth(&Mesh::new(turned, 1.0).unwrap());
        let points = turned.map(|[x, y, z]| {
            let near = 1.0 / (1.0 + (z - eyes) / distance_cm);
            [300.0 + 10.0 * near * x, 300.0 + 10.0 * near * y, 10.0 * z]
        });
        Mesh::new(points, 1.0).unwrap()
    }

    proptest! {
        #[test]
        fn the_mean_face_is_undone_from_every_distance(distance in 20f32..100.0, yaw in -15f32..15.0) {
            let (near, portrait) = (seen(distance, yaw), seen(PORTRAIT_CM, yaw));
            let undone = Perspective::new(&near, Distance::Cm(distance)).unwrap();
            // These cameras look at the head's middle, not at the face's: the further it is turned,
            // the more do the two lines of sight differ.
            let shift = Point::new(
                undone.center.x - portrait.eye_midpoint().midpoint(portrait.nose_tip()).x,
                undone.center.y - portrait.eye_midpoint().midpoint(portrait.nose_tip()).y,
            );
            let eyes = portrait.inter_eye_distance_px();
            for (p, q) in undone.alignment_points().into_iter().zip(portrait.alignment_points()) {
                let off = p.distance(Point::new(q.x + shift.x, q.y + shift.y));
                prop_assert!(off < 0.06 * eyes, "{off} px of {eyes} at {distance} cm, {yaw}°");
            }
        }

        #[test]
        fn every_point_is_found_again(distance in 18f32..100.0, yaw in -30f32..30.0) {
            let mesh = seen(distance, yaw);
            let undone = Perspective::new(&mesh, Distance::Cm(distance)).unwrap();
            for (p, q) in undone.alignment_points().into_iter().zip(mesh.alignment_points()) {
                // The tip of the nose lies between nodes of the depths.
                prop_assert!(undone.source_of(p).distance(q) < 3.0, "{p:?} {q:?}");
            }
        }
    }

    #[test]
    fn the_lens_tells_the_distance_and_a_portrait_is_left_alone() {
        for distance in [20.0, 35.0, 60.0] {
            let by_lens = Perspective::new(&seen(distance, 0.0), Distance::FocalPx(10.0 * distance)).unwrap();
            assert!((by_lens.distance_cm() / distance - 1.0).abs() < 0.03, "{by_lens:?}");
            assert_eq!(by_lens.source(), DistanceSource::Lens);
        }
        let far = seen(PORTRAIT_CM, 0.0);
        for distance in [Distance::Portrait, Distance::Unknown, Distance::Cm(150.0), Distance::FocalPx(1500.0)] {
            assert!(Perspective::new(&far, distance).is_none(), "{distance:?}");
        }
    }

    #[test]
    fn what_means_nothing_is_left_alone() {
        let flat = Mesh::new([[5.0; 3]; 468], 1.0).unwrap();
        assert!(Perspective::new(&flat, Distance::Cm(30.0)).is_none());
        // Numbers that mean nothing are no numbers: the face itself is asked.
        for value in [f32::NAN, f32::INFINITY, 0.0, -3.0] {
            for distance in [Distance::Cm(value), Distance::FocalPx(value)] {
                let by_face = Perspective::new(&seen(22.0, 0.0), Distance::Unknown).unwrap();
                let by_nothing = Perspective::new(&seen(22.0, 0.0), distance).unwrap();
                assert_eq!(
                    (by_nothing.source(), by_nothing.distance_cm()),
                    (DistanceSource::Face, by_face.distance_cm())
                );
            }
        }
    }
}
