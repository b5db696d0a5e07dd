//! How often the chain errs, measured on labelled photographs (feature `evaluate`).
//!
//! A first version: the ten-fold protocol of Labeled Faces in the Wild, and all impostor and genuine pairs of a set. Terms
//! follow ISO/IEC 19795-1: false match rate (FMR), false non-match rate (FNMR), failure to enrol. A picture without a
//! template takes part in every pair with the score −1: it never matches, and every genuine pair of it is a false non-match.

mod all_pairs;
mod lfw;
mod ten_fold;

pub use all_pairs::{AllPairs, OperatingPoint, all_pairs};
pub use lfw::{LfwPairs, Pair};
pub use ten_fold::{TenFold, ten_fold};
