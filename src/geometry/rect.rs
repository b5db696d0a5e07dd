//! Axis-parallel rectangles.

use super::point::Point;

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
