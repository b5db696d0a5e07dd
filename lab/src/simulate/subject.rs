//! A person: a portrait, its mesh in centimetres, and what its light tells about its skin; prepared
//! once for many sessions.
//!
//! The mesh's scale comes from the distance of the pupils, 63 mm on average (N. A. Dodgson,
//! "Variation and extrema of human interpupillary distance", 2004). Its triangles are the Delaunay
//! triangulation of the points in the portrait: unlike a fixed topology it never folds over, but
//! points that the head hides lie among those that are seen, so take frontal portraits.
//!
//! The portrait's own light is removed roughly: its luminance at the mesh's points is fitted with a
//! constant and the normal's three components (a Lambertian surface under first-order light; R.
//! Basri, D. W. Jacobs, "Lambertian Reflectance and Linear Subspaces", 2003), and pixels are
//! divided by that. Harsh shadows and highlights stay in the skin.

use super::vector::{Vector, cross, minus, plus, times, unit};
use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Photo, linear_rgb, luminance_linear};
use selfsame::mesh::{Mesh, outline};

/// Distance of the pupils, in centimetres.
pub(super) const PUPILS_CM: f32 = 6.3;
/// Portraits shade a face by a factor within these, as far as the fit is believed.
const SHADING: [f32; 2] = [0.6, 1.5];
/// Weight of the fit's directions towards 0, over the number of points.
const RIDGE: f32 = 0.02;
/// What the portrait's brightest percent is taken to reflect.
const WHITE: f32 = 0.8;

/// Points of the mesh on the lids of both eyes.
const LIDS: usize = outline::RIGHT_EYE.len() + outline::LEFT_EYE.len();
/// Points of the mesh at the top of the forehead and at the chin.
const FOREHEAD: usize = 10;
const CHIN: usize = 152;

/// A portrait with everything about it that sessions need.
pub struct Subject {
    pub(super) photo: Photo,
    /// Where the face's centimetres lie on the portrait.
    pub(super) photo_from_cm: Similarity,
    /// The mesh's points in centimetres from between the eyes: right in the image, down, away from
    /// the camera.
    pub(super) points: Vec<Vector>,
    /// Their normals, towards the camera.
    pub(super) normals: Vec<Vector>,
    pub(super) triangles: Vec<[usize; 3]>,
    /// Constant and linear terms of the portrait's shading, over its mean.
    shading: [f32; 4],
    /// The skin's median linear colour, without shading.
    skin: [f32; 3],
    /// From a linear pixel to reflectance where there is no skin.
    pub(super) gain: f32,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("skin", &self.skin).finish_non_exhaustive()
    }
}

impl Subject {
    /// Finds the face on `photo` and prepares it. A frontal portrait in even light does best.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] in [`Stage::Simulate`] if there is no face or several, or a
    /// face without extent, and the faults of the networks.
    pub fn new(engine: &Engine, photo: &Photo) -> Result<Self> {
        match engine.locate(&photo.frame(), select_face)?.outcome.into_result() {
            Ok((_, mesh)) => Self::with_mesh(photo, &mesh),
            Err(refusal) => Err(invalid(format!("the portrait has no usable face: {refusal}"))),
        }
    }

    /// Prepares the face on `photo` whose mesh is known already.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] in [`Stage::Simulate`] if the mesh has no extent.
    pub fn with_mesh(photo: &Photo, mesh: &Mesh) -> Result<Self> {
        let degenerate = || invalid("the mesh has no extent");
        // The eyes of a face that is turned are nearer to each other.
        let half = 0.5 * PUPILS_CM * mesh.yaw_deg().to_radians().cos().max(0.5);
        let eyes = [Point::new(-half, 0.0), Point::new(half, 0.0)];
        let photo_from_cm = Similarity::fit(&eyes, &[mesh.right_eye(), mesh.left_eye()]).ok_or_else(degenerate)?;
        let cm_from_photo = photo_from_cm.inverse().ok_or_else(degenerate)?;
        let level = |[x, y, z]: &[f32; 3]| {
            let p = cm_from_photo.apply(Point::new(*x, *y));
            [p.x, p.y, z * cm_from_photo.scale()]
        };
        let mut points: Vec<Vector> = mesh.points().iter().map(level).collect();
        let lids = outline::RIGHT_EYE.into_iter().chain(outline::LEFT_EYE);
        let eye_z = lids.map(|i| points[i][2]).sum::<f32>() / LIDS as f32;
        points.iter_mut().for_each(|[_, _, z]| *z -= eye_z);
        let triangles = triangulated(&points);
        if triangles.is_empty() {
            return Err(degenerate());
        }
        let normals = normals(&points, &triangles);
        let colors: Vec<[f32; 3]> = mesh.points().iter().map(|[x, y, _]| pixel(photo, *x, *y)).collect();
        let shading = fitted_shading(&normals, &colors);
        let mut subject = Self {
            photo: photo.clone(),
            photo_from_cm,
            points,
            normals,
            triangles,
            shading,
            skin: [0.0; 3],
            gain: WHITE / bright_luminance(photo).max(1e-3),
        };
        let flat = subject.normals.iter().zip(&colors).map(|(n, color)| times(*color, 1.0 / subject.shading(*n)));
        subject.skin = median(flat.collect());
        Ok(subject)
    }

    /// How bright the portrait's light made a surface with this normal, over its mean.
    pub(super) fn shading(&self, [x, y, z]: Vector) -> f32 {
        let [constant, a, b, c] = self.shading;
        let [low, high] = SHADING;
        (constant + a * x + b * y + c * z).clamp(low, high)
    }

    /// From a linear pixel to reflectance on skin of tone group `skin`.
    pub(super) fn skin_gain(&self, skin: u8) -> [f32; 3] {
        let target = super::skin::reflectance(skin);
        std::array::from_fn(|c| target[c] / self.skin[c].max(1e-3))
    }

