//! Statements that are bombs: what is inflated and looked at is bounded.

use super::{card, decode, encode, iccp, into_jpeg, into_png, jpeg_segment, png_chunk};
use image::ExtendedColorType;
use moxcms::ColorProfile;
use selfsame::error::ErrorKind;
use selfsame::image::{ImageFormat, Limits, Orientation, Photo, SourceProfile};

const SIDES: (u32, u32) = (32, 32);

fn plain(format: ImageFormat) -> Vec<u8> {
    encode(format, &card(), SIDES, ExtendedColorType::Rgb8)
}

#[test]
fn compressed_chunks_that_inflate_to_gigabytes_are_not_inflated() {
    let zeros = fdeflate::compress_to_vec(&vec![0; 64 << 20]);
    let text = png_chunk(b"zTXt", &[&b"Raw profile type exif\0\0"[..], &zeros].concat());
    let other = png_chunk(b"zTXt", &[&b"Comment\0\0"[..], &zeros].concat());
    let profile = png_chunk(b"iCCP", &[&b"name\0\0"[..], &zeros].concat());
    let bombs = [vec![profile; 8], vec![text; 8], vec![other; 8]].concat();
    let photo = decode(&into_png(&plain(ImageFormat::Png), &bombs));
    assert!(photo.pixels() == card());
    assert_eq!((photo.info().profile, photo.info().orientation), (SourceProfile::NotApplied, Orientation::Upright));
}

