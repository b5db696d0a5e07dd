//! The tools around the product: each is the `main` of an example of the same name, so that
//! `cargo run --release --example NAME --` runs it from the root of the repository. What a tool
//! prints, its JSON and its exit status are stable, since others script them.
//!
//! | tool | what it does |
//! |---|---|
//! | [`verify`] | compares a document's portrait with a selfie |
//! | [`chip`] | shows what a chip's files hold, and who signed them |
//! | [`guide`] | tells what the person before the camera would be told, frame by frame |
//! | [`challenge`] | issues a flash challenge and shows how safe it is |
//! | [`liveness`] | judges a recorded flash session |
//! | [`enrol`] | walks through the whole ceremony in a terminal, before a simulated camera |
//!
//! [`command_line`] is what their command lines, and the laboratory's own program, share.

// A file that cannot be read is an error here; what else fails in a tool is a fault that ends it.
pub mod challenge;
pub mod chip;
pub mod command_line;
pub mod enrol;
pub mod guide;
pub mod liveness;
pub mod verify;
