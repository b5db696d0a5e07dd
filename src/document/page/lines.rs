//! Long straight edges of a picture: candidates for a page's sides.
//!
//! Method: the Hough transform of R. Duda and P. Hart (1972) with votes near the gradient's
//! direction only (D. Ballard, 1981), and a fit to the edge pixels of each line. Text, portraits
//! and tables have straight edges, too: what is a side, the next stage decides (`super::quad`),
//! from how much of it can be seen.

use super::picture::Picture;
use crate::geometry::Point;
use std::f32::consts::PI;

// Where nothing else is said, the numbers below were tuned on synthetic pages: those that
// `tests/suite/page` draws from seeds below 100,000.

/// Steps of the angle over half a turn, 1.5° each.
const ANGLES: usize = 120;
/// One step of the angle, in radians.
const ANGLE_STEP: f32 = PI / ANGLES as f32;
/// An edge pixel votes for lines whose normal is within this many steps of its gradient: 6°.
const VOTED_STEPS: usize = 4;
/// Width of a vote's offset, in pixels.
const OFFSET_STEP_PX: f32 = 1.5;
/// An edge pixel has as many votes as its gradient has levels, up to this: the grain of wood is
/// long and faint, a page's sides are short and strong.
const MOST_VOTES: f32 = 24.0;
/// Votes of a line at least.
const LEAST_VOTES: u32 = 90;
/// A line's neighbourhood that holds no second one, in steps: 4.5° and 6 px.
const APART: (usize, usize) = (3, 4);
/// Lines kept, the ones with most votes. The search for outlines grows with the fourth power.
const KEPT_LINES: usize = 44;
/// Gradients below are no edges, in levels of 255 per pixel.
const LEAST_GRADIENT: f32 = 3.0;
/// Where more of a picture than this has steeper gradients than [`LEAST_GRADIENT`], the steepest
/// count.
const EDGE_SHARE: f32 = 0.14;
/// Distance from a line within which edge pixels belong to it, in pixels.
const NEAR_PX: f32 = 1.8;
/// Difference in direction within which edge pixels belong to a line, in radians: 12°.
const NEAR_ANGLE: f32 = 12.0 * PI / 180.0;
/// Along a line, edges are recorded in stretches of this length.
const STRETCH_PX: f32 = 2.0;

/// A pixel at which brightness or colour changes most along its gradient.
struct Edge {
    at: Point,
    /// Direction of the gradient, 0 .. π: up or down is the same.
    angle: f32,
    /// How much it counts, by the strength of its gradient: up to [`MOST_VOTES`].
    votes: u32,
}

/// A straight line with the stretches of it that show an edge.
pub(super) struct Line {
    /// Unit normal: the line is n · p = offset.
    normal: Point,
    offset: f32,
    /// Edge stretches before each stretch, from `-reach` on; one more than there are stretches.
    /// Empty until [`Self::mark`] has run.
    seen: Vec<u32>,
    /// The picture's diagonal: no point of it is further from the origin.
    reach: f32,
}

/// The scalar product of two vectors.
fn dot(a: Point, b: Point) -> f32 {
    a.x * b.x + a.y * b.y
}

/// The angle between two directions without sense, 0 ..= π/2.
fn unsigned_angle(a: f32, b: f32) -> f32 {
    let turn = (a - b).rem_euclid(PI);
    turn.min(PI - turn)
}

impl Line {
    /// A line of which nothing has been seen yet.
    fn new(normal: Point, offset: f32, reach: f32) -> Self {
        Self { normal, offset, seen: Vec::new(), reach }
    }

    /// Unit vector along the line.
    fn direction(&self) -> Point {
        Point::new(-self.normal.y, self.normal.x)
    }

    /// The angle of the normal, in radians.
    fn angle(&self) -> f32 {
        self.normal.y.atan2(self.normal.x)
    }

