//! The person as the camera's pixels see them: the portrait laid before the camera at the eyes'
//! distance, the mesh drawn into it, and a plausible head, neck and body about that.
//!
//! The mesh ends at the face's outline. A silhouette (an ellipse for the head, a neck and
//! shoulders) tells person from background; between the outline and the silhouette, normals and
//! depth are a membrane: the solution of Laplace's equation between the mesh's and what a round
//! head has at its edge.

use super::grid::Grid;
use super::scene::Scene;
use super::subject::Subject;
use super::surface::Surfel;
use super::vector::{Vector, length, mix, smoothstep, unit};
use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, linear_rgb, warp_rgb8};

/// Reflectance of skin's surface at normal incidence, for the refractive index of 1.4 that
/// rendering commonly gives skin.
const SKIN_F0: f32 = 0.028;
/// Roughness of skin's surface: ours, in the model that T. Weyrich et al., "Analysis of Human Faces
/// using a Measurement-Based Skin Reflectance Model", 2006, fit to faces.
const SKIN_ROUGHNESS: f32 = 0.3;
/// The cornea: refractive index 1.376, radius of its front (D. A. Atchison, G. Smith, "Optics of
/// the Human Eye", 2000), and the visible iris's radius, in centimetres.
const CORNEA_F0: f32 = 0.025;
const CORNEA_CM: f32 = 0.78;
const IRIS_CM: f32 = 0.585;
/// Side of the membrane's cells in pixels, and sweeps over it.
const CELL_PX: usize = 8;
const SWEEPS: usize = 200;
/// Depth of a head's edge and of the shoulders behind the eyes, in centimetres.
const EDGE_CM: f32 = 8.0;
const BODY_CM: f32 = 5.0;
/// The holes that a print gets for the eyes: half axes in centimetres.
const HOLE_CM: [f32; 2] = [1.9, 1.1];

/// What one pixel sees of the person, or of the portrait's background.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Patch {
    /// Diffuse reflectance without the portrait's shading, and with it as a print has it.
    pub(super) albedo: [f32; 3],
    pub(super) shaded: [f32; 3],
    pub(super) normal: Vector,
    /// Behind the eyes, in centimetres.
    pub(super) depth_cm: f32,
    /// How much of it is person, 0 ..= 1.
    pub(super) person: f32,
    /// Whether it lies inside the mesh.
    pub(super) face: bool,
    pub(super) eye: Eye,
    /// How much of it a print's hole for the eyes lets through.
    pub(super) hole: f32,
    /// Of skin: reflectance of its surface at normal incidence, and its roughness.
    pub(super) sheen: [f32; 2],
}

/// What of an eye a pixel shows.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub(super) enum Eye {
    #[default]
    None,
    White,
    /// From the cornea's apex, over its radius.
    Iris([f32; 2]),
}

/// The person in all pixels of a grid.
pub(super) struct Person {
    pub(super) patches: Vec<Patch>,
}

impl Person {
    /// `subject` with skin of the scene's tone group and sheen.
    pub(super) fn new(subject: &Subject, grid: &Grid, scene: &Scene) -> Result<Self> {
        let photo = sampled(subject, grid)?;
        let mesh = drawn(subject, grid);
        let silhouette = Silhouette::new(subject);
        let membrane = Membrane::new(grid, &mesh, &silhouette);
        let eyes = subject.eyes();
        let skin_gain = subject.skin_gain(scene.skin);
        let usual = [SKIN_F0, SKIN_ROUGHNESS];
        let sheen = scene.room.as_ref().map_or(usual, |room| [room.sheen, room.roughness]);
        let patches = grid.map(|x, y| {
            let [cx, cy] = grid.face_cm(x, y);
            let at = grid.at(x, y);
            let pixel = linear_rgb(photo.pixels().as_chunks::<3>().0[at]);
            let drawn = mesh[at];
            let [nx, ny, nz, depth_cm] = drawn.unwrap_or_else(|| membrane.at(x, y));
            let normal = unit([nx, ny, nz]);
            let face = drawn.is_some();
            let person = if face { 1.0 } else { silhouette.share(cx, cy) };
            let eye = eyes.iter().map(|(lids, center)| Eye::at(lids, *center, [cx, cy])).find(|e| *e != Eye::None);
            // Most pixels show neither eye.
            let eye = eye.unwrap_or_default();
            let like_skin = match (face, eye) {
                // Half-way, so that no white of an eye outshines dark skin.
                (_, Eye::White | Eye::Iris(_)) => 0.5,
                (true, _) => 1.0,
                (false, _) if person == 0.0 => 0.0,
                (false, _) => person * subject.likeness(pixel),
            };
            let gain = mix([subject.gain; 3], skin_gain, like_skin);
            let shaded: [f32; 3] = std::array::from_fn(|c| (pixel[c] * gain[c]).clamp(0.003, 0.95));
            let shading = 1.0 + like_skin * (subject.shading(normal) - 1.0);
            let albedo = shaded.map(|v| (v / shading).min(0.95));
            let hole = eyes.iter().map(|(_, center)| in_hole(*center, [cx, cy])).fold(0.0, f32::max);
            Patch { albedo, shaded, normal, depth_cm, person, face, eye, hole, sheen }
        });
        Ok(Self { patches })
    }

