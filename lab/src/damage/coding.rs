//! What storing and processing do.

use super::planes::Planes;

/// Reduced to 1/`times` and enlarged again, smoothly or in `blocks`.
pub(super) fn reduced(picture: &Planes, times: f32, blocks: bool) -> Planes {
    let side = |of: usize| ((of as f32 / times).round() as usize).clamp(2, of.max(2));
    let (width, height) = (picture.width, picture.height);
    picture.reduced(side(width), side(height)).enlarged(width, height, blocks)
}

/// The median of `side` × `side` pixels, a channel at a time.
pub(super) fn median(picture: &Planes, side: f32) -> Planes {
    let reach = ((side - 1.0) / 2.0).round().max(1.0) as isize;
    let mut out = picture.clone();
    let mut values = Vec::new();
    for channel in 0..3 {
        // A pixel has three channels.
        let of = |pixel: [f32; 3]| pixel.into_iter().nth(channel).unwrap_or_default();
        for (y, row) in out.pixels.chunks_exact_mut(picture.width.max(1)).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                values.clear();
                for j in -reach..=reach {
                    values.extend((-reach..=reach).map(|i| of(picture.at(x as isize + i, y as isize + j))));
                }
                let middle = values.len() / 2;
                let (_, found, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
                if let Some(v) = pixel.get_mut(channel) {
                    *v = *found;
                }
            }
        }
    }
    out
}

/// A camera's smoothing of skin: the mean of neighbours within `reach` pixels that are alike.
pub(super) fn smoothed(picture: &Planes, reach: f32) -> Planes {
    let reach = reach.ceil().max(1.0) as isize;
    let mut out = picture.clone();
    for (y, row) in out.pixels.chunks_exact_mut(picture.width.max(1)).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let here = *pixel;
            let (mut sum, mut weights) = ([0.0; 3], 0.0);
            for j in -reach..=reach {
                for i in -reach..=reach {
                    let seen = picture.at(x as isize + i, y as isize + j);
                    let apart: f32 = seen.iter().zip(here).map(|(a, b)| (a - b).powi(2)).sum();
                    let weight = (-apart / (2.0 * 40.0 * 40.0)).exp();
                    weights += weight;
                    sum.iter_mut().zip(seen).for_each(|(sum, v)| *sum += weight * v);
                }
            }
            *pixel = sum.map(|v| v / weights);
        }
    }
    out
}

/// Without colour, or with a cast of `strength`.
pub(super) fn cast(picture: &mut Planes, strength: f32, toward: [f32; 3]) {
    picture.map(|_, _, mut pixel| {
        let [r, g, b] = pixel;
        let grey = 0.3 * r + 0.59 * g + 0.11 * b;
        pixel.iter_mut().zip(toward).for_each(|(v, t)| *v += strength * (grey * t - *v));
        pixel
    });
}
