//! A JPEG decoder that bounds its work, and decodes any part of a picture at any of four scales.
//!
//! Most programs that look at a photograph need less than all of it: a preview, or one face. A file
//! is read here once, which finds whatever is wrong with it, without computing pixels; then any
//! [`Area`] can be had at an eighth, a quarter, half or all of its resolution ([`Picture`]).
//! Baseline, extended and progressive files are read, with every sampling and script of scans that
//! the standard allows, 8 bits a sample; pixels equal those of libjpeg.
//!
//! Files of strangers are refused or decoded in bounded time and memory, which [`Header`] tells
//! before: a few nanoseconds for each byte, each pixel, and each visit of a block by a scan, of
//! which there may be 24 for each block and four million beside that. There is no `unsafe` in this
//! crate.
//!
//! ```
//! use selfsame_jpeg::{Area, Header, Picture, Scale};
//!
//! let file: &[u8] = include_bytes!("../tests/data/gradient.jpg");
//! let header = Header::read(file)?;
//! let picture = Picture::decode(file, &header)?;
//! let [width, height] = picture.size(Scale::Eighth);
//! let mut preview = vec![0; (3 * width * height) as usize];
//! picture.read(Scale::Eighth, Area { left: 0, top: 0, width, height }, &mut preview)?;
//! # Ok::<(), selfsame_jpeg::Error>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod bits;
mod coefficients;
mod entropy;
mod error;
mod frame;
mod header;
mod huffman;
mod idct;
mod markers;
mod picture;
mod planes;
mod progressive;
mod render;
mod scan;
mod sequential;
mod standard;
mod stream;
pub(crate) mod work;

pub use error::{Error, ErrorKind, Result};
pub use header::{Color, Header, Process};
pub use picture::{Area, FINE_BITS, Picture, Scale, decode_rgb8};
#[cfg(any(fuzzing, feature = "count-work"))]
pub use work::take as take_work;

/// The place of each coefficient in a block's rows, in the order of a file (T.81, figure A.6).
#[rustfmt::skip]
pub(crate) const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];