    /// What the pixel (x, y) of `grid` shows, which is the one that the person was made for.
    pub(super) fn patch(&self, grid: &Grid, x: usize, y: usize) -> Patch {
        self.patches[grid.at(x, y)]
    }
}

impl Patch {
    /// The living surface.
    pub(super) fn live(&self, grid: &Grid, x: usize, y: usize) -> Surfel {
        let (mirror, f0, roughness) = match self.eye {
            Eye::Iris([u, v]) => {
                let bulge = (1.0 - u * u - v * v).max(0.0).sqrt();
                ([u, v, -bulge], CORNEA_F0, 0.01)
            }
            Eye::White => (self.normal, CORNEA_F0, 0.15),
            // Hair and clothes scatter what skin mirrors.
            Eye::None if !self.face => (self.normal, 0.0, 1.0),
            Eye::None => {
                let [f0, roughness] = self.sheen;
                (self.normal, f0, roughness)
            }
        };
        let position = grid.point(x, y, grid.distance_cm + self.depth_cm);
        Surfel { position, normal: self.normal, mirror, albedo: self.albedo, f0, roughness }
    }
}

/// How much of a hole about `center` is at the point.
fn in_hole([cx, cy]: [f32; 2], [x, y]: [f32; 2]) -> f32 {
    let [a, b] = HOLE_CM;
    1.0 - smoothstep(0.95, 1.05, length((x - cx) / a, (y - cy) / b))
}

impl Eye {
    fn at(lids: &[[f32; 2]], center: [f32; 2], point: [f32; 2]) -> Self {
        let ([cx, cy], [x, y]) = (center, point);
        let (dx, dy) = (x - cx, y - cy);
        if length(dx, dy) > 2.5 || !inside(lids, point) {
            Self::None
        } else if length(dx, dy) < IRIS_CM {
            Self::Iris([dx / CORNEA_CM, dy / CORNEA_CM])
        } else {
            Self::White
        }
    }
}

/// Whether a ray to the right crosses the polygon's edges an odd number of times.
fn inside(polygon: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let next = polygon.iter().cycle().skip(1);
    let crossed = polygon
        .iter()
        .zip(next)
        .filter(|([ax, ay], [bx, by])| (*ay > y) != (*by > y) && x < ax + (bx - ax) * (y - ay) / (by - ay));
    crossed.count() % 2 == 1
}

/// The portrait in the camera's pixels.
fn sampled(subject: &Subject, grid: &Grid) -> Result<selfsame::image::Photo> {
    let [ex, ey] = grid.eyes_px();
    let scale = 1.0 / grid.px_per_cm();
    let cm_from_frame = Similarity::new(scale, 0.0, Point::new(-ex * scale, -ey * scale));
    let source_from_target = cm_from_frame.and_then(|cm| subject.photo_from_cm.after(&cm)).ok_or_else(|| {
        Error::new(ErrorKind::InvalidArgument, Stage::Simulate, "the portrait does not fit the frame")
    })?;
    let crop = Crop { width: grid.width, height: grid.height, source_from_target, border: Border::Replicate };
    Ok(warp_rgb8(&subject.photo.frame(), &crop)?)
}

/// The mesh's triangles, filled: normal and depth.
fn drawn(subject: &Subject, grid: &Grid) -> Vec<Option<[f32; 4]>> {
    let mut pixels = vec![None; grid.width * grid.height];
    let [ex, ey] = grid.eyes_px();
    let vertex = |i: usize| {
        let ([x, y, z], [nx, ny, nz]) = (subject.points[i], subject.normals[i]);
        ([ex + x * grid.px_per_cm(), ey + y * grid.px_per_cm()], [nx, ny, nz, z])
    };
    for corners in &subject.triangles {
        let [(a, va), (b, vb), (c, vc)] = corners.map(vertex);
        let ([ax, ay], [bx, by], [cx, cy]) = (a, b, c);
        let area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
        if area.abs() < 1e-6 {
            continue;
        }
        // Casts from float to integer saturate.
        let (top, bottom) = (ay.min(by).min(cy) as usize, ay.max(by).max(cy) as usize + 1);
        let (left, right) = (ax.min(bx).min(cx) as usize, ax.max(bx).max(cx) as usize + 1);
        for y in top..bottom.min(grid.height) {
            for x in left..right.min(grid.width) {
                let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
                let wb = ((px - ax) * (cy - ay) - (cx - ax) * (py - ay)) / area;
                let wc = ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) / area;
                if wb >= 0.0 && wc >= 0.0 && wb + wc <= 1.0 {
                    // a + wb·(b − a) + wc·(c − a).
                    let value: [f32; 4] = std::array::from_fn(|i| va[i] + wb * (vb[i] - va[i]) + wc * (vc[i] - va[i]));
                    pixels[grid.at(x, y)] = Some(value);
                }
            }
        }
    }
    pixels
}

