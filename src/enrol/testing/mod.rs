//! What the ceremony's tests and its fuzz targets share: an office around ceremonies, and a model
//! of events that the ceremony is held against.
#![cfg_attr(fuzzing, allow(dead_code, unused_imports))]
// For tests and fuzzing alone, where a panic is the finding.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

mod model;
mod office;
mod random;

pub(crate) use model::follow;
#[cfg(test)]
pub(crate) use model::random;
pub(crate) use office::*;
pub(crate) use random::TestRng;