    /// How far `p` is from the line, in pixels.
    pub(super) fn distance(&self, p: Point) -> f32 {
        (dot(self.normal, p) - self.offset).abs()
    }

    /// The point of the line that is nearest to `p`.
    pub(super) fn nearest(&self, p: Point) -> Point {
        let by = dot(self.normal, p) - self.offset;
        Point::new(p.x - by * self.normal.x, p.y - by * self.normal.y)
    }

    /// The angle to another line, 0 ..= 90°.
    pub(super) fn angle_to_deg(&self, other: &Self) -> f32 {
        unsigned_angle(self.angle(), other.angle()).to_degrees()
    }

    /// Where two lines cross; `None` if they are parallel.
    pub(super) fn crossing(&self, other: &Self) -> Option<Point> {
        let (n, m) = (self.normal, other.normal);
        let area = n.x * m.y - n.y * m.x;
        let p = Point::new(
            (self.offset * m.y - other.offset * n.y) / area,
            (n.x * other.offset - m.x * self.offset) / area,
        );
        Some(p).filter(|p| area.abs() > 1e-3 && p.is_finite())
    }

    /// The share of the line between two of its points that shows an edge, 0 ..= 1.
    pub(super) fn support(&self, from: Point, to: Point) -> f32 {
        let stretch = |p: Point| {
            let at = (dot(self.direction(), p) + self.reach) / STRETCH_PX;
            (at.round().max(0.0) as usize).min(self.seen.len().saturating_sub(1))
        };
        let (a, b) = (stretch(from), stretch(to));
        let (a, b) = (a.min(b), a.max(b));
        if a == b {
            return 0.0;
        }
        // `mark` has counted up to both: they were held against the length above.
        let (Some(before), Some(by_then)) = (self.seen.get(a), self.seen.get(b)) else {
            debug_assert!(false, "stretches {a} and {b} of {}", self.seen.len());
            return 0.0;
        };
        (by_then - before) as f32 / (b - a) as f32
    }

    /// Whether an edge pixel belongs to the line: within `px` of it, and of its direction.
    fn is_near(&self, edge: &Edge, px: f32) -> bool {
        self.distance(edge.at) < px && unsigned_angle(edge.angle, self.angle()) < NEAR_ANGLE
    }

