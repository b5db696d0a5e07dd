//! Plane to plane in perspective: a page seen by a camera.

use crate::geometry::Point;

/// A projective transform of the plane, as the rows of its matrix; points are (x, y, 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Homography([[f64; 3]; 3]);

impl Homography {
    /// The transform that takes the rectangle (0, 0) to (`width`, `height`) onto `corners`, which
    /// follow each other as (0, 0), (`width`, 0), (`width`, `height`), (0, `height`) do; `None`
    /// if the corners enclose nothing or are not finite.
    ///
    /// Method: P. Heckbert, "Fundamentals of Texture Mapping and Image Warping" (1989), section
    /// 2.2.3.
    pub(super) fn from_rectangle(width: f32, height: f32, corners: &[Point; 4]) -> Option<Self> {
        let [p0, p1, p2, p3] = corners.map(|p| (f64::from(p.x), f64::from(p.y)));
        let (sum_x, sum_y) = (p0.0 - p1.0 + p2.0 - p3.0, p0.1 - p1.1 + p2.1 - p3.1);
        let (dx1, dy1) = (p1.0 - p2.0, p1.1 - p2.1);
        let (dx2, dy2) = (p3.0 - p2.0, p3.1 - p2.1);
        let area = dx1 * dy2 - dx2 * dy1;
        let g = (sum_x * dy2 - dx2 * sum_y) / area;
        let h = (dx1 * sum_y - sum_x * dy1) / area;
        let (w, height) = (f64::from(width), f64::from(height));
        let rows = [
            [(p1.0 - p0.0 + g * p1.0) / w, (p3.0 - p0.0 + h * p3.0) / height, p0.0],
            [(p1.1 - p0.1 + g * p1.1) / w, (p3.1 - p0.1 + h * p3.1) / height, p0.1],
            [g / w, h / height, 1.0],
        ];
        // Corners without an area divide by 0: what comes of that is not finite.
        Some(Self(rows)).filter(|map| map.0.as_flattened().iter().all(|v| v.is_finite()))
    }

    /// The image of `p`; not finite for points on the horizon.
    pub(super) fn apply(&self, p: Point) -> Point {
        let (x, y) = (f64::from(p.x), f64::from(p.y));
        let [u, v, w] = self.0.map(|[a, b, c]| a * x + b * y + c);
        Point::new((u / w) as f32, (v / w) as f32)
    }

    /// The first two columns of the matrix, as seen by a camera of this focal length whose axis
    /// goes through `center`: what one unit along x and along y is in space, up to one common
    /// factor.
    pub(super) fn directions(&self, focal_px: f32, center: Point) -> [[f64; 3]; 2] {
        let [[a, b, _], [c, d, _], [g, h, _]] = self.0;
        let focal = f64::from(focal_px);
        let (x, y) = (f64::from(center.x), f64::from(center.y));
        [[(a - x * g) / focal, (c - y * g) / focal, g], [(b - x * h) / focal, (d - y * h) / focal, h]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners() -> [Point; 4] {
        [(10.0, 20.0), (300.0, 5.0), (330.0, 210.0), (-20.0, 180.0)].map(|(x, y)| Point::new(x, y))
    }

    #[test]
    fn corners_go_to_corners_and_diagonals_to_diagonals() {
        let map = Homography::from_rectangle(125.0, 88.0, &corners()).unwrap();
        let rectangle = [(0.0, 0.0), (125.0, 0.0), (125.0, 88.0), (0.0, 88.0)];
        for ((x, y), corner) in rectangle.into_iter().zip(corners()) {
            assert!(map.apply(Point::new(x, y)).distance(corner) < 1e-3);
        }
        // The rectangle's centre lies where the diagonals cross.
        let [a, b, c, d] = corners();
        let center = map.apply(Point::new(62.5, 44.0));
        let off = |p: Point, q: Point| {
            ((q.x - p.x) * (center.y - p.y) - (q.y - p.y) * (center.x - p.x)).abs() / p.distance(q)
        };
        assert!(off(a, c) < 1e-3 && off(b, d) < 1e-3);
    }

    #[test]
    fn what_encloses_nothing_has_no_transform() {
        let p = Point::new(3.0, 3.0);
        assert!(Homography::from_rectangle(1.0, 1.0, &[p; 4]).is_none());
        let mut corners = corners();
        corners[2].x = f32::NAN;
        assert!(Homography::from_rectangle(1.0, 1.0, &corners).is_none());
    }
}
