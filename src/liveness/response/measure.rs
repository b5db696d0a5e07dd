//! One frame's part of a [`Trace`]: pixels read where the mesh says, as linear light.
//!
//! Points are single pixels. Over a patch their noise averages out, and a few thousand reads cost
//! less than a tenth of the mesh network.

// Why indexing can't fail: the layout's triangles name points of the mesh (468), and its patches
// are numbered below `Layout::patches`, for which the sums are made.
#![allow(clippy::indexing_slicing, reason = "indices come from the layout that the tables were made for")]

use super::layout::Layout;
use super::trace::{CELLS, FEATURES, Rgb, SECTORS, Sample, Trace};
use crate::geometry::{Point, cross, minus};
use crate::image::{Frame, Pixels, linear_rgb, luminance_linear};
use crate::mesh::Mesh;

/// From this level on a channel counts as blown out: cameras clip a little below 255. Chosen by
/// hand.
const BLOWN: u8 = 250;
/// Up to this level a channel counts as black. Chosen by hand.
const BLACK: u8 = 3;
/// Inner and outer edge of the ring about the head, as multiples of half the mesh's width: beside
/// ears and hair. Chosen by hand.
const RING: [f32; 2] = [1.3, 1.55];
/// Heights of the ring's sectors, in centimetres of the canonical face below the eyes: from above
/// the brows to the eyes, and on to the mouth.
const RING_HEIGHTS_CM: [f32; 3] = [-5.0, -0.5, 4.0];
/// Points that are read across and down a sector.
const SECTOR_POINTS: [usize; 2] = [4, 10];
/// Points that are read across and down a cell of the frame.
const CELL_POINTS: [usize; 2] = [5, 5];
/// An iris is read on a grid of this many points a side.
const IRIS_POINTS: usize = 9;
/// The radius of an iris's grid, in centimetres: an iris has a diameter of some 1.2 cm.
const IRIS_CM: f32 = 0.55;
/// How many of an iris's points count as its brightest.
const BRIGHTEST: usize = 5;
/// The mesh's points at its widest place.
const SIDES: [usize; 2] = [234, 454];
/// The mesh's points whose places are kept: the nose's tip and wings, the mouth's corners, the
/// brows' middles, and the chin.
const FEATURE_POINTS: [usize; FEATURES] = [1, 98, 327, 61, 291, 105, 334, 152];
/// Offset basis and prime of the 64-bit FNV-1a hash (G. Fowler, L. C. Noll, K.-P. Vo).
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x100_0000_01b3;

impl Trace {
    /// Adds a frame with a face, of track number `track` (counted from 0) and with `faces` of
    /// similar size in view. A mesh without extent adds a frame without a face.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`](crate::error::ErrorKind::LimitExceeded) if there is no memory
    /// for the pixels of a large picture.
    pub(crate) fn push(
        &mut self,
        frame: &Frame<'_>,
        mesh: &Mesh,
        timestamp_us: u64,
        track: u32,
        faces: u32,
    ) -> crate::error::Result<()> {
        let pixels = Pixels::new(frame)?;
        self.timestamps_us.push(timestamp_us);
        self.size_px = [frame.width() as f32, frame.height() as f32];
        if let Some(sample) = sample(&pixels, frame, mesh, timestamp_us, track, faces) {
            add_shape(self, mesh, sample.px_per_cm);
            self.samples.push(sample);
        }
        Ok(())
    }

    /// A trace without samples that has seen `mesh` in frames of this size, `times` times.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of_shape(mesh: &Mesh, size_px: [f32; 2], times: usize) -> Self {
        let mut trace = Self { size_px, ..Self::new() };
        let px_per_cm = mesh.pose().map_or(1.0, |pose| pose.px_per_cm);
        (0..times).for_each(|_| add_shape(&mut trace, mesh, px_per_cm));
        trace
    }
}