    /// The line that fits its near edge pixels best (total least squares).
    fn fitted(&self, edges: &[Edge]) -> Option<Self> {
        let near: Vec<Point> = edges.iter().filter(|e| self.is_near(e, 1.5 * NEAR_PX)).map(|e| e.at).collect();
        let mean = Point::mean(&near)?;
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for p in &near {
            let (x, y) = (p.x - mean.x, p.y - mean.y);
            (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
        }
        // The axis of the largest spread, and the normal on it.
        let along = 0.5 * (2.0 * xy).atan2(xx - yy);
        let normal = Point::new(-along.sin(), along.cos());
        Some(Self::new(normal, dot(normal, mean), self.reach))
    }

    /// Records which stretches show an edge.
    fn mark(&mut self, edges: &[Edge]) {
        let mut seen = vec![0u32; (2.0 * self.reach / STRETCH_PX) as usize + 2];
        let direction = self.direction();
        for edge in edges.iter().filter(|e| self.is_near(e, NEAR_PX)) {
            // No edge pixel is further from the origin than the picture's diagonal.
            let stretch = (dot(direction, edge.at) + self.reach) / STRETCH_PX;
            let flag = seen.get_mut(stretch.max(0.0) as usize);
            debug_assert!(flag.is_some(), "an edge beyond the picture's diagonal");
            if let Some(flag) = flag {
                *flag = 1;
            }
        }
        // From flags to the number of flags before each.
        let mut before = 0;
        for entry in &mut seen {
            before += std::mem::replace(entry, before);
        }
        self.seen = seen;
    }
}

/// Finds the straight edges of `picture`, the longest first.
pub(super) fn lines(picture: &Picture) -> Vec<Line> {
    let edges = edges(picture);
    let reach = (picture.width() as f32).hypot(picture.height() as f32);
    let offsets = (2.0 * reach / OFFSET_STEP_PX) as usize + 1;
    let mut votes = vec![0u32; ANGLES * offsets];
    let normals: [Point; ANGLES] = std::array::from_fn(normal);
    for edge in &edges {
        let middle = (edge.angle / ANGLE_STEP) as usize + ANGLES;
        for k in (middle - VOTED_STEPS)..=(middle + VOTED_STEPS) {
            let k = k % ANGLES;
            #[allow(clippy::indexing_slicing, reason = "k is a remainder of the array's length")]
            let bin = (dot(normals[k], edge.at) + reach) / OFFSET_STEP_PX;
            let count = votes.get_mut(k * offsets + bin as usize);
            debug_assert!(count.is_some(), "an edge beyond the picture's diagonal");
            if let Some(count) = count {
                *count += edge.votes;
            }
        }
    }
    let mut peaks: Vec<(u32, usize)> =
        votes.iter().enumerate().filter(|(_, n)| **n >= LEAST_VOTES).map(|(i, n)| (*n, i)).collect();
    peaks.sort_unstable_by(|a, b| b.cmp(a));
    // The strongest first; what lies beside one that was taken is the same edge again.
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (_, bin) in peaks {
        let (angle, offset) = (bin / offsets, bin % offsets);
        let beside = |(a, o): &(usize, usize)| {
            let steps = angle.abs_diff(*a);
            // Half a turn on, the same line has the opposite normal.
            let (steps, other) = if steps > ANGLES / 2 { (ANGLES - steps, offsets - 1 - *o) } else { (steps, *o) };
            steps <= APART.0 && offset.abs_diff(other) <= APART.1
        };
        if !taken.iter().any(beside) {
            taken.push((angle, offset));
            if taken.len() == KEPT_LINES {
                break;
            }
        }
    }
    let rough = |(angle, offset): (usize, usize)| {
        Line::new(normal(angle), (offset as f32 + 0.5) * OFFSET_STEP_PX - reach, reach)
    };
    taken
        .into_iter()
        .map(rough)
        .filter_map(|line| {
            // The second fit sees the pixels near the first one's line, not those near the bin's.
            let mut line = line.fitted(&edges)?.fitted(&edges)?;
            line.mark(&edges);
            Some(line)
        })
        .collect()
}

/// The unit normal of step `k` of the angle.
fn normal(k: usize) -> Point {
    let (sin, cos) = ((k as f32 + 0.5) * ANGLE_STEP).sin_cos();
    Point::new(cos, sin)
}

/// The edge pixels of `picture`: gradients of the strongest channel (Sobel's kernels, in levels per
/// pixel), thinned across the edge.
#[allow(clippy::indexing_slicing, reason = "channels are three, and x and y stay one pixel off the border")]
fn edges(picture: &Picture) -> Vec<Edge> {
    let (width, height) = (picture.width(), picture.height());
    let mut gradients = vec![[0.0f32; 2]; width * height];
    let rows = || picture.rows();
    let inner = gradients.chunks_exact_mut(width.max(1)).skip(1);
    for (out, ((above, row), below)) in inner.zip(rows().zip(rows().skip(1)).zip(rows().skip(2))) {
        let windows = above.windows(3).zip(row.windows(3)).zip(below.windows(3));
        for (out, ((a, r), b)) in out.iter_mut().skip(1).zip(windows) {
            // Windows of three hold three.
            let ([a0, a1, a2], [r0, _, r2], [b0, b1, b2]) = (a, r, b) else { continue };
            let mut best = 0.0;
            for c in 0..3 {
                let at = |pixel: &[f32; 3]| pixel[c];
                let x = (at(a2) + 2.0 * at(r2) + at(b2) - at(a0) - 2.0 * at(r0) - at(b0)) / 8.0;
                let y = (at(b0) + 2.0 * at(b1) + at(b2) - at(a0) - 2.0 * at(a1) - at(a2)) / 8.0;
                if x * x + y * y > best {
                    best = x * x + y * y;
                    *out = [x, y];
                }
            }
        }
    }
    let strength: Vec<f32> = gradients.iter().map(|[x, y]| x.hypot(*y)).collect();
    let least = threshold(&strength);
    let at = |x: usize, y: usize| strength[y * width + x];
    let mut edges = Vec::new();
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let here = at(x, y);
            if here < least {
                continue;
            }
            let [gx, gy] = gradients[y * width + x];
            // Along the gradient, to the nearest of four directions: only the crest of an edge
            // counts.
            let (before, behind) = if gx.abs() > 2.0 * gy.abs() {
                (at(x - 1, y), at(x + 1, y))
            } else if gy.abs() > 2.0 * gx.abs() {
                (at(x, y - 1), at(x, y + 1))
            } else if (gx > 0.0) == (gy > 0.0) {
                (at(x - 1, y - 1), at(x + 1, y + 1))
            } else {
                (at(x + 1, y - 1), at(x - 1, y + 1))
            };
            if here > before && here >= behind {
                let angle = gy.atan2(gx).rem_euclid(PI);
                let votes = here.min(MOST_VOTES) as u32;
                edges.push(Edge { at: Point::new(x as f32 + 0.5, y as f32 + 0.5), angle, votes });
            }
        }
    }
    edges
}

