//! ICC profiles: another profile's pixels come out as sRGB's, sRGB by any name costs nothing, and
//! what cannot be read is told.

use super::{card, converted, decode, difference, encode, encode_with, icc_segments, iccp, into_jpeg, into_png};
use image::ExtendedColorType;
use moxcms::{ColorProfile, DataColorSpace, ToneReprCurve, Xyzd};
use selfsame::image::{ImageFormat, SourceProfile};

const SIDES: (u32, u32) = (32, 32);
const FORMATS: [ImageFormat; 3] = [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg];

fn with_curves(curve: ToneReprCurve) -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    [profile.red_trc, profile.green_trc, profile.blue_trc] = [0; 3].map(|_| Some(curve.clone()));
    profile
}

#[test]
fn pixels_of_any_profile_come_out_as_srgb() {
    let rgb = card();
    // Wide spaces round sRGB's colours more coarsely, light itself its shadows most.
    let table = [
        ("Display P3", ColorProfile::new_display_p3(), 6, 0.5),
        ("Adobe RGB", ColorProfile::new_adobe_rgb(), 8, 0.5),
        ("BT.2020", ColorProfile::new_bt2020(), 12, 0.5),
        ("ProPhoto RGB", ColorProfile::new_pro_photo_rgb(), 40, 1.2),
        ("gamma 1.8", with_curves(ToneReprCurve::Parametric(vec![1.8])), 3, 0.5),
        ("linear", with_curves(ToneReprCurve::Lut(vec![])), 15, 1.6),
        (
            "a table of 1024",
            with_curves(ToneReprCurve::Lut((0..1024u32).map(|v| (v * v / 16) as u16).collect())),
            3,
            0.5,
        ),
    ];
    for (name, profile, largest, mean) in table {
        let (stored, icc) = (converted(&rgb, &profile), profile.encode().unwrap());
        for format in FORMATS {
            let photo = decode(&encode_with(format, &stored, SIDES, &icc));
            assert_eq!(photo.info().profile, SourceProfile::Converted, "{name}, {format}");
            let got = difference(photo.pixels(), &rgb);
            if format == ImageFormat::Jpeg {
                assert!(got.1 <= mean + 6.0, "{name}, {format}: {got:?}");
            } else {
                assert!(got.0 <= largest && got.1 <= mean, "{name}, {format}: {got:?}");
            }
            let ignored = decode(&encode(format, &stored, SIDES, ExtendedColorType::Rgb8));
            assert_eq!(ignored.info().profile, SourceProfile::AssumedSrgb, "{name}, {format}");
            assert!(difference(ignored.pixels(), &rgb).1 > 2.0 * got.1.min(3.0), "{name}, {format}: nothing was to do");
        }
    }
}

#[test]
fn a_profile_of_a_table_is_followed() {
    // Display P3 as an A2B0 of ICC's lut16Type: its curve by 256 points, its matrix as a cube of
    // two points a side, to XYZ.
    let p3 = ColorProfile::new_display_p3();
    let curve = (0..256).flat_map(|i| {
        let light = selfsame::image::srgb_to_linear(i as f32 / 255.0);
        ((light * 65_535.0).round() as u16).to_be_bytes()
    });
    let curve: Vec<u8> = curve.collect();
    let column = |c: Xyzd, on: bool| [c.x, c.y, c.z].map(|v| if on { v } else { 0.0 });
    let cube = (0..8).flat_map(|i| {
        let [r, g, b] = [
            column(p3.red_colorant, i & 4 != 0),
            column(p3.green_colorant, i & 2 != 0),
            column(p3.blue_colorant, i & 1 != 0),
        ];
        // 1.0 is stored as 0x8000 (ICC.1:2022, table 11).
        [0, 1, 2].map(|k| ((r[k] + g[k] + b[k]) * 32_768.0).round().min(65_535.0) as u16)
    });
    let cube: Vec<u8> = cube.flat_map(u16::to_be_bytes).collect();
    let one = 65_536i32.to_be_bytes();
    let matrix = [one, [0; 4], [0; 4], [0; 4], one, [0; 4], [0; 4], [0; 4], one].concat();
    let identity = [[0u8, 0, 0xFF, 0xFF]; 3].concat();
    let lut =
        [&b"mft2\0\0\0\0\x03\x03\x02\0"[..], &matrix, &[1, 0, 0, 2], &curve, &curve, &curve, &cube, &identity].concat();
    let rgb = card();
    let stored = converted(&rgb, &p3);
    let header = p3.encode().unwrap()[..128].to_vec();
    for name in [b"A2B0", b"A2B1"] {
        let tag = [&name[..], &144u32.to_be_bytes(), &(lut.len() as u32).to_be_bytes()].concat();
        let icc = [&header[..], &1u32.to_be_bytes(), &tag, &lut].concat();
        let photo = decode(&encode_with(ImageFormat::Png, &stored, SIDES, &icc));
        assert_eq!(photo.info().profile, SourceProfile::Converted);
        // moxcms makes a cube of 33 points a side of it, and interpolates there: that is coarse at
        // the corners, and fine on skin.
        let [all, skin] = [0, 3 * 512].map(|from| difference(&photo.pixels()[from..], &rgb[from..]));
        assert!(all.1 <= 1.0 && skin.0 <= 3, "{all:?}, {skin:?}");
    }
}

