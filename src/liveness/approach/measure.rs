//! The movement of some two hundred points of a face from far to near, and what it says.

#![allow(clippy::indexing_slicing, reason = "pixels are counted by the glimpse's own sides")]

use super::cues::ApproachShare;
use super::fit::{Moved, Nuisance, fit};
use super::flow::{Found, Patch};
use super::glimpse::{Glimpse, HEIGHT, PX_PER_CM, WIDTH};
use super::head::{Head, Part};
use super::plane::{LEVELS, Plane};

/// One point is looked for in each square of so many pixels.
const CELL: usize = 10;
/// Patches lie so far inside the glimpse.
const REACH: usize = 10;
/// Least strength of a corner, summed over a window of 49 pixels. Chosen by hand.
const LEAST_CORNER: f32 = 7.5;
/// Side of the window of a corner.
const WINDOW: usize = 7;
/// Points on the way back end within so many pixels of where they began.
const RETURN_PX: f32 = 0.7;
/// Least likeness of a patch that was found. Chosen by hand.
const LIKENESS: f32 = 0.7;
/// What lies beside the head has to look more alike, and lie above the chin: shoulders move.
const LIKENESS_BESIDE: f32 = 0.9;
const ABOVE_CM: f32 = 6.0;
/// Half of the distance between the places whose depths a patch's mean is taken of, in centimetres.
const SPREAD_CM: f32 = 0.45;
/// A place beside the head that moved by less than this, in pixels, moved as the face did. What
/// lies as deep as ears do moves by 8 and more there.
const STUCK_PX: f32 = 3.0;

/// What was measured between the far and the near glimpses.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) inner: Option<ApproachShare>,
    pub(super) head: Option<ApproachShare>,
    pub(super) sheet: Option<ApproachShare>,
    /// Textured places beside the head that were found again, and those that moved as the face did.
    pub(super) beside: usize,
    pub(super) beside_stuck: usize,
}

impl Measured {
    pub(super) const NOTHING: Self = Self { inner: None, head: None, sheet: None, beside: 0, beside_stuck: 0 };
}

/// A place of a glimpse in centimetres about its middle.
fn centimetres([x, y]: [f32; 2]) -> [f32; 2] {
    [(x + 0.5 - 0.5 * WIDTH as f32) / PX_PER_CM, (y + 0.5 - 0.5 * HEIGHT as f32) / PX_PER_CM]
}

/// Places with texture in all directions: the best one of each cell.
fn corners(plane: &Plane) -> Vec<[f32; 2]> {
    let strengths = strengths(plane);
    let mut places = Vec::new();
    for top in (REACH..HEIGHT - REACH - CELL).step_by(CELL) {
        for left in (REACH..WIDTH - REACH - CELL).step_by(CELL) {
            let cell = (top..top + CELL).flat_map(|y| (left..left + CELL).map(move |x| (x, y)));
            let strength = |&(x, y): &(usize, usize)| strengths[y * WIDTH + x];
            let best = cell.max_by(|a, b| strength(a).total_cmp(&strength(b)));
            places.extend(best.filter(|place| strength(place) > LEAST_CORNER).map(|(x, y)| [x as f32, y as f32]));
        }
    }
    places
}

/// The smaller eigenvalue of the gradients' second moments in a window about each pixel (J. Shi,
/// C. Tomasi, "Good features to track", 1994).
fn strengths(plane: &Plane) -> Vec<f32> {
    let mut moments = vec![[0.0f32; 3]; WIDTH * HEIGHT];
    for y in 1..HEIGHT - 1 {
        let rows = [plane.row(y - 1), plane.row(y), plane.row(y + 1)];
        let [Some(above), Some(here), Some(below)] = rows else { continue };
        for x in 1..WIDTH - 1 {
            let (gx, gy) = (0.5 * (here[x + 1] - here[x - 1]), 0.5 * (below[x] - above[x]));
            moments[y * WIDTH + x] = [gx * gx, gx * gy, gy * gy];
        }
    }
    let plus = |a: [f32; 3], b: [f32; 3], sign: f32| [a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2]];
    // Sums over windows: by columns first, then along rows.
    let mut columns = vec![[0.0f32; 3]; WIDTH];
    let mut strengths = vec![0.0; WIDTH * HEIGHT];
    for y in 0..HEIGHT {
        for (x, column) in columns.iter_mut().enumerate() {
            *column = plus(*column, moments[y * WIDTH + x], 1.0);
            if y >= WINDOW {
                *column = plus(*column, moments[(y - WINDOW) * WIDTH + x], -1.0);
            }
        }
        let mut sum = [0.0; 3];
        for x in 0..WIDTH {
            sum = plus(sum, columns[x], 1.0);
            if x >= WINDOW {
                sum = plus(sum, columns[x - WINDOW], -1.0);
            }
            if y >= WINDOW && x >= WINDOW {
                let (half, off) = (0.5 * (sum[0] + sum[2]), 0.5 * (sum[0] - sum[2]));
                strengths[(y - WINDOW / 2) * WIDTH + x - WINDOW / 2] = half - (off * off + sum[1] * sum[1]).sqrt();
            }
        }
    }
    strengths
}

