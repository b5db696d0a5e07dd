//! Where the characters of a zone's lines stand: at a fixed pitch, which the columns of ink show,
//! and then where characters fit best.

use super::glyphs::{CELL_HEIGHT, CELL_WIDTH, COUNT, Glyphs, normalised};
use super::rows::Rows;
use super::strip::Strip;
use crate::geometry::Point;

/// How far the pitch may be from a cell's width, as a share: print varies, and outlines are a pixel
/// or two off.
const PITCH_TOLERANCE: f32 = 0.05;
/// Step of the pitch, as a share: a pixel to either side over 44 characters.
const PITCH_STEP: f32 = 0.002;
/// How far to either side of a character's middle its ink is looked for, in pixels.
const HALF_INK: f32 = 6.0;
/// How far to either side of the middle between characters there is none, in pixels: three pixels
/// of ground are to either side of a character.
const HALF_GAP: f32 = 1.5;
/// Shifts of a cell in pixels, coarse to fine, in which the best fit is looked for.
///
/// Beside them: of how many cells one is looked at.
const ROUNDS: [(&[f32], usize); 3] =
    [(&[-4.0, -2.0, 0.0, 2.0, 4.0], 3), (&[-2.0, -1.0, 0.0, 1.0, 2.0], 2), (&[-0.7, 0.0, 0.7], 1)];
/// The fit from which on a cell says where it lies.
const TELLING_FIT: f32 = 0.5;
/// How far a cell may lie from the curve that others make, in pixels, before it is left out.
const OUTLIER_PX: f32 = 1.5;
/// The mean fit of the first round under which there are no lines of a zone. Tuned on drawn pages
/// (`tests/suite/page`).
const LEAST_FIRST_FIT: f32 = 0.4;

/// The centres of all characters' cells, line by line.
pub(super) struct Cells {
    pub(super) lines: Vec<Vec<Point>>,
    /// How well the best characters fit, on average.
    pub(super) mean_fit: f32,
}

/// Finds the cells of `length` characters on each of these lines; `None` if there is no print of
/// the fixed pitch.
pub(super) fn cells(strip: &Strip, rows: &Rows, length: usize) -> Option<Cells> {
    let (left, pitch) = pitch(strip, rows, length)?;
    let middle = 0.5 * strip.width as f32;
    let line = |y: &f32| -> Vec<Point> {
        let x = |i: usize| left + pitch * (i as f32 + 0.5);
        (0..length).map(|i| Point::new(x(i), y + rows.slope * (x(i) - middle))).collect()
    };
    let mut lines: Vec<Vec<Point>> = rows.middles.iter().map(line).collect();
    let mut mean = 0.0;
    for (round, (shifts, every)) in ROUNDS.iter().enumerate() {
        mean = 0.0;
        for line in &mut lines {
            let of_cell = |(i, center): (usize, &Point)| best(strip, i, *center, shifts);
            let found: Vec<Best> = line.iter().enumerate().step_by(*every).map(of_cell).collect();
            mean += found.iter().map(|best| best.fit).sum::<f32>() / (found.len() * rows.middles.len()) as f32;
            follow(line, &found);
        }
        if round == 0 && mean < LEAST_FIRST_FIT {
            return None;
        }
    }
    Some(Cells { lines, mean_fit: mean })
}

/// Where the first cell begins, and how far apart cells are: ink within them, none between.
fn pitch(strip: &Strip, rows: &Rows, length: usize) -> Option<(f32, f32)> {
    let profiles: Vec<Vec<f32>> = rows.middles.iter().map(|y| sums(strip, *y, rows.slope)).collect();
    let steps = (PITCH_TOLERANCE / PITCH_STEP) as i32;
    let mut best: Option<(f32, f32, f32)> = None;
    for step in -steps..=steps {
        let pitch = CELL_WIDTH as f32 * (1.0 + PITCH_STEP * step as f32);
        let room = strip.width as f32 - pitch * length as f32;
        for left in 0..=room.max(0.0) as usize {
            let left = left as f32;
            let mut score = 0.0;
            for sums in &profiles {
                let mean = |x: f32, half: f32| {
                    let [from, to] = [x - half, x + half].map(|x| (x.round().max(0.0) as usize).min(sums.len() - 1));
                    (sums[to] - sums[from]) / (2.0 * half)
                };
                for i in 0..length {
                    let edge = left + pitch * i as f32;
                    score += mean(edge + 0.5 * pitch, HALF_INK) - mean(edge, HALF_GAP);
                }
                score -= mean(left + pitch * length as f32, HALF_GAP);
            }
            if best.is_none_or(|(most, ..)| score > most) {
                best = Some((score, left, pitch));
            }
        }
    }
    best.filter(|(score, ..)| *score > 0.0).map(|(_, left, pitch)| (left, pitch))
}

/// Running sums of the ink in each column of the line about `y`.
fn sums(strip: &Strip, y: f32, slope: f32) -> Vec<f32> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for x in 0..strip.width {
        let y = y + slope * (x as f32 - 0.5 * strip.width as f32);
        let top = (y - 10.0).max(0.0) as usize;
        sum += (top..(top + 21).min(strip.height)).map(|y| strip.ink[y * strip.width + x]).sum::<f32>();
        sums.push(sum);
    }
    sums
}

