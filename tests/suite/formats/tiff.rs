//! TIFF: its first picture, in strips, tiles and planes of every compression that is read.

use super::*;
use selfsame::image::{ImageFormat, Orientation, SourceColor, SourceProfile};

/// A file of these fields (tag, type 1, 3 or 4, values) and one strip, whose place is added.
pub(super) fn tiff(fields: &[(u16, u16, &[u32])], strip: &[u8]) -> Vec<u8> {
    let mut file = b"MM\0*\0\0\0\0".to_vec();
    let at = file.len() as u32;
    file.extend(strip);
    let (offset, length) = ([at], [strip.len() as u32]);
    let mut fields = fields.to_vec();
    if fields.iter().all(|(tag, ..)| ![273, 324].contains(tag)) {
        fields.extend([(273, 4, &offset[..]), (279, 4, &length)]);
    }
    let mut entries = Vec::new();
    for (tag, kind, values) in fields {
        let number = |v: &u32| match kind {
            1 => vec![*v as u8],
            3 => (*v as u16).to_be_bytes().to_vec(),
            _ => v.to_be_bytes().to_vec(),
        };
        let mut bytes: Vec<u8> = values.iter().flat_map(number).collect();
        if bytes.len() > 4 {
            let at = file.len() as u32;
            file.extend(&bytes);
            bytes = at.to_be_bytes().to_vec();
        }
        bytes.resize(4, 0);
        entries.extend(
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &(values.len() as u32).to_be_bytes(), &bytes].concat(),
        );
    }
    let directory = file.len() as u32;
    file[4..8].copy_from_slice(&directory.to_be_bytes());
    file.extend((entries.len() as u16 / 12).to_be_bytes());
    file.extend(entries);
    file.extend([0; 4]);
    file
}

fn decode(bytes: &[u8]) -> Photo {
    Photo::decode(bytes, &Limits::default()).unwrap()
}

#[test]
fn strips_tiles_and_planes_of_every_compression_are_read() {
    for name in ["strips", "lzw", "zip", "packbits", "tiles", "planes", "big", "pages"] {
        assert!(photo(&format!("{name}.tif")).pixels() == pixels(rgb), "{name}");
    }
    let info = info("lzw.tif");
    assert_eq!((info.format, info.color, info.bits_per_channel), (ImageFormat::Tiff, SourceColor::Rgb, 8));
    assert_eq!(
        (info.profile, info.orientation, info.had_alpha),
        (SourceProfile::AssumedSrgb, Orientation::Upright, false)
    );
}

#[test]
fn grey_palettes_and_opacity_are_read() {
    let gray = |x: usize, _: usize| [6 * x as u8; 3];
    assert!(photo("gray.tif").pixels() == pixels(gray));
    assert!(photo("gray_alpha.tif").pixels() == pixels(right_half(gray)));
    assert!(photo("rgba.tif").pixels() == pixels(right_half(rgb)));
    assert!(photo("palette.tif").pixels() == pixels(palette));
    assert!(photo("bits.tif").pixels() == pixels(|x, y| [255 * ((x / 3 + y) % 2) as u8; 3]));
    assert_eq!((info("palette.tif").color, info("bits.tif").bits_per_channel), (SourceColor::Palette, 1));
}

#[test]
fn its_orientation_and_profile_are_applied() {
    let photo = photo("turned.tif");
    assert_eq!((photo.width(), photo.height(), photo.info().orientation), (30, 40, Orientation::Rotated90));
    assert!(photo.pixels() == turned(rgb));
    let p3: Vec<u32> = moxcms::ColorProfile::new_display_p3().encode().unwrap().iter().map(|v| u32::from(*v)).collect();
    let with = |icc: &[u32]| {
        let fields: [(u16, u16, &[u32]); 6] =
            [(256, 3, &[1]), (257, 3, &[1]), (258, 3, &[8, 8, 8]), (262, 3, &[2]), (277, 3, &[3]), (34_675, 1, icc)];
        decode(&tiff(&fields, &[200, 100, 50])).info().profile
    };
    assert_eq!((with(&p3), with(&[1; 100])), (SourceProfile::Converted, SourceProfile::NotApplied));
}

