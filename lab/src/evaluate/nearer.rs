//! Photographs as they would have been taken from nearer: a condition of the evaluation.
//!
//! A photograph is taken for one from [`PORTRAIT_CM`]. Its face gets a depth, its pixels become the
//! corners of a surface, and the surface is drawn as a camera at another distance sees it, scaled
//! so that the eyes keep their distance: only perspective changes. What the nearer camera cannot
//! see is hidden; behind the face's outline a round head falls off, and what lies further away is
//! drawn at its depth.
//!
//! The depth comes from one of three heads, so that what undoes perspective can be tried on shapes
//! that it does not know.

#![allow(clippy::indexing_slicing, reason = "places are counted among a picture's own pixels and nodes")]

use super::canvas::{Canvas, sampled};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::random::Random;
use selfsame::geometry::Point;
use selfsame::image::Photo;
use selfsame::mesh::{Mesh, POINT_COUNT, canonical_vertices_cm, outline, triangles};

/// The distance that photographs are taken for, from the camera to the eyes, in centimetres.
pub const PORTRAIT_CM: f32 = 150.0;
/// Side of the surface's cells in pixels.
const CELL_PX: usize = 2;
/// How far the surface reaches beyond the picture, which shrinks when it lies behind the face, over
/// the picture's sides.
const MARGIN: f32 = 0.4;

/// Whose depth a face gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeadShape {
    /// The depth that the mesh network saw in the photograph.
    Mesh,
    /// The mean face's, deeper or flatter by a factor of 0.8 to 1.25.
    Mean,
    /// That of a head of the laboratory's own: an ellipsoid of drawn width and depth, with brow,
    /// nose, lips and chin of drawn sizes.
    Own,
}

impl HeadShape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Mesh, Self::Mean, Self::Own];

    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Mean => "mean",
            Self::Own => "own",
        }
    }

    /// The photograph of the face that `mesh` shows on `photo`, as taken from `distance_cm` (from
    /// the camera to the eyes). The same `seed` draws the same head.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the mesh has no extent, or the distance is not 15 cm or
    /// more.
    pub fn nearer(self, photo: &Photo, mesh: &Mesh, distance_cm: f32, seed: u64) -> Result<Photo> {
        let invalid = |message| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message);
        if distance_cm.is_nan() || distance_cm < 15.0 {
            return Err(invalid("a distance must be 15 cm or more"));
        }
        let head = Head::new(self, mesh, &mut Random::new(seed, self as u64));
        let head = head.ok_or_else(|| invalid("the mesh has no extent"))?;
        let pixels = head.drawn(photo, distance_cm);
        Ok(Photo::from_rgb8(photo.width(), photo.height(), pixels)?)
    }
}

/// A face with its depth.
struct Head {
    /// Pixels right and down, and centimetres behind the eyes.
    points: Vec<[f32; 3]>,
    center: Point,
    px_per_cm: f32,
    /// How far the head falls off behind its outline, and within how many centimetres beside it.
    falls_cm: [f32; 2],
}

impl Head {
    fn new(shape: HeadShape, mesh: &Mesh, random: &mut Random) -> Option<Self> {
        let pose = mesh.pose()?;
        let mut between = |low: f32, high: f32| low + (high - low) * random.unit();
        let deeper = between(0.8, 1.25);
        let own = Own {
            half_cm: [8.2 * between(0.94, 1.1), 16.0 * between(0.95, 1.08), 9.5 * between(0.85, 1.2)],
            nose: between(0.7, 1.35),
            chin: between(0.4, 1.6),
            brow: between(0.0, 1.0),
        };
        let falls_cm = match shape {
            HeadShape::Mesh => [6.0, 4.0],
            HeadShape::Mean | HeadShape::Own => [between(4.0, 9.0), between(3.0, 6.0)],
        };
        let [right, left] = EYES.map(mean_eye);
        let eyes_y = -0.5 * (right[1] + left[1]);
        let canonical = canonical_vertices_cm().map(|[x, y, z]| match shape {
            HeadShape::Own => [x, -y, own.depth(x, -y - eyes_y)],
            _ => [x, -y, -z * deeper],
        });
        let turned = Mesh::new(canonical.map(|p| turned(p, pose.yaw_deg, pose.pitch_deg, pose.roll_deg)), 1.0)?;
        let px_per_cm = mesh.inter_eye_distance_px() / turned.inter_eye_distance_px();
        if !(px_per_cm.is_finite() && px_per_cm > 0.0) {
            return None;
        }
        let depth = |i: usize| match shape {
            HeadShape::Mesh => mesh.points()[i][2] / px_per_cm,
            _ => turned.points()[i][2],
        };
        let lids = outline::RIGHT_EYE.iter().chain(&outline::LEFT_EYE);
        let eyes_z = lids.map(|i| depth(*i)).sum::<f32>() / (outline::RIGHT_EYE.len() + outline::LEFT_EYE.len()) as f32;
        let points = (0..POINT_COUNT).map(|i| [mesh.points()[i][0], mesh.points()[i][1], depth(i) - eyes_z]).collect();
        Some(Self { points, center: mesh.eye_midpoint().midpoint(mesh.nose_tip()), px_per_cm, falls_cm })
    }

