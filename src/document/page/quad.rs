//! The page's outline among a picture's lines: four that enclose a rectangle of a page's proportions, seen in perspective, and
//! of which most can be seen.

use super::homography::Homography;
use super::lines::Line;
use crate::geometry::Point;

/// Width over height of a passport's data page (TD3, 125 × 88 mm; nearly that of TD2) and of a card (ID-1, 85.6 × 53.98 mm):
/// ICAO Doc 9303 parts 4 to 6, ISO/IEC 7810.
const ASPECTS: [f32; 2] = [125.0 / 88.0, 85.6 / 53.98];
/// How far a page's measured proportions may be from these: the focal length is assumed, edges are off by a pixel.
const ASPECT_TOLERANCE: f32 = 0.08;
/// So near to one of them it is that one.
const ASPECT_CERTAIN: f32 = 0.035;
/// Focal length over the picture's longer side: phones' main cameras have 0.67 to 0.8 (24 to 28 mm on 36 mm), cropped pictures
/// and longer lenses more. The proportions depend on it only in the second order of the tilt.
const FOCAL: f32 = 0.85;
/// Sides meet at right angles in space within this cosine.
const SQUARENESS: f64 = 0.22;
/// A page takes at least this share of the picture.
const LEAST_AREA: f32 = 0.05;
/// Of each side, and of all four on average, this share has to show an edge: fingers, glare and a ground of the page's own
/// colour hide the rest. Tuned on synthetic pages.
const LEAST_SIDE: f32 = 0.35;
const LEAST_MEAN: f32 = 0.62;
/// How far beyond a corner a side is looked at, as a share of its length. A line of text or of the page's machine-readable
/// zone can pass for a side; then the sides across go on beyond it.
const BEYOND: f32 = 0.07;
/// What such going on costs, against the sides' mean.
const BEYOND_WEIGHT: f32 = 0.4;
/// Outlines kept: a page's own variants, with the lines beside its edges, must not crowd out a second page.
const KEPT: usize = 40;
/// Outlines whose corners are all nearer than this share of their longer side are one.
const SAME: f32 = 0.02;

/// An outline that may be a page's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quad {
    /// Corners in the picture, clockwise on the screen; the first two span a longer side.
    pub(super) corners: [Point; 4],
    /// Width over height in space, over 1.
    pub(super) aspect: f32,
    /// How well its sides can be seen, about 0 ..= 1.
    pub(super) score: f32,
}

impl Quad {
    /// The same page the other way up.
    pub(super) fn upside_down(&self) -> Self {
        let [a, b, c, d] = self.corners;
        Self { corners: [c, d, a, b], ..*self }
    }

    /// Whether `p` lies inside.
    pub(super) fn holds(&self, p: Point) -> bool {
        let [a, b, c, d] = self.corners;
        [(a, b), (b, c), (c, d), (d, a)].into_iter().all(|(from, to)| turn(from, to, p) >= 0.0)
    }

    pub(super) fn center(&self) -> Point {
        Point::mean(&self.corners).unwrap_or_default()
    }

    fn is_same(&self, other: &Self) -> bool {
        let [a, b, ..] = self.corners;
        let near = |other: &Self| {
            self.corners.iter().zip(&other.corners).all(|(p, q)| p.distance(*q) < SAME * a.distance(b))
        };
        near(other) || near(&other.upside_down())
    }
}

/// Positive if `p` lies to the right of the way from `from` to `to`, on a screen.
fn turn(from: Point, to: Point, p: Point) -> f32 {
    (to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x)
}