/// The gradient from which on a pixel is an edge.
fn threshold(strength: &[f32]) -> f32 {
    let mut sorted = strength.to_vec();
    let rank = ((1.0 - EDGE_SHARE) * sorted.len() as f32) as usize;
    if rank >= sorted.len() {
        return LEAST_GRADIENT;
    }
    let (_, value, _) = sorted.select_nth_unstable_by(rank, f32::total_cmp);
    value.max(LEAST_GRADIENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bright rectangle on dark ground, 40 ..= 160 by 30 ..= 110 of 200 × 150.
    fn rectangle() -> Picture {
        let inside = |x: usize, y: usize| (40..160).contains(&x) && (30..110).contains(&y);
        let pixels = (0..150).flat_map(|y| (0..200).map(move |x| if inside(x, y) { [220.0; 3] } else { [40.0; 3] }));
        Picture::new(200, pixels.collect())
    }

    #[test]
    fn the_sides_of_a_rectangle_are_its_lines() {
        let lines = lines(&rectangle());
        for side in [(40.0, 70.0), (160.0, 70.0), (100.0, 30.0), (100.0, 110.0)] {
            let middle = Point::new(side.0, side.1);
            assert!(lines.iter().any(|l| l.distance(middle) < 0.6), "{side:?}");
        }
        let top = lines.iter().find(|l| l.distance(Point::new(100.0, 30.0)) < 0.6).unwrap();
        let left = lines.iter().find(|l| l.distance(Point::new(40.0, 70.0)) < 0.6).unwrap();
        assert!(top.crossing(left).unwrap().distance(Point::new(40.0, 30.0)) < 1.0);
        assert!((top.angle_to_deg(left) - 90.0).abs() < 1.0);
        let seen = |from, to| top.support(Point::new(from, 30.0), Point::new(to, 30.0));
        assert!(seen(44.0, 156.0) > 0.95 && seen(164.0, 196.0) < 0.1);
        assert!((seen(100.0, 220.0) - 0.5).abs() < 0.05, "half of it");
    }

    #[test]
    fn flat_pictures_have_none() {
        assert!(lines(&Picture::new(60, vec![[90.0; 3]; 60 * 40])).is_empty());
        assert!(lines(&Picture::new(1, vec![[90.0; 3]; 1])).is_empty());
        assert!(lines(&Picture::new(0, Vec::new())).is_empty());
    }
}
