//! The page's outline among a picture's lines: four that enclose a rectangle of a page's
//! proportions, seen in perspective, and of which most can be seen.

use super::homography::Homography;
use super::lines::Line;
use crate::geometry::Point;

/// Width over height of a passport's data page (TD3, 125 × 88 mm; nearly that of TD2) and of a card
/// (ID-1, 85.6 × 53.98 mm): ICAO Doc 9303 parts 4 to 6, ISO/IEC 7810.
const ASPECTS: [f32; 2] = [125.0 / 88.0, 85.6 / 53.98];
/// How far a page's measured proportions may be from [`ASPECTS`], as a difference of logarithms:
/// the focal length is assumed, and edges are off by a pixel. Tuned on synthetic pages.
const ASPECT_TOLERANCE: f32 = 0.08;
/// How near to one of [`ASPECTS`] measured proportions are taken for exactly that one. Tuned on
/// synthetic pages.
const ASPECT_CERTAIN: f32 = 0.035;
/// Focal length over the picture's longer side: phones' main cameras have 0.67 to 0.8 (24 to 28 mm
/// on 36 mm), cropped pictures and longer lenses more. The proportions depend on it only in the
/// second order of the tilt.
const FOCAL: f32 = 0.85;
/// The cosine of the angle at which a page's sides meet in space, at most: 0 is a right angle.
/// Tuned on synthetic pages.
const SQUARENESS: f64 = 0.22;
/// The share of the picture that a page takes at least. Chosen by hand: a smaller one has no
/// portrait that could be compared.
const LEAST_AREA: f32 = 0.05;
/// The share of each side that has to show an edge: fingers, glare and a ground of the page's own
/// colour hide the rest. Tuned on synthetic pages.
const LEAST_SIDE: f32 = 0.35;
/// The share of the four sides on average that has to show an edge. Tuned on synthetic pages.
const LEAST_MEAN: f32 = 0.62;
/// How far beyond a corner a side is looked at, as a share of its length. A line of text or of the
/// page's machine-readable zone can pass for a side; then the sides across go on beyond it.
const BEYOND: f32 = 0.07;
/// What going on beyond the corners costs an outline, against the mean of its sides. Tuned on
/// synthetic pages.
const BEYOND_WEIGHT: f32 = 0.8;
/// The score that an outline has to have: of tiles and chequered cloth all sides go on. Tuned on
/// synthetic pages.
const LEAST_SCORE: f32 = 0.3;
/// Outlines that are kept: a page's own variants, with the lines beside its edges, must not crowd
/// out a second page.
const KEPT: usize = 40;
/// The share of the longer side within which the corners of two outlines lie that are one.
const SAME: f32 = 0.02;

/// Width of a straightened page, in pixels: that in which faces are looked for. The detector sees
/// it at half of that.
pub(super) const STRAIGHT_PX: u32 = 384;

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
    /// Height of the straightened page, in pixels, where its width is [`STRAIGHT_PX`].
    pub(super) fn straight_height_px(&self) -> f32 {
        (STRAIGHT_PX as f32 / self.aspect).round()
    }

    /// The outline of the same page the other way up.
    pub(super) fn upside_down(&self) -> Self {
        let [a, b, c, d] = self.corners;
        Self { corners: [c, d, a, b], ..*self }
    }

    /// Whether `p` lies inside the outline.
    pub(super) fn holds(&self, p: Point) -> bool {
        let [a, b, c, d] = self.corners;
        [(a, b), (b, c), (c, d), (d, a)].into_iter().all(|(from, to)| turn(from, to, p) >= 0.0)
    }

    /// The mean of the corners.
    pub(super) fn center(&self) -> Point {
        let (x, y) = self.corners.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
        Point::new(x / 4.0, y / 4.0)
    }

    /// Whether `other` is the same outline but for a pixel or two, whichever way up.
    fn is_same(&self, other: &Self) -> bool {
        let [a, b, ..] = self.corners;
        let near =
            |other: &Self| self.corners.iter().zip(&other.corners).all(|(p, q)| p.distance(*q) < SAME * a.distance(b));
        near(other) || near(&other.upside_down())
    }
}

/// Twice the area of the triangle of the three points: positive if `p` lies to the right of the way
/// from `from` to `to`, on a screen.
fn turn(from: Point, to: Point, p: Point) -> f32 {
    (to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x)
}

/// Finds the outlines in a picture of `width` × `height` pixels, the best first.
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
    // Two pairs of nearly parallel lines that cross each other enclose an outline.
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
    // The whole page has to be in the picture, but for the fit's error of a pixel or two.
    let slack = 2.0;
    let inside = |p: &Point| p.x > -slack && p.y > -slack && p.x < width + slack && p.y < height + slack;
    if !corners.iter().all(inside) {
        return None;
    }
    // Clockwise on the screen, whichever way the lines were paired.
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
    // The longer side first.
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

/// How much of the sides can be seen, less what of them goes on beyond the corners. Side i joins
/// corners i and i + 1.
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
        let past =
            |from: Point, to: Point, by: f32| Point::new(to.x + by * (to.x - from.x), to.y + by * (to.y - from.y));
        // The first pixels past a corner belong to the edge across.
        for (from, to) in [(from, to), (to, from)] {
            beyond += 0.125 * side.support(past(from, to, 0.2 * BEYOND), past(from, to, BEYOND));
        }
    }
    let score = mean - BEYOND_WEIGHT * beyond;
    (mean >= LEAST_MEAN && score >= LEAST_SCORE).then_some(score)
}