/// Blocks of deflate that hold nothing: 12 MB of them took nine seconds for 64 × 64 pixels.
#[test]
fn compressed_data_longer_than_their_pixels_are_refused() {
    let rows = vec![0; 64 * (64 * 3 + 1)];
    let whole = fdeflate::compress_to_vec(&rows);
    let empty_block = [0, 0, 0, 0xFF, 0xFF];
    let with = |blocks: usize| {
        let idat = [&whole[..2], &empty_block.repeat(blocks), &whole[2..]].concat();
        let ihdr = [&64u32.to_be_bytes()[..], &64u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        let chunks = [png_chunk(b"IHDR", &ihdr), png_chunk(b"IDAT", &idat), png_chunk(b"IEND", &[])].concat();
        [&b"\x89PNG\r\n\x1a\n"[..], &chunks].concat()
    };
    assert_eq!(decode(&with(1000)).pixels(), vec![0; 64 * 64 * 3]);
    let error = Photo::decode(&with(100_000), &Limits::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

/// Blocks of deflate with codes of their own that hold nothing, 90 bits each, as many as are taken
/// beside pixels that are not compressed.
#[test]
#[ignore = "prints timings"]
fn the_slowest_png_of_its_length() {
    let (mut packed, mut word, mut bits) = (vec![0x78, 0x01], 0u64, 0);
    let mut put = |value: u64, count: u32| {
        word |= value << bits;
        bits += count;
        while bits >= 8 {
            packed.push(word as u8);
            (word, bits) = (word >> 8, bits - 8);
        }
    };
    for _ in 0..15_000 {
        // A block of its own codes: 257 symbols and one distance, whose lengths are coded by 18
        // lengths of three bits. Only 18 (zeros) and 1 are used.
        [(0b100, 3), (0, 5), (0, 5), (14, 4)].iter().for_each(|(value, count)| put(*value, *count));
        (0..18).for_each(|i| put(u64::from(i == 2 || i == 17), 3));
        // 255 zeros; the last two symbols and the distance have one bit; and the block's end.
        [(1, 1), (127, 7), (1, 1), (106, 7), (0, 3), (1, 1)].iter().for_each(|(value, count)| put(*value, *count));
    }
    // A multiple of eight bits has been put. One last block holds the pixels as they are.
    let rows = vec![0; 1024 * (1024 / 2 + 1)];
    for (i, part) in rows.chunks(65_535).enumerate() {
        packed.push(u8::from(i == rows.len() / 65_535));
        packed.extend((part.len() as u16).to_le_bytes());
        packed.extend((!(part.len() as u16)).to_le_bytes());
        packed.extend(part);
    }
    packed.extend([0; 4]);
    let ihdr = [&1024u32.to_be_bytes()[..], &1024u32.to_be_bytes(), &[4, 0, 0, 0, 0]].concat();
    let chunks = [png_chunk(b"IHDR", &ihdr), png_chunk(b"IDAT", &packed), png_chunk(b"IEND", &[])].concat();
    let started = std::time::Instant::now();
    let photo = decode(&[&b"\x89PNG\r\n\x1a\n"[..], &chunks].concat());
    println!("{} bytes in {:?}", packed.len(), started.elapsed());
    assert!(photo.pixels().iter().all(|v| *v == 0));
}

#[test]
fn thousands_of_chunks_and_segments_are_stepped_over() {
    let chunks: Vec<_> = (0..100_000).map(|_| png_chunk(b"tEXt", b"a\0b")).collect();
    assert!(decode(&into_png(&plain(ImageFormat::Png), &chunks)).pixels() == card());
    let iccps = vec![iccp(&ColorProfile::new_display_p3().encode().unwrap()); 10_000];
    assert_eq!(decode(&into_png(&plain(ImageFormat::Png), &iccps)).info().profile, SourceProfile::Converted);
    let segments = vec![jpeg_segment(0xE2, b"ICC_PROFILE\0\x01\xFFabc"); 50_000];
    assert_eq!(decode(&into_jpeg(&plain(ImageFormat::Jpeg), &segments)).info().profile, SourceProfile::NotApplied);
}

/// A reader that does what profiles state makes 20 gigabytes of text out of this one.
#[test]
fn a_profile_whose_texts_overlap_is_read_without_them() {
    let good = ColorProfile::new_display_p3().encode().unwrap();
    let count = u32::from_be_bytes(good[128..132].try_into().unwrap()) as usize;
    let languages = 8_000u32;
    let text_at = (good.len() + 12 * 40) as u32;
    let body = 200_000u32;
    let mut text = [&b"mluc\0\0\0\0"[..], &languages.to_be_bytes(), &12u32.to_be_bytes()].concat();
    for _ in 0..languages {
        text.extend([&b"enUS"[..], &body.to_be_bytes(), &(16 + 12 * languages).to_be_bytes()].concat());
    }
    text.resize(text.len() + body as usize, b'a');
    // Forty more tags than there were, all of them that one text.
    let mut tags = good[132..132 + 12 * count].to_vec();
    for entry in tags.as_chunks_mut::<12>().0 {
        let moved = u32::from_be_bytes(entry[4..8].try_into().unwrap()) + 12 * 40;
        entry[4..8].copy_from_slice(&moved.to_be_bytes());
    }
    for _ in 0..40 {
        tags.extend([&b"desc"[..], &text_at.to_be_bytes(), &(text.len() as u32).to_be_bytes()].concat());
    }
    let count = (count as u32 + 40).to_be_bytes();
    let icc = [&good[..128], &count, &tags, &good[132 + (tags.len() - 480)..], &text].concat();
    let photo = decode(&into_png(&plain(ImageFormat::Png), &[iccp(&icc)]));
    assert_eq!(photo.info().profile, SourceProfile::Converted);
}

/// Any bytes as a profile, and changes of good ones: an answer, and the same one twice.
#[test]
fn damaged_profiles_never_panic() {
    let mut state = 0x5EED_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let gray = encode(ImageFormat::Jpeg, &[128; 1024], SIDES, ExtendedColorType::L8);
    for good in [ColorProfile::new_display_p3(), ColorProfile::new_gray_with_gamma(1.8)] {
        let good = good.encode().unwrap();
        for _ in 0..1500 {
            let mut icc = good.clone();
            for _ in 0..=random(4) {
                let place = random(icc.len());
                match random(4) {
                    0 => icc[place] = 0xFF,
                    1 => icc[place] = 0,
                    _ => icc[place] ^= 1 << random(8),
                }
            }
            for file in [plain(ImageFormat::Jpeg), gray.clone()] {
                let file = into_jpeg(&file, &super::icc_segments(&icc));
                match Photo::decode(&file, &Limits::default()) {
                    Ok(photo) => assert_eq!(decode(&file), photo),
                    Err(e) => assert_eq!(e.kind(), ErrorKind::UnsupportedFormat, "{e}"),
                }
            }
        }
    }
}
