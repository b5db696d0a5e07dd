//! How much darker a face is below its eyes than on its cheeks: what dark glasses show.

use super::crop::LUMA;
use crate::align::{FAMILY_PLACES, FAMILY_PX, align_points};
use crate::error::Result;
use crate::geometry::Point;
use crate::image::{Frame, Normalisation, warp_into};
use crate::simd::scratch;
use std::ops::Range;

/// The rows of a face's crop that are looked at, from below the eyes to above the mouth.
const ROWS: Range<usize> = 56..84;
/// Side of the squares whose means are looked at, in pixels.
const SQUARE_PX: usize = 4;
/// Where glasses reach, as rows of such squares and columns on the subject's right and left.
const BELOW_EYES: (Range<usize>, [Range<usize>; 2]) = (0..2, [7..12, 16..21]);
/// Where cheeks have not ended yet, in the same way.
const CHEEKS: (Range<usize>, [Range<usize>; 2]) = (4..7, [6..11, 17..22]);
/// What is added to a luma of 0 to 255, so that noise in the dark is no ratio.
const FLOOR: f32 = 8.0;
/// The most that darkness counts, as a natural logarithm. Chosen by hand.
const MOST: f32 = 0.6;

/// The natural logarithm of how many times as bright the cheek is as the skin below the eye, on
/// the side where that is less: 0 ..= 0.6. A side in shadow says nothing.
///
/// `points` are right eye, left eye, nose tip, right and left mouth corner, in pixels of the frame.
///
/// # Errors
/// Those of [`align_points`] and of the warp.
pub(crate) fn dark_below_eyes(frame: &Frame<'_>, points: &[Point; 5]) -> Result<f32> {
    let places = FAMILY_PLACES.map(|(x, y)| Point::new(x, y - ROWS.start as f32));
    let crop = align_points(points, &places, FAMILY_PX, ROWS.len())?.crop;
    let mut pixels = scratch::take(3 * FAMILY_PX * ROWS.len());
    warp_into(frame, &crop, &Normalisation::STORED_RGB, &mut pixels)?;
    let mut squares = [[0.0f32; FAMILY_PX / SQUARE_PX]; (ROWS.end - ROWS.start) / SQUARE_PX];
    let [wr, wg, wb] = LUMA.map(|w| w / (SQUARE_PX * SQUARE_PX) as f32);
    for (row, lines) in squares.iter_mut().zip(pixels.as_chunks::<3>().0.chunks_exact(SQUARE_PX * FAMILY_PX)) {
        for line in lines.chunks_exact(FAMILY_PX) {
            for (square, four) in row.iter_mut().zip(line.chunks_exact(SQUARE_PX)) {
                *square += four.iter().map(|[r, g, b]| wr * r + wg * g + wb * b).sum::<f32>();
            }
        }
    }
    let seen = |rows: &Range<usize>, columns: &Range<usize>| -> Vec<f32> {
        let rows = squares.iter().enumerate().filter(|(y, _)| rows.contains(y));
        let squares = rows.flat_map(|(_, row)| row.iter().enumerate().filter(|(x, _)| columns.contains(x)));
        squares.map(|(_, luma)| *luma).collect()
    };
    let ((rows, columns), (cheek_rows, cheek_columns)) = (&BELOW_EYES, &CHEEKS);
    let darker = columns.iter().zip(cheek_columns).map(|(columns, cheek_columns)| {
        let (below, mut cheek) = (seen(rows, columns), seen(cheek_rows, cheek_columns));
        cheek.sort_by(f32::total_cmp);
        // A cheek has fifteen squares; one without any would add nothing.
        let middle = cheek.get(cheek.len() / 2).copied().unwrap_or_default();
        let below = below.iter().sum::<f32>() / below.len() as f32;
        ((middle + FLOOR) / (below + FLOOR)).ln()
    });
    Ok(darker.fold(MOST, f32::min).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Photo;

    /// A grey face of the family's places, with a darker band of this level over both eyes, or over
    /// one.
    fn darkness(level: u8, both: bool) -> f32 {
        let pixels = (0..FAMILY_PX * FAMILY_PX).flat_map(|i| {
            let (x, y) = (i % FAMILY_PX, i / FAMILY_PX);
            [if (40..66).contains(&y) && (both || x < FAMILY_PX / 2) { level } else { 150 }; 3]
        });
        let photo = Photo::from_rgb8(FAMILY_PX as u32, FAMILY_PX as u32, pixels.collect()).unwrap();
        dark_below_eyes(&photo.frame(), &FAMILY_PLACES.map(|(x, y)| Point::new(x, y))).unwrap()
    }

    #[test]
    fn a_dark_band_over_both_eyes_is_told() {
        assert!(darkness(150, true) < 1e-3 && darkness(200, true) == 0.0);
        assert!((darkness(100, true) - (158.0f32 / 108.0).ln()).abs() < 1e-3);
        assert!((darkness(10, true) - MOST).abs() < 1e-6);
        assert!(darkness(10, false) < 1e-3, "one side in shadow says nothing");
    }
}
