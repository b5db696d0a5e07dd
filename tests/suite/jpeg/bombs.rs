//! Small files that ask for much work: scan after scan over a large picture, with next to nothing
//! in each.

use super::write::{EOI, SOI, segment};
use crate::decode::decode;
use crate::frames::peak_bytes;
use selfsame::error::ErrorKind;

/// Everything up to the first scan. Huffman tables have one code of one bit: no difference, and the
/// end of a block.
fn head(marker: u8, [width, height]: [u16; 2], channels: u8) -> Vec<u8> {
    let quantization = segment(0xDB, &[&[0][..], &[1; 64]].concat());
    let mut frame = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[channels]].concat();
    (1..=channels).for_each(|id| frame.extend([id, 0x11, 0]));
    let one_code = |table: u8| segment(0xC4, &[&[table, 1][..], &[0; 15], &[0]].concat());
    [SOI.to_vec(), quantization, segment(marker, &frame), one_code(0x00), one_code(0x10)].concat()
}

/// A scan of the first so many channels, with `data` bytes of zeros.
fn scan(channels: u8, [first, last, bits]: [u8; 3], data: usize) -> Vec<u8> {
    let mut header = vec![channels];
    (1..=channels).for_each(|id| header.extend([id, 0]));
    header.extend([first, last, bits]);
    [segment(0xDA, &header), vec![0; data]].concat()
}

/// Progressive, 16,384 × 3,900 pixels, 99 scans in 1,912 bytes: each correction of 63 coefficients
/// visits all of them in every block.
fn corrections() -> Vec<u8> {
    let mut file = head(0xC2, [16_384, 3_900], 1);
    file.extend(scan(1, [0, 0, 0x00], 8));
    file.extend(scan(1, [1, 63, 0x01], 8));
    (0..97).for_each(|_| file.extend(scan(1, [1, 63, 0x10], 8)));
    file.extend(EOI);
    file
}

/// Baseline, 16,384 × 8 pixels, 20,000 scans of all channels in 360 KB.
fn repeated() -> Vec<u8> {
    let mut file = head(0xC0, [16_384, 8], 3);
    (0..20_000).for_each(|_| file.extend(scan(3, [0, 63, 0], 4)));
    file.extend(EOI);
    file
}

/// The same of a channel each, so that no scan is a whole picture.
fn repeated_alone() -> Vec<u8> {
    let mut file = head(0xC0, [16_384, 8], 3);
    (0..20_000).for_each(|_| file.extend(scan(1, [0, 63, 0], 8)));
    file.extend(EOI);
    file
}

/// Refusing is cheap: it takes a header, no pixels. Pictures of these sizes take 192 MB and 400 KB.
#[test]
fn scan_after_scan_over_a_large_picture_is_refused_before_any_is_decoded() {
    assert_eq!((corrections().len(), repeated_alone().len()), (1_912, 360_136));
    for (what, file) in [("corrections", corrections()), ("a channel again and again", repeated_alone())] {
        let mut answer = Ok(());
        let peak = peak_bytes(|| answer = decode(&file).map(|_| ()));
        let kind = answer.expect_err(what);
        assert!(matches!(kind, ErrorKind::LimitExceeded | ErrorKind::Corrupt), "{what}: {kind:?}");
        assert!(peak < 300 << 10, "{what}: {peak} bytes");
    }
}

/// The first scan is the whole picture; what follows it is not looked at.
#[test]
fn a_whole_picture_again_and_again_is_read_once_or_refused() {
    match decode(&repeated()) {
        Ok(photo) => assert!(photo.pixels().iter().all(|sample| *sample == 128)),
        Err(kind) => assert!(matches!(kind, ErrorKind::LimitExceeded | ErrorKind::Corrupt), "{kind:?}"),
    }
}