#[test]
fn samples_of_every_depth_are_read() {
    let fields = |bits: &'static [u32], photometric: &'static [u32], samples: &'static [u32]| {
        [(256, 3, &[2][..]), (257, 3, &[1]), (258, 3, bits), (262, 3, photometric), (277, 3, samples)]
    };
    let of = |bits, photometric, samples, strip: &[u8]| {
        decode(&tiff(&fields(bits, photometric, samples), strip)).pixels().to_vec()
    };
    assert_eq!(of(&[16, 16, 16], &[2], &[3], &[255, 255, 0, 0, 128, 128, 1, 1, 2, 2, 3, 3]), [255, 0, 128, 1, 2, 3]);
    assert_eq!(of(&[16], &[0], &[1], &[255, 255, 1, 1]), [0, 0, 0, 254, 254, 254]);
    assert_eq!(of(&[4], &[1], &[1], &[0xF3]), [255, 255, 255, 51, 51, 51]);
    assert_eq!(of(&[2], &[0], &[1], &[0b1001_0000]), [85, 85, 85, 170, 170, 170]);
    assert_eq!(of(&[8], &[1], &[1], &[7, 9]), [7, 7, 7, 9, 9, 9]);
    let premultiplied = [&fields(&[8, 8, 8, 8], &[2], &[4])[..], &[(338, 3, &[1][..])]].concat();
    // Half of it is seen, over white.
    assert_eq!(decode(&tiff(&premultiplied, &[100, 50, 0, 128, 9, 9, 9, 0])).pixels(), [227, 177, 127, 255, 255, 255]);
    let more = [&fields(&[8, 8, 8, 8], &[2], &[4])[..], &[(338, 3, &[0][..])]].concat();
    assert_eq!(decode(&tiff(&more, &[1, 2, 3, 128, 4, 5, 6, 0])).pixels(), [1, 2, 3, 4, 5, 6], "no opacity");
    let predicted = [&fields(&[16], &[1], &[1])[..], &[(317, 3, &[2][..]), (259, 3, &[8])]].concat();
    let strip = fdeflate::compress_to_vec(&[1, 1, 255, 255]);
    assert_eq!(decode(&tiff(&predicted, &strip)).pixels(), [1, 1, 1, 1, 1, 1], "257, and 256 rounded");
}

#[test]
fn what_is_not_read_is_named() {
    let table = [
        ("fax.tif", "decode: a TIFF compressed as fax is not read: convert it to JPEG"),
        ("jpeg.tif", "decode: a TIFF compressed as JPEG is not read: convert it to JPEG"),
        ("inks.tif", "decode: a TIFF of inks is not read: convert it to RGB"),
    ];
    for (name, expected) in table {
        assert_eq!(refused(&file(name)), (ErrorKind::UnsupportedFormat, expected.to_owned()));
    }
    let base: [(u16, u16, &[u32]); 4] = [(256, 3, &[1]), (257, 3, &[1]), (258, 3, &[8]), (262, 3, &[1])];
    for (field, words) in [
        ((339, 3, &[3][..]), "floating"),
        ((258, 3, &[32]), "1, 2, 4, 8 or 16 bits"),
        ((277, 3, &[9]), "so many samples"),
        ((262, 3, &[6]), "other colours"),
        ((254, 4, &[1]), "thumbnail"),
    ] {
        let fields = [&[field][..], &base].concat();
        let (kind, said) = refused(&tiff(&fields, &[0; 8]));
        assert!(kind == ErrorKind::UnsupportedFormat && said.contains(words), "{said}");
    }
}

#[test]
fn a_strip_that_is_not_there_is_an_error() {
    let fields: [(u16, u16, &[u32]); 4] = [(256, 3, &[1]), (257, 3, &[1]), (258, 3, &[8]), (262, 3, &[1])];
    for place in [[1 << 31, 1], [8, 1 << 31], [u32::MAX, u32::MAX], [8, 0]] {
        let all = [&fields[..], &[(273, 4, &place[..1]), (279, 4, &place[1..])]].concat();
        assert_eq!(refused(&tiff(&all, &[0; 8])).0, ErrorKind::Corrupt, "{place:?}");
    }
}
