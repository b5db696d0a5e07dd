//! Points, rectangles and 2-D similarity transforms, in pixels: x right, y down, pixel centres at
//! +0.5.

mod point;
mod rect;
mod similarity;
mod vector;

pub use point::Point;
pub use rect::Rect;
pub use similarity::Similarity;
pub(crate) use similarity::square;
pub(crate) use vector::{cross, minus};

#[cfg(test)]
mod tests;
