//! Where lines of print lie in a strip: their slope, and their heights.

use super::strip::Strip;

/// Stretches of the strip that are looked at separately, so that a slope can be told.
const STRETCHES: usize = 24;
/// The steepest slope of lines in the strip: the outline's corners are a few pixels off.
const STEEPEST: f32 = 0.02;
/// Slopes that are tried to either side.
const SLOPES: i32 = 16;
/// Half the height of a line, in pixels: letters are 19 high.
const HALF_LINE: isize = 9;
/// Where the ground between lines begins and ends, in pixels from a line's middle.
const BETWEEN: [isize; 2] = [13, 17];
/// How far apart lines are, in pixels: 4.4 to 7.4 mm. Standards have 6.35 for all three formats;
/// documents differ.
const SPACING: std::ops::RangeInclusive<usize> = 35..=58;
/// Places of a zone's lines that are tried.
const PLACES: usize = 3;

/// Lines of a zone that may be there: the middle of each at the strip's middle, from above, and
/// their slope.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) middles: Vec<f32>,
    pub(super) slope: f32,
}

/// The places that `count` lines may have, the likeliest first.
pub(super) fn rows(strip: &Strip, count: usize) -> Vec<Rows> {
    let strokes = strokes(strip);
    let profile = |slope: f32| -> Vec<f32> {
        (0..strip.height as isize)
            .map(|y| {
                let at = |(i, stretch): (usize, &Vec<f32>)| {
                    let x = (i as f32 + 0.5) / STRETCHES as f32 - 0.5;
                    let y = y + (slope * x * strip.width as f32).round() as isize;
                    // Beyond the strip there is nothing.
                    usize::try_from(y).ok().and_then(|y| stretch.get(y)).copied().unwrap_or(0.0)
                };
                strokes.iter().enumerate().map(at).sum::<f32>() / STRETCHES as f32
            })
            .collect()
    };
    let contrast = |profile: &[f32]| profile.windows(3).map(|w| (w[2] - w[0]).powi(2)).sum::<f32>();
    let slopes = (-SLOPES..=SLOPES).map(|i| STEEPEST * i as f32 / SLOPES as f32);
    let best = slopes.map(|slope| (slope, profile(slope))).max_by(|a, b| contrast(&a.1).total_cmp(&contrast(&b.1)));
    let Some((slope, profile)) = best else { return Vec::new() };

    let mean = |from: isize, to: isize| {
        // Beyond the strip there is nothing.
        let value = |y: isize| usize::try_from(y).ok().and_then(|y| profile.get(y)).copied().unwrap_or(0.0);
        (from..=to).map(value).sum::<f32>() / (to - from + 1) as f32
    };
    let line = |y: isize| {
        let ground = mean(y - BETWEEN[1], y - BETWEEN[0]).max(mean(y + BETWEEN[0], y + BETWEEN[1]));
        mean(y - HALF_LINE, y + HALF_LINE) - ground
    };
    let lines: Vec<f32> = (0..strip.height as isize).map(line).collect();
    let mut places = Vec::new();
    for spacing in SPACING {
        for top in 0..strip.height.saturating_sub(spacing * (count - 1)) {
            let weakest = (0..count).map(|i| lines[top + i * spacing]).fold(f32::MAX, f32::min);
            let sum: f32 = (0..count).map(|i| lines[top + i * spacing]).sum();
            if weakest > 0.0 {
                places.push((sum + weakest, top, spacing));
            }
        }
    }
    places.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for (_, top, spacing) in places {
        let same = |(t, s): &(usize, usize)| {
            t.abs_diff(top) < 8 && (t + s * (count - 1)).abs_diff(top + spacing * (count - 1)) < 8
        };
        if !kept.iter().any(same) {
            kept.push((top, spacing));
            if kept.len() == PLACES {
                break;
            }
        }
    }
    let middles = |(top, spacing): (usize, usize)| (0..count).map(|i| (top + i * spacing) as f32 + 0.5).collect();
    kept.into_iter().map(|place| Rows { middles: middles(place), slope }).collect()
}

/// How many edges of upright strokes each row of each stretch has, 0 ..= 1.
fn strokes(strip: &Strip) -> Vec<Vec<f32>> {
    let mut strokes = vec![vec![0.0; strip.height]; STRETCHES];
    for (y, row) in strip.ink.chunks_exact(strip.width).enumerate() {
        for (x, pixels) in row.windows(5).enumerate() {
            let stretch = (x + 2) * STRETCHES / strip.width;
            strokes[stretch][y] += (pixels[4] - pixels[0]).abs() * STRETCHES as f32 / strip.width as f32;
        }
    }
    strokes
}
