//! Points, rectangles and 2-D similarity transforms, in pixels: x right, y down, pixel centres at
//! +0.5.

/// A point in pixels of the upright source image, unless a name says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the top edge.
    pub y: f32,
}

impl Point {
    /// The point (`x`, `y`).
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// Euclidean distance to `other`, in pixels.
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point half-way to `other`.
    pub fn midpoint(self, other: Self) -> Self {
        Self::new(0.5 * (self.x + other.x), 0.5 * (self.y + other.y))
    }

    /// Arithmetic mean; `None` for no points.
    pub fn mean(points: &[Self]) -> Option<Self> {
        if points.is_empty() {
            return None;
        }
        let n = points.len() as f32;
        let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
        Some(Self::new(x / n, y / n))
    }

    /// Whether both coordinates are finite.
    pub fn is_finite(self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

/// An axis-parallel rectangle with finite edges, `left <= right` and `top <= bottom`. It may reach
/// beyond the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Rect {
    /// From its edges; `None` if they are not finite or not in order.
    pub fn from_edges(left: f32, top: f32, right: f32, bottom: f32) -> Option<Self> {
        let ordered = left <= right && top <= bottom;
        let finite = [left, top, right, bottom].iter().all(|v| v.is_finite());
        (ordered && finite).then_some(Self { left, top, right, bottom })
    }

    /// From its centre and size; `None` if these are not finite or a side is negative.
    pub fn from_center(center: Point, width: f32, height: f32) -> Option<Self> {
        let (w, h) = (0.5 * width, 0.5 * height);
        Self::from_edges(center.x - w, center.y - h, center.x + w, center.y + h)
    }

    /// Left edge.
    pub fn left(&self) -> f32 {
        self.left
    }

    /// Top edge.
    pub fn top(&self) -> f32 {
        self.top
    }

    /// Right edge.
    pub fn right(&self) -> f32 {
        self.right
    }

    /// Bottom edge.
    pub fn bottom(&self) -> f32 {
        self.bottom
    }

    /// `right - left`.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// `bottom - top`.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// `width * height`.
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The centre.
    pub fn center(&self) -> Point {
        Point::new(0.5 * (self.left + self.right), 0.5 * (self.top + self.bottom))
    }

    /// Intersection over union with `other`, 0 ..= 1; 0 for two empty rectangles.
    pub fn iou(&self, other: &Self) -> f32 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        if width <= 0.0 || height <= 0.0 {
            return 0.0;
        }
        let intersection = width * height;
        intersection / (self.area() + other.area() - intersection)
    }
}

/// A similarity transform of the plane: rotation, uniform scale and translation, without
/// reflection.
///
/// Maps (x, y) to (a·x − b·y + tx, b·x + a·y + ty), where a = s·cos θ and b = s·sin θ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    a: f32,
    b: f32,
    tx: f32,
    ty: f32,
}

impl Similarity {
    /// The transform that changes nothing.
    pub const IDENTITY: Self = Self { a: 1.0, b: 0.0, tx: 0.0, ty: 0.0 };

    /// Scales by `scale` and turns by `angle_deg` (clockwise on the screen, y being down) about the
    /// origin, then moves the origin to `origin_to`. `None` unless everything is finite and the
    /// scale positive.
    pub fn new(scale: f32, angle_deg: f32, origin_to: Point) -> Option<Self> {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        Self { a: scale * cos, b: scale * sin, tx: origin_to.x, ty: origin_to.y }.checked().filter(|_| scale > 0.0)
    }

