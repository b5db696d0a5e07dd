//! How often the chain errs, measured on labelled photographs (feature `evaluate`).
//!
//! Terms follow ISO/IEC 19795-1: false match rate (FMR), false non-match rate (FNMR), failure to enrol. A picture without a
//! template takes part in every pair and never matches: every genuine pair of it is a false non-match.

mod all_pairs;
mod cache;
mod cache_file;
mod cache_key;
mod cosine;
mod face_choice;
mod folder;
mod histogram;
mod impostors;
mod lfw;
mod operating_point;
mod score_set;
mod ten_fold;

pub use all_pairs::all_pairs;
pub use cache::{PictureDigest, TemplateCache};
pub use cache_key::CacheKey;
pub use cosine::cosine_scores;
pub use face_choice::FaceChoice;
pub use folder::IdentityFolder;
pub use impostors::impostor_spec;
pub use lfw::{LfwPairs, Pair};
pub use operating_point::OperatingPoint;
pub use score_set::ScoreSet;
pub use ten_fold::{TenFold, ten_fold};
