//! Formats behind features: GIF, TIFF and JPEG XL, of files that other programs wrote
//! (`tests/data/formats.py`).

#[cfg(feature = "gif")]
mod gif;
mod hostile;
#[cfg(feature = "jxl")]
mod jxl;
#[cfg(feature = "tiff")]
mod tiff;
mod work;

use selfsame::error::ErrorKind;
use selfsame::image::{Limits, Photo, PhotoInfo};
use std::path::{Path, PathBuf};

const WIDTH: usize = 40;
const HEIGHT: usize = 30;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats")
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn photo(name: &str) -> Photo {
    Photo::decode(&file(name), &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn info(name: &str) -> PhotoInfo {
    photo(name).info().clone()
}

/// The error of a file: its kind and its words.
fn refused(bytes: &[u8]) -> (ErrorKind, String) {
    let error = Photo::decode(bytes, &Limits::default()).unwrap_err();
    (error.kind(), error.to_string())
}

/// The pixels of `tests/data/formats.py`, each by its column and row.
fn pixels(color: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))).flat_map(|(x, y)| color(x, y)).collect()
}

#[cfg(any(feature = "jxl", feature = "tiff"))]
fn rgb(x: usize, y: usize) -> [u8; 3] {
    [6 * x as u8, 8 * y as u8, (x * y % 256) as u8]
}

/// White where the picture is transparent.
#[cfg(any(feature = "jxl", feature = "tiff"))]
fn right_half(color: impl Fn(usize, usize) -> [u8; 3]) -> impl Fn(usize, usize) -> [u8; 3] {
    move |x, y| if x < 20 { [255; 3] } else { color(x, y) }
}

#[cfg(any(feature = "gif", feature = "tiff"))]
fn palette(x: usize, y: usize) -> [u8; 3] {
    [30 * (x / 5) as u8, 60 * (y / 8) as u8, 100]
}

/// A picture of the portrait's name turned upright: 30 × 40.
#[cfg(any(feature = "jxl", feature = "tiff"))]
fn turned(color: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    (0..WIDTH).flat_map(|y| (0..HEIGHT).map(move |x| (y, HEIGHT - 1 - x))).flat_map(|(x, y)| color(x, y)).collect()
}
