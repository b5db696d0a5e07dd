//! Points of a picture.

use serde::{Serialize, Serializer};

/// A point of a picture: pixels of the upright source, unless the name that it goes by says
/// otherwise.
///
/// It is serialised as `[x, y]`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Distance from the picture's left edge in pixels; a pixel's centre lies at + 0.5.
    pub x: f32,
    /// Distance from the picture's top edge in pixels; a pixel's centre lies at + 0.5.
    pub y: f32,
}

impl Point {
    /// The point (`x`, `y`).
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// The Euclidean distance to `other`, in pixels.
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point half-way to `other`.
    pub fn midpoint(self, other: Self) -> Self {
        Self::new(0.5 * (self.x + other.x), 0.5 * (self.y + other.y))
    }

    /// The arithmetic mean of `points`; `None` for no points.
    pub fn mean(points: &[Self]) -> Option<Self> {
        (!points.is_empty()).then(|| Self::mean_of_some(points))
    }

    /// The arithmetic mean of points that are known not to be none.
    pub(crate) fn mean_of_some(points: &[Self]) -> Self {
        debug_assert!(!points.is_empty(), "no points have no mean");
        let n = points.len() as f32;
        let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
        Self::new(x / n, y / n)
    }

    /// Whether both coordinates are finite.
    pub fn is_finite(self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.x, self.y].serialize(serializer)
    }
}
