//! What SQL over faces gives, and how often a picture is looked at for it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod pairs;
mod support;
mod templates;
