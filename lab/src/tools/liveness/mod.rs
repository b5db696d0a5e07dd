//! Judges a recorded flash session: live, an attack, or neither can be told.
//!
//! `cargo run --release --example liveness -- SESSION_DIR [--challenge FILE] [--document FILE]
//! [--json] [--plot FILE]`
//!
//! Exit status: 0 live, 1 attack, 2 inconclusive, 3 error. With a document: 0 only if the face
//! matches it, too; 1 if not, 2 if they can't be compared.

mod judged;
mod program;
mod table;

pub use program::main;
