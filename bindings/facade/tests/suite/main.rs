//! The facade says what the library says, bit by bit, and survives whatever it is given.

// An assertion or a panic is the plainest report.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod frames;
mod pairs;
#[cfg(feature = "evaluate")]
mod rates;

use selfsame_facade::{Engine, EngineOptions, Profile};
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).unwrap()
}

fn portrait(name: &str) -> Vec<u8> {
    read(&format!("datasets/portraits/{name}.jpg"))
}

fn engine(profile: Profile, threads: u32) -> Engine {
    Engine::new(&EngineOptions { profile, threads, ..EngineOptions::default() }).unwrap()
}
