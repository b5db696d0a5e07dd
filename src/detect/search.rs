//! Where the detector looks: each search is one view of the frame of the size of the network's
//! input, given as a similarity transform, so that zooming out, tiling and turning cost no pixel
//! copies beyond the warp into that input.

use super::candidate::Candidate;
use super::rotation::Rotation;
use crate::geometry::{Point, Similarity, view};

/// One view of the frame: a run of the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Search {
    /// From pixels of the network's input to pixels of the source.
    pub source_from_input: Similarity,
    /// The turn of the faces that this search finds.
    pub rotation: Rotation,
}

/// The whole frame of `width` × `height` pixels in an `input` of so many pixels, width and height:
/// as large as fits in, times `zoom` (0 < zoom <= 1).
pub(super) fn whole(width: f32, height: f32, zoom: f32, rotation: Rotation, input: (usize, usize)) -> Option<Search> {
    let center = Point::new(0.5 * width, 0.5 * height);
    let sideways = matches!(rotation, Rotation::Clockwise90 | Rotation::Clockwise270);
    let (across, down) = if sideways { (height, width) } else { (width, height) };
    // What of the source the input's width shows.
    let shown = across.max(down * (input.0 as f32 / input.1 as f32)) / zoom;
    let source_from_input = view(center, shown / input.0 as f32, rotation.degrees(), input)?;
    Some(Search { source_from_input, rotation })
}

/// Least overlap of neighbouring tiles, as a share of a tile's side: faces up to so large lie whole
/// in some tile; larger ones are found by the searches before.
const TILE_OVERLAP: f32 = 0.3;

/// Overlapping square tiles of `side` pixels, each turned: of half the longer side 6 for 16:9, 9
/// for a square frame. Empty for tiles of under one input: there they would only enlarge pixels. An
/// `input` that is not square shows a tile in its shorter side.
pub(super) fn tiles(width: f32, height: f32, side: f32, rotation: Rotation, input: (usize, usize)) -> Vec<Search> {
    let shorter = input.0.min(input.1) as f32;
    if side < shorter {
        return Vec::new();
    }
    let columns = tile_centers(width, side);
    let rows = tile_centers(height, side);
    let centers = rows.iter().flat_map(|y| columns.iter().map(|x| Point::new(*x, *y)));
    centers
        .filter_map(|center| view(center, side / shorter, rotation.degrees(), input))
        .map(|source_from_input| Search { source_from_input, rotation })
        .collect()
}

/// Whether the edge of a tile cuts `candidate`, and another tile of the frame, whose sides are
/// given, shows it whole.
pub(super) fn is_cut(candidate: &Candidate, tile: &Search, input: (usize, usize), frame: (f32, f32)) -> bool {
    let rect = &candidate.rect;
    let center = rect.center();
    let (width, height) = (input.0 as f32, input.1 as f32);
    let edges = [
        (rect.left() < 0.0, Point::new(0.0, center.y)),
        (rect.right() > width, Point::new(width, center.y)),
        (rect.top() < 0.0, Point::new(center.x, 0.0)),
        (rect.bottom() > height, Point::new(center.x, height)),
    ];
    // A tile that ends with the frame does so within a pixel.
    let goes_on = |p: Point| p.x > 1.0 && p.y > 1.0 && p.x < frame.0 - 1.0 && p.y < frame.1 - 1.0;
    let crossed = edges.iter().any(|(crossed, edge)| *crossed && goes_on(tile.source_from_input.apply(*edge)));
    crossed && rect.width().max(rect.height()) <= TILE_OVERLAP * width.min(height)
}

