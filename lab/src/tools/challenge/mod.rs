//! Issues a challenge and shows what it would flash, and how safe that is.
//!
//! `cargo run --release --example challenge -- [--seed HEX] [--now SECONDS] [--regions] [--json]
//! [--svg FILE]`
//!
//! With a seed and a time it is the same challenge every time, for tests; without a seed it comes
//! from the operating system. Exit status: 0 issued, 3 error.

mod program;
mod safety;
mod timeline;

pub use program::main;
