//! JPEG 2000 through the one door: pixels, limits, and every cut and flip. How the files were made:
//! `tests/data/jpeg2000.py`.

use crate::decode::{decode, small_limits};
use crate::dg2::engine;
use crate::verify::portrait;
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::engine::Verdict;
use selfsame::error::ErrorKind;
use selfsame::image::{ImageFormat, Limits, Photo, SourceColor, SourceProfile};

mod meaning;
mod peer;
mod work;

const PORTRAIT: &[u8] = include_bytes!("../../data/portrait.jp2");
const COLOUR: &[u8] = include_bytes!("../../data/card.jp2");
const GREY: &[u8] = include_bytes!("../../data/card.j2k");

/// The file with `bytes` written `offset` behind the first occurrence of `anchor`.
fn patched(file: &[u8], anchor: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let at = file.windows(anchor.len()).position(|w| w == anchor).unwrap() + offset;
    let mut changed = file.to_vec();
    changed[at..at + bytes.len()].copy_from_slice(bytes);
    changed
}

const SIZ: &[u8] = &[0xFF, 0x51];
const COD: &[u8] = &[0xFF, 0x52];
const SOT: &[u8] = &[0xFF, 0x90];

fn colour(x: usize, y: usize) -> [u8; 3] {
    [6 * x, 8 * y, 2 * ((7 * x + 3 * y) % 64)].map(|v| v as u8)
}

fn pixels() -> impl Iterator<Item = (usize, usize)> {
    (0..30).flat_map(|y| (0..40).map(move |x| (x, y)))
}

#[test]
fn lossless_files_give_back_every_pixel() {
    let photo = decode(COLOUR).unwrap();
    let expected: Vec<u8> = pixels().flat_map(|(x, y)| colour(x, y)).collect();
    assert!(photo.pixels() == expected);
    let info = photo.info();
    assert_eq!((photo.width(), photo.height(), info.format), (40, 30, ImageFormat::Jpeg2000));
    assert_eq!((info.color, info.bits_per_channel, info.had_alpha), (SourceColor::Rgb, 8, false));

    let photo = decode(GREY).unwrap();
    let expected: Vec<u8> = pixels().flat_map(|(x, y)| [((5 * x + 3 * y) % 256) as u8; 3]).collect();
    assert!(photo.pixels() == expected, "six tiles, a bare codestream");
    assert_eq!((photo.info().color, photo.info().format), (SourceColor::Gray, ImageFormat::Jpeg2000));
}

#[test]
fn a_lossy_portrait_of_ten_kilobytes_verifies() {
    assert!(PORTRAIT.len() < 10_100);
    let document = DocumentPhoto::from_bytes(PORTRAIT, &Limits::default()).unwrap();
    assert_eq!((document.origin(), document.photo().width()), (Origin::ImageFile, 240));
    let verdict = |selfie: &str| engine().verify(&document, &portrait(selfie), 1e-4).unwrap().verdict;
    assert!(matches!(verdict("astronaut.png"), Verdict::Match(_)));
    assert!(matches!(verdict("obama.jpg"), Verdict::NoMatch(_)));
}

#[test]
fn ycc_becomes_rgb() {
    let enumerated = patched(COLOUR, b"colr", 10, &[18]);
    let photo = decode(&enumerated).unwrap();
    for (i, (x, y)) in pixels().enumerate() {
        let [luma, cb, cr] = colour(x, y).map(f64::from);
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        let expected = [luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb];
        for (got, expected) in photo.pixels()[3 * i..].iter().zip(expected) {
            assert!((f64::from(*got) - expected.clamp(0.0, 255.0)).abs() < 0.51, "{x} {y}: {got} for {expected}");
        }
    }
}

#[test]
fn a_last_tile_part_of_open_length_ends_with_the_codestream() {
    let whole = decode(COLOUR).unwrap();
    let open = patched(COLOUR, SOT, 6, &[0; 4]);
    assert_eq!(decode(&open), Ok(whole.clone()));
    assert_eq!(decode(&[&open[..], b"behind \xFF\xD9 the end"].concat()), Ok(whole));
    assert_eq!(decode(&open[..open.len() - 1]), Err(ErrorKind::Corrupt));
}

#[test]
fn a_file_cut_anywhere_is_corrupt() {
    for (what, file, signature) in [("portrait", PORTRAIT, 12), ("colour", COLOUR, 12), ("grey", GREY, 4)] {
        for cut in 0..file.len() {
            let expected = if cut < signature { ErrorKind::UnsupportedFormat } else { ErrorKind::Corrupt };
            assert_eq!(decode(&file[..cut]), Err(expected), "{what} cut at {cut} of {}", file.len());
        }
        let clean = decode(file).unwrap();
        assert_eq!(decode(&[file, b"garbage"].concat()), Ok(clean), "{what}");
    }
}

