//! The unified quality scores: what discarding pairs by them gains, and the weights fitted on the
//! pictures at hand.
//!
//! ```sh
//! cargo run --release -p selfsame-lab -- quality lfw DIR [--folds 1-5] [--choose] [--cache FILE]
//! cargo run --release -p selfsame-lab -- quality folder DIR …
//! ```
//!
//! `quality lfw DIR --folds 1-5` prints the constants that the code has, `--folds 6-10` tries them
//! on other people. On all ten folds each half is judged with the weights of the other, at its own
//! threshold, and both halves' pairs are counted together. `--choose` tells which measures the
//! score should rest on. Exit status 0, or 3 after an error.

mod choice;
mod curves;
mod measured;
mod program;

pub use choice::run as choose;
pub use curves::run as error_versus_discard;
pub use measured::Measured;
pub use program::{Arguments, run};
