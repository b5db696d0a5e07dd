//! One frame's part of a [`Trace`]: pixels read where the mesh says, as linear light.
//!
//! Points are single pixels. Over a patch their noise averages out, and a few thousand reads cost
//! less than a tenth of the mesh network.

use super::layout::Layout;
use super::trace::{CELLS, Rgb, SECTORS, Sample, Trace};
use crate::geometry::{Point, cross, minus};
use crate::image::{Frame, Pixels, linear_rgb, luminance_linear};
use crate::mesh::Mesh;

/// Levels from which on a channel counts as blown out, and up to which as black.
const BLOWN: u8 = 250;
const BLACK: u8 = 3;
/// The ring about the head, as multiples of half the mesh's width, and its heights in centimetres
/// of the canonical face: from above the brows to the eyes, and to the mouth.
const RING: [f32; 2] = [1.3, 1.55];
const RING_HEIGHTS_CM: [f32; 3] = [-5.0, -0.5, 4.0];
/// Points across and down a sector, and a cell.
const SECTOR_POINTS: [usize; 2] = [4, 10];
const CELL_POINTS: [usize; 2] = [5, 5];
/// An iris is read on a grid of this many points a side, over this radius in centimetres.
const IRIS_POINTS: usize = 9;
const IRIS_CM: f32 = 0.55;
/// Share of these points that count as the brightest.
const BRIGHTEST: usize = 5;
/// The mesh's points at the widest place.
const SIDES: [usize; 2] = [234, 454];

/// Reads what the trace keeps of a face in `frame`; `None` if the mesh has no extent.
pub(super) fn sample(frame: &Frame<'_>, mesh: &Mesh, timestamp_us: u64, track: u32, faces: u32) -> Option<Sample> {
    let pose = mesh.pose()?;
    let pixels = Pixels::new(frame);
    let mut reader = Reader { pixels: &pixels, fingerprint: 0xcbf2_9ce4_8422_2325 };
    let layout = Layout::get();
    let mut patches = vec![(Rgb::default(), 0.0f32); layout.patches];
    let (mut clipped, mut dark, mut read) = (0.0f32, 0.0f32, 0.0f32);
    for site in &layout.sites {
        let mut place = [0.0; 2];
        for (corner, weight) in site.corners.iter().zip(site.weights) {
            let [x, y, _] = mesh.points().get(usize::from(*corner)).copied().unwrap_or_default();
            place = [place[0] + weight * x, place[1] + weight * y];
        }
        let Some((color, levels)) = reader.read(Point::new(place[0], place[1])) else { continue };
        read += 1.0;
        clipped += f32::from(u8::from(levels.iter().any(|v| *v >= BLOWN)));
        dark += f32::from(u8::from(levels.iter().all(|v| *v <= BLACK)));
        if let Some((sum, n)) = patches.get_mut(usize::from(site.patch)) {
            add(sum, color);
            *n += 1.0;
        }
    }
    let ring = ring(&mut reader, mesh, pose.px_per_cm)?;
    let cells = cells(&mut reader, frame);
    let eyes = [mesh.right_eye(), mesh.left_eye()].map(|center| iris(&mut reader, center, pose.px_per_cm));
    Some(Sample {
        timestamp_us,
        track,
        faces,
        fingerprint: reader.fingerprint,
        px_per_cm: pose.px_per_cm,
        turn_deg: [pose.yaw_deg, pose.pitch_deg, pose.roll_deg],
        patches: patches.into_iter().map(|(sum, n)| mean(sum, n)).collect(),
        clipped: clipped / read.max(1.0),
        dark: dark / read.max(1.0),
        ring,
        cells,
        eyes,
    })
}

/// Adds the mesh's shape to the trace's sums.
pub(super) fn add_shape(trace: &mut Trace, mesh: &Mesh, px_per_cm: f32) {
    let layout = Layout::get();
    let eyes = mesh.eye_midpoint();
    let at = |i: u16| {
        let [x, y, z] = mesh.points().get(usize::from(i)).copied().unwrap_or_default();
        [x - eyes.x, y - eyes.y, z].map(|v| v / px_per_cm)
    };
    let mut sums = vec![[0.0f32; 7]; layout.patches];
    for (corners, patch) in &layout.faces {
        let [a, b, c] = corners.map(at);
        // Of half this length; towards the camera, whose z is negative.
        let area = cross(minus(b, a), minus(c, a));
        let weight = area.iter().map(|v| v * v).sum::<f32>().sqrt();
        let Some([x, y, z, nx, ny, nz, total]) = sums.get_mut(usize::from(*patch)) else { continue };
        for (sum, (a, (b, c))) in [x, y, z].into_iter().zip(a.into_iter().zip(b.into_iter().zip(c))) {
            *sum += weight * (a + b + c) / 3.0;
        }
        let away = if area[2] > 0.0 { -1.0 } else { 1.0 };
        for (sum, v) in [nx, ny, nz].into_iter().zip(area) {
            *sum += 0.5 * away * v;
        }
        *total += weight;
    }
    for (shape, [x, y, z, nx, ny, nz, total]) in trace.shape.iter_mut().zip(sums) {
        let total = total.max(1e-6);
        let own = [x / total, y / total, z / total, nx, ny, nz];
        shape.iter_mut().zip(own).for_each(|(sum, v)| *sum += v);
    }
    if let Some(bounds) = mesh.bounds() {
        let edges = [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()];
        trace.bounds.iter_mut().zip(edges).for_each(|(sum, v)| *sum += v);
        trace.eyes_px.iter_mut().zip([eyes.x, eyes.y]).for_each(|(sum, v)| *sum += v);
    }
}

