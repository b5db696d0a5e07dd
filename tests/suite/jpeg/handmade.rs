//! Files that no encoder of libjpeg's writes: what each of them is, is known from the plain file of
//! the same picture.

use super::encoder::{Channels, Drawn};
use super::generated::Draw;
use super::program;
use super::same::difference;
use super::write::{EOI, Restarts, SOI, adobe, quantization, segment};
use crate::decode::decode;
use image::{ExtendedColorType, ImageEncoder};
use selfsame::error::ErrorKind;
use selfsame::image::Photo;

const YCC_420: [[usize; 2]; 3] = [[2, 2], [1, 1], [1, 1]];

/// A picture of 61 × 43 pixels, of three channels unless said otherwise.
fn drawn(kind: Channels, factors: &[[usize; 2]]) -> Drawn {
    Drawn::new(&mut Draw::new(19), kind, [61, 43], factors)
}

fn ycc() -> Drawn {
    drawn(Channels::Ycc, &YCC_420)
}

/// The photo of a file that must be read; `djpeg`, where it is there, must see the same.
fn read(what: &str, file: &[u8]) -> Photo {
    let photo = decode(file).unwrap_or_else(|kind| panic!("{what}: {kind:?}"));
    if program::present() {
        let picture = program::djpeg(file).unwrap_or_else(|complaint| panic!("{what}: djpeg says {complaint}"));
        if let Some(different) = difference(&photo, &picture) {
            panic!("{what}: {different}");
        }
    }
    photo
}

/// The file with `bytes` in place of the `len` that stand at `at`.
fn spliced(file: &[u8], at: usize, len: usize, bytes: &[u8]) -> Vec<u8> {
    [&file[..at], bytes, &file[at + len..]].concat()
}

/// Where the first segment of this marker begins.
fn place(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xFF, marker]).unwrap()
}

#[test]
fn what_lies_behind_the_image_or_is_missing_there_changes_nothing() {
    let drawn = ycc();
    let each = [0, 1, 2].map(|channel| drawn.scan(&[channel], Restarts::default())).concat();
    let head = [drawn.start(), quantization(0, 8, 6, false), drawn.huffman(2), drawn.frame(0xC0)].concat();
    for (what, scans) in [("one scan", drawn.whole_scan()), ("a scan for each channel", each)] {
        let body = [&head[..], &scans].concat();
        let whole = [&body[..], &EOI].concat();
        let plain = read(what, &whole);
        let variants: [(&str, Vec<u8>); 7] = [
            ("no EOI", body.clone()),
            ("half an EOI", [&body[..], &[0xFF]].concat()),
            ("zeros behind EOI", [&whole[..], &[0; 999]].concat()),
            ("noise behind EOI", [&whole[..], &[0xA5, 0xFF, 0xC4, 0, 9, 0xFF, 0xDA, 0, 3]].concat()),
            ("a second picture behind EOI", [&whole[..], &drawn.plain()].concat()),
            ("zeros and no EOI", [&body[..], &[0; 999]].concat()),
            ("text and no EOI", [&body[..], b"a camera's own bytes, which are no JPEG"].concat()),
        ];
        for (variant, file) in variants {
            assert!(decode(&file).as_ref() == Ok(&plain), "{what}, {variant}");
        }
    }
}

#[test]
fn a_picture_cut_short_is_corrupt_wherever_it_ends() {
    for drawn in [ycc(), drawn(Channels::Gray, &[[1, 1]])] {
        let file = drawn.plain();
        let plain = read("plain", &file);
        for end in 0..file.len() {
            match decode(&file[..end]) {
                // All that is missing is EOI and bits that fill the last byte.
                Ok(photo) => assert!(photo == plain && end >= file.len() - 3, "cut at {end} of {}", file.len()),
                Err(kind) => {
                    let other = if end < 12 { ErrorKind::UnsupportedFormat } else { ErrorKind::Corrupt };
                    assert!(kind == ErrorKind::Corrupt || kind == other, "cut at {end}: {kind:?}");
                }
            }
        }
    }
}

