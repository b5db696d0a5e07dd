//! Files that are cut, damaged, or state more than they have.

use super::*;
use std::time::Instant;

/// The fixtures that this build reads.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let read = |name: &str| {
        cfg!(feature = "gif") && name.ends_with(".gif")
            || cfg!(feature = "tiff") && name.ends_with(".tif")
            || cfg!(feature = "jxl") && name.ends_with(".jxl")
    };
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| read(name)).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), file(&name))).collect()
}

#[test]
fn files_cut_anywhere_are_damaged_or_whole() {
    for (name, bytes) in fixtures() {
        let Ok(whole) = Photo::decode(&bytes, &Limits::default()) else { continue };
        // The first thousand bytes, and some of the rest.
        for cut in (0..bytes.len()).filter(|cut| *cut < 1000 || cut % 37 == 0 || cut + 20 > bytes.len()) {
            match Photo::decode(&bytes[..cut], &Limits::default()) {
                Ok(photo) => assert!(photo.pixels() == whole.pixels(), "{name} cut at {cut}"),
                Err(error) => assert!(error.kind() != ErrorKind::LimitExceeded, "{name} cut at {cut}: {error}"),
            }
        }
    }
}

#[test]
fn damaged_files_are_survived() {
    let limits = Limits::default().with_max_pixels(4_000_000).unwrap();
    let mut slowest = (0, String::new());
    for (name, bytes) in fixtures() {
        for bit in (0..8 * bytes.len()).filter(|bit| *bit < 2000 || bit % 61 == 0) {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let started = Instant::now();
            let _ = Photo::decode(&damaged, &limits);
            slowest = slowest.max((started.elapsed().as_millis(), format!("{name}, bit {bit}")));
        }
    }
    println!("the slowest took {} ms: {}", slowest.0, slowest.1);
}

#[cfg(feature = "gif")]
#[test]
fn a_gif_of_a_large_screen_is_refused_by_its_header() {
    let mut bytes = file("plain.gif");
    bytes[6..10].fill(255);
    assert_eq!(refused(&bytes).0, ErrorKind::LimitExceeded);
}

#[cfg(feature = "tiff")]
#[test]
fn a_tiff_of_large_sides_or_tiles_is_refused_by_its_header() {
    use super::tiff::tiff;
    let one: [(u16, u16, &[u32]); 2] = [(258, 3, &[8]), (262, 3, &[1])];
    type Fields<'a> = &'a [(u16, u16, &'a [u32])];
    let table: [(&str, Fields<'_>); 4] = [
        ("sides", &[(256, 4, &[1 << 31]), (257, 4, &[1 << 31])]),
        (
            "a tile",
            &[
                (256, 4, &[1]),
                (257, 4, &[1]),
                (322, 4, &[1 << 30]),
                (323, 4, &[1 << 20]),
                (324, 4, &[8]),
                (325, 4, &[1]),
            ],
        ),
        (
            "a tile beyond addresses",
            &[
                (256, 4, &[1]),
                (257, 4, &[1]),
                (322, 4, &[u32::MAX]),
                (323, 4, &[u32::MAX]),
                (324, 4, &[8]),
                (325, 4, &[1]),
            ],
        ),
        // Strips that all lie at one place.
        (
            "strips",
            &[(256, 4, &[1]), (257, 4, &[60_000]), (278, 4, &[1]), (273, 4, &[8; 60_000]), (279, 4, &[1; 60_000])],
        ),
    ];
    for (name, fields) in table {
        let (kind, words) = refused(&tiff(&[fields, &one].concat(), &[0; 8]));
        assert_eq!(kind, ErrorKind::LimitExceeded, "{name}: {words}");
    }
    // LZW data far longer than its pixels.
    let fields: [(u16, u16, &[u32]); 3] = [(256, 3, &[4]), (257, 3, &[4]), (259, 3, &[5])];
    let (kind, words) = refused(&tiff(&[&fields[..], &one].concat(), &vec![0x80; 1 << 20]));
    assert!(kind == ErrorKind::LimitExceeded && words.contains("compressed"), "{words}");
}

#[cfg(feature = "jxl")]
#[test]
fn a_jxl_of_large_sides_is_refused_by_its_header() {
    // Not small; 2³⁰ rows; as many columns; all else as usual.
    let bits = 0b110_u64 | ((1 << 30) - 1) << 3 | 0b001 << 33 | 0b11 << 36;
    let bytes = [&[0xFF, 0x0A][..], &bits.to_le_bytes(), &[0; 8]].concat();
    let (kind, words) = refused(&bytes);
    assert_eq!(kind, ErrorKind::LimitExceeded, "{words}");
}