/// Centres of the tiles along an axis of `length`: evenly spaced, the outermost flush with the
/// edges.
fn tile_centers(length: f32, side: f32) -> Vec<f32> {
    if length <= side {
        return vec![0.5 * length];
    }
    let span = length - side;
    let gaps = (span / (side * (1.0 - TILE_OVERLAP))).ceil().max(1.0);
    (0..=gaps as usize).map(|i| 0.5 * side + span * i as f32 / gaps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::square;
    use proptest::prelude::*;

    const INPUT_PX: usize = 192;
    const INPUT: (usize, usize) = (INPUT_PX, INPUT_PX);

    fn near(a: Point, b: Point) -> bool {
        a.distance(b) < 1e-3
    }

    #[test]
    fn the_whole_frame_is_centred_and_fills_the_longer_side() {
        let search = whole(1280.0, 720.0, 1.0, Rotation::None, INPUT).unwrap();
        let map = |x, y| search.source_from_input.apply(Point::new(x, y));
        assert!(near(map(0.0, 96.0), Point::new(0.0, 360.0)) && near(map(192.0, 96.0), Point::new(1280.0, 360.0)));
        assert!(near(map(96.0, 42.0), Point::new(640.0, 0.0)), "{:?}", map(96.0, 42.0));
        let half = whole(1280.0, 720.0, 0.5, Rotation::None, INPUT).unwrap();
        assert!(near(half.source_from_input.apply(Point::new(48.0, 96.0)), Point::new(0.0, 360.0)));
    }

    #[test]
    fn turned_searches_turn_about_the_centre() {
        // A chin below the centre of the input lies where the variant's documentation says.
        for (rotation, chin) in [
            (Rotation::None, (50.0, 80.0)),
            (Rotation::Clockwise90, (20.0, 50.0)),
            (Rotation::Half, (50.0, 20.0)),
            (Rotation::Clockwise270, (80.0, 50.0)),
        ] {
            let search = whole(100.0, 100.0, 1.0, rotation, INPUT).unwrap();
            let source = search.source_from_input.apply(Point::new(96.0, 153.6));
            assert!(near(source, Point::new(chin.0, chin.1)), "{rotation:?}: {source:?}");
        }
    }

    #[test]
    fn tiles_of_common_shapes() {
        let count = |width: f32, height: f32, side: f32| tiles(width, height, side, Rotation::None, INPUT).len();
        assert_eq!([count(1280.0, 720.0, 640.0), count(1280.0, 720.0, 320.0)], [6, 18]);
        assert_eq!([count(720.0, 1280.0, 640.0), count(720.0, 1280.0, 320.0)], [6, 18]);
        assert_eq!([count(1000.0, 1000.0, 500.0), count(1000.0, 1000.0, 250.0)], [9, 36]);
        assert_eq!([count(250.0, 250.0, 125.0), count(250.0, 250.0, 192.0)], [0, 4]);
        assert_eq!(count(2000.0, 300.0, 1000.0), 3);
    }

    #[test]
    fn inputs_that_are_not_square_show_the_whole_frame() {
        for (frame, rotation, shown) in [
            ((1280.0, 720.0), Rotation::None, (320.0, 180.0)),
            ((720.0, 1280.0), Rotation::None, (135.0, 240.0)),
            ((720.0, 1280.0), Rotation::Clockwise90, (320.0, 180.0)),
        ] {
            let search = whole(frame.0, frame.1, 1.0, rotation, (320, 240)).unwrap();
            let back = search.source_from_input.inverse().unwrap();
            let (a, b) = (back.apply(Point::new(0.0, 0.0)), back.apply(Point::new(frame.0, frame.1)));
            assert!(near(a.midpoint(b), Point::new(160.0, 120.0)), "{a:?} {b:?}");
            let size = ((a.x - b.x).abs(), (a.y - b.y).abs());
            assert!((size.0 - shown.0).abs() < 1e-2 && (size.1 - shown.1).abs() < 1e-2, "{rotation:?}: {size:?}");
        }
    }

    proptest! {
        #[test]
        fn tiles_hold_every_small_square(
            width in 400f32..4000.0, height in 400f32..4000.0, u in 0f32..1.0, v in 0f32..1.0, share in 0.01f32..0.149,
        ) {
            let size = share * width.max(height);
            let (x, y) = (u * (width - size).max(0.0), v * (height - size).max(0.0));
            prop_assume!(size <= width.min(height));
            let corner = |search: &Search, p| search.source_from_input.inverse().unwrap().apply(p);
            let inside = |p: Point| p.x > -0.5 && p.y > -0.5 && p.x < 192.5 && p.y < 192.5;
            let side = 0.5 * width.max(height);
            let held = tiles(width, height, side, Rotation::None, INPUT).iter().any(|t| {
                inside(corner(t, Point::new(x, y))) && inside(corner(t, Point::new(x + size, y + size)))
            });
            prop_assert!(held);
        }

        #[test]
        fn square_maps_centre_and_corners(x in -500f32..500.0, y in -500f32..500.0, side in 1f32..2000.0, angle in -180f32..180.0) {
            let map = square(Point::new(x, y), side, angle, 192).unwrap();
            prop_assert!(map.apply(Point::new(96.0, 96.0)).distance(Point::new(x, y)) < 1e-2);
            let diagonal = map.apply(Point::new(0.0, 0.0)).distance(map.apply(Point::new(192.0, 192.0)));
            prop_assert!((diagonal - side * std::f32::consts::SQRT_2).abs() < 1e-3 * side + 1e-2);
        }
    }
}
