//! JPEG 2000 (ISO/IEC 15444-1) as chips carry it: a JP2 file or a bare codestream of one to four
//! components.
//!
//! The decoder behind it (`hayro-jpeg2000`, pure Rust) allocates what headers state, and works as
//! much as they state. So boxes ([`boxes`]) and codestream ([`codestream`]) are walked here first,
//! from whose headers memory and work are known ([`cost`]), and what the components mean
//! ([`channels`]). The decoder then sees the codestream alone, with nothing in it that was not
//! looked at, and [`color`] makes colours of what it gives.

mod boxes;
mod channels;
mod codestream;
mod color;
mod cost;
mod decode;
mod layout;
mod style;

pub(super) use boxes::Space;
pub(super) use decode::decode;
pub(super) use layout::{inspect, is_jpeg2000, stated_space};