/// Where the person ends, in centimetres from between the eyes.
struct Silhouette {
    middle: [f32; 2],
    half: [f32; 2],
    chin: f32,
}

impl Silhouette {
    fn new(subject: &Subject) -> Self {
        let [left, right, forehead, chin] = subject.outline();
        let top = forehead - 0.33 * (chin - forehead);
        let half = [0.5 * (right - left) * 1.15 + 0.2, 0.5 * (chin - top) + 0.3];
        Self { middle: [0.5 * (left + right), 0.5 * (top + chin)], half, chin }
    }

    /// The point's place in the head's ellipse, whose edge is 1.
    fn in_head(&self, x: f32, y: f32) -> [f32; 2] {
        let ([mx, my], [a, b]) = (self.middle, self.half);
        [(x - mx) / a, (y - my) / b]
    }

    /// Half the width of neck and shoulders at the height `y`, and how far the point is inside.
    fn in_body(&self, x: f32, y: f32) -> f32 {
        let ([mx, _], [a, _]) = (self.middle, self.half);
        let below = y - self.chin;
        if below < -2.0 {
            return f32::NEG_INFINITY;
        }
        let half = a * (0.62 + 0.55 * (below - 3.0).max(0.0)).min(2.6);
        half - (x - mx).abs()
    }

    /// How much of the point is person.
    fn share(&self, x: f32, y: f32) -> f32 {
        let [u, v] = self.in_head(x, y);
        let head = 1.0 - smoothstep(0.96, 1.04, length(u, v));
        head.max(smoothstep(-0.4, 0.4, self.in_body(x, y)))
    }

    /// Normal and depth where the membrane is held: at the head's edge and on the body.
    fn fixed(&self, x: f32, y: f32) -> Option<[f32; 4]> {
        let [u, v] = self.in_head(x, y);
        if length(u, v) < 1.0 {
            return None;
        }
        if self.in_body(x, y) > -0.4 {
            let ([mx, _], [a, _]) = (self.middle, self.half);
            return Some([0.5 * ((x - mx) / (2.0 * a)).clamp(-1.0, 1.0), -0.25, -1.0, BODY_CM]);
        }
        Some([u, v, -0.3, EDGE_CM])
    }
}

/// Normals and depth beside the mesh, on cells of some pixels.
struct Membrane {
    columns: usize,
    cells: Vec<[f32; 4]>,
}

impl Membrane {
    fn new(grid: &Grid, mesh: &[Option<[f32; 4]>], silhouette: &Silhouette) -> Self {
        let (columns, rows) = (grid.width / CELL_PX + 2, grid.height / CELL_PX + 2);
        let held = |i: usize| {
            let (x, y) = ((i % columns) * CELL_PX, (i / columns) * CELL_PX);
            let [cx, cy] = grid.face_cm(x, y);
            // The cells of the last column and row lie outside the picture.
            let drawn = if x < grid.width && y < grid.height { mesh[grid.at(x, y)] } else { None };
            drawn.or_else(|| silhouette.fixed(cx, cy))
        };
        let held: Vec<Option<[f32; 4]>> = (0..columns * rows).map(held).collect();
        let mut cells: Vec<[f32; 4]> = held.iter().map(|cell| cell.unwrap_or([0.0, 0.0, -1.0, 4.0])).collect();
        let free: Vec<usize> = (0..).zip(&held).filter(|(_, cell)| cell.is_none()).map(|(i, _)| i).collect();
        for _ in 0..SWEEPS {
            for i in &free {
                let around = [i.wrapping_sub(1), i + 1, i.wrapping_sub(columns), i + columns];
                // A cell at the edge of the list has fewer neighbours.
                let near = around.into_iter().filter_map(|j| cells.get(j));
                let (sum, n) = near.fold(([0.0; 4], 0.0), |(sum, n), v| (add(sum, *v), n + 1.0));
                let share = 1.0 / f32::max(n, 1.0);
                cells[*i] = sum.map(|v| v * share);
            }
        }
        Self { columns, cells }
    }

    /// Interpolated at a pixel.
    fn at(&self, x: usize, y: usize) -> [f32; 4] {
        let cell = |dx: usize, dy: usize| {
            let i = (y / CELL_PX + dy) * self.columns + x / CELL_PX + dx;
            self.cells[i]
        };
        let (fx, fy) = ((x % CELL_PX) as f32 / CELL_PX as f32, (y % CELL_PX) as f32 / CELL_PX as f32);
        mix(mix(cell(0, 0), cell(1, 0), fx), mix(cell(0, 1), cell(1, 1), fx), fy)
    }
}

fn add([a, b, c, d]: [f32; 4], [e, f, g, h]: [f32; 4]) -> [f32; 4] {
    [a + e, b + f, c + g, d + h]
}
