//! A second document whose outline was not found: a face as large as the portrait, beside the page,
//! with a page's ground and print beside it.
//!
//! Documents in one photograph lie on one ground and are about as large, so the page's own
//! perspective straightens the other, too. A picture of somebody has neither paper nor print beside
//! its face.

use super::cover::median;
use super::cut::Found;
use super::homography::Homography;
use super::picture::Picture;
use super::print::share;
use super::quad::STRAIGHT_PX;
use crate::detect::{DetectOptions, Detection, Detector};
use crate::error::Result;
use crate::geometry::Point;
use crate::image::Photo;
use std::ops::RangeInclusive;

/// Side of a view in which faces are looked for, in pixels: the bundled detector's input.
const VIEW_PX: u32 = 192;
/// Width of the portrait's face in such a view, in pixels: a size that the detector hardly misses.
const FACE_PX: f32 = 45.0;
/// From one view to the next, in shares of a view: a face whose middle is in the part between is
/// whole in one of both.
const STEP: f32 = 0.7;
/// Views across and down at most: what bounds the search. Chosen by hand, enough for a page of a
/// third of the picture's width.
const MOST_VIEWS: usize = 5;
/// How wide another portrait's box may be beside the first one's, in widths of that: the detector's
/// boxes are off by a quarter, and documents lie nearer or further.
const WIDTH: RangeInclusive<f32> = 0.6..=1.67;
/// Where paper and print are looked for, right of a portrait's face: from here to there in widths
/// of its box, across, and down from the middle. By ICAO Doc 9303 a TD3 portrait ends 0.73 widths
/// from the face's middle, and its page 2.8.
const BESIDE: [RangeInclusive<f32>; 2] = [0.9..=2.3, -0.8..=0.9];
/// The share of that which must be within the photograph, and beside the page: else nothing can be
/// said.
const LEAST_SEEN: f32 = 0.8;
/// How far the ground beside another portrait is from that beside the first, in levels of the
/// channel that differs most: light falls off, and paper has shades. Chosen on drawn pages.
const SAME_PAPER: f32 = 60.0;

/// The share of print beside another portrait: more than a whole page has at the least, since it is
/// looked for where print is. Chosen on drawn pages (seeds from 50,000): pictures of people on a
/// ground as light as paper have 0.008 at most, the darker grain of wood 0.02.
const LEAST_PRINT_BESIDE: f32 = 0.02;

/// Faces that are looked at, as often as views show them: of one person it is eight at most. A
/// photograph with more is refused. Chosen by hand, to bound the work.
const MOST_LOOKS: usize = 64;

/// Whether another document's portrait lies beside the page of `found`.
pub(super) fn is_beside(small: &Picture, found: &Found, detector: &Detector) -> Result<bool> {
    let (width, height) = (STRAIGHT_PX as f32, found.quad.straight_height_px());
    let Some(map) = Homography::from_rectangle(width, height, &found.quad.corners) else { return Ok(false) };
    let face = found.face.rect;
    let inside = |p: Point| {
        let p = map.apply(p);
        (0.0..small.width() as f32).contains(&p.x) && (0.0..small.height() as f32).contains(&p.y)
    };
    // What the photograph shows beside the page.
    let asked = |p: Point| inside(p) && !on_page(p, width, height);
    let Some(own) = beside(small, &map, &inside, face.center(), face.width(), Point::new(1.0, 0.0))? else {
        return Ok(false);
    };
    let own = median(&own);
    let side = face.width() * VIEW_PX as f32 / FACE_PX;
    let mut looks = 0;
    for (row, column) in (0..MOST_VIEWS).flat_map(|row| (0..MOST_VIEWS).map(move |column| (row, column))) {
        let away = |index: usize| (index as f32 - 0.5 * (MOST_VIEWS - 1) as f32) * STEP * side;
        let center = Point::new(0.5 * width + away(column), 0.5 * height + away(row));
        let at = |x: f32, y: f32| Point::new(center.x + x * side, center.y + y * side);
        // A view that the page fills, or that lies beyond the photograph, is not looked at.
        let grid = || (-2..=2).flat_map(|y| (-2..=2).map(move |x| (0.2 * x as f32, 0.2 * y as f32)));
        if !grid().any(|(x, y)| asked(at(x, y))) {
            continue;
        }
        // The detector sees faces upside down as well as upright.
        for axis in [Point::new(1.0, 0.0), Point::new(0.0, 1.0)] {
            let place = |p: Point| {
                let (x, y) = (p.x / VIEW_PX as f32 - 0.5, p.y / VIEW_PX as f32 - 0.5);
                at(x * axis.x - y * axis.y, x * axis.y + y * axis.x)
            };
            let view = small.view(VIEW_PX, VIEW_PX, |p| map.apply(place(p)))?;
            for other in detector.detect(&view.frame(), &DetectOptions::upright())? {
                let center = place(other.rect.center());
                let width_px = other.rect.width() * side / VIEW_PX as f32;
                if !asked(center) || !WIDTH.contains(&(width_px / face.width())) {
                    continue;
                }
                looks += 1;
                if looks > MOST_LOOKS
                    || is_document(small, &map, &asked, (center, width_px, right_of(&other, axis)), own)?
                {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Whether `p` lies on the page, or so near that it may be.
fn on_page(p: Point, width: f32, height: f32) -> bool {
    let margin = 0.05 * width;
    (-margin..width + margin).contains(&p.x) && (-margin..height + margin).contains(&p.y)
}

/// The direction from the middle of `face` to its right, as it lies on the page's plane; `axis` is
/// that of the view's right.
fn right_of(face: &Detection, axis: Point) -> Point {
    let (sin, cos) = face.roll_deg().to_radians().sin_cos();
    Point::new(cos * axis.x - sin * axis.y, cos * axis.y + sin * axis.x)
}

/// Whether paper like `own` and print lie at the right of a face, whichever way up it is.
fn is_document(
    small: &Picture,
    map: &Homography,
    asked: &impl Fn(Point) -> bool,
    (center, width, right): (Point, f32, Point),
    own: [f32; 3],
) -> Result<bool> {
    for right in [right, Point::new(-right.x, -right.y)] {
        let Some(view) = beside(small, map, asked, center, width, right)? else { continue };
        let off = median(&view).iter().zip(own).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        if off <= SAME_PAPER && share(&view, 0.0) >= LEAST_PRINT_BESIDE {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What lies [`BESIDE`] a face of this middle and width on the page's plane; `None` unless nearly
/// all of it is `seen`.
fn beside(
    small: &Picture,
    map: &Homography,
    seen: &impl Fn(Point) -> bool,
    center: Point,
    width: f32,
    right: Point,
) -> Result<Option<Photo>> {
    let [across, down] = BESIDE;
    let place = |x: f32, y: f32| {
        let (x, y) = (width * (across.start() + x), width * (down.start() + y));
        Point::new(center.x + x * right.x - y * right.y, center.y + x * right.y + y * right.x)
    };
    let (columns, rows) = (across.end() - across.start(), down.end() - down.start());
    let grid = (0..10).flat_map(|y| (0..10).map(move |x| ((x as f32 + 0.5) / 10.0, (y as f32 + 0.5) / 10.0)));
    let shown = grid.filter(|(x, y)| seen(place(x * columns, y * rows))).count();
    if (shown as f32) < 100.0 * LEAST_SEEN {
        return Ok(None);
    }
    let [across_px, down_px] = [columns, rows].map(|length| (length * width).max(1.0) as u32);
    small.view(across_px, down_px, |p| map.apply(place(p.x / width, p.y / width))).map(Some)
}
