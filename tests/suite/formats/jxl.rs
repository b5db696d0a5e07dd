//! JPEG XL: its visible picture, in sRGB, turned once.

use super::*;
use selfsame::image::{ImageFormat, Orientation, SourceColor, SourceProfile};

#[test]
fn lossless_pictures_are_the_same_to_the_last_bit() {
    for name in ["lossless.jxl", "container.jxl", "squeezed.jxl"] {
        let photo = photo(name);
        assert!(photo.pixels() == pixels(rgb), "{name}");
        assert_eq!((photo.info().format, photo.info().color), (ImageFormat::JpegXl, SourceColor::Rgb));
        assert_eq!((photo.info().bits_per_channel, photo.info().profile), (8, SourceProfile::Srgb));
    }
    assert!(photo("gray.jxl").pixels() == pixels(|x, _| [6 * x as u8; 3]));
    assert_eq!(info("gray.jxl").color, SourceColor::Gray);
    assert!(photo("rgba.jxl").pixels() == pixels(right_half(rgb)));
}

/// The mean difference in levels.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn lossy_pictures_and_those_made_of_hidden_ones_look_alike() {
    for name in ["lossy.jxl", "hidden.jxl"] {
        let mean = difference(photo(name).pixels(), &pixels(rgb));
        assert!(mean < 6.0, "{name}: {mean}");
    }
}

#[test]
fn its_orientation_is_applied_once() {
    let photo = photo("turned.jxl");
    assert_eq!((photo.width(), photo.height(), photo.info().orientation), (30, 40, Orientation::Rotated90));
    let mean = difference(photo.pixels(), &turned(rgb));
    assert!(mean < 8.0, "{mean}");
}

#[test]
fn its_colours_become_srgb_or_are_refused() {
    assert_eq!(info("p3.jxl").profile, SourceProfile::Converted);
    let (stored, mut expected) = (pixels(rgb), pixels(rgb));
    let [p3, srgb] = [moxcms::ColorProfile::new_display_p3(), moxcms::ColorProfile::new_srgb()];
    let options = moxcms::TransformOptions::default();
    let transform = p3.create_transform_8bit(moxcms::Layout::Rgb, &srgb, moxcms::Layout::Rgb, options).unwrap();
    transform.transform(&stored, &mut expected).unwrap();
    let most = photo("p3.jxl").pixels().iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(most <= Some(2), "{most:?}");
    let (kind, words) = refused(&file("pq.jxl"));
    assert!(kind == ErrorKind::UnsupportedFormat && words.contains("high dynamic range (PQ)"), "{words}");
}

#[test]
fn animations_are_refused() {
    let (kind, words) = refused(&file("animated.jxl"));
    assert!(kind == ErrorKind::UnsupportedFormat && words.contains("animated"), "{words}");
}