/// Frames of motion JPEG leave out the tables that ITU-T T.81, annex K.3, gives as an example.
#[test]
fn a_file_without_huffman_tables_has_the_usual_ones() {
    let pixels: Vec<u8> = (0..48 * 40 * 3).map(|i| (i * 7 % 251) as u8).collect();
    let mut file = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 90);
    encoder.write_image(&pixels, 48, 40, ExtendedColorType::Rgb8).unwrap();
    let plain = read("with tables", &file);
    let mut bare = file.clone();
    while let Some(at) = bare.windows(2).position(|pair| pair == [0xFF, 0xC4]) {
        let length = usize::from(u16::from_be_bytes([bare[at + 2], bare[at + 3]]));
        bare = spliced(&bare, at, 2 + length, &[]);
    }
    assert!(bare.len() + 400 < file.len());
    assert!(decode(&bare).as_ref() == Ok(&plain), "no tables");
    let avi = spliced(&bare, 2, 0, &segment(0xE0, b"AVI1\0\0\0\0\0\0\0\0\0\0"));
    assert!(decode(&avi).as_ref() == Ok(&plain), "no tables, AVI1");
}

#[test]
fn filling_and_segments_that_say_nothing_change_nothing() {
    let file = ycc().plain();
    let plain = read("plain", &file);
    let mut filled = file.clone();
    for marker in [0xD9, 0xDA, 0xC4, 0xC0, 0xDB, 0xE0] {
        let at = place(&filled, marker);
        filled = spliced(&filled, at, 0, &[0xFF; 5]);
    }
    assert!(decode(&filled).as_ref() == Ok(&plain), "FF before markers");
    let empty = segment(0xFE, b"").repeat(20_000);
    let long = segment(0xEB, &[0xFF; 65_533]).repeat(20);
    let nested = segment(0xE1, &file);
    for (what, flood) in [("comments", empty), ("long segments", long), ("a picture within APP1", nested)] {
        for at in [2, place(&file, 0xDB), place(&file, 0xC0), place(&file, 0xDA)] {
            assert!(decode(&spliced(&file, at, 0, &flood)).as_ref() == Ok(&plain), "{what} at {at}");
        }
    }
}

#[test]
fn a_height_behind_the_scan_is_read_or_refused() {
    let file = ycc().plain();
    let plain = read("plain", &file);
    let frame = place(&file, 0xC0);
    let bare = spliced(&file, frame + 5, 2, &[0, 0]);
    let dnl = spliced(&bare, bare.len() - 2, 0, &segment(0xDC, &[0, 43]));
    match decode(&dnl) {
        Ok(photo) => assert!(photo == plain),
        Err(kind) => assert_eq!(kind, ErrorKind::UnsupportedFormat),
    }
    let no_height = decode(&bare).unwrap_err();
    assert!(matches!(no_height, ErrorKind::UnsupportedFormat | ErrorKind::Corrupt), "{no_height:?}");
}

#[test]
fn restart_markers_of_any_number_never_make_another_picture() {
    let drawn = ycc();
    let with = |restarts: Restarts, stated: u16| {
        let interval = segment(0xDD, &stated.to_be_bytes());
        let tables = [quantization(0, 8, 6, false), drawn.huffman(2), interval].concat();
        let all = drawn.scan(&[0, 1, 2], restarts);
        [drawn.start(), tables, drawn.frame(0xC0), all, EOI.to_vec()].concat()
    };
    let plain = read("no restarts", &drawn.plain());
    for interval in [1, 2, 3, 4, 5, 100] {
        let right = with(Restarts { interval, off: 0 }, interval as u16);
        assert!(read("restarts", &right) == plain, "every {interval}");
        for off in 1..8 {
            let wrong = decode(&with(Restarts { interval, off }, interval as u16));
            assert!(wrong.as_ref() == Ok(&plain) || wrong == Err(ErrorKind::Corrupt), "every {interval}, off by {off}");
        }
    }
    let stated_only = decode(&with(Restarts::default(), 2));
    assert!(stated_only.as_ref() == Ok(&plain) || stated_only == Err(ErrorKind::Corrupt), "none where stated");
    let unstated = decode(&with(Restarts { interval: 2, off: 0 }, 0));
    assert!(unstated.as_ref() == Ok(&plain) || unstated == Err(ErrorKind::Corrupt), "some where none is stated");
}

