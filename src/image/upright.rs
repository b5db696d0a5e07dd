//! Decoded samples of any kind become upright RGB8 in one pass: grey spread, alpha laid over white,
//! 16 bits rounded to 8, and the EXIF orientation applied while the pixels are written.

use super::orientation::Orientation;
use crate::error::{Error, ErrorKind, Result, Stage};
use image::ColorType;

/// Columns and rows of a tile that is turned at once: of three bytes, 32 rows of two cache lines.
/// Chosen by hand.
const TILE_PX: usize = 32;

/// Converts `width` × `height` tightly packed samples of `color`, 16-bit ones in the machine's byte
/// order, to upright RGB8: `height` × `width` pixels where the orientation turns by a quarter.
///
/// Pixels that are upright RGB8 already are handed through without a copy.
pub(super) fn to_rgb8(
    samples: Vec<u8>,
    color: ColorType,
    width: usize,
    height: usize,
    orientation: Orientation,
) -> Result<Vec<u8>> {
    if color == ColorType::Rgb8 && orientation == Orientation::Upright {
        return Ok(samples);
    }
    let len = width.checked_mul(height).and_then(|n| n.checked_mul(3));
    let mut rgb = Vec::new();
    len.and_then(|n| rgb.try_reserve_exact(n).ok().map(|()| rgb.resize(n, 0))).ok_or_else(|| {
        Error::new(ErrorKind::LimitExceeded, Stage::Decode, "there is no memory for the converted image")
    })?;
    let walk = Walk { width, height, orientation };
    let source = samples.as_slice();
    match color {
        ColorType::Rgb8 => walk.write(source, &mut rgb, |[r, g, b]| [*r, *g, *b]),
        ColorType::L8 => walk.write(source, &mut rgb, |[v]| [*v; 3]),
        ColorType::La8 => walk.write(source, &mut rgb, |[v, a]| [over_white(*v, *a); 3]),
        ColorType::Rgba8 => walk.write(source, &mut rgb, |[r, g, b, a]| [*r, *g, *b].map(|v| over_white(v, *a))),
        ColorType::L16 => walk.write(source, &mut rgb, |v: &[u8; 2]| [eight_bits(u16::from_ne_bytes(*v)); 3]),
        ColorType::La16 => walk.write(source, &mut rgb, |[v0, v1, a0, a1]| {
            [over_white_16(u16::from_ne_bytes([*v0, *v1]), u16::from_ne_bytes([*a0, *a1])); 3]
        }),
        ColorType::Rgb16 => walk.write(source, &mut rgb, |[r0, r1, g0, g1, b0, b1]| {
            [[*r0, *r1], [*g0, *g1], [*b0, *b1]].map(|v| eight_bits(u16::from_ne_bytes(v)))
        }),
        ColorType::Rgba16 => walk.write(source, &mut rgb, |[r0, r1, g0, g1, b0, b1, a0, a1]| {
            let alpha = u16::from_ne_bytes([*a0, *a1]);
            [[*r0, *r1], [*g0, *g1], [*b0, *b1]].map(|v| over_white_16(u16::from_ne_bytes(v), alpha))
        }),
        _ => {
            return Err(Error::new(
                ErrorKind::UnsupportedFormat,
                Stage::Decode,
                "the image has samples of an unknown kind",
            ));
        }
    }
    Ok(rgb)
}

/// Turns `width` × `height` pixels of RGB8 upright.
///
/// Pixels that are upright already are handed through without a copy.
pub(super) fn turn(pixels: Vec<u8>, [width, height]: [usize; 2], orientation: Orientation) -> Result<Vec<u8>> {
    to_rgb8(pixels, ColorType::Rgb8, width, height, orientation)
}

