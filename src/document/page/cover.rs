//! Whether a finger lies over the portrait: skin that goes on from the face beyond the portrait's
//! edge, where a page has its ground.
//!
//! The mesh network wavers over most covered faces (`judge`), but not over all: it has learnt to
//! complete what a hand hides.

use crate::detect::Detection;
use crate::image::Photo;

/// Skin in chrominance, blue and red: D. Chai and K. N. Ngan, "Face segmentation using skin-color
/// map in videophone applications" (1999), of all shades of skin.
const SKIN: [std::ops::RangeInclusive<f32>; 2] = [77.0..=127.0, 133.0..=173.0];
/// How far from the page's ground skin is in the channel that differs most, in levels: grounds may
/// be pink. Chosen by hand.
const OFF_GROUND: f32 = 32.0;
/// Half the side of a square of skin, in pixels: narrower things are no fingers, which are at least
/// 18 wide on a straightened page.
const HALF_PX: usize = 3;
/// Where the portrait has ended for certain, in widths of the face's box from its centre: to the
/// sides, above and below. Portraits of ICAO Doc 9303 end at 0.85, 1.2 and 0.95.
const BEYOND: [f32; 3] = [1.15, 1.5, 1.2];
/// The part of the face's box in which skin is looked for first, in shares of its half width.
const SEED: f32 = 0.9;

/// Whether skin leads from `face` to beyond the portrait on the straightened `page`.
pub(super) fn is_covered(page: &Photo, face: &Detection) -> bool {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let (center, side) = (face.rect.center(), face.rect.width());
    let pixels = page.pixels().as_chunks::<3>().0;
    let ground = ground(pixels, width, center.x + BEYOND[0] * side);
    let skin: Vec<bool> = pixels.iter().map(|pixel| is_skin(pixel.map(f32::from), ground)).collect();
    let mut open = thick(&skin, width, height);
    // From the face on, each pixel once.
    let at = |i: usize| ((i % width) as f32 + 0.5 - center.x, (i / width) as f32 + 0.5 - center.y);
    let seed = |i: &usize| {
        let (x, y) = at(*i);
        x.abs().max(y.abs()) < 0.5 * SEED * side
    };
    let mut next: Vec<usize> = (0..open.len()).filter(|i| seed(i)).filter(|i| take(&mut open, *i)).collect();
    while let Some(i) = next.pop() {
        let (x, y) = at(i);
        let [aside, above, below] = BEYOND;
        if x.abs() > aside * side || y < -above * side || y > below * side {
            return true;
        }
        let left = (i % width > 0).then(|| i - 1);
        let right = (i % width + 1 < width).then_some(i + 1);
        let neighbours = [left, right, i.checked_sub(width), Some(i + width)];
        next.extend(neighbours.into_iter().flatten().filter(|i| take(&mut open, *i)));
    }
    false
}

/// Takes a pixel that is open; whether it was.
fn take(open: &mut [bool], i: usize) -> bool {
    open.get_mut(i).is_some_and(std::mem::take)
}

/// The median colour of `photo`.
pub(super) fn median(photo: &Photo) -> [f32; 3] {
    ground(photo.pixels().as_chunks::<3>().0, photo.width() as usize, 0.0)
}

/// The median colour of the page at the right of `start`.
fn ground(pixels: &[[u8; 3]], width: usize, start: f32) -> [f32; 3] {
    // Casts saturate. A portrait that is so far right leaves the last quarter.
    let start = (start.max(0.0) as usize).min(width - width / 4);
    let mut counts = [[0u32; 256]; 3];
    for row in pixels.chunks_exact(width.max(1)) {
        for pixel in row.iter().skip(start) {
            for (counts, value) in counts.iter_mut().zip(pixel) {
                if let Some(count) = counts.get_mut(usize::from(*value)) {
                    *count += 1;
                }
            }
        }
    }
    counts.map(|counts| {
        let half = counts.iter().sum::<u32>() / 2;
        let mut seen = 0;
        let median = counts.iter().position(|count| {
            seen += count;
            seen > half
        });
        // A page of no pixels has no ground.
        median.unwrap_or(0) as f32
    })
}

fn is_skin([r, g, b]: [f32; 3], ground: [f32; 3]) -> bool {
    // ITU-R BT.601.
    let blue = 128.0 - 0.169 * r - 0.331 * g + 0.5 * b;
    let red = 128.0 + 0.5 * r - 0.419 * g - 0.081 * b;
    let off = [r, g, b].iter().zip(ground).map(|(v, of)| (v - of).abs()).fold(0.0, f32::max);
    SKIN[0].contains(&blue) && SKIN[1].contains(&red) && off > OFF_GROUND
}

/// The centres of squares that are all skin.
fn thick(skin: &[bool], width: usize, height: usize) -> Vec<bool> {
    let run = |values: &mut dyn Iterator<Item = bool>| -> Vec<bool> {
        let mut length = 0;
        let ends: Vec<usize> = values
            .map(|value| {
                length = if value { length + 1 } else { 0 };
                length
            })
            .collect();
        // A run that ends `HALF_PX` further on and is long enough lies about here.
        (0..ends.len()).map(|i| ends.get(i + HALF_PX).is_some_and(|run| *run > 2 * HALF_PX)).collect()
    };
    let across: Vec<bool> = skin.chunks_exact(width.max(1)).flat_map(|row| run(&mut row.iter().copied())).collect();
    let mut both = vec![false; skin.len()];
    for x in 0..width {
        let mut column = across.iter().skip(x).step_by(width).copied();
        for (y, value) in run(&mut column).into_iter().enumerate().take(height) {
            if let Some(both) = both.get_mut(y * width + x) {
                *both = value;
            }
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Rotation;
    use crate::geometry::{Point, Rect};

    fn page(finger: bool, width: f32) -> Photo {
        let color = |x: f32, y: f32| {
            let face = (x - 90.0).hypot(0.8 * (y - 130.0)) < 32.0;
            let on_finger = finger && (x - 100.0).abs() < 0.5 * width && y > 120.0 && y < 250.0;
            let portrait = (35.0..145.0).contains(&x) && (55.0..200.0).contains(&y);
            match (face || on_finger, portrait) {
                (true, _) => [198, 134, 100],
                (false, true) => [120, 130, 150],
                (false, false) => [214, 216, 205],
            }
        };
        let pixels = (0..270).flat_map(|y| (0..384).flat_map(move |x| color(x as f32, y as f32)));
        Photo::from_rgb8(384, 270, pixels.collect()).unwrap()
    }

    fn face(center: Point) -> Detection {
        let rect = Rect::from_center(center, 64.0, 64.0).unwrap();
        Detection { rect, keypoints: [center; 6], score: 0.9, rotation: Rotation::None }
    }

    #[test]
    fn skin_that_leaves_the_portrait_is_a_finger() {
        let face = face(Point::new(90.0, 130.0));
        assert!(!is_covered(&page(false, 0.0), &face));
        assert!(is_covered(&page(true, 20.0), &face));
        assert!(!is_covered(&page(true, 5.0), &face), "a line is no finger");
    }

    #[test]
    fn faces_at_the_edge_and_pages_of_a_pixel_are_looked_at_in_bounds() {
        let dot = Photo::from_rgb8(1, 1, vec![0; 3]).unwrap();
        for at in [0.0, 383.0, 1e9, -1e9] {
            let face = face(Point::new(at, at));
            assert!(!is_covered(&dot, &face));
            is_covered(&page(true, 20.0), &face);
        }
    }
}
