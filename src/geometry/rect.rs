//! Axis-parallel rectangles.

use super::point::Point;
use serde::{Serialize, Serializer};

/// An axis-parallel rectangle with finite edges, `left <= right` and `top <= bottom`, in pixels of
/// the upright source.
///
/// It may reach beyond the picture, as the box of a face at its edge does. It is serialised as
/// `[left, top, right, bottom]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Rect {
    /// The rectangle between four edges; `None` if they are not finite or not in order.
    pub fn from_edges(left: f32, top: f32, right: f32, bottom: f32) -> Option<Self> {
        let ordered = left <= right && top <= bottom;
        let finite = [left, top, right, bottom].iter().all(|v| v.is_finite());
        (ordered && finite).then_some(Self { left, top, right, bottom })
    }

    /// The rectangle of a centre and a size; `None` if these are not finite or a side is negative.
    pub fn from_center(center: Point, width: f32, height: f32) -> Option<Self> {
        let (w, h) = (0.5 * width, 0.5 * height);
        Self::from_edges(center.x - w, center.y - h, center.x + w, center.y + h)
    }

    /// The left edge: x in pixels.
    pub fn left(&self) -> f32 {
        self.left
    }

    /// The top edge: y in pixels.
    pub fn top(&self) -> f32 {
        self.top
    }

    /// The right edge: x in pixels, not less than [`Rect::left`].
    pub fn right(&self) -> f32 {
        self.right
    }

    /// The bottom edge: y in pixels, not less than [`Rect::top`].
    pub fn bottom(&self) -> f32 {
        self.bottom
    }

    /// The width in pixels: `right - left`.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// The height in pixels: `bottom - top`.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// The area in square pixels: `width * height`.
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The point half-way between the edges.
    pub fn center(&self) -> Point {
        Point::new(0.5 * (self.left + self.right), 0.5 * (self.top + self.bottom))
    }

    /// The area that both rectangles cover over the area that either does, 0 ..= 1: how much they
    /// are one. It is 0 for two empty rectangles.
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

impl Serialize for Rect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.left, self.top, self.right, self.bottom].serialize(serializer)
    }
}