    /// How much a linear colour looks like this person's skin, 0 ..= 1: by its chromaticity and,
    /// less, its luminance.
    pub(super) fn likeness(&self, color: [f32; 3]) -> f32 {
        let logs = |[r, g, b]: [f32; 3]| {
            let [r, g, b] = [r, g, b].map(|v| v.max(1e-4).ln());
            [r - g, b - g, luminance_linear(color).max(1e-4).ln()]
        };
        let own = luminance_linear(self.skin).max(1e-4).ln();
        let ([rg, bg, y], [own_rg, own_bg, _]) = (logs(color), logs(self.skin));
        let distance = ((rg - own_rg) / 0.3).powi(2) + ((bg - own_bg) / 0.4).powi(2) + ((y - own) / 0.9).powi(2);
        // What lies within the spread of one face's own skin is skin.
        (-0.5 * (distance - 2.0).max(0.0)).exp()
    }

    /// The lids of both eyes, in centimetres, and the eyes' centres.
    pub(super) fn eyes(&self) -> [(Vec<[f32; 2]>, [f32; 2]); 2] {
        [outline::RIGHT_EYE, outline::LEFT_EYE].map(|lids| {
            let lids: Vec<[f32; 2]> = lids.into_iter().map(|i| self.points[i]).map(|[x, y, _]| [x, y]).collect();
            let sum = lids.iter().fold([0.0, 0.0], |[x, y], [px, py]| [x + px, y + py]);
            let center = sum.map(|v| v / lids.len() as f32);
            (lids, center)
        })
    }

    /// The face's outline: left, right, top and bottom edge, in centimetres.
    pub(super) fn outline(&self) -> [f32; 4] {
        let xs = self.points.iter().map(|[x, _, _]| *x);
        let (left, right) = xs.fold((f32::MAX, f32::MIN), |(low, high), x| (low.min(x), high.max(x)));
        let y = |i: usize| self.points[i][1];
        [left, right, y(FOREHEAD), y(CHIN)]
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, Stage::Simulate, message)
}

/// The linear colour of the pixel at (x, y); of the nearest one outside.
fn pixel(photo: &Photo, x: f32, y: f32) -> [f32; 3] {
    let inside = |v: f32, side: u32| (v.max(0.0) as usize).min(side as usize - 1);
    let at = inside(y, photo.height()) * photo.width() as usize + inside(x, photo.width());
    linear_rgb(photo.pixels().as_chunks::<3>().0[at])
}

/// The luminance that one pixel in a hundred exceeds.
fn bright_luminance(photo: &Photo) -> f32 {
    let step = photo.pixels().len() / 3 / 20_000 + 1;
    let pixels = photo.pixels().as_chunks::<3>().0.iter().step_by(step);
    let mut values: Vec<f32> = pixels.map(|p| luminance_linear(linear_rgb(*p))).collect();
    values.sort_by(f32::total_cmp);
    // A photograph has a pixel at least.
    values[values.len() * 99 / 100]
}

/// Delaunay triangles of the points' x and y.
fn triangulated(points: &[Vector]) -> Vec<[usize; 3]> {
    let flat: Vec<_> =
        points.iter().map(|[x, y, _]| delaunator::Point { x: f64::from(*x), y: f64::from(*y) }).collect();
    delaunator::triangulate(&flat).triangles.as_chunks::<3>().0.to_vec()
}

/// Means of the adjoining triangles' normals, weighted by area, towards the camera.
fn normals(points: &[Vector], triangles: &[[usize; 3]]) -> Vec<Vector> {
    let mut sums = vec![[0.0; 3]; points.len()];
    for corners in triangles {
        let [a, b, c] = corners.map(|i| points[i]);
        let normal = cross(minus(b, a), minus(c, a));
        let [_, _, z] = normal;
        let normal = if z > 0.0 { times(normal, -1.0) } else { normal };
        for corner in corners {
            sums[*corner] = plus(sums[*corner], normal);
        }
    }
    sums.into_iter().map(unit).collect()
}

/// Least squares of luminance against (1, n), over the mean; the normal equations by elimination.
fn fitted_shading(normals: &[Vector], colors: &[[f32; 3]]) -> [f32; 4] {
    let mut rows = [[0.0f32; 5]; 4];
    for ([x, y, z], color) in normals.iter().zip(colors) {
        let terms = [1.0, *x, *y, *z, luminance_linear(*color)];
        for (row, term) in rows.iter_mut().zip(terms) {
            row.iter_mut().zip(terms).for_each(|(sum, other)| *sum += term * other);
        }
    }
    let [[n, _, _, _, y], ..] = rows;
    let mean = (y / n.max(1.0)).max(1e-4);
    let ridge = RIDGE * normals.len() as f32;
    for (i, row) in rows.iter_mut().enumerate().skip(1) {
        row[i] += ridge;
    }
    for pivot in 0..rows.len() {
        let pivot_row = rows[pivot];
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != pivot) {
            let factor = row[pivot] / pivot_row[pivot];
            row.iter_mut().zip(pivot_row).for_each(|(v, p)| *v -= factor * p);
        }
    }
    let solved: [f32; 4] = std::array::from_fn(|i| rows[i][4] / rows[i][i] / mean);
    // Colours that do not depend on the normal at all leave nothing to divide by: even light.
    if solved.iter().all(|v| v.is_finite()) { solved } else { [1.0, 0.0, 0.0, 0.0] }
}

/// Each channel's median.
fn median(colors: Vec<[f32; 3]>) -> [f32; 3] {
    std::array::from_fn(|c| {
        let mut values: Vec<f32> = colors.iter().map(|color| color[c]).collect();
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    })
}