/// The shift at which some character fits a cell best, and how well it does.
struct Best {
    cell: usize,
    shift: Point,
    fit: f32,
}

fn best(strip: &Strip, cell: usize, center: Point, shifts: &[f32]) -> Best {
    let mut best = Best { cell, shift: Point::default(), fit: -1.0 };
    for dy in shifts {
        for dx in shifts {
            let (pixels, _) = normalised(&strip.cell(Point::new(center.x + dx, center.y + dy)));
            let fit = Glyphs::middling().fits(&pixels).into_iter().fold(-1.0, f32::max);
            if fit > best.fit {
                best = Best { cell, shift: Point::new(*dx, *dy), fit };
            }
        }
    }
    best
}

/// Moves a line's centres along smooth curves through what was found: a parabola each across and
/// down, since outlines that are off leave perspective behind.
fn follow(line: &mut [Point], found: &[Best]) {
    for (of, to) in [
        ((|p: &Point| p.x) as fn(&Point) -> f32, (|p: &mut Point, by| p.x += by) as fn(&mut Point, f32)),
        (|p: &Point| p.y, |p: &mut Point, by| p.y += by),
    ] {
        let length = line.len() as f32;
        let at = |i: usize| i as f32 / length - 0.5;
        let sample = |best: &Best| (at(best.cell), of(&best.shift), (best.fit - TELLING_FIT).max(0.0));
        let mut samples: Vec<(f32, f32, f32)> = found.iter().map(sample).collect();
        let mut curve = [0.0; 3];
        for _ in 0..3 {
            let Some(fitted) = parabola(&samples) else { break };
            curve = fitted;
            for (at, shift, weight) in &mut samples {
                if (value(&curve, *at) - *shift).abs() > OUTLIER_PX {
                    *weight *= 0.1;
                }
            }
        }
        for (i, center) in line.iter_mut().enumerate() {
            to(center, value(&curve, at(i)));
        }
    }
}

fn value([a, b, c]: &[f32; 3], t: f32) -> f32 {
    a + t * (b + t * c)
}

/// The parabola of least weighted squares through places, values and weights.
fn parabola(samples: &[(f32, f32, f32)]) -> Option<[f32; 3]> {
    let mut normal = nalgebra::Matrix3::<f32>::zeros();
    let mut right = nalgebra::Vector3::<f32>::zeros();
    for (t, value, weight) in samples {
        let basis = nalgebra::Vector3::new(1.0, *t, t * t);
        normal += *weight * basis * basis.transpose();
        right += *weight * *value * basis;
    }
    // A little towards no curve, where cells are few.
    normal += nalgebra::Matrix3::from_diagonal(&nalgebra::Vector3::new(1e-3, 1e-2, 5e-2));
    let [a, b, c]: [f32; 3] = normal.lu().solve(&right)?.into();
    [a, b, c].iter().all(|v| v.is_finite()).then_some([a, b, c])
}

/// How well each character fits each cell, line by line, at the degree of blur that fits best; and
/// the contrast of each cell, as a standard deviation in levels.
pub(super) fn fits(strip: &Strip, cells: &Cells) -> Vec<Vec<([f32; COUNT], f32)>> {
    const SHIFTS: [(f32, f32); 5] = [(0.0, 0.0), (-0.5, 0.0), (0.5, 0.0), (0.0, -0.5), (0.0, 0.5)];
    // The degree of blur, told by every second cell.
    let some = cells.lines.iter().flat_map(|line| line.iter().step_by(2));
    let some: Vec<_> = some.map(|center| normalised(&strip.cell(*center)).0).collect();
    let total =
        |glyphs: &&Glyphs| some.iter().map(|cell| glyphs.fits(cell).into_iter().fold(-1.0, f32::max)).sum::<f32>();
    let sets = Glyphs::every().iter().map(|glyphs| (total(&glyphs), glyphs));
    // There is at least one degree of blur.
    let Some((_, glyphs)) = sets.max_by(|a, b| a.0.total_cmp(&b.0)) else { return Vec::new() };
    let of_cell = |center: &Point| {
        let mut most = ([-1.0f32; COUNT], 0.0);
        for (dx, dy) in SHIFTS {
            let (cell, deviation) = normalised(&strip.cell(Point::new(center.x + dx, center.y + dy)));
            for (most, fit) in most.0.iter_mut().zip(glyphs.fits(&cell)) {
                *most = most.max(fit);
            }
            most.1 = deviation;
        }
        most
    };
    cells.lines.iter().map(|line| line.iter().map(of_cell).collect()).collect()
}

impl Cells {
    /// The corners of the lines: upper left, upper right, lower right, lower left.
    pub(super) fn corners(&self) -> [Point; 4] {
        let (across, down) = (0.5 * CELL_WIDTH as f32, 0.5 * CELL_HEIGHT as f32);
        // Lines have characters.
        let end = |line: Option<&Vec<Point>>, first: bool, x: f32, y: f32| {
            let center = line.and_then(|line| if first { line.first() } else { line.last() });
            center.map_or(Point::default(), |p| Point::new(p.x + x, p.y + y))
        };
        let (top, bottom) = (self.lines.first(), self.lines.last());
        [
            end(top, true, -across, -down),
            end(top, false, across, -down),
            end(bottom, false, across, down),
            end(bottom, true, -across, down),
        ]
    }
}