    /// Least-squares fit that maps each `from` point to its `to` point (S. Umeyama, "Least-squares
    /// estimation of transformation parameters between two point patterns", 1991; in the plane
    /// and without reflection it is a complex linear regression). `None` with fewer than two
    /// pairs, unequal counts, coinciding points or values that are not finite.
    pub fn fit(from: &[Point], to: &[Point]) -> Option<Self> {
        if from.len() != to.len() || from.len() < 2 {
            return None;
        }
        let mean_from = Point::mean(from)?;
        let mean_to = Point::mean(to)?;
        let (mut dot, mut cross, mut norm) = (0.0f64, 0.0f64, 0.0f64);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (f64::from(p.x - mean_from.x), f64::from(p.y - mean_from.y));
            let (qx, qy) = (f64::from(q.x - mean_to.x), f64::from(q.y - mean_to.y));
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            norm += px * px + py * py;
        }
        let (a, b) = ((dot / norm) as f32, (cross / norm) as f32);
        Self {
            a,
            b,
            tx: mean_to.x - a * mean_from.x + b * mean_from.y,
            ty: mean_to.y - b * mean_from.x - a * mean_from.y,
        }
        .checked()
    }

    fn checked(self) -> Option<Self> {
        let finite = [self.a, self.b, self.tx, self.ty].iter().all(|v| v.is_finite());
        (finite && self.scale() > f32::MIN_POSITIVE).then_some(self)
    }

    /// The image of `p`.
    pub fn apply(&self, p: Point) -> Point {
        Point::new(self.a * p.x - self.b * p.y + self.tx, self.b * p.x + self.a * p.y + self.ty)
    }

    /// The inverse transform; `None` if the scale is too small to be inverted.
    pub fn inverse(&self) -> Option<Self> {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        Self { a, b, tx: -(a * self.tx - b * self.ty), ty: -(b * self.tx + a * self.ty) }.checked()
    }

    /// `self` after `first`: maps p to `self.apply(first.apply(p))`. `None` if the product
    /// overflows.
    pub fn after(&self, first: &Self) -> Option<Self> {
        let moved = self.apply(Point::new(first.tx, first.ty));
        Self {
            a: self.a * first.a - self.b * first.b,
            b: self.b * first.a + self.a * first.b,
            tx: moved.x,
            ty: moved.y,
        }
        .checked()
    }

    /// How many target pixels one source pixel becomes.
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// The angle of rotation in degrees, −180 ..= 180, clockwise on the screen.
    pub fn angle_deg(&self) -> f32 {
        self.b.atan2(self.a).to_degrees()
    }

    /// The linear part (a, b), see the type's formula.
    pub fn linear(&self) -> (f32, f32) {
        (self.a, self.b)
    }
}

/// a − b.
pub(crate) fn minus([ax, ay, az]: [f32; 3], [bx, by, bz]: [f32; 3]) -> [f32; 3] {
    [ax - bx, ay - by, az - bz]
}

