//! What the ceremony's tests and its fuzz targets share: an office around ceremonies, and a model
//! of events that the ceremony is held against.
#![cfg_attr(fuzzing, allow(dead_code, unused_imports))]
// For tests and fuzzing alone, where a panic is the finding.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

#[cfg(test)]
mod flaky;
#[cfg(test)]
mod interleaved;
mod model;
mod now;
mod office;
mod outlook;
mod random;

#[cfg(test)]
pub(crate) use interleaved::{Seen, interleaved};
pub(crate) use model::follow;
#[cfg(test)]
pub(crate) use model::random;
pub(crate) use now::Now;
pub(crate) use office::*;
pub(crate) use random::TestRng;
