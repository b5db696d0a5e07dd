//! Headers that are read, and files that are unfinished or not what they say.

use super::inspect;
use super::png::SIGNATURE;
use crate::error::ErrorKind;
use crate::image::format::SourceColor;
use proptest::prelude::*;

#[test]
fn markers_inside_segments_and_stuffed_bytes_are_not_markers() {
    let mut file = vec![0xFF, 0xD8];
    file.extend([0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 0xFF, 0xD9]); // a thumbnail's end inside APP1
    file.extend([0xFF, 0xDB, 0, 67, 0]); // a quantisation table of ones
    file.extend([1; 64]);
    file.extend([0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 7, 1, 1, 0x11, 0]); // 7 × 5, one channel
    let scan = file.len() + 10;
    file.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]);
    file.extend([1, 0xFF, 0x00, 2, 0xFF, 0xD3, 3, 0xFF, 0xFF, 0xD9]); // stuffing, restart, filling, end
    let whole = file.len();
    file.extend([0xFF, 0xD8, 0xFF, 0xD9]);
    let header = inspect(&file).unwrap();
    assert_eq!((header.width, header.height, header.end), (7, 5, Some(whole)));
    assert_eq!(header.color, SourceColor::Gray);
    for cut in 2..whole {
        // A file may end without its mark: whether the scan's data is all there, decoding tells.
        let end = inspect(&file[..cut]).ok().and_then(|header| header.end);
        assert_eq!(end, (cut >= scan).then_some(cut), "cut at {cut}");
    }
}

#[test]
fn four_channels_need_adobe_to_say_what_they_are() {
    let sof = [0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0];
    let file = [&[0xFF, 0xD8][..], &sof].concat();
    assert_eq!(inspect(&file).unwrap_err().kind(), ErrorKind::UnsupportedFormat);
    let adobe = |transform: u8| [&[0xFF, 0xEE, 0, 14][..], b"Adobe", &[0, 100, 0, 0, 0, 0, transform]].concat();
    for (transform, known) in [(0, true), (1, false), (2, true), (9, false)] {
        let file = [&[0xFF, 0xD8][..], &adobe(transform), &sof].concat();
        assert_eq!(inspect(&file).is_ok(), known, "transform {transform}");
    }
}

#[test]
fn sampling_factors_are_multiples_in_any_order() {
    let file = |factors: [u8; 3]| {
        let [a, b, c] = factors;
        let sof = [0xFF, 0xC0, 0, 17, 8, 0, 20, 0, 195, 3, 1, a, 0, 2, b, 1, 3, c, 1];
        [&[0xFF, 0xD8][..], &sof].concat()
    };
    for factors in [[0x11, 0x11, 0x11], [0x22, 0x11, 0x11], [0x41, 0x11, 0x11], [0x22, 0x41, 0x11], [0x21, 0x12, 0x11]]
    {
        assert_eq!(inspect(&file(factors)).map(|header| header.width).unwrap(), 195, "{factors:x?}");
    }
    for factors in [[0x32, 0x21, 0x11], [0x11, 0x34, 0x23]] {
        assert_eq!(inspect(&file(factors)).unwrap_err().kind(), ErrorKind::UnsupportedFormat, "{factors:x?}");
    }
    let cut = &file([0x11; 3])[..12];
    assert!(inspect(cut).is_err_and(|e| e.kind() == ErrorKind::Corrupt));
}

/// Found by fuzzing: the decoder took 2 GiB for a file of 111 bytes, on the word of its chunk
/// EXIF.
#[test]
fn a_webp_chunk_that_states_more_than_there_is_is_unfinished() {
    let picture: &[u8] = &[0x10, 0, 0, 0x9D, 0x01, 0x2A, 9, 0, 9, 0];
    let file = |exif_len: u32, padding: &[u8]| {
        let (size, exif) = ((picture.len() as u32).to_le_bytes(), exif_len.to_le_bytes());
        let body = [b"WEBPVP8 ", &size[..], picture, b"EXIF", &exif, b"MM\0*!", padding].concat();
        [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
    };
    for (exif_len, padding, whole) in [(5, &[0][..], true), (5, &[], true), (6, &[], false), (0x7E00_001A, &[], false)]
    {
        let bytes = file(exif_len, padding);
        assert_eq!(inspect(&bytes).unwrap().end, whole.then_some(bytes.len()), "{exif_len}");
    }
}

#[test]
fn a_webp_whose_inner_size_differs_is_refused_before_decoding() {
    let chunk = |name: &[u8; 4], data: &[u8]| [&name[..], &(data.len() as u32).to_le_bytes(), data].concat();
    let canvas = chunk(b"VP8X", &[0, 0, 0, 0, 9, 0, 0, 9, 0, 0]);
    let frame = |w: u16, h: u16| {
        let sides = [w.to_le_bytes(), h.to_le_bytes()].concat();
        chunk(b"VP8 ", &[&[0x10, 0, 0, 0x9D, 0x01, 0x2A][..], &sides].concat())
    };
    let file = |w, h| {
        let body = [&b"WEBP"[..], &canvas, &frame(w, h)].concat();
        [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
    };
    assert_eq!(inspect(&file(16_383, 16_383)).unwrap_err().kind(), ErrorKind::Corrupt);
    let header = inspect(&file(10, 10)).unwrap();
    assert_eq!((header.width, header.height, header.end), (10, 10, Some(file(10, 10).len())));
}

proptest! {
    #[test]
    fn any_bytes_behind_any_signature_are_survived(kind in 0usize..3, tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let start: &[u8] = [&[0xFF, 0xD8, 0xFF][..], SIGNATURE, b"RIFF\x40\0\0\0WEBPVP8X"][kind];
        let _ = inspect(&[start, &tail].concat());
    }
}
