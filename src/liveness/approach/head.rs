//! How deep a head is at every place that a camera sees of it: the mean face, and an ellipsoid
//! behind it for ears and hair.

use crate::mesh::{canonical_vertices_cm, outline, triangles};
use nalgebra::{Matrix3, Vector3};

/// The head behind the face, in the canonical face's axes (right in the image, down, away from the
/// camera; from between the ears): its middle and its half axes in centimetres. Chosen by hand from
/// a head's mean breadth and length (15 and 19 cm; ISO/TR 7250-2) and some hair.
const MIDDLE_CM: [f32; 3] = [0.0, -2.5, 3.0];
const AXES_CM: [f32; 3] = [8.6, 12.5, 9.0];
/// The inner face is what lies inside the face's outline, made smaller by this: cheeks' edges
/// belong to neither.
const INNER: f32 = 0.86;
/// Beyond the ellipsoid's outline times this nothing of the head is seen.
const OUTLINE: f32 = 1.06;

/// What lies at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Inside the face's outline.
    Inner,
    /// Edge of the face, ears, hair.
    Outer,
    /// Beyond the head.
    Beyond,
}

/// A head that is turned as one frame shows it, in centimetres about the middle of the face's
/// outline: right in the image, down, away from the camera.
pub(super) struct Head {
    points: Vec<[f32; 3]>,
    /// The face's outline.
    edge: Vec<[f32; 2]>,
    middle: Vector3<f32>,
    back: Matrix3<f32>,
}

impl Head {
    /// The canonical face with the head behind it, turned by `rotation` (from the canonical face's
    /// axes, y down and z away from the camera, to the picture's).
    pub(super) fn new(rotation: Matrix3<f32>) -> Self {
        let turned = |[x, y, z]: [f32; 3]| rotation * Vector3::new(x, -y, -z);
        let all: Vec<Vector3<f32>> = canonical_vertices_cm().iter().map(|p| turned(*p)).collect();
        let outline: Vec<Vector3<f32>> = outline::FACE.iter().filter_map(|i| all.get(*i).copied()).collect();
        let origin = outline.iter().sum::<Vector3<f32>>() / outline.len().max(1) as f32;
        let points = all.iter().map(|p| (p - origin).into()).collect();
        let edge = outline.iter().map(|p| [p.x - origin.x, p.y - origin.y]).collect();
        let middle = rotation * Vector3::from(MIDDLE_CM) - origin;
        Self { points, edge, middle, back: rotation.transpose() }
    }

    /// Which part lies at a place, and its depth in centimetres.
    pub(super) fn at(&self, place: [f32; 2]) -> (Part, f32) {
        if self.inside(place, 1.0) {
            let part = if self.inside(place, INNER) { Part::Inner } else { Part::Outer };
            if let Some(depth) = self.face(place) {
                return (part, depth);
            }
        }
        let (share, depth) = self.ellipsoid(place);
        (if share <= OUTLINE { Part::Outer } else { Part::Beyond }, depth)
    }

    /// Whether a place lies inside the outline times `scale`.
    fn inside(&self, [x, y]: [f32; 2], scale: f32) -> bool {
        let (x, y) = (x / scale, y / scale);
        let mut inside = false;
        for ([ax, ay], [bx, by]) in self.edge.iter().zip(self.edge.iter().cycle().skip(1)) {
            if (*ay > y) != (*by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax) {
                inside = !inside;
            }
        }
        inside
    }

    /// The depth of the nearest of the face's triangles at a place.
    fn face(&self, [x, y]: [f32; 2]) -> Option<f32> {
        let corner = |i: u16| self.points.get(usize::from(i)).copied();
        let depths = triangles().iter().filter_map(|[a, b, c]| {
            let ([ax, ay, az], [bx, by, bz], [cx, cy, cz]) = (corner(*a)?, corner(*b)?, corner(*c)?);
            // Most triangles lie elsewhere.
            if x > ax.max(bx).max(cx) || x < ax.min(bx).min(cx) || y > ay.max(by).max(cy) || y < ay.min(by).min(cy) {
                return None;
            }
            let area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
            let s = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
            let t = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
            // So written that a triangle that is seen from its edge has no inside.
            (s >= 0.0 && t >= 0.0 && s + t <= 1.0).then_some(az + s * (bz - az) + t * (cz - az))
        });
        depths.reduce(f32::min)
    }

    /// How far from the ellipsoid's middle a place is, 1 being its outline, and its near side's
    /// depth; outside that of the outline.
    fn ellipsoid(&self, [x, y]: [f32; 2]) -> (f32, f32) {
        // Points of the line of sight, o + t · d, in the ellipsoid's axes made a sphere.
        let scaled = |v: Vector3<f32>| (self.back * v).component_div(&Vector3::from(AXES_CM));
        let o = scaled(Vector3::new(x, y, 0.0) - self.middle);
        let d = scaled(Vector3::new(0.0, 0.0, 1.0));
        let (dd, od) = (d.norm_squared(), o.dot(&d));
        let nearest = -od / dd;
        let square = (o.norm_squared() - od * od / dd).max(0.0);
        let depth = if square < 1.0 { nearest - ((1.0 - square) / dd).sqrt() } else { nearest };
        (square.sqrt(), depth)
    }
}
