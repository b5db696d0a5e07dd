//! Groups of people and pictures, and how error rates differ between them.

mod differential;
mod grouping;
mod table;

pub use differential::{Differential, Extremes, GroupExtremes, GroupPair};
pub use grouping::Grouping;
pub use table::{GroupTable, PictureName};
