//! A file mapped into memory: the crate's one unsafe call outside the kernels.
#![allow(unsafe_code)]

use memmap2::{Mmap, MmapOptions};
use std::fs::File;

/// The first `len` bytes of `file`, which the caller holds a lock on and does not change while the
/// map lives.
pub(super) fn map(file: &File, len: usize) -> std::io::Result<Mmap> {
    // SAFETY: the map is sound as long as nobody changes or shortens these bytes. Programs that use
    // this crate do not: every `Gallery` holds the file's lock for as long as its map (shared, or
    // exclusive if it may write), and a writer drops its own map before it changes bytes within it.
    // Others could; the documentation of `gallery` says what happens then, and that the file should
    // lie where only its service can write. The bytes are read as integers, any values of which
    // are valid, and scores made of them are checked.
    unsafe { MmapOptions::new().len(len).map(file) }
}