struct Reader<'a> {
    pixels: &'a Pixels<'a>,
    /// FNV-1a over all that was read.
    fingerprint: u64,
}

impl Reader<'_> {
    /// Linear light at a place, and the levels that are stored there.
    #[inline]
    fn read(&mut self, place: Point) -> Option<(Rgb, [u8; 3])> {
        let levels = self.pixels.at(place)?;
        for level in levels {
            self.fingerprint = (self.fingerprint ^ u64::from(level)).wrapping_mul(0x100_0000_01b3);
        }
        Some((linear_rgb(levels), levels))
    }
}

fn add(sum: &mut Rgb, color: Rgb) {
    sum.iter_mut().zip(color).for_each(|(sum, v)| *sum += v);
}

fn mean(sum: Rgb, n: f32) -> Rgb {
    sum.map(|v| v / n.max(1.0))
}

/// Middles of `n` equal parts of `from .. to`.
fn middles([from, to]: [f32; 2], n: usize) -> impl Iterator<Item = f32> + Clone {
    (0..n).map(move |i| from + (to - from) * (i as f32 + 0.5) / n as f32)
}

/// Means of what lies beside the head.
fn ring(reader: &mut Reader<'_>, mesh: &Mesh, px_per_cm: f32) -> Option<[Option<Rgb>; SECTORS]> {
    let [right, left] = SIDES;
    let (a, b) = (mesh.point(right)?, mesh.point(left)?);
    let (half, middle) = (0.5 * a.distance(b), a.midpoint(b));
    let (sin, cos) = mesh.roll_deg().to_radians().sin_cos();
    let eyes = mesh.eye_midpoint();
    // The place of the eyes along the face's own axis; the middle across.
    let across = (middle.x - eyes.x) * cos + (middle.y - eyes.y) * sin;
    let mut sectors = [None; SECTORS];
    let [top, eye_line, bottom] = RING_HEIGHTS_CM;
    let parts =
        [(-1.0, [top, eye_line]), (-1.0, [eye_line, bottom]), (1.0, [top, eye_line]), (1.0, [eye_line, bottom])];
    for (sector, (side, heights)) in sectors.iter_mut().zip(parts) {
        let (mut sum, mut n) = (Rgb::default(), 0.0f32);
        let [columns, rows] = SECTOR_POINTS;
        for v in middles(heights, rows) {
            for u in middles(RING, columns) {
                let (x, y) = (across + side * u * half, v * px_per_cm);
                let place = Point::new(eyes.x + x * cos - y * sin, eyes.y + x * sin + y * cos);
                if let Some((color, _)) = reader.read(place) {
                    add(&mut sum, color);
                    n += 1.0;
                }
            }
        }
        // Half of a sector is enough.
        *sector = (2.0 * n >= (columns * rows) as f32).then(|| mean(sum, n));
    }
    Some(sectors)
}

/// Means of the frame's cells.
fn cells(reader: &mut Reader<'_>, frame: &Frame<'_>) -> Vec<Rgb> {
    let [columns, rows] = CELLS;
    let (w, h) = (frame.width() as f32 / columns as f32, frame.height() as f32 / rows as f32);
    let [across, down] = CELL_POINTS;
    let mut means = Vec::with_capacity(columns * rows);
    for i in 0..columns * rows {
        let (x, y) = ((i % columns) as f32 * w, (i / columns) as f32 * h);
        let (mut sum, mut n) = (Rgb::default(), 0.0f32);
        for v in middles([y, y + h], down) {
            for u in middles([x, x + w], across) {
                if let Some((color, _)) = reader.read(Point::new(u, v)) {
                    add(&mut sum, color);
                    n += 1.0;
                }
            }
        }
        means.push(mean(sum, n));
    }
    means
}

/// Mean of an iris's brightest points, and its median.
fn iris(reader: &mut Reader<'_>, center: Point, px_per_cm: f32) -> [Rgb; 2] {
    let radius = IRIS_CM * px_per_cm;
    let mut colors: Vec<Rgb> = Vec::with_capacity(IRIS_POINTS * IRIS_POINTS);
    for v in middles([-1.0, 1.0], IRIS_POINTS) {
        for u in middles([-1.0, 1.0], IRIS_POINTS) {
            if u.hypot(v) <= 1.0
                && let Some((color, _)) = reader.read(Point::new(center.x + u * radius, center.y + v * radius))
            {
                colors.push(color);
            }
        }
    }
    colors.sort_by(|a, b| luminance_linear(*b).total_cmp(&luminance_linear(*a)));
    let mut sum = Rgb::default();
    colors.iter().take(BRIGHTEST).for_each(|color| add(&mut sum, *color));
    let n = colors.len().min(BRIGHTEST) as f32;
    [mean(sum, n), colors.get(colors.len() / 2).copied().unwrap_or_default()]
}
