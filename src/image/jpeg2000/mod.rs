//! JPEG 2000 (ISO/IEC 15444-1) as chips carry it: a JP2 file or a bare codestream, one or three
//! components.
//!
//! The decoder behind it (`hayro-jpeg2000`, pure Rust) allocates what headers state. So boxes
//! ([`boxes`]) and codestream ([`codestream`]) are walked here first, from whose headers the memory
//! is known ([`memory`]); the decoder then sees the codestream alone, with nothing in it that was
//! not looked at.

mod boxes;
mod codestream;
mod decode;
mod layout;
mod memory;

pub(super) use decode::decode;
pub(super) use layout::{inspect, is_jpeg2000};