#[test]
fn srgb_by_any_name_is_left_alone() {
    let rgb = card();
    let curve: Vec<u16> = (0..1024)
        .map(|i| (f32::from(u16::MAX) * selfsame::image::srgb_to_linear(i as f32 / 1023.0)).round() as u16)
        .collect();
    let mut rounded = with_curves(ToneReprCurve::Lut(curve));
    // As HP's profile of 1998 has them, and as Apple's rounds them.
    let xyz = |x, y, z| Xyzd { x, y, z };
    rounded.red_colorant = xyz(0.436_07, 0.222_49, 0.013_92);
    rounded.green_colorant = xyz(0.385_15, 0.716_87, 0.097_08);
    rounded.blue_colorant = xyz(0.143_07, 0.060_61, 0.714_10);
    let mut apple = ColorProfile::new_srgb();
    apple.red_colorant = xyz(0.436_1, 0.222_5, 0.013_9);
    apple.green_colorant = xyz(0.385_1, 0.716_9, 0.097_1);
    apple.blue_colorant = xyz(0.143_1, 0.060_6, 0.714_2);
    for (name, profile) in [("exact", ColorProfile::new_srgb()), ("HP", rounded), ("Apple", apple)] {
        for format in FORMATS {
            let named = decode(&encode_with(format, &rgb, SIDES, &profile.encode().unwrap()));
            assert_eq!(named.info().profile, SourceProfile::Srgb, "{name}, {format}");
            let plain = decode(&encode(format, &rgb, SIDES, ExtendedColorType::Rgb8));
            assert!(named.pixels() == plain.pixels(), "{name}, {format}");
        }
    }
}

#[test]
fn grey_pictures_have_profiles_too() {
    let grays: Vec<u8> = (0..=255).flat_map(|v| [v; 4]).collect();
    let gamma = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    let rgb_gamma = with_curves(ToneReprCurve::Parametric(vec![1.8])).encode().unwrap();
    let expected: Vec<u8> = grays
        .iter()
        .flat_map(|v| {
            let light = (f32::from(*v) / 255.0).powf(1.8);
            [(selfsame::image::linear_to_srgb(light) * 255.0).round() as u8; 3]
        })
        .collect();
    for icc in [&gamma, &rgb_gamma] {
        for format in FORMATS {
            let plain = encode(format, &grays, SIDES, ExtendedColorType::L8);
            let file = match format {
                ImageFormat::Jpeg => into_jpeg(&plain, &icc_segments(icc)),
                ImageFormat::Png => into_png(&plain, &[iccp(icc)]),
                _ => continue,
            };
            let photo = decode(&file);
            assert_eq!(photo.info().profile, SourceProfile::Converted, "{format}");
            let (largest, mean) = difference(photo.pixels(), &expected);
            assert!(largest <= 3 && mean < 0.6, "{format}: {largest}, {mean}");
        }
    }
    // A grey profile says nothing about three channels.
    let photo = decode(&encode_with(ImageFormat::Png, &card(), SIDES, &gamma));
    assert_eq!((photo.info().profile, photo.pixels()), (SourceProfile::NotApplied, &card()[..]));
}