#[test]
fn four_channels_are_inks_if_adobe_says_so() {
    for factors in [[[1, 1]; 4], [[2, 2], [1, 1], [1, 1], [2, 2]]] {
        for kind in [Channels::Cmyk, Channels::Ycck] {
            let file = drawn(kind, &factors).plain();
            read(&format!("{kind:?} {factors:?}"), &file);
            let unmarked = spliced(&file, 2, adobe(0).len(), &[]);
            assert_eq!(decode(&unmarked), Err(ErrorKind::UnsupportedFormat), "{kind:?}");
        }
    }
}

#[test]
fn every_channel_may_have_tables_of_its_own() {
    let mut drawn = ycc();
    let plain = read("plain", &drawn.plain());
    for channel in 0..3 {
        drawn.channels[channel].huffman = channel as u8 + 1;
    }
    let own = |drawn: &Drawn, wide: bool| {
        let tables = [quantization(0, 8, 6, wide), drawn.huffman(4)].concat();
        [drawn.start(), tables, drawn.frame(0xC1), drawn.whole_scan(), EOI.to_vec()].concat()
    };
    assert!(read("four pairs of Huffman tables", &own(&drawn, false)) == plain);
    assert!(read("16-bit quantisation", &own(&drawn, true)) == plain);
}

/// A table that a later scan defines anew holds from there on; a channel's quantisation is the one
/// in force at its first scan.
#[test]
fn tables_that_change_between_scans_hold_for_the_scans_behind_them() {
    let mut drawn = ycc();
    let mut file = [drawn.start(), drawn.frame(0xC1)].concat();
    for (channel, quantizer, interval) in [(1, 5, 2), (0, 9, 0), (2, 3, 5)] {
        drawn.tables.rotate_left(1);
        file.extend(quantization(0, 7, quantizer, false));
        file.extend([drawn.tables[0][0].segment(false, 0), drawn.tables[0][1].segment(true, 0)].concat());
        file.extend(segment(0xDD, &(interval as u16).to_be_bytes()));
        file.extend(drawn.scan(&[channel], Restarts { interval, off: 0 }));
    }
    file.extend(EOI);
    read("three quantisation tables of one number", &file);
}

#[test]
fn what_breaks_the_standard_is_an_error() {
    let drawn = ycc();
    let file = drawn.plain();
    let tables = [quantization(0, 8, 6, false), drawn.huffman(2)].concat();
    let scan = |channels: &[usize]| drawn.scan(channels, Restarts::default());
    let with =
        |scans: &[Vec<u8>]| [drawn.start(), tables.clone(), drawn.frame(0xC0), scans.concat(), EOI.to_vec()].concat();
    let frame = place(&file, 0xC0);
    let header = place(&file, 0xDA);
    let quantizer = place(&file, 0xDB);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("no scan", with(&[])),
        ("a channel is missing", with(&[scan(&[0]), scan(&[1])])),
        ("a channel twice, one missing", with(&[scan(&[0]), scan(&[1]), scan(&[1])])),
        ("no frame header", spliced(&file, frame, 19, &[])),
        ("no quantisation table", spliced(&file, quantizer, 69, &[])),
        ("a scan of an unknown channel", spliced(&file, header + 5, 1, &[9])),
        ("a scan of one channel twice", spliced(&file, header + 7, 1, &[1])),
        ("a scan of no channel", spliced(&file, header + 4, 1, &[0])),
        ("a scan of a Huffman table that is not there", spliced(&file, header + 6, 1, &[0x33])),
        ("two channels of one name", spliced(&file, frame + 13, 1, &[1])),
        ("a sampling factor of zero", spliced(&file, frame + 11, 1, &[0x02])),
        ("a sampling factor of five", spliced(&file, frame + 11, 1, &[0x51])),
        ("a width of zero", spliced(&file, frame + 7, 2, &[0, 0])),
        ("a second SOI's frame", [&file[..header], &file[2..]].concat()),
        ("only SOI and EOI", [SOI, EOI].concat()),
    ];
    for (what, file) in cases {
        let kind = decode(&file).map(|_| ()).unwrap_err();
        assert!(matches!(kind, ErrorKind::Corrupt | ErrorKind::UnsupportedFormat), "{what}: {kind:?}");
    }
}
