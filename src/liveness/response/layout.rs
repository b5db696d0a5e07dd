//! Where a face is measured: points on the mesh, gathered in patches of a few centimetres.
//!
//! The points lie evenly on the canonical face and are carried along by the triangles that they lie
//! in. Left out are the eyes' and the mouth's openings, and the triangles at the face's outline,
//! where hair and background show through.

// Why indexing can't fail: triangles name vertices of the canonical face (468), and cells are
// numbered below `CELLS`.
#![allow(clippy::indexing_slicing, reason = "indices come from the canonical face's own tables")]

use crate::geometry::{cross, minus};
use crate::mesh::{canonical_vertices_cm, outline, triangles};
use std::sync::LazyLock;

/// Columns of the grid that cuts the canonical face into patches. With rows and sides it was chosen
/// by hand: some forty patches, large enough for single pixels' noise to average out.
const COLUMNS: usize = 7;
/// Rows of that grid.
const ROWS: usize = 8;
/// Cells of that grid.
const CELLS: usize = COLUMNS * ROWS;
/// The sides of a cell, in centimetres of the canonical face.
const CELL_CM: f32 = 2.2;
/// One point stands for about this much of the face, in square centimetres. Chosen by hand.
const POINT_CM2: f32 = 0.25;
/// A patch of fewer points is left out: its mean would be noisy. Chosen by hand.
const LEAST_POINTS: usize = 8;

/// A point of the face, as weights of a triangle's corners.
pub(super) struct Site {
    /// The triangle's vertices, as numbers of the mesh's points.
    pub(super) corners: [u16; 3],
    /// The vertices' weights, with a sum of 1.
    pub(super) weights: [f32; 3],
    /// The number of the patch, below [`Layout::patches`].
    pub(super) patch: u16,
}

/// All points, and the triangles of each patch.
pub(super) struct Layout {
    /// Where light is read.
    pub(super) sites: Vec<Site>,
    /// Triangles with the number of their patch.
    pub(super) faces: Vec<([u16; 3], u16)>,
    /// How many patches there are.
    pub(super) patches: usize,
}

static LAYOUT: LazyLock<Layout> = LazyLock::new(Layout::new);

impl Layout {
    /// The one layout, made at its first use.
    pub(super) fn get() -> &'static Self {
        &LAYOUT
    }

    fn new() -> Self {
        let vertices = canonical_vertices_cm();
        let at = |i: u16| vertices[usize::from(i)];
        let on = |corner: &u16, line: &[usize]| line.contains(&usize::from(*corner));
        let openings = [&outline::RIGHT_EYE[..], &outline::LEFT_EYE, &outline::INNER_LIPS];
        let mut sites: Vec<(usize, Site)> = Vec::new();
        let mut faces = Vec::new();
        for corners in triangles() {
            let opening = openings.iter().any(|line| corners.iter().all(|i| on(i, line)));
            if opening || corners.iter().any(|i| on(i, &outline::FACE)) {
                continue;
            }
            let [a, b, c] = corners.map(at);
            let steps = (area(a, b, c) / POINT_CM2).sqrt().ceil().max(1.0) as usize;
            for weights in inner_points(steps) {
                let [x, y, _] = blend([a, b, c], weights);
                sites.push((cell(x, y), Site { corners: *corners, weights, patch: 0 }));
            }
            let [x, y, _] = blend([a, b, c], [1.0 / 3.0; 3]);
            faces.push((*corners, cell(x, y)));
        }
        let mut counts = [0usize; CELLS];
        for (cell, _) in &sites {
            counts[*cell] += 1;
        }
        // Cells with enough points become patches, numbered in order.
        let mut patches = 0u16;
        let numbers: [Option<u16>; CELLS] = counts.map(|n| {
            (n >= LEAST_POINTS).then(|| {
                patches += 1;
                patches - 1
            })
        });
        let number = |cell: usize| numbers[cell];
        Self {
            sites: sites.into_iter().filter_map(|(cell, site)| Some(Site { patch: number(cell)?, ..site })).collect(),
            faces: faces.into_iter().filter_map(|(corners, cell)| Some((corners, number(cell)?))).collect(),
            patches: usize::from(patches),
        }
    }
}

/// The cell that holds a place of the canonical face, whose middle is that of the grid; places
/// outside belong to the cell nearest to them.
fn cell(x: f32, y: f32) -> usize {
    let at = |v: f32, n: usize| ((v / CELL_CM + 0.5 * n as f32).max(0.0) as usize).min(n - 1);
    at(-y, ROWS) * COLUMNS + at(x, COLUMNS)
}

/// Centres of the triangles into which a triangle is cut by `steps` per side, as weights of its
/// corners.
fn inner_points(steps: usize) -> impl Iterator<Item = [f32; 3]> {
    let side = 1.0 / steps as f32;
    (0..steps).flat_map(move |i| {
        (0..steps - i).flat_map(move |j| {
            let upright = Some(weights((i as f32 + 1.0 / 3.0) * side, (j as f32 + 1.0 / 3.0) * side));
            let turned =
                (i + j + 1 < steps).then(|| weights((i as f32 + 2.0 / 3.0) * side, (j as f32 + 2.0 / 3.0) * side));
            upright.into_iter().chain(turned)
        })
    })
}

/// Weights of three corners, from those of the first two.
fn weights(a: f32, b: f32) -> [f32; 3] {
    [a, b, 1.0 - a - b]
}

/// The weighted mean of three points.
fn blend(points: [[f32; 3]; 3], weights: [f32; 3]) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for (point, weight) in points.iter().zip(weights) {
        sum.iter_mut().zip(point).for_each(|(sum, v)| *sum += weight * v);
    }
    sum
}

/// The area of a triangle.
fn area(a: [f32; 3], b: [f32; 3], c: [f32; 3]) -> f32 {
    let [x, y, z] = cross(minus(b, a), minus(c, a));
    0.5 * (x * x + y * y + z * z).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_cover_the_face_and_are_symmetric() {
        let layout = Layout::get();
        assert!((30..=CELLS).contains(&layout.patches), "{} patches", layout.patches);
        assert!((900..3000).contains(&layout.sites.len()), "{} points", layout.sites.len());
        let mut counts = vec![0; layout.patches];
        for site in &layout.sites {
            assert!((site.weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(site.weights.iter().all(|w| *w > 0.0));
            counts[usize::from(site.patch)] += 1;
        }
        assert!(counts.iter().all(|n| *n >= LEAST_POINTS), "{counts:?}");
        let vertices = canonical_vertices_cm();
        let x = |site: &Site| {
            let corners = site.corners.map(|i| vertices[usize::from(i)]);
            blend(corners, site.weights)[0]
        };
        let mean = layout.sites.iter().map(x).sum::<f32>() / layout.sites.len() as f32;
        assert!(mean.abs() < 0.1, "{mean}");
    }

    #[test]
    fn a_triangle_is_cut_evenly() {
        for steps in 1..6 {
            let points: Vec<_> = inner_points(steps).collect();
            assert_eq!(points.len(), steps * steps);
            let mean = blend([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [1.0 / 3.0; 3]);
            let sums = points.iter().fold([0.0; 3], |s, p| [s[0] + p[0], s[1] + p[1], s[2] + p[2]]);
            for (sum, mean) in sums.iter().zip(mean) {
                assert!((sum / points.len() as f32 - mean).abs() < 1e-5);
            }
        }
    }
}
