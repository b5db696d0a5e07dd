//! Rotation, uniform scale and translation of the plane.

use super::point::Point;

/// A similarity transform of the plane: rotation, uniform scale and translation, without
/// reflection.
///
/// It maps (x, y) to (a·x − b·y + tx, b·x + a·y + ty), where a = s·cos θ and b = s·sin θ for a
/// scale s above zero and an angle θ. All four numbers are finite: constructors answer `None`
/// otherwise.
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

    /// The transform that scales by `scale` and turns by `angle_deg` (clockwise on the screen, y
    /// being down) about the origin, then moves the origin to `origin_to`.
    ///
    /// `None` unless everything is finite and the scale positive.
    pub fn new(scale: f32, angle_deg: f32, origin_to: Point) -> Option<Self> {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        Self { a: scale * cos, b: scale * sin, tx: origin_to.x, ty: origin_to.y }.checked().filter(|_| scale > 0.0)
    }

    /// The transform that maps the points `from` as close as can be to the points `to`, in the
    /// sense of least squares.
    ///
    /// Method: S. Umeyama, "Least-squares estimation of transformation parameters between two point
    /// patterns", 1991; in the plane and without reflection it is a linear regression of complex
    /// numbers. `None` with fewer than two pairs, unequal counts, coinciding points or values that
    /// are not finite.
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

    /// The transform itself if it is one: all numbers finite, the scale not lost to rounding.
    fn checked(self) -> Option<Self> {
        let finite = [self.a, self.b, self.tx, self.ty].iter().all(|v| v.is_finite());
        (finite && self.scale() > f32::MIN_POSITIVE).then_some(self)
    }

    /// The point that `p` is mapped to.
    pub fn apply(&self, p: Point) -> Point {
        Point::new(self.a * p.x - self.b * p.y + self.tx, self.b * p.x + self.a * p.y + self.ty)
    }

    /// The transform that undoes this one; `None` if the scale is too small or too large to be
    /// inverted.
    pub fn inverse(&self) -> Option<Self> {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        Self { a, b, tx: -(a * self.tx - b * self.ty), ty: -(b * self.tx + a * self.ty) }.checked()
    }

    /// The transform that maps p to `self.apply(first.apply(p))`; `None` if the product overflows.
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

    /// The factor by which distances grow: how many pixels of the target one of the source becomes.
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// The angle of rotation in degrees, −180 ..= 180, clockwise on the screen.
    pub fn angle_deg(&self) -> f32 {
        self.b.atan2(self.a).to_degrees()
    }

    /// The numbers a and b of the type's formula: the transform without its translation.
    pub fn linear(&self) -> (f32, f32) {
        (self.a, self.b)
    }
}

/// The transform from a square target of `target_px` pixels to the square of the source with the
/// given centre and side, turned clockwise by `angle_deg`. `None` if that is degenerate or not
/// finite.
pub(crate) fn square(center: Point, side_px: f32, angle_deg: f32, target_px: usize) -> Option<Similarity> {
    view(center, side_px / target_px as f32, angle_deg, (target_px, target_px))
}

/// The transform from a target of `target_px` pixels, width and height, to the source about
/// `center`, of which a pixel of the target shows `scale`, turned clockwise by `angle_deg`. `None`
/// if that is degenerate or not finite.
pub(crate) fn view(center: Point, scale: f32, angle_deg: f32, target_px: (usize, usize)) -> Option<Similarity> {
    let turn = Similarity::new(scale, angle_deg, Point::default())?;
    let moved = turn.apply(Point::new(0.5 * target_px.0 as f32, 0.5 * target_px.1 as f32));
    Similarity::new(turn.scale(), angle_deg, Point::new(center.x - moved.x, center.y - moved.y))
}