/// The depth of what a patch shows, in the mean.
fn depth(head: &Head, [x, y]: [f32; 2]) -> f32 {
    let steps = [-SPREAD_CM, 0.0, SPREAD_CM];
    let around = steps.iter().flat_map(|dy| steps.map(|dx| [x + dx, y + dy]));
    around.map(|place| head.at(place).1).sum::<f32>() / 9.0
}

/// Follows points from the far glimpses over those on the way to the near ones, and fits their
/// movement. `focal_px` is the frames' focal length in pixels. `None` without both ends.
pub(super) fn measure(far: &[Glimpse], way: &[Glimpse], near: &[Glimpse], focal_px: f32) -> Option<Measured> {
    let (first, others) = far.split_last()?;
    let last = near.last()?;
    let pyramids = |glimpses: &[Glimpse]| glimpses.iter().map(Glimpse::pyramid).collect::<Option<Vec<_>>>();
    let path = Path { base: first.pyramid()?, starts: pyramids(others)?, way: pyramids(way)?, ends: pyramids(near)? };
    let head = Head::new(first.rotation);
    let [far_cm, near_cm] = [first, last].map(|glimpse| focal_px / glimpse.px_per_cm);
    let mut moved: Vec<(Part, Moved)> = Vec::new();
    for corner in corners(path.base.first()?) {
        let place = centimetres(corner);
        let (part, _) = head.at(place);
        let beyond = part == Part::Beyond;
        if beyond && place[1] > ABOVE_CM {
            continue;
        }
        if let Some(shift) = path.follow(corner, !beyond) {
            let depth = if beyond { 0.0 } else { depth(&head, place) };
            moved.push((part, Moved { place, depth, shift: shift.map(|v| v / PX_PER_CM), expected: [0.0; 2] }));
        }
    }
    let inner: Vec<f32> = moved.iter().filter(|(part, _)| *part == Part::Inner).map(|(_, m)| m.depth).collect();
    let mean = inner.iter().sum::<f32>() / inner.len().max(1) as f32;
    for (_, point) in &mut moved {
        point.depth -= mean;
        // What lies deeper is drawn smaller, and less so from afar.
        let factor = (1.0 + point.depth / far_cm) / (1.0 + point.depth / near_cm) - 1.0;
        point.expected = point.place.map(|v| v * factor);
    }
    let of = |wanted: fn(Part) -> bool| -> Vec<Moved> {
        moved.iter().filter(|(part, _)| wanted(*part)).map(|(_, point)| *point).collect()
    };
    let (inner, whole) = (of(|part| part == Part::Inner), of(|part| part != Part::Beyond));
    let beside = of(|part| part == Part::Beyond);
    let stuck = |point: &&Moved| point.shift.iter().all(|v| v.abs() * PX_PER_CM <= STUCK_PX);
    Some(Measured {
        inner: fit(&inner, Nuisance::Plane),
        head: fit(&whole, Nuisance::Plane),
        sheet: fit(&inner, Nuisance::Sheet),
        beside: beside.len(),
        beside_stuck: beside.iter().filter(stuck).count(),
    })
}

/// The pyramids of a session's glimpses, from far to near.
struct Path {
    /// That in which points are chosen, and others of the same hold.
    base: Vec<Plane>,
    starts: Vec<Vec<Plane>>,
    way: Vec<Vec<Plane>>,
    ends: Vec<Vec<Plane>>,
}

impl Path {
    /// How far a point has moved from the far glimpses to the near ones, in pixels, in the mean
    /// over those in which it was found. A head's points are looked for along the way; what lies
    /// beside it, where the face's plane would have it.
    fn follow(&self, place: [f32; 2], along: bool) -> Option<[f32; 2]> {
        let patch = Patch::new(&self.base, place, LEVELS);
        let least = if along { LIKENESS } else { LIKENESS_BESIDE };
        let good = |found: Option<Found>| found.filter(|f| f.likeness >= least).map(|f| f.place);
        let mut guess = place;
        if along {
            for planes in &self.way {
                guess = patch.find(planes, guess, 1).map_or(guess, |found| found.place);
            }
        }
        let found: Vec<Option<[f32; 2]>> = self.ends.iter().map(|planes| good(patch.find(planes, guess, 0))).collect();
        // The way back, from one of the near glimpses.
        let (end, at) = self.ends.iter().zip(&found).find_map(|(planes, at)| Some((planes, (*at)?)))?;
        let back = good(Patch::new(end, at, 2).find(&self.base, place, 0))?;
        if (back[0] - place[0]).hypot(back[1] - place[1]) > RETURN_PX {
            return None;
        }
        let nears: Vec<[f32; 2]> = found.into_iter().flatten().collect();
        let fars = self.starts.iter().filter_map(|planes| good(patch.find(planes, place, 0)));
        let fars: Vec<[f32; 2]> = fars.chain([place]).collect();
        if 2 * nears.len() <= self.ends.len() || 2 * fars.len() <= self.starts.len() {
            return None;
        }
        let ([fx, fy], [nx, ny]) = (mean(&fars), mean(&nears));
        Some([nx - fx, ny - fy])
    }
}

fn mean(places: &[[f32; 2]]) -> [f32; 2] {
    let n = places.len().max(1) as f32;
    [0, 1].map(|axis| places.iter().map(|place| place[axis]).sum::<f32>() / n)
}
