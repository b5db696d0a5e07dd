//! Whether a straightened outline has print on it: blank sheets, tiles and chequered cloth have
//! outlines, too, and a face may lie on them.
//!
//! Method: along a row of print dark strokes follow each other closely; the edges of tiles and
//! checks are far apart.

use crate::image::Photo;

/// The share of print below which an outline is no page's. Of 271 synthetic pages the least has
/// 0.0076; tiles and faint shading have none, coarse cloth at most 0.0007. The grain of wood has up
/// to 0.05: it is not told from print.
const LEAST_PRINT: f32 = 0.003;
/// A stroke is darker by this many levels than what lies three pixels beside it: above a camera's
/// noise, below the contrast that print keeps at two pixels per millimetre.
const STROKE_DEPTH: f32 = 6.0;
/// Strokes within [`WITHIN_PX`] pixels that make print. Chosen by hand, and held against synthetic
/// pages.
const STROKES: usize = 3;
/// The stretch of a row that [`STROKES`] are counted in, in pixels: five signs.
const WITHIN_PX: usize = 20;
/// Where print is looked for at the latest, in shares of the page's width: a portrait that ended
/// further right would leave too little.
const FURTHEST_START: f32 = 0.75;
/// Where the search for print ends, in shares of the page's width: the outline may be a pixel or
/// two off, and its edge is a stroke.
const END: f32 = 0.96;
/// Where the search for print begins and ends, in shares of the page's height.
const ROWS: [f32; 2] = [0.1, 0.95];

/// Whether the straightened `page` has print at the right of `start`, where the portrait ends.
pub(super) fn is_printed(page: &Photo, start: f32) -> bool {
    share(page, start) >= LEAST_PRINT
}

/// The share of the page at the right of `start` that shows print, 0 ..= 1.
pub(super) fn share(page: &Photo, start: f32) -> f32 {
    let (width, height) = (page.width() as f32, page.height() as f32);
    // Casts saturate, and NaN is 0.
    let [left, right] = [start.min(FURTHEST_START * width), END * width].map(|x| x as usize);
    let [top, bottom] = ROWS.map(|y| (y * height) as usize);
    let (mut print, mut all) = (0, 0);
    // Every window of every row counts once, with print or without.
    for row in page.pixels().as_chunks::<3>().0.chunks_exact(page.width().max(1) as usize).take(bottom).skip(top) {
        let luma = |[r, g, b]: &[u8; 3]| 0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b);
        let levels: Vec<f32> = row.iter().take(right).skip(left).map(luma).collect();
        let strokes: Vec<bool> = levels.windows(7).map(is_stroke).collect();
        for near in strokes.windows(WITHIN_PX) {
            all += 1;
            print += usize::from(near.iter().filter(|stroke| **stroke).count() >= STROKES);
        }
    }
    // A page too small for one window, or a start beyond it, shows no print.
    if all == 0 { 0.0 } else { print as f32 / all as f32 }
}

/// Whether the middle of seven levels is the dark of a stroke.
fn is_stroke(levels: &[f32]) -> bool {
    // Windows of seven hold seven.
    let &[before, _, left, here, right, _, after] = levels else { return false };
    here <= left && here < right && before.min(after) - here > STROKE_DEPTH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(level: impl Fn(u32, u32) -> u8) -> Photo {
        let pixels = (0..270).flat_map(|y| (0..384).map(move |x| (x, y))).flat_map(|(x, y)| [level(x, y); 3]).collect();
        Photo::from_rgb8(384, 270, pixels).unwrap()
    }

    #[test]
    fn print_is_told_from_blank_sheets_tiles_and_checks() {
        let blank = page(|_, _| 210);
        let tiles = page(|x, y| if x % 40 < 2 || y % 40 < 2 { 150 } else { 180 });
        let checks = page(|x, y| if (x / 25 + y / 25) % 2 == 0 { 120 } else { 102 });
        for (name, sheet) in [("blank", &blank), ("tiles", &tiles), ("checks", &checks)] {
            assert!(!is_printed(sheet, 150.0), "{name}: {}", share(sheet, 150.0));
        }
        // Two lines of strokes, 4 to 6 pixels apart, on a noisy ground.
        let text = page(|x, y| {
            let stroke = matches!(x % 15, 0 | 4 | 10) && (160..260).contains(&x);
            let line = (60..66).contains(&y) || (90..96).contains(&y);
            if stroke && line { 170 } else { 208 + (7 * x + 13 * y).wrapping_mul(x) as u8 % 5 }
        });
        assert!(is_printed(&text, 150.0), "{}", share(&text, 150.0));
        assert!(!is_printed(&text, 270.0), "print at the left of the start does not count");
    }

    #[test]
    fn pages_of_a_few_pixels_and_starts_beyond_them_have_no_print() {
        let dot = Photo::from_rgb8(1, 1, vec![0; 3]).unwrap();
        for start in [f32::NAN, f32::NEG_INFINITY, f32::INFINITY, 500.0] {
            assert_eq!(share(&dot, start), 0.0);
            assert_eq!(share(&page(|_, _| 90), start), 0.0);
        }
    }
}
