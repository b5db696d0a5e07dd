//! Placeholder
pub mod error;
pub mod geometry;
mod scratch;
mod nn;
pub mod model;