/// a × b.
pub(crate) fn cross([ax, ay, az]: [f32; 3], [bx, by, bz]: [f32; 3]) -> [f32; 3] {
    [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn transform() -> impl Strategy<Value = Similarity> {
        (0.05f32..20.0, -180.0f32..180.0, -500.0f32..500.0, -500.0f32..500.0)
            .prop_map(|(s, angle, x, y)| Similarity::new(s, angle, Point::new(x, y)).unwrap())
    }

    proptest! {
        #[test]
        fn fit_recovers_the_transform(t in transform(), seeds in prop::collection::vec((-100f32..100.0, -100f32..100.0), 3..9)) {
            let from: Vec<_> = seeds.iter().map(|&(x, y)| Point::new(x, y)).collect();
            prop_assume!(from.iter().any(|p| p.distance(from[0]) > 10.0));
            let to: Vec<_> = from.iter().map(|&p| t.apply(p)).collect();
            let fitted = Similarity::fit(&from, &to).unwrap();
            for (p, q) in from.iter().zip(&to) {
                prop_assert!(fitted.apply(*p).distance(*q) < 2e-3 * t.scale().max(1.0));
            }
        }

        /// Of points that no similarity maps onto each other, too: the fit goes along with whatever moves the target, and no
        /// similarity beside it comes closer.
        #[test]
        fn fit_goes_along_with_its_target_and_is_the_closest(
            t in transform(),
            pairs in prop::collection::vec(((-100f32..100.0, -100f32..100.0), (-100f32..100.0, -100f32..100.0)), 3..9),
            (scale, angle, x, y) in (0.9f32..1.1, -5f32..5.0, -3f32..3.0, -3f32..3.0),
        ) {
            let point = |(x, y): (f32, f32)| Point::new(x, y);
            let from: Vec<_> = pairs.iter().map(|pair| point(pair.0)).collect();
            let to: Vec<_> = pairs.iter().map(|pair| point(pair.1)).collect();
            prop_assume!(from.iter().any(|p| p.distance(from[0]) > 10.0));
            let fitted = Similarity::fit(&from, &to);
            prop_assume!(fitted.is_some_and(|f| f.scale() > 0.05));
            let fitted = fitted.unwrap();
            let moved: Vec<_> = to.iter().map(|p| t.apply(*p)).collect();
            let along = Similarity::fit(&from, &moved).unwrap();
            for p in &from {
                let off = along.apply(*p).distance(t.apply(fitted.apply(*p)));
                prop_assert!(off < 1e-2 * t.scale().max(1.0), "{off}");
            }
            let error = |s: &Similarity| -> f64 {
                from.iter().zip(&to).map(|(p, q)| f64::from(s.apply(*p).distance(*q)).powi(2)).sum()
            };
            let beside = Similarity::new(scale, angle, Point::new(x, y)).unwrap().after(&fitted).unwrap();
            prop_assert!(error(&fitted) <= error(&beside) * 1.0001 + 1e-2);
        }

        #[test]
        fn overlap_is_symmetric_and_moves_with_both(
            edges in prop::collection::vec((-50f32..50.0, -50f32..50.0, 0.5f32..40.0, 0.5f32..40.0), 2),
            (x, y, scale) in (-64i8..64, -64i8..64, 0u8..4),
        ) {
            let rect = |x: f32, y: f32, w: f32, h: f32| Rect::from_center(Point::new(x, y), w, h).unwrap();
            let [a, b] = [0, 1].map(|i| { let (x, y, w, h) = edges[i]; rect(x, y, w, h) });
            prop_assert_eq!(a.iou(&b), b.iou(&a));
            prop_assert!((0.0..=1.0).contains(&a.iou(&b)));
            prop_assert!((a.iou(&a) - 1.0).abs() < 1e-4);
            let scale = f32::from(1u16 << scale);
            let moved = |r: &Rect| {
                let c = r.center();
                rect(scale * c.x + f32::from(x), scale * c.y + f32::from(y), scale * r.width(), scale * r.height())
            };
            prop_assert!((moved(&a).iou(&moved(&b)) - a.iou(&b)).abs() < 1e-3);
        }

        #[test]
        fn inverse_undoes(t in transform(), x in -300f32..300.0, y in -300f32..300.0) {
            let p = Point::new(x, y);
            let back = t.inverse().unwrap().apply(t.apply(p));
            prop_assert!(back.distance(p) < 1e-2 / t.scale().min(1.0), "{back:?} {p:?}");
        }

        #[test]
        fn composition_is_application_in_turn(s in transform(), t in transform(), x in -50f32..50.0, y in -50f32..50.0) {
            let p = Point::new(x, y);
            let at_once = s.after(&t).unwrap().apply(p);
            let in_turn = s.apply(t.apply(p));
            prop_assert!(at_once.distance(in_turn) < 1e-5 * (1.0 + in_turn.x.abs() + in_turn.y.abs() + s.scale() * 1000.0));
        }
    }

    #[test]
    fn fit_refuses_what_determines_nothing() {
        let p = Point::new(3.0, 4.0);
        assert!(Similarity::fit(&[], &[]).is_none());
        assert!(Similarity::fit(&[p], &[p]).is_none());
        assert!(Similarity::fit(&[p, p], &[p, Point::new(9.0, 9.0)]).is_none());
        assert!(Similarity::fit(&[p, Point::default()], &[p]).is_none());
        assert!(Similarity::fit(&[p, Point::new(f32::NAN, 0.0)], &[p, Point::default()]).is_none());
        assert!(Similarity::fit(&[p, Point::default()], &[p, p]).is_none(), "scale 0 is no similarity");
    }

    #[test]
    fn angle_is_clockwise_on_the_screen() {
        let t = Similarity::new(2.0, 90.0, Point::default()).unwrap();
        assert!(t.apply(Point::new(1.0, 0.0)).distance(Point::new(0.0, 2.0)) < 1e-6);
        assert!((t.angle_deg() - 90.0).abs() < 1e-4 && (t.scale() - 2.0).abs() < 1e-6);
    }

    #[test]
    fn rect_checks_its_edges_and_measures_overlap() {
        assert!(Rect::from_edges(1.0, 0.0, 0.0, 1.0).is_none());
        assert!(Rect::from_edges(0.0, 0.0, f32::NAN, 1.0).is_none());
        let r = Rect::from_center(Point::new(5.0, 6.0), 4.0, 2.0).unwrap();
        assert_eq!((r.left(), r.top(), r.right(), r.bottom()), (3.0, 5.0, 7.0, 7.0));
        let half = Rect::from_edges(3.0, 5.0, 5.0, 7.0).unwrap();
        assert_eq!(r.iou(&half), 0.5);
        assert_eq!(r.iou(&Rect::from_edges(8.0, 8.0, 9.0, 9.0).unwrap()), 0.0);
        let empty = Rect::from_edges(4.0, 6.0, 4.0, 6.0).unwrap();
        assert_eq!(empty.iou(&empty), 0.0);
    }
}
