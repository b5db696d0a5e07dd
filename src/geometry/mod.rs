//! Points, rectangles and similarity transforms of the plane, in pixels: x right, y down, pixel
//! centres at +0.5.
//!
//! All stages speak of the *upright source picture*: the top left corner of its top left pixel is
//! (0, 0), the centre of that pixel (0.5, 0.5), however the pixels lie in memory. Crops are
//! [`Similarity`] transforms, and their names say the way: `source_from_target` maps points of the
//! target to points of the source.
//!
//! ```
//! use selfsame::geometry::{Point, Rect, Similarity};
//!
//! // A target of 100 × 100 pixels that shows a square of 400 px, turned by a quarter.
//! let top_left = Point::new(600.0, 50.0);
//! let source_from_target = Similarity::new(4.0, 90.0, top_left).ok_or("not finite")?;
//! // To the right in the target is down in the source.
//! let corner = source_from_target.apply(Point::new(100.0, 0.0));
//! assert!(corner.distance(Point::new(600.0, 450.0)) < 1e-3);
//!
//! let face = Rect::from_center(Point::new(50.0, 60.0), 40.0, 48.0).ok_or("not finite")?;
//! assert_eq!((face.left(), face.bottom()), (30.0, 84.0));
//! # Ok::<(), &str>(())
//! ```

mod point;
mod rect;
mod similarity;
mod vector;

pub use point::Point;
pub use rect::Rect;
pub use similarity::Similarity;
pub(crate) use similarity::{square, view};
pub(crate) use vector::{cross, minus};

#[cfg(test)]
mod tests;