/// Reads what the trace keeps of a face in `frame`; `None` if the mesh has no extent.
fn sample(
    pixels: &Pixels<'_>,
    frame: &Frame<'_>,
    mesh: &Mesh,
    timestamp_us: u64,
    track: u32,
    faces: u32,
) -> Option<Sample> {
    let pose = mesh.pose()?;
    let mut reader = Reader { pixels, fingerprint: FNV_BASIS };
    let layout = Layout::get();
    let points = mesh.points();
    let mut patches = vec![(Rgb::default(), 0.0f32); layout.patches];
    let (mut clipped, mut dark, mut read) = (0.0f32, 0.0f32, 0.0f32);
    for site in &layout.sites {
        let mut place = [0.0; 2];
        for (corner, weight) in site.corners.iter().zip(site.weights) {
            let [x, y, _] = points[usize::from(*corner)];
            place = [place[0] + weight * x, place[1] + weight * y];
        }
        // Points outside the frame say nothing.
        let Some((color, levels)) = reader.read(Point::new(place[0], place[1])) else { continue };
        read += 1.0;
        clipped += f32::from(u8::from(levels.iter().any(|v| *v >= BLOWN)));
        dark += f32::from(u8::from(levels.iter().all(|v| *v <= BLACK)));
        let (sum, n) = &mut patches[usize::from(site.patch)];
        add(sum, color);
        *n += 1.0;
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
        eyes_px: [mesh.eye_midpoint().x, mesh.eye_midpoint().y],
        features_cm: features(mesh, pose.px_per_cm),
        patches: patches.into_iter().map(|(sum, n)| mean(sum, n)).collect(),
        clipped: clipped / read.max(1.0),
        dark: dark / read.max(1.0),
        ring,
        cells,
        eyes,
    })
}

/// Where some points lie from between the eyes, in centimetres along the face's own axes.
fn features(mesh: &Mesh, px_per_cm: f32) -> [[f32; 2]; FEATURES] {
    let eyes = mesh.eye_midpoint();
    let (sin, cos) = mesh.roll_deg().to_radians().sin_cos();
    let points = mesh.points();
    FEATURE_POINTS.map(|i| {
        let [x, y, _] = points[i];
        let (x, y) = ((x - eyes.x) / px_per_cm, (y - eyes.y) / px_per_cm);
        [x * cos + y * sin, y * cos - x * sin]
    })
}

/// Adds the mesh's shape to the trace's sums.
fn add_shape(trace: &mut Trace, mesh: &Mesh, px_per_cm: f32) {
    let layout = Layout::get();
    debug_assert_eq!(trace.shape.len(), layout.patches, "a trace is made with one place for each patch");
    let eyes = mesh.eye_midpoint();
    let points = mesh.points();
    let at = |i: u16| {
        let [x, y, z] = points[usize::from(i)];
        [x - eyes.x, y - eyes.y, z].map(|v| v / px_per_cm)
    };
    let mut sums = vec![[0.0f32; 7]; layout.patches];
    for (corners, patch) in &layout.faces {
        let [a, b, c] = corners.map(at);
        // The cross product is perpendicular to the triangle, and twice as long as its area.
        let area = cross(minus(b, a), minus(c, a));
        let weight = area.iter().map(|v| v * v).sum::<f32>().sqrt();
        let [x, y, z, nx, ny, nz, total] = &mut sums[usize::from(*patch)];
        for (sum, (a, (b, c))) in [x, y, z].into_iter().zip(a.into_iter().zip(b.into_iter().zip(c))) {
            *sum += weight * (a + b + c) / 3.0;
        }
        // Normals are to point towards the camera, where z is negative.
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

/// Reads pixels, and remembers what it read.
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
            self.fingerprint = (self.fingerprint ^ u64::from(level)).wrapping_mul(FNV_PRIME);
        }
        Some((linear_rgb(levels), levels))
    }
}

/// Adds a colour to a sum.
fn add(sum: &mut Rgb, color: Rgb) {
    sum.iter_mut().zip(color).for_each(|(sum, v)| *sum += v);
}

/// A sum over its number; black if nothing was summed up.
fn mean(sum: Rgb, n: f32) -> Rgb {
    sum.map(|v| v / n.max(1.0))
}

/// The middles of `n` equal parts of `from .. to`.
fn middles([from, to]: [f32; 2], n: usize) -> impl Iterator<Item = f32> + Clone {
    (0..n).map(move |i| from + (to - from) * (i as f32 + 0.5) / n as f32)
}

/// The mean light of each sector of what lies beside the head; `None` for a sector that is mostly
/// outside the frame.
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

/// The mean light of each cell of the frame, row by row.
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

/// The mean light of an iris's brightest points, and its median.
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
    // An eye outside the frame is black, as a patch there is.
    [mean(sum, n), colors.get(colors.len() / 2).copied().unwrap_or_default()]
}
