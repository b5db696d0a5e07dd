//! Flashes counted by the definitions' words alone, for tests: the timeline is sampled, every
//! second of it is looked at, and in each every way of picking lights is tried. Nothing is taken
//! from the library but the schedule; slow, and written to be compared with.

use selfsame::liveness::{Region, Segment};

/// Between two samples.
pub const STEP_US: u64 = 10_000;

/// A second and a refresh at 50 Hz, in steps. At 60 Hz that is longer than need be, as edges are
/// moved to the next sample.
const SECOND: usize = 102;

/// Which changes are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    General,
    Red,
    RedLegacy,
    /// For white of so many cd/m².
    Luminance(f64),
}

/// All of them, luminance for white of so many cd/m².
pub fn kinds(white: f64) -> [Kind; 4] {
    [Kind::General, Kind::Red, Kind::RedLegacy, Kind::Luminance(white)]
}

fn linear(value: u8) -> f64 {
    let v = f64::from(value) / 255.0;
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn luminance([r, g, b]: [f64; 3]) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// From chromaticity x, y of a mixture of the primaries of BT.709.
fn uv([r, g, b]: [f64; 3]) -> Option<(f64, f64)> {
    let xyz = [
        0.412_391 * r + 0.357_584 * g + 0.180_481 * b,
        0.212_639 * r + 0.715_169 * g + 0.072_192 * b,
        0.019_331 * r + 0.119_195 * g + 0.950_532 * b,
    ];
    let sum: f64 = xyz.iter().sum();
    if sum == 0.0 {
        return None;
    }
    let (x, y) = (xyz[0] / sum, xyz[1] / sum);
    let d = -2.0 * x + 12.0 * y + 3.0;
    Some((4.0 * x / d, 9.0 * y / d))
}

/// R/(R+G+B) ≥ 0.8, written so that levels on the very limit are not rounded below it.
fn saturated([r, g, b]: [f64; 3]) -> bool {
    r > 0.0 && r >= 4.0 * (g + b)
}

/// +1 or −1 if the change from `a` to `b` counts, by its direction; else 0.
fn change(kind: Kind, a: [u8; 3], b: [u8; 3]) -> i32 {
    let (a, b) = (a.map(linear), b.map(linear));
    let (counts, rises) = match kind {
        Kind::General => {
            let (a, b) = (luminance(a), luminance(b));
            ((a - b).abs() >= 0.1 && a.min(b) < 0.8, b > a)
        }
        Kind::Red => {
            let apart = match (uv(a), uv(b)) {
                (Some(a), Some(b)) => ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt() > 0.2,
                (a, b) => a != b,
            };
            (saturated(a) != saturated(b) && apart, saturated(b))
        }
        Kind::RedLegacy => {
            let value = |[r, g, b]: [f64; 3]| f64::max(0.0, (r - g - b) * 320.0);
            ((saturated(a) || saturated(b)) && (value(a) - value(b)).abs() > 20.0, value(b) > value(a))
        }
        Kind::Luminance(white) => {
            let (a, b) = (white * luminance(a), white * luminance(b));
            let michelson = (a - b).abs() / (a + b);
            (if a.min(b) < 160.0 { (a - b).abs() >= 20.0 } else { michelson >= 1.0 / 17.0 }, b > a)
        }
    };
    if !counts {
        0
    } else if rises {
        1
    } else {
        -1
    }
}

/// The most changes in alternating directions that can be picked from `lights`, after `last`, which
/// was reached in `direction`.
fn most(kind: Kind, last: [u8; 3], direction: i32, lights: &[[u8; 3]]) -> u32 {
    let mut best = 0;
    for (i, light) in lights.iter().enumerate() {
        let way = change(kind, last, *light);
        if way != 0 && way != direction {
            best = best.max(1 + most(kind, *light, way, &lights[i + 1..]));
        }
    }
    best
}

/// What a point of the screen shows at a time; `point` is right of the middle, and below it.
fn color(segments: &[Segment], at_us: u64, (right, below): (bool, bool)) -> [u8; 3] {
    let shown = segments.iter().find(|s| s.start_us <= at_us && at_us < s.start_us + s.duration_us);
    let lit = |segment: &&Segment| match segment.region {
        Region::Full => true,
        Region::Left => !right,
        Region::Right => right,
        Region::Top => !below,
        Region::Bottom => below,
    };
    shown.filter(lit).map_or([0; 3], |segment| segment.color)
}

/// The most flashes in any second, anywhere on the screen, of each kind; one that has begun counts.
pub fn flashes(segments: &[Segment], kinds: [Kind; 4]) -> [u32; 4] {
    let (begin, end) = (segments[0].start_us, segments.iter().map(|s| s.start_us + s.duration_us).max().unwrap());
    let mut worst = [0; 4];
    let points = [(false, false), (false, true), (true, false), (true, true)];
    let whole = segments.iter().all(|segment| segment.region == Region::Full);
    for point in &points[..if whole { 1 } else { 4 }] {
        let samples: Vec<_> = (begin..end).step_by(STEP_US as usize).map(|us| color(segments, us, *point)).collect();
        let mut before: Vec<[u8; 3]> = Vec::new();
        for from in 0..samples.len() {
            // With a sample before the second, so that a change at its beginning is in it, and one
            // at its very end.
            let mut lights = samples[from..samples.len().min(from + SECOND + 2)].to_vec();
            lights.dedup();
            if lights == before {
                continue;
            }
            for (worst, kind) in worst.iter_mut().zip(kinds) {
                let picked = (0..lights.len()).map(|i| most(kind, lights[i], 0, &lights[i + 1..]));
                *worst = picked.map(|changes| changes.div_ceil(2)).max().max(Some(*worst)).unwrap();
            }
            before = lights;
        }
    }
    worst
}
