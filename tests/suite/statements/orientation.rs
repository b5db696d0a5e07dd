//! EXIF: of any legal type, in both byte orders, in every format; of two blocks the first.

use super::{decode, encode, into_jpeg, into_png, into_webp, jpeg_segment, png_chunk, webp_chunk};
use image::ExtendedColorType;
use selfsame::image::{ImageFormat, Orientation, Photo};

const SIDES: (u32, u32) = (24, 16);

fn pixels() -> Vec<u8> {
    (0..SIDES.1).flat_map(|y| (0..SIDES.0).flat_map(move |x| [x * 10, y * 15, 128].map(|v| v as u8))).collect()
}

/// A TIFF block whose only tag says `orientation` as a whole number of `bytes` bytes.
fn tiff(big: bool, kind: u16, bytes: usize, orientation: u32) -> Vec<u8> {
    let u16 = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    let u32 = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    let mut field = [0; 4];
    if big {
        field[..bytes].copy_from_slice(&orientation.to_be_bytes()[4 - bytes..]);
    } else {
        field[..bytes].copy_from_slice(&orientation.to_le_bytes()[..bytes]);
    }
    let start = if big { b"MM" } else { b"II" };
    [&start[..], &u16(42), &u32(8), &u16(1), &u16(0x0112), &u16(kind), &u32(1), &field, &u32(0)].concat()
}

fn in_app1(tiff: &[u8]) -> Vec<u8> {
    jpeg_segment(0xE1, &[b"Exif\0\0", tiff].concat())
}

/// The same picture with a block in each place that the formats have for it.
fn files(tiff: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let plain = |format| encode(format, &pixels(), SIDES, ExtendedColorType::Rgb8);
    let [jpeg, png, webp] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP].map(plain);
    let prefixed = [b"Exif\0\0", tiff].concat();
    let hex: String = prefixed.iter().map(|b| format!("{b:02x}")).collect();
    let text = format!("\nexif\n{:8}\n{}\n{}\n", prefixed.len(), &hex[..36], &hex[36..]);
    let keyword = b"Raw profile type exif\0";
    let packed = [&keyword[..], &[0], &fdeflate::compress_to_vec(text.as_bytes())].concat();
    let behind_pixels = [&png[..png.len() - 12], &png_chunk(b"eXIf", tiff), &png[png.len() - 12..]].concat();
    vec![
        ("jpeg", into_jpeg(&jpeg, &[in_app1(tiff)])),
        ("png", into_png(&png, &[png_chunk(b"eXIf", tiff)])),
        ("png, behind the pixels", behind_pixels),
        ("png, zTXt", into_png(&png, &[png_chunk(b"zTXt", &packed)])),
        ("png, tEXt", into_png(&png, &[png_chunk(b"tEXt", &[keyword, text.as_bytes()].concat())])),
        ("webp", into_webp(&webp, SIDES, &[], &[webp_chunk(b"EXIF", tiff)])),
        ("webp, prefixed", into_webp(&webp, SIDES, &[], &[webp_chunk(b"EXIF", &prefixed)])),
    ]
}

fn orientations(files: &[(&'static str, Vec<u8>)]) -> Vec<(&'static str, Orientation)> {
    files.iter().map(|(what, file)| (*what, decode(file).info().orientation)).collect()
}

#[test]
fn every_legal_type_and_byte_order_in_every_format() {
    for (kind, bytes) in [(1, 1), (3, 2), (4, 4)] {
        for big in [false, true] {
            for value in [0, 1, 3, 6, 8, 9] {
                let expected = Orientation::from_exif(value as u8).unwrap_or(Orientation::Upright);
                for (what, got) in orientations(&files(&tiff(big, kind, bytes, value))) {
                    assert_eq!(got, expected, "{what}, type {kind}, big {big}, value {value}");
                }
            }
        }
    }
    // Not only what is said, but what is done.
    for (what, file) in files(&tiff(false, 4, 4, 6)) {
        let turned: Photo = decode(&file);
        assert_eq!((turned.width(), turned.height()), (SIDES.1, SIDES.0), "{what}");
    }
}

#[test]
fn of_two_blocks_the_first_counts() {
    let [six, three] = [tiff(true, 3, 2, 6), tiff(false, 3, 2, 3)];
    let xmp = jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>");
    let jpeg = encode(ImageFormat::Jpeg, &pixels(), SIDES, ExtendedColorType::Rgb8);
    let png = encode(ImageFormat::Png, &pixels(), SIDES, ExtendedColorType::Rgb8);
    let webp = encode(ImageFormat::WebP, &pixels(), SIDES, ExtendedColorType::Rgb8);
    let files = [
        ("jpeg", into_jpeg(&jpeg, &[in_app1(&six), in_app1(&three)])),
        ("jpeg, xmp first", into_jpeg(&jpeg, &[xmp.clone(), in_app1(&six), xmp, in_app1(&three)])),
        ("png", into_png(&png, &[png_chunk(b"eXIf", &six), png_chunk(b"eXIf", &three)])),
        ("webp", into_webp(&webp, SIDES, &[], &[webp_chunk(b"EXIF", &six), webp_chunk(b"EXIF", &three)])),
    ];
    for (what, got) in orientations(&files) {
        assert_eq!(got, Orientation::Rotated90, "{what}");
    }
}

#[test]
fn a_damaged_png_chunk_says_nothing() {
    let png = encode(ImageFormat::Png, &pixels(), SIDES, ExtendedColorType::Rgb8);
    let mut damaged = png_chunk(b"eXIf", &tiff(true, 3, 2, 6));
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(decode(&into_png(&png, &[damaged])).info().orientation, Orientation::Upright);
}
