//! Guides a capture over recorded frames: a line per frame, and overlays to look at.
//!
//! ```text
//! cargo run --release --example guide -- FRAMES_OR_IMAGE [--out DIR] [--fps 30]
//!     [--oval 0.47] [--repeat 45] [--approach] [--json]
//! ```
//!
//! `FRAMES_OR_IMAGE` is a folder of JPEG or PNG frames, taken in the order of their names, or one
//! image, which is shown `--repeat` times or, with `--approach`, as if its subject came closer and
//! then held still. Exit status: 0 ready at some time, 1 never ready, 3 error.

mod approach;
mod overlay;
mod program;

pub use program::main;
