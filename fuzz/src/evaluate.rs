//! The laboratory's readers of files without the rest of it: plots and command lines would be built
//! under every sanitizer for nothing.
#![allow(dead_code, reason = "what evaluations do with them")]

#[path = "../../lab/src/evaluate/cache/mod.rs"]
mod cache;
#[path = "../../lab/src/evaluate/cache_key.rs"]
mod cache_key;
#[path = "../../lab/src/evaluate/face_choice.rs"]
mod face_choice;
#[path = "../../lab/src/evaluate/lfw.rs"]
mod lfw;
#[path = "../../lab/src/evaluate/padding.rs"]
mod padding;

pub use cache::TemplateCache;
pub use cache_key::CacheKey;
pub use face_choice::FaceChoice;
pub use lfw::LfwPairs;
pub use padding::Padding;