/// The nearest of 256 levels to a sample of 16 bits: 257 · 255 = 65535.
fn eight_bits(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// A level seen through `alpha` (0 is transparent, 255 opaque) on a white ground, rounded.
fn over_white(value: u8, alpha: u8) -> u8 {
    let (v, a) = (u32::from(value), u32::from(alpha));
    ((v * a + 255 * (255 - a) + 127) / 255) as u8
}

/// A sample of 16 bits seen through `alpha` on a white ground, as the nearest of 256 levels.
fn over_white_16(value: u16, alpha: u16) -> u8 {
    const MAX: u64 = 65_535;
    let (v, a) = (u64::from(value), u64::from(alpha));
    eight_bits(((v * a + MAX * (MAX - a) + MAX / 2) / MAX) as u16)
}

/// The way through the stored pixels that visits them in upright order.
struct Walk {
    width: usize,
    height: usize,
    orientation: Orientation,
}

impl Walk {
    /// The stored pixel at which upright row `y` begins, and the distance to the next one of that
    /// row.
    fn row(&self, y: usize) -> (usize, isize) {
        let (last_x, last_y) = (self.width.saturating_sub(1), self.height.saturating_sub(1));
        let pitch = self.width as isize;
        let at = |x: usize, y: usize| y * self.width + x;
        match self.orientation {
            Orientation::Upright => (at(0, y), 1),
            Orientation::MirroredHorizontally => (at(last_x, y), -1),
            Orientation::Rotated180 => (at(last_x, last_y.saturating_sub(y)), -1),
            Orientation::MirroredVertically => (at(0, last_y.saturating_sub(y)), 1),
            Orientation::Transposed => (at(y, 0), pitch),
            Orientation::Rotated90 => (at(y, last_y), -pitch),
            Orientation::Transversed => (at(last_x.saturating_sub(y), last_y), -pitch),
            Orientation::Rotated270 => (at(last_x.saturating_sub(y), 0), pitch),
        }
    }

    /// Writes the upright image; `N` is the size of a stored pixel in bytes.
    fn write<const N: usize>(&self, source: &[u8], rgb: &mut [u8], convert: impl Fn(&[u8; N]) -> [u8; 3]) {
        let (stored, _) = source.as_chunks::<N>();
        debug_assert_eq!(stored.len(), self.width * self.height, "a decoder writes as many samples as it said");
        let upright_width = if self.orientation.swaps_sides() { self.height } else { self.width };
        let row_bytes = (3 * upright_width).max(1);
        // Where rows are stored columns, tiles keep what is read and written in the cache.
        let tile = if self.orientation.swaps_sides() { TILE_PX } else { upright_width.max(1) };
        for (band, rows) in rgb.chunks_mut(TILE_PX * row_bytes).enumerate() {
            for left in (0..upright_width).step_by(tile) {
                for (y, row) in (band * TILE_PX..).zip(rows.chunks_exact_mut(row_bytes)) {
                    let (start, step) = self.row(y);
                    let mut at = start.wrapping_add_signed(step * left as isize);
                    for target in row.as_chunks_mut::<3>().0.iter_mut().skip(left).take(tile) {
                        // Each stored pixel is visited once, so that there is one. Were there none,
                        // black would stand for it: decoders are not this crate's.
                        if let Some(pixel) = stored.get(at) {
                            *target = convert(pixel);
                        }
                        at = at.wrapping_add_signed(step);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of a 3 × 2 picture, `abc` above `def`, as a viewer shows them under each EXIF
    /// orientation.
    #[test]
    fn orientations_turn_as_exif_says() {
        let stored = b"abcdef".to_vec();
        let table: [(u8, &[u8]); 8] = [
            (1, b"abcdef"),
            (2, b"cbafed"),
            (3, b"fedcba"),
            (4, b"defabc"),
            (5, b"adbecf"),
            (6, b"daebfc"),
            (7, b"fcebda"),
            (8, b"cfbead"),
        ];
        for (exif, shown) in table {
            let orientation = Orientation::from_exif(exif).unwrap();
            let rgb = to_rgb8(stored.clone(), ColorType::L8, 3, 2, orientation).unwrap();
            let letters: Vec<u8> = rgb.chunks(3).map(|p| p[0]).collect();
            assert_eq!(String::from_utf8_lossy(&letters), String::from_utf8_lossy(shown), "orientation {exif}");
        }
    }

    #[test]
    fn sixteen_bits_round_to_the_nearest_level() {
        for level in 0..=255u16 {
            assert_eq!(u16::from(eight_bits(level * 257)), level);
        }
        assert_eq!((eight_bits(128), eight_bits(129), eight_bits(65_535 - 128)), (0, 1, 255));
    }

    #[test]
    fn transparency_shows_white_and_nothing_else() {
        for value in [0, 1, 100, 255] {
            assert_eq!((over_white(value, 0), over_white(value, 255)), (255, value));
            let wide = u16::from(value) * 257;
            assert_eq!((over_white_16(wide, 0), over_white_16(wide, 65_535)), (255, value));
        }
        assert_eq!(over_white(0, 51), 204);
    }
}