#[test]
fn alpha_is_kept_apart_from_the_conversion() {
    let p3 = ColorProfile::new_display_p3();
    let rgb = card();
    let stored = converted(&rgb, &p3);
    let rgba: Vec<u8> = stored.as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 51]).collect();
    let file = encode(ImageFormat::Png, &rgba, SIDES, ExtendedColorType::Rgba8);
    let photo = decode(&into_png(&file, &[iccp(&p3.encode().unwrap())]));
    let expected: Vec<u8> = rgb.iter().map(|v| ((u32::from(*v) * 51 + 255 * 204 + 127) / 255) as u8).collect();
    assert!(difference(photo.pixels(), &expected).0 <= 1);
    assert!(photo.info().had_alpha);
}

#[test]
fn a_profile_that_cannot_be_read_is_told_and_the_samples_are_taken_for_srgb() {
    let good = ColorProfile::new_display_p3().encode().unwrap();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut icc = good.clone();
        change(&mut icc);
        icc
    };
    let mut singular = ColorProfile::new_display_p3();
    singular.red_colorant = Xyzd { x: 30_000.0, y: -30_000.0, z: 1.0 };
    let mut lab = ColorProfile::new_gray_with_gamma(2.2);
    lab.pcs = DataColorSpace::Lab;
    let table = [
        ("empty", vec![]),
        ("text", b"this is no profile".repeat(20)),
        ("cut", good[..good.len() / 2].to_vec()),
        ("no signature", changed(&|icc| icc[36] = b'x')),
        ("another class of colours", changed(&|icc| icc[16..20].copy_from_slice(b"CMYK"))),
        ("a table of 4 billion tags", changed(&|icc| icc[128..132].fill(0xFF))),
        ("tags outside", changed(&|icc| (0..5).for_each(|i| icc[136 + 12 * i] = 0x7F))),
        ("no tags", changed(&|icc| icc[128..132].fill(0))),
        ("primaries out of this world", singular.encode().unwrap()),
        ("five megabytes", changed(&|icc| icc.resize(5 << 20, 0))),
    ];
    for (name, icc) in table {
        for format in FORMATS {
            if format == ImageFormat::Jpeg && icc.is_empty() {
                continue;
            }
            let photo = decode(&encode_with(format, &card(), SIDES, &icc));
            assert_eq!(photo.info().profile, SourceProfile::NotApplied, "{name}, {format}");
            let plain = decode(&encode(format, &card(), SIDES, ExtendedColorType::Rgb8));
            assert!(photo.pixels() == plain.pixels(), "{name}, {format}");
        }
    }
    assert!(decode(&encode_with(ImageFormat::Png, &card(), SIDES, &good)).info().profile == SourceProfile::Converted);
}

#[test]
fn a_jpegs_profile_in_parts_is_put_together() {
    // Padding makes it long enough for three parts.
    let mut icc = ColorProfile::new_display_p3().encode().unwrap();
    icc.resize(150_000, 0);
    let stored = converted(&card(), &ColorProfile::new_display_p3());
    let plain = encode(ImageFormat::Jpeg, &stored, SIDES, ExtendedColorType::Rgb8);
    let parts = icc_segments(&icc);
    let [a, b, c] = &parts[..] else { panic!("{} parts", parts.len()) };
    let whole = decode(&into_jpeg(&plain, &parts));
    assert_eq!(whole.info().profile, SourceProfile::Converted);
    assert_eq!(decode(&into_jpeg(&plain, &[c.clone(), a.clone(), b.clone()])), whole, "in another order");
    let missing = decode(&into_jpeg(&plain, &[a.clone(), c.clone()]));
    assert_eq!(missing.info().profile, SourceProfile::NotApplied);
}