#[test]
fn every_limit_holds() {
    for (what, file) in [("colour", COLOUR), ("grey", GREY)] {
        let check = |limits: Limits| Photo::decode(file, &limits).map(|_| ()).map_err(|e| e.kind());
        let (all, over) = (Limits::default, Err(ErrorKind::LimitExceeded));
        assert_eq!(check(all().with_max_bytes(file.len() - 1).unwrap()), over, "{what}");
        assert_eq!(check(all().with_max_side_px(40).unwrap()), Ok(()), "{what}");
        assert_eq!(check(all().with_max_side_px(39).unwrap()), over, "{what}");
        assert_eq!(check(all().with_max_pixels(1199).unwrap()), over, "{what}");
        assert_eq!(check(all().with_max_memory_bytes(1 << 20).unwrap()), Ok(()), "{what}");
        assert_eq!(check(all().with_max_memory_bytes(1200 * 8).unwrap()), over, "{what}");
    }
}

#[test]
fn what_headers_state_is_refused_before_anything_is_allocated() {
    let with = |offset, bytes: &[u8]| decode(&patched(GREY, SIZ, offset, bytes));
    assert_eq!(with(6, &60_000u32.to_be_bytes()), Err(ErrorKind::LimitExceeded), "width");
    assert_eq!(with(6, &u32::MAX.to_be_bytes()), Err(ErrorKind::LimitExceeded), "width");
    assert_eq!(with(6, &[0; 4]), Err(ErrorKind::Corrupt), "no width");
    assert_eq!(with(22, &[0; 4]), Err(ErrorKind::Corrupt), "tiles without width");
    assert_eq!(with(38, &[0xFF, 0xFF]), Err(ErrorKind::Corrupt), "65,535 components");
    // 8,000 × 8,000 px in tiles of 16 × 16, and in tiles of one pixel.
    let large = [8_000u32.to_be_bytes(), 8_000u32.to_be_bytes()].concat();
    let large = patched(GREY, SIZ, 6, &large);
    assert_eq!(decode(&large), Err(ErrorKind::LimitExceeded), "tiles");
    // 2,000 × 2,000 px in one tile, of code-blocks of 4 × 4, with 32 layers.
    let side = 2_000u32.to_be_bytes();
    let one_tile = patched(&patched(GREY, SIZ, 6, &[side, side].concat()), SIZ, 22, &[side, side].concat());
    let limits = Limits::default().with_max_memory_bytes(128 << 20).unwrap();
    let kind = |file: &[u8]| Photo::decode(file, &limits).unwrap_err().kind();
    assert_ne!(kind(&one_tile), ErrorKind::LimitExceeded, "the usual structure fits");
    let small_blocks = patched(&patched(&one_tile, COD, 10, &[0, 0]), COD, 6, &[0, 32]);
    assert_eq!(kind(&small_blocks), ErrorKind::LimitExceeded, "code-blocks");
    // The same with precincts of 2 × 2.
    let at = one_tile.windows(2).position(|w| w == COD).unwrap();
    let mut precincts = patched(&one_tile, COD, 2, &[0, 15, 1]);
    precincts.splice(at + 14..at + 14, [0x11; 3]);
    assert_eq!(kind(&precincts), ErrorKind::LimitExceeded, "precincts");
}

#[test]
fn kinds_that_are_not_read_are_unsupported() {
    let unsupported = Err(ErrorKind::UnsupportedFormat);
    let with = |anchor, offset, bytes: &[u8]| decode(&patched(COLOUR, anchor, offset, bytes));
    assert_eq!(with(SIZ, 40, &[16]), unsupported, "17 bits");
    assert_eq!(with(COD, 6, &[0, 33]), unsupported, "33 layers");
    assert_eq!(with(COD, 9, &[17]), unsupported, "17 decomposition levels");
    assert_eq!(with(COD, 12, &[0x40]), unsupported, "high-throughput coding");
    assert_eq!(with(&[0xFF, 0x64], 0, &[0xFF, 0x5F]), unsupported, "a change of progression");
    assert_eq!(with(b"colr", 10, &[12]), unsupported, "CMYK");
    assert_eq!(with(SIZ, 44, &[2]), Err(ErrorKind::Corrupt), "mixed components of other spacings");
    assert_eq!(with(SIZ, 44, &[0]), Err(ErrorKind::Corrupt), "samples at no distance");
    assert_eq!(with(SIZ, 14, &1u32.to_be_bytes()), Err(ErrorKind::Corrupt), "an offset that the file's header lacks");
    assert_eq!(with(b"ihdr", 4, &31u32.to_be_bytes()), Err(ErrorKind::Corrupt), "two heights");
    assert_eq!(with(COD, 2, &[0, 13]), Err(ErrorKind::Corrupt), "a segment that is longer than its contents");
}

#[test]
fn flipped_bits_never_panic() {
    let limits = small_limits();
    for file in [COLOUR, GREY] {
        for bit in 0..8 * file.len() {
            let mut damaged = file.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(photo) = Photo::decode(&damaged, &limits) {
                assert_eq!(photo.pixels().len(), 3 * photo.width() as usize * photo.height() as usize);
            }
        }
    }
}
