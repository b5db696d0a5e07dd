//! From the samples of components to colours of 8 bits.

use super::channels::{Channel, Channels, Colors};
use super::codestream::Component;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::header::corrupt;
use image::ColorType;

/// The samples of one component, row by row, as the decoder gives them: nothing below zero but what
/// rounding leaves.
pub(super) struct Plane<'a> {
    pub(super) samples: &'a [f32],
    pub(super) component: Component,
}

impl<'a> Plane<'a> {
    /// The levels of a channel of this component: 0 to 255, not rounded.
    fn levels(&self, channel: &'a Channel) -> impl Iterator<Item = f32> + use<'a> {
        let most = self.component.most();
        let (scale, table) = (255.0 / most, channel.levels.as_deref());
        self.samples.iter().map(move |sample| match table {
            None => sample.clamp(0.0, most) * scale,
            // Rounded; NaN becomes the first entry, and an index beyond the last one that one, as
            // everywhere.
            Some(table) => table.get((sample + 0.5) as usize).or(table.last()).copied().unwrap_or(f32::NAN),
        })
    }
}

/// A level rounded to 8 bits; NaN becomes 0.
fn byte(level: f32) -> u8 {
    (level + 0.5) as u8
}

/// The pixels of `count` samples in each plane: grey or RGB, with alpha where the file has one.
///
/// # Errors
/// [`ErrorKind::LimitExceeded`] if there is no memory for them.
pub(super) fn pixels(planes: &[Plane<'_>], channels: &Channels, count: usize) -> Result<(Vec<u8>, ColorType)> {
    let of = |channel: &Channel| {
        let plane = planes.get(channel.component).filter(|plane| plane.samples.len() == count);
        plane.ok_or_else(|| corrupt("the JPEG 2000 decoder gave another number of samples than the file states"))
    };
    let alpha = channels
        .alpha
        .as_ref()
        .map(|alpha| Ok::<_, Error>((of(&alpha.channel)?.levels(&alpha.channel), alpha.premultiplied)));
    let alpha = alpha.transpose()?;
    let colors = if matches!(channels.colors, Colors::Gray(_)) { 1 } else { 3 };
    let mut pixels = Vec::new();
    pixels.try_reserve_exact(count * (colors + usize::from(alpha.is_some()))).map_err(|e| {
        Error::new(ErrorKind::LimitExceeded, Stage::Decode, "there is no memory for the image").with_source(e)
    })?;
    let color = match (colors, alpha.is_some()) {
        (1, false) => ColorType::L8,
        (1, true) => ColorType::La8,
        (_, false) => ColorType::Rgb8,
        (_, true) => ColorType::Rgba8,
    };
    match &channels.colors {
        Colors::Gray(gray) => write(&mut pixels, of(gray)?.levels(gray).map(|v| [v]), alpha),
        Colors::Rgb([r, g, b]) => {
            let triples = of(r)?.levels(r).zip(of(g)?.levels(g)).zip(of(b)?.levels(b));
            write(&mut pixels, triples.map(|((r, g), b)| [r, g, b]), alpha);
        }
        Colors::Ycc([y, cb, cr]) => {
            let middle = |channel: &Channel| Ok::<f32, Error>(of(channel)?.component.middle());
            let (blue, red) = (middle(cb)?, middle(cr)?);
            let triples = of(y)?.levels(y).zip(of(cb)?.levels(cb)).zip(of(cr)?.levels(cr));
            // IEC 61966-2-1, amendment 1.
            let rgb = triples.map(|((y, cb), cr)| {
                let (cb, cr) = (cb - blue, cr - red);
                [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb]
            });
            write(&mut pixels, rgb, alpha);
        }
    }
    Ok((pixels, color))
}

/// Writes colours, each followed by its alpha if there is any. Colours that were multiplied by
/// alpha are divided by it.
fn write<const N: usize>(
    pixels: &mut Vec<u8>,
    colors: impl Iterator<Item = [f32; N]>,
    alpha: Option<(impl Iterator<Item = f32>, bool)>,
) {
    let Some((alpha, premultiplied)) = alpha else {
        pixels.extend(colors.flat_map(|color| color.map(byte)));
        return;
    };
    for (color, alpha) in colors.zip(alpha) {
        // What is not opaque at all has no colour.
        let whole = if premultiplied { 255.0 / alpha.max(f32::MIN_POSITIVE) } else { 1.0 };
        pixels.extend(color.map(|level| byte(level * whole)));
        pixels.push(byte(alpha));
    }
}
