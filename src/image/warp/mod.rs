//! The single pass from a frame to a network's input: cut, turn, scale, order the channels and
//! normalise.

mod bend;
mod sample;
mod write;

pub(crate) use bend::Bend;
#[cfg(fuzzing)]
pub(crate) use write::warp_at;
pub(crate) use write::warp_bent_into;
pub use write::{warp_into, warp_rgb8};

#[cfg(test)]
mod cameras;
#[cfg(test)]
mod golden;
#[cfg(any(test, fuzzing))]
pub(crate) mod reference;
#[cfg(test)]
mod tests;
