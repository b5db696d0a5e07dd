//! Flash-response liveness: the screen plays a random, safe sequence of colours, and a live face before the camera answers it.

mod segment;

pub use segment::{Region, Segment};
