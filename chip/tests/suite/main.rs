//! Tests of the public interface on chips that `tests/fixtures/make.py` made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod answers;
mod chips;
mod hostile;
mod lists;
mod refusals;
mod zones;

use selfsame_chip::{Authentic, ChipFiles, Result, TrustStore, authenticate};
use std::path::PathBuf;

/// The time at which tests authenticate: 1 January 2027.
const AT: u64 = 1_798_761_600;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the folders in one of fixtures.
fn folders(name: &str) -> Vec<String> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).join(name);
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn trust(anchors: &[&str]) -> TrustStore {
    let mut trust = TrustStore::default();
    for name in anchors {
        trust.add_anchors(&fixture(name)).unwrap();
    }
    trust
}

fn check<'a>(files: &[&'a [u8]], trust: &TrustStore) -> Result<Authentic<'a>> {
    check_at(files, trust, AT)
}

fn check_at<'a>(files: &[&'a [u8]], trust: &TrustStore, at: u64) -> Result<Authentic<'a>> {
    let mut all = ChipFiles::default();
    for file in files {
        all.add(file)?;
    }
    authenticate(all, trust, at)
}