    /// The depth of the corner (x, y) of the surface, in pixels: `face` is what the mesh has there.
    fn depth(&self, [x, y]: [f32; 2], face: f32, edge: &[[f32; 3]]) -> f32 {
        if !face.is_nan() {
            return face;
        }
        let square = |[ex, ey, _]: &[f32; 3]| (ex - x).powi(2) + (ey - y).powi(2);
        let Some(nearest) = edge.iter().min_by(|a, b| square(a).total_cmp(&square(b))) else { return 0.0 };
        let [far, within] = self.falls_cm;
        nearest[2] + far * (1.0 - (-square(nearest).sqrt() / (self.px_per_cm * within)).exp())
    }

    fn drawn(&self, photo: &Photo, distance_cm: f32) -> Vec<u8> {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        let margin = (MARGIN * width.max(height) as f32) as usize / CELL_PX;
        let (columns, rows) = (width / CELL_PX + 2 * margin + 2, height / CELL_PX + 2 * margin + 2);
        let place = |i: usize| (CELL_PX as f32) * (i as f32 - margin as f32);
        // The face's depth at the surface's corners.
        let mut canvas = Canvas::new(columns, rows);
        let node = |i: u16| {
            let [x, y, z] = self.points[usize::from(i)];
            let at = |v: f32| v / CELL_PX as f32 + margin as f32;
            ([at(x), at(y), z], [z, 0.0])
        };
        triangles().iter().for_each(|corners| canvas.triangle(corners.map(node)));
        let edge: Vec<[f32; 3]> = outline::FACE.iter().map(|i| self.points[*i]).collect();
        let corners: Vec<([f32; 3], [f32; 2])> = (0..columns * rows)
            .map(|i| {
                let [x, y] = [place(i % columns), place(i / columns)];
                // Nothing was drawn there: the depth falls off.
                let z = self.depth([x, y], canvas.values[i].map_or(f32::NAN, |[z, _]| z), &edge);
                let shrunk = (1.0 + z / PORTRAIT_CM) / (1.0 + z / distance_cm);
                let near = |v: f32, c: f32| c + shrunk * (v - c);
                // Pixels' middles are the canvas's nodes.
                ([near(x, self.center.x) - 0.5, near(y, self.center.y) - 0.5, z], [x, y])
            })
            .collect();
        let mut picture = Canvas::new(width, height);
        for row in 0..rows - 1 {
            for column in 0..columns - 1 {
                let at = row * columns + column;
                let [a, b, c, d] = [at, at + 1, at + columns, at + columns + 1].map(|i| corners[i]);
                picture.triangle([a, b, c]);
                picture.triangle([b, d, c]);
            }
        }
        let place = |value: &Option<[f32; 2]>| value.unwrap_or([f32::MAX; 2]);
        picture.values.iter().flat_map(|value| sampled(photo, place(value))).collect()
    }
}

/// The laboratory's own head.
struct Own {
    half_cm: [f32; 3],
    nose: f32,
    chin: f32,
    brow: f32,
}

impl Own {
    /// Away from the camera, where the face is `x` beside and `y` below the eyes, in centimetres.
    fn depth(&self, x: f32, y: f32) -> f32 {
        let [a, b, c] = self.half_cm;
        let bump = |at: f32, wide: f32, high: f32| (-(x / wide).powi(2) - ((y - at) / high).powi(2)).exp();
        let round = (1.0 - (x / a).powi(2) - ((y - 2.0) / b).powi(2)).max(0.04).sqrt();
        let nose = 3.4 * self.nose * bump(4.2, 1.2, if y < 4.2 { 2.8 } else { 1.0 });
        let chin = 2.0 * self.chin * bump(10.5, 2.6, 2.2);
        let brow = 0.6 * self.brow * bump(-2.0, 4.0, 1.0);
        -c * round - nose - chin - brow - 0.8 * bump(7.0, 2.0, 1.2)
    }
}

/// The corners and lids of both eyes, as the mesh has its eyes' centres from them.
const EYES: [[usize; 4]; 2] = [[33, 133, 159, 145], [362, 263, 386, 374]];

fn mean_eye(indices: [usize; 4]) -> [f32; 3] {
    let vertices = indices.map(|i| canonical_vertices_cm()[i]);
    std::array::from_fn(|axis| vertices.iter().map(|v| v[axis]).sum::<f32>() / 4.0)
}

/// A point of a head, turned as [`selfsame::mesh::HeadPose`] has it.
fn turned([x, y, z]: [f32; 3], yaw_deg: f32, pitch_deg: f32, roll_deg: f32) -> [f32; 3] {
    let [(ys, yc), (ps, pc), (rs, rc)] = [yaw_deg, pitch_deg, roll_deg].map(|v| v.to_radians().sin_cos());
    let (x, y) = (rc * x - rs * y, rs * x + rc * y);
    let (y, z) = (pc * y + ps * z, pc * z - ps * y);
    [yc * x - ys * z, y, ys * x + yc * z]
}
