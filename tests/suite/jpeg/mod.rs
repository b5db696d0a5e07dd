//! JPEG, file by file: thousands of generated ones against libjpeg-turbo, and handmade ones for
//! what no encoder of its package writes.
//!
//! The programs `cjpeg` and `djpeg` (Debian's `libjpeg-turbo-progs`) write and read the generated
//! files. Where they are absent a test prints that it was skipped; with `SELFSAME_REQUIRE_DJPEG=1`
//! their absence is a failure.
//!
//! **The rule.** A file that `djpeg` reads without a warning is read as the same picture, no sample
//! farther than [`same::MOST`] levels from `djpeg -dct int` with its default upsampling (a triangle
//! filter for chrominance of half the resolution, repetition for other ratios), whatever the
//! sampling; or it is refused, with an error of the kind `UnsupportedFormat`, and the kinds of
//! files that are refused stand in the test. Another picture is never an answer.

mod bombs;
mod differential;
mod encoder;
mod generated;
mod handmade;
mod program;
mod same;
mod write;
