//! The integration tests: one binary, a module per theme, through the public interface alone.

mod adversarial;
mod architecture;
mod backends;
mod challenge;
mod decode;
mod dg2;
mod enrol;
mod evaluate;
mod faults;
mod flicker;
mod frames;
mod gallery;
mod guide;
mod house;
mod jpeg2000;
mod numbers;
mod page;
#[cfg(feature = "ort")]
mod parity;
mod verify;
