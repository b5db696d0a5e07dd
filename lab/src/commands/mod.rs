//! The laboratory's subcommands: each has a type of arguments, and a `run` that takes it and gives
//! the exit status.

// A fault in a program of the laboratory ends it, with a report of where it happened; nothing here
// is linked into what decides about people.
#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "a fault ends the program")]

pub mod cost;
pub mod crops;
pub mod damage;
pub mod evaluate;
pub mod gallery;
pub mod model;
pub mod quality;
pub mod shared;
pub mod simulate;
pub mod soak;
