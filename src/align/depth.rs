//! How deep a head lies at every place about a face.

use crate::geometry::Point;
use crate::mesh::{Mesh, outline, triangles};

/// Nodes along each side of the square in which depths are known, and their pitch in centimetres:
/// 30 cm hold every template network's crop. Chosen by hand.
const NODES: usize = 41;
const PITCH_CM: f32 = 0.75;
/// The index of the middle node, where the face's middle lies.
const MIDDLE: f32 = 0.5 * (NODES - 1) as f32;
/// How much deeper than the face's outline a head is for each centimetre beside it, and at most, in
/// centimetres. Tuned on LFW's folds 1 to 5 re-rendered with the mean face's and the laboratory's
/// own depths at 25 cm: 0, 0.7 and 1.2 give an FNMR of 11.5, 9.4 and 9.9 % with the small network.
const FALL: f32 = 0.7;
const DEEPEST_CM: f32 = 4.0;

/// Depths behind the eyes in centimetres, at the nodes of a square about the face's middle.
#[derive(Debug, Clone)]
pub(super) struct DepthMap {
    center: Point,
    nodes_per_px: f32,
    nodes_cm: [[f32; NODES]; NODES],
}

impl DepthMap {
    /// The depths of `portrait`, whose points are pixels and centimetres behind the eyes: inside
    /// the face the nearest of its triangles', and beside it those of a head that falls off.
    pub(super) fn new(portrait: &Mesh, center: Point, px_per_cm: f32) -> Self {
        let mut map = Self { center, nodes_per_px: 1.0 / (px_per_cm * PITCH_CM), nodes_cm: [[f32::NAN; NODES]; NODES] };
        let vertex = |i: usize| portrait.points().get(i).map(|point| map.node(*point));
        let faces = triangles()
            .iter()
            .filter_map(|[a, b, c]| Some([vertex((*a).into())?, vertex((*b).into())?, vertex((*c).into())?]));
        let mut nodes_cm = map.nodes_cm;
        faces.for_each(|corners| draw(corners, &mut nodes_cm));
        // The mesh has every point of its outline.
        let edge = outline::FACE.map(|i| vertex(i).unwrap_or_default());
        fall_off(&edge, &mut nodes_cm);
        map.nodes_cm = nodes_cm;
        map
    }

    /// The place of a point among the nodes, with its depth.
    fn node(&self, [x, y, depth]: [f32; 3]) -> [f32; 3] {
        let at = |v: f32, center: f32| (v - center) * self.nodes_per_px + MIDDLE;
        [at(x, self.center.x), at(y, self.center.y), depth]
    }

    /// The depth at `p`, bilinear between nodes; outside the square that of its edge.
    pub(super) fn at(&self, p: Point) -> f32 {
        let [x, y, _] = self.node([p.x, p.y, 0.0]);
        let ((column, right), (row, below)) = (place(x), place(y));
        let along = |nodes: &[f32; NODES]| {
            let [a, b] = pair(nodes, column);
            a + right * (b - a)
        };
        let [upper, lower] = pair(&self.nodes_cm, row);
        let (upper, lower) = (along(&upper), along(&lower));
        upper + below * (lower - upper)
    }
}

/// The node before a place, and the share of the one behind it.
fn place(v: f32) -> (usize, f32) {
    // NaN, which no crop has, would become the first node.
    let v = v.clamp(0.0, (NODES - 1) as f32);
    let node = (v as usize).min(NODES - 2);
    (node, v - node as f32)
}

/// The values of two nodes side by side.
fn pair<T: Copy>(nodes: &[T; NODES], first: usize) -> [T; 2] {
    #[allow(clippy::indexing_slicing, reason = "`place` gives a node with one behind it")]
    [nodes[first], nodes[first + 1]]
}

/// Draws a triangle: each node inside gets its depth, unless it has a nearer one.
fn draw([[ax, ay, az], [bx, by, bz], [cx, cy, cz]]: [[f32; 3]; 3], nodes_cm: &mut [[f32; NODES]; NODES]) {
    let area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    // Seen from its edge it covers no node.
    if area.abs() < 1e-6 {
        return;
    }
    // Casts from float to integer saturate.
    let range = |a: f32, b: f32, c: f32| (a.min(b).min(c).ceil() as usize, a.max(b).max(c).floor() as usize);
    let ((left, right), (top, bottom)) = (range(ax, bx, cx), range(ay, by, cy));
    for (y, row) in nodes_cm.iter_mut().enumerate().take(bottom.saturating_add(1)).skip(top) {
        for (x, depth) in row.iter_mut().enumerate().take(right.saturating_add(1)).skip(left) {
            let (x, y) = (x as f32, y as f32);
            let b = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
            let c = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
            if b >= 0.0 && c >= 0.0 && b + c <= 1.0 {
                // The minimum of NaN and a number is the number.
                *depth = depth.min(az + b * (bz - az) + c * (cz - az));
            }
        }
    }
}

/// Gives the nodes beside the face the depth of the outline's nearest point and what a head falls
/// off from there.
fn fall_off(edge: &[[f32; 3]; outline::FACE.len()], nodes_cm: &mut [[f32; NODES]; NODES]) {
    for (y, row) in nodes_cm.iter_mut().enumerate() {
        for (x, depth) in row.iter_mut().enumerate().filter(|(_, depth)| depth.is_nan()) {
            let (x, y) = (x as f32, y as f32);
            let square = |[ex, ey, z]: &[f32; 3]| ((ex - x).powi(2) + (ey - y).powi(2), *z);
            let nearer = |a: (f32, f32), b: (f32, f32)| if b.0 < a.0 { b } else { a };
            let (square, outline_cm) = edge.iter().map(square).fold((f32::MAX, 0.0), nearer);
            *depth = outline_cm + (FALL * PITCH_CM * square.sqrt()).min(DEEPEST_CM);
        }
    }
}