/// Width over height in space of what `corners` show, the first two being the width: Z. Zhang and
/// L. He, "Whiteboard scanning and image enhancement" (2007), with the focal length assumed instead
/// of solved for, which mild perspective cannot. `None` for what no rectangle looks like.
fn aspect(corners: &[Point; 4], width: f32, height: f32) -> Option<f32> {
    let map = Homography::from_rectangle(1.0, 1.0, corners)?;
    let [x, y] = map.directions(FOCAL * width.max(height), Point::new(0.5 * width, 0.5 * height));
    let product = |a: [f64; 3], b: [f64; 3]| a.into_iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (xx, yy, xy) = (product(x, x), product(y, y), product(x, y));
    let cosine = xy / (xx * yy).sqrt();
    (cosine.abs() < SQUARENESS).then_some((xx / yy).sqrt() as f32)
}

#[cfg(test)]
mod tests {
    use super::super::lines::lines;
    use super::super::picture::Picture;
    use super::*;

    /// A camera's view of a sheet of `size` turned by 20° and tilted by 25° about an axis that lies
    /// diagonally in it.
    fn seen(size: [f64; 2]) -> [Point; 4] {
        let (axis, (s, c)) = (std::f64::consts::FRAC_1_SQRT_2, 25f64.to_radians().sin_cos());
        let (sr, cr) = 20f64.to_radians().sin_cos();
        [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(u, v)| {
            let (x, y) = (cr * u * size[0] - sr * v * size[1], sr * u * size[0] + cr * v * size[1]);
            let along = axis * (x + y);
            let across = axis * (y - x);
            let (across, depth) = (across * c, 220.0 + across * s);
            let (x, y) = (axis * (along - across), axis * (along + across));
            let scale = 0.85 * 512.0 / depth;
            Point::new((256.0 + scale * x) as f32, (192.0 + scale * y) as f32)
        })
    }

    /// The sheet in a picture of 512 × 384 pixels, smooth as a camera's, if `text` with a dark bar
    /// along its lower edge.
    fn picture(corners: &[Point; 4], text: bool) -> Picture {
        let quad = Quad { corners: *corners, aspect: 1.0, score: 0.0 };
        let [a, b, c, d] = *corners;
        let bar = |p: Point, q: Point| Point::new(p.x + 0.8 * (q.x - p.x), p.y + 0.8 * (q.y - p.y));
        let (e, f) = (bar(a, d), bar(b, c));
        let value = |p: Point| {
            if !quad.holds(p) {
                60.0
            } else if text && turn(e, f, p).abs() < 900.0 {
                90.0
            } else {
                210.0
            }
        };
        // The mean over a window of two pixels.
        let color = |x: usize, y: usize| {
            let at = |i: usize| 0.25 * (i as f32 + 0.5) - 0.5;
            let places = (0..64).map(|i| Point::new(x as f32 + at(i % 8), y as f32 + at(i / 8)));
            [places.map(value).sum::<f32>() / 64.0; 3]
        };
        Picture::new(512, (0..384).flat_map(|y| (0..512).map(move |x| (x, y))).map(|(x, y)| color(x, y)).collect())
    }

    #[test]
    fn a_page_in_perspective_has_its_outline_and_its_proportions() {
        for (size, known) in [([125.0, 88.0], ASPECTS[0]), ([85.6 * 1.5, 53.98 * 1.5], ASPECTS[1])] {
            let corners = seen(size);
            let measured = aspect(&corners, 512.0, 384.0).unwrap();
            assert!((measured / known - 1.0).abs() < 0.01, "{measured} for {known}");
            let quads = quads(&lines(&picture(&corners, true)), 512.0, 384.0);
            let best = quads.first().unwrap();
            assert!((best.aspect / known - 1.0).abs() < 0.04, "{best:?} {corners:?}");
            let off = |quad: &Quad| quad.corners.iter().zip(&corners).map(|(p, q)| p.distance(*q)).fold(0.0, f32::max);
            assert!(off(best).min(off(&best.upside_down())) < 2.0, "{best:?} {corners:?}");
        }
    }

    #[test]
    fn what_has_other_proportions_is_no_page() {
        for size in [[100.0, 100.0], [120.0, 60.0], [60.0, 60.0 * 0.78]] {
            let corners = seen(size);
            assert!(quads(&lines(&picture(&corners, false)), 512.0, 384.0).is_empty(), "{size:?}");
        }
        assert!(quads(&[], 512.0, 384.0).is_empty());
    }

    #[test]
    fn corners_are_clockwise_and_hold_the_center() {
        let quad = Quad { corners: seen([125.0, 88.0]), aspect: 1.42, score: 1.0 };
        assert!(quad.holds(quad.center()) && quad.upside_down().holds(quad.center()));
        assert!(!quad.holds(Point::new(1.0, 1.0)) && !quad.holds(Point::new(f32::NAN, 1.0)));
        assert!(quad.is_same(&quad.upside_down()));
    }
}
