//! GIF: its first picture.

use super::*;
use selfsame::image::{ImageFormat, Orientation, SourceColor, SourceProfile};

#[test]
fn rows_in_either_order_are_read() {
    for name in ["plain.gif", "interlaced.gif", "animated.gif"] {
        assert!(photo(name).pixels() == pixels(palette), "{name}");
    }
    let info = info("plain.gif");
    assert_eq!((info.format, info.color, info.bits_per_channel), (ImageFormat::Gif, SourceColor::Palette, 5));
    assert_eq!((info.profile, info.orientation), (SourceProfile::AssumedSrgb, Orientation::Upright));
}

#[test]
fn what_is_transparent_is_white() {
    let index = |x, y| x / 5 + 8 * (y / 8);
    let expected = pixels(|x, y| if index(x, y) == 9 { [255; 3] } else { palette(x, y) });
    assert!(photo("transparent.gif").pixels() == expected);
}

/// One pixel of the second colour at the middle of a screen of 3 × 3.
fn small(place: [u8; 4], blocks: &[u8]) -> Vec<u8> {
    let [left, top, width, height] = place;
    let screen = [&b"GIF89a\x03\0\x03\0\x80\0\0"[..], &[1, 2, 3, 250, 150, 50]].concat();
    // Clear, 1, end, of three bits each.
    let codes = [2, 2, 0b0100_1100, 0b1, 0];
    let picture = [&[0x2C, left, 0, top, 0, width, 0, height, 0, 0][..], &codes].concat();
    [&screen, blocks, &picture, b";"].concat()
}

#[test]
fn a_picture_smaller_than_its_screen_lies_on_white() {
    let photo = Photo::decode(&small([1, 1, 1, 1], &[]), &Limits::default()).unwrap();
    let mut expected = vec![255; 27];
    expected[12..15].copy_from_slice(&[250, 150, 50]);
    assert_eq!(photo.pixels(), expected);
    for place in [[3, 0, 1, 1], [0, 0, 4, 1], [0, 0, 0, 1], [1, 1, 255, 255]] {
        assert_eq!(refused(&small(place, &[])).0, ErrorKind::Corrupt, "{place:?}");
    }
}

#[test]
fn its_profile_is_that_of_its_application_extension() {
    let extension = |icc: &[u8]| {
        let blocks: Vec<u8> = icc.chunks(255).flat_map(|part| [&[part.len() as u8][..], part].concat()).collect();
        [&[0x21, 0xFF, 11][..], b"ICCRGBG1012", &blocks, &[0]].concat()
    };
    let said = |icc: &[u8]| {
        let photo = Photo::decode(&small([1, 1, 1, 1], &extension(icc)), &Limits::default()).unwrap();
        (photo.info().profile, photo.pixels()[12..15].to_vec())
    };
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let (profile, pixel) = said(&p3);
    assert_eq!(profile, SourceProfile::Converted);
    assert!(pixel != [250, 150, 50]);
    assert_eq!(said(b"no profile").0, SourceProfile::NotApplied);
    assert_eq!(said(&moxcms::ColorProfile::new_srgb().encode().unwrap()).0, SourceProfile::Srgb);
}
