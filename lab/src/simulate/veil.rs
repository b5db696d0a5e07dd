//! What lies before the lens: fog and grease take contrast, a wrong focus blurs.

use super::scene::Attack;

/// What a veil before the lens makes of a picture, of `width` pixels a row: blur, and less contrast
/// about a middle grey.
pub fn veil(pixels: &mut [u8], width: usize, attack: &Attack) {
    if attack.blur_px > 0.0 {
        blur(pixels, width, attack.blur_px);
    }
    let veiled = |v: u8| 128.0 + attack.contrast * (f32::from(v) - 128.0);
    pixels.iter_mut().for_each(|v| *v = veiled(*v) as u8);
}

/// Three boxes for a normal distribution of this deviation, along rows and columns.
fn blur(pixels: &mut [u8], width: usize, deviation_px: f32) {
    // Three boxes of width w have the variance (w² − 1) / 4.
    let reach = (0.5 * ((4.0 * deviation_px * deviation_px + 1.0).sqrt() - 1.0)).round() as usize;
    let height = pixels.len() / (3 * width).max(1);
    let mut line = Vec::new();
    for _ in 0..3 {
        for (lines, count, step, stride) in [(height, width, 3, 3 * width), (width, height, 3 * width, 3)] {
            for start in (0..lines).flat_map(|i| (0..3).map(move |c| i * stride + c)) {
                line.clear();
                line.extend((0..count).map(|i| u32::from(pixels[start + i * step])));
                let at = |i: isize| line[i.clamp(0, count as isize - 1) as usize];
                let mut sum: u32 = (-(reach as isize)..=reach as isize).map(at).sum();
                for i in 0..count {
                    pixels[start + i * step] = (sum / (2 * reach as u32 + 1)) as u8;
                    let i = i as isize;
                    sum = sum + at(i + reach as isize + 1) - at(i - reach as isize);
                }
            }
        }
    }
}
