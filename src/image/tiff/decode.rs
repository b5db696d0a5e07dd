//! The samples of a TIFF's strips and tiles, put where they belong.

use super::super::header::{corrupt, zeroed};
use super::directory::Field;
use super::layout::{Alpha, Chunk, Colors, Layout};
use crate::error::Result;
use image::ColorType;

/// Decodes a TIFF whose header is within the limits to samples of the colour that is said with
/// them: 16-bit ones in the machine's byte order, smaller ones and palettes spread to 8 bits.
pub(in crate::image) fn decode(file: &[u8]) -> Result<(Vec<u8>, ColorType)> {
    let layout = Layout::read(file)?;
    let deep = layout.bits == 16;
    let pixel = layout.channels() * if deep { 2 } else { 1 };
    // Both sides are within the limits.
    let (width, height) = (layout.width as usize, layout.height as usize);
    let mut samples = zeroed(width.checked_mul(height).and_then(|n| n.checked_mul(pixel)))?;
    for chunk in layout.chunks().ok_or_else(|| corrupt("the TIFF's strips are too large"))? {
        let packed = chunk.bytes(file).ok_or_else(|| corrupt("a strip of the TIFF lies outside the file"))?;
        let mut plain = layout.compression.undo(packed, chunk.len)?;
        // Bytes that need no change are not copied.
        if deep || layout.differences {
            plain.to_mut().chunks_exact_mut(chunk.row_bytes).for_each(|row| straighten(row, &layout));
        }
        let rows = plain.chunks_exact(chunk.row_bytes).take(chunk.rows);
        let targets = samples.chunks_exact_mut(width * pixel).skip(chunk.top);
        for (row, target) in rows.zip(targets) {
            place(row, target, pixel, &chunk, &layout);
        }
    }
    match (layout.colors, layout.palette) {
        (Colors::Palette, Some(palette)) => return Ok((spread(&samples, layout.bits, palette)?, ColorType::Rgb8)),
        (Colors::Gray(true), _) => invert(&mut samples, &layout),
        _ => {}
    }
    if layout.alpha == Some(Alpha::Premultiplied) {
        if deep { divide16(&mut samples, layout.channels()) } else { divide8(&mut samples, layout.channels()) }
    }
    let color = match (layout.channels(), deep) {
        (1, false) => ColorType::L8,
        (2, false) => ColorType::La8,
        (3, false) => ColorType::Rgb8,
        (_, false) => ColorType::Rgba8,
        (1, true) => ColorType::L16,
        (2, true) => ColorType::La16,
        (3, true) => ColorType::Rgb16,
        (_, true) => ColorType::Rgba16,
    };
    Ok((samples, color))
}

/// Puts a row's samples into the machine's byte order, and adds up what was stored as differences
/// (section 14).
fn straighten(row: &mut [u8], layout: &Layout<'_>) {
    let step = layout.samples_together();
    if layout.bits == 16 {
        let samples = row.as_chunks_mut::<2>().0;
        for sample in samples.iter_mut() {
            // The sample has two bytes.
            *sample = layout.order.u16(sample, 0).unwrap_or_default().to_ne_bytes();
        }
        if layout.differences {
            let mut before = [0u16; 8];
            for pixel in samples.chunks_mut(step) {
                for (sample, before) in pixel.iter_mut().zip(&mut before) {
                    *before = before.wrapping_add(u16::from_ne_bytes(*sample));
                    *sample = before.to_ne_bytes();
                }
            }
        }
    } else if layout.differences {
        let mut before = [0u8; 8];
        for pixel in row.chunks_mut(step) {
            for (sample, before) in pixel.iter_mut().zip(&mut before) {
                *before = before.wrapping_add(*sample);
                *sample = *before;
            }
        }
    }
}

/// Writes a stored row into the picture's row `target`, whose pixels have `pixel` bytes.
fn place(row: &[u8], target: &mut [u8], pixel: usize, chunk: &Chunk, layout: &Layout<'_>) {
    let pixels = target.chunks_exact_mut(pixel).skip(chunk.left).take(chunk.columns);
    if layout.bits < 8 {
        let bits = usize::from(layout.bits);
        let most = 0xFF >> (8 - bits);
        let scale = if layout.colors == Colors::Palette { 1 } else { 255 / most };
        let values = row.iter().flat_map(|byte| (0..8 / bits).map(move |i| byte >> (8 - bits * (i + 1)) & most));
        pixels.flatten().zip(values).for_each(|(to, value)| *to = value * scale);
        return;
    }
    let size = usize::from(layout.bits / 8);
    let (offset, len) = if layout.planar { (chunk.sample * size, size) } else { (0, pixel) };
    for (to, stored) in pixels.zip(row.chunks_exact(size * layout.samples_together())) {
        // Samples behind colours and opacity are left out.
        if let (Some(to), Some(stored)) = (to.get_mut(offset..offset + len), stored.get(..len)) {
            to.copy_from_slice(stored);
        }
    }
}

/// Exchanges black and white.
fn invert(samples: &mut [u8], layout: &Layout<'_>) {
    // Opacity stays as it is. All bits of 16 are turned as those of 8.
    let size = usize::from(layout.bits.max(8) / 8);
    for pixel in samples.chunks_exact_mut(size * layout.channels()) {
        pixel.iter_mut().take(size).for_each(|byte| *byte = !*byte);
    }
}

/// Divides colours by the opacity behind them.
fn divide8(samples: &mut [u8], channels: usize) {
    for pixel in samples.chunks_exact_mut(channels) {
        if let Some((alpha, colors)) = pixel.split_last_mut() {
            // What is not opaque at all has no colour.
            let alpha = u32::from(*alpha).max(1);
            colors.iter_mut().for_each(|v| *v = ((u32::from(*v) * 255 + alpha / 2) / alpha).min(255) as u8);
        }
    }
}

/// [`divide8`] for samples of 16 bits.
fn divide16(samples: &mut [u8], channels: usize) {
    for pixel in samples.as_chunks_mut::<2>().0.chunks_exact_mut(channels) {
        if let Some((alpha, colors)) = pixel.split_last_mut() {
            let alpha = u64::from(u16::from_ne_bytes(*alpha)).max(1);
            for v in colors {
                let whole = (u64::from(u16::from_ne_bytes(*v)) * 65_535 + alpha / 2) / alpha;
                *v = (whole.min(65_535) as u16).to_ne_bytes();
            }
        }
    }
}

/// The colours of indices: in the palette all reds stand before all greens before all blues.
fn spread(indices: &[u8], bits: u8, palette: Field<'_>) -> Result<Vec<u8>> {
    let count = 1usize << bits;
    // Old writers filled 8 of the 16 bits.
    let shift = if palette.numbers().any(|v| v > 255) { 8 } else { 0 };
    let level = |index: usize| (palette.number(index).unwrap_or_default() >> shift) as u8; // counted before
    let table: Vec<[u8; 3]> = (0..count).map(|i| [0, 1, 2].map(|channel| level(channel * count + i))).collect();
    let mut rgb = zeroed(indices.len().checked_mul(3))?;
    for (pixel, index) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(indices) {
        // An index has no more bits than the palette.
        *pixel = table.get(usize::from(*index)).copied().unwrap_or_default();
    }
    Ok(rgb)
}