/// Outlines in a picture of `width` × `height` pixels, the best first.
pub(super) fn quads(lines: &[Line], width: f32, height: f32) -> Vec<Quad> {
    let center = Point::new(0.5 * width, 0.5 * height);
    let least_side = 0.1 * width.max(height);
    let mut pairs = Vec::new();
    for (i, a) in lines.iter().enumerate() {
        for b in lines.iter().skip(i + 1) {
            // Their distance near the picture's centre is enough to drop doubled edges.
            if a.angle_to_deg(b) < 25.0 && b.distance(a.nearest(center)) > least_side {
                pairs.push((a, b));
            }
        }
    }
    let mut found: Vec<Quad> = Vec::new();
    for (i, across) in pairs.iter().enumerate() {
        for down in pairs.iter().skip(i + 1) {
            if across.0.angle_to_deg(down.0) > 55.0
                && let Some(quad) = outline(*across, *down, width, height)
            {
                found.push(quad);
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Quad> = Vec::new();
    for quad in found {
        if !kept.iter().any(|k| k.is_same(&quad)) {
            kept.push(quad);
            if kept.len() == KEPT {
                break;
            }
        }
    }
    kept
}

/// The outline that two pairs of lines enclose, if it is a page's.
fn outline(across: (&Line, &Line), down: (&Line, &Line), width: f32, height: f32) -> Option<Quad> {
    let ((top, bottom), (left, right)) = (across, down);
    let corners = [top.crossing(left)?, top.crossing(right)?, bottom.crossing(right)?, bottom.crossing(left)?];
    let slack = 2.0;
    let inside = |p: &Point| p.x > -slack && p.y > -slack && p.x < width + slack && p.y < height + slack;
    if !corners.iter().all(inside) {
        return None;
    }
    let mut sides = [top, right, bottom, left];
    let mut corners = corners;
    let [a, b, c, d] = corners;
    if turn(a, b, c) < 0.0 {
        corners = [b, a, d, c];
        sides = [top, left, bottom, right];
    }
    let [a, b, c, d] = corners;
    let turns = [turn(a, b, c), turn(b, c, d), turn(c, d, a), turn(d, a, b)];
    let area = 0.5 * (turn(a, b, c) + turn(c, d, a));
    if turns.iter().any(|t| *t <= 0.0) || area < LEAST_AREA * width * height {
        return None;
    }
    let mut corners = corners;
    let mut aspect = aspect(&corners, width, height)?;
    if aspect < 1.0 {
        corners.rotate_left(1);
        sides.rotate_left(1);
        aspect = 1.0 / aspect;
    }
    let aspect = ASPECTS
        .into_iter()
        .map(|known| ((aspect / known).ln().abs(), known))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(off, _)| *off < ASPECT_TOLERANCE)
        .map(|(off, known)| if off < ASPECT_CERTAIN { known } else { aspect })?;
    let score = visible(&sides, &corners)?;
    Some(Quad { corners, aspect, score })
}

/// How much of the sides can be seen, less what of them goes on beyond the corners. Side i joins corners i and i + 1.
fn visible(sides: &[&Line; 4], corners: &[Point; 4]) -> Option<f32> {
    let [a, b, c, d] = *corners;
    let mut mean = 0.0;
    let mut beyond = 0.0;
    for (side, (from, to)) in sides.iter().zip([(a, b), (b, c), (c, d), (d, a)]) {
        let support = side.support(from, to);
        if support < LEAST_SIDE {
            return None;
        }
        mean += 0.25 * support;
        let past = |from: Point, to: Point, by: f32| Point::new(to.x + by * (to.x - from.x), to.y + by * (to.y - from.y));
        // The first pixels past a corner belong to the edge across.
        for (from, to) in [(from, to), (to, from)] {
            beyond += 0.125 * side.support(past(from, to, 0.2 * BEYOND), past(from, to, BEYOND));
        }
    }
    (mean >= LEAST_MEAN).then_some(mean - BEYOND_WEIGHT * beyond)
}

/// Width over height in space of what `corners` show, the first two being the width: Z. Zhang and L. He, "Whiteboard scanning
/// and image enhancement" (2007), with the focal length assumed instead of solved for, which mild perspective cannot. `None` for
/// what no rectangle looks like.
fn aspect(corners: &[Point; 4], width: f32, height: f32) -> Option<f32> {
    let map = Homography::from_rectangle(1.0, 1.0, corners)?;
    let [x, y] = map.directions(FOCAL * width.max(height), Point::new(0.5 * width, 0.5 * height));
    let product = |a: [f64; 3], b: [f64; 3]| a.into_iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (xx, yy, xy) = (product(x, x), product(y, y), product(x, y));
    let cosine = xy / (xx * yy).sqrt();
    (cosine.abs() < SQUARENESS).then_some((xx / yy).sqrt() as f32)
}
