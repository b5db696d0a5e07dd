//! What a file says of its pixels beside their number: how they stand, and what their colours mean.
//!
//! The containers are walked once more for it, one file per format. Of two statements of one kind
//! the first counts. What is damaged says nothing; a damaged colour profile says that there was
//! one.

mod exif_text;
mod jpeg;
mod jpeg2000;
mod png;
mod read;
mod statements;
mod webp;

pub(super) use read::read;
#[cfg(any(feature = "gif", feature = "jxl", feature = "tiff"))]
pub(super) use statements::Statements;
