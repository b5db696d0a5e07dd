//! PNG: cICP before iCCP before sRGB before gAMA and cHRM; samples of 16 bits; high dynamic range.

use super::{card, converted, decode, difference, encode, iccp, into_png, png_chunk};
use image::ExtendedColorType;
use moxcms::{ColorProfile, ToneReprCurve};
use selfsame::error::ErrorKind;
use selfsame::image::{ImageFormat, Limits, Photo, SourceProfile};

const SIDES: (u32, u32) = (32, 32);

fn gama(gamma: u32) -> Vec<u8> {
    png_chunk(b"gAMA", &gamma.to_be_bytes())
}

/// White, red, green and blue, times 100,000.
fn chrm(points: [u32; 8]) -> Vec<u8> {
    png_chunk(b"cHRM", points.map(u32::to_be_bytes).as_flattened())
}

const SRGB_POINTS: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const P3_POINTS: [u32; 8] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000];

fn cicp(points: [u8; 4]) -> Vec<u8> {
    png_chunk(b"cICP", &points)
}

fn gamma(exponent: f32) -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    let curve = ToneReprCurve::Parametric(vec![exponent]);
    [profile.red_trc, profile.green_trc, profile.blue_trc] = [0; 3].map(|_| Some(curve.clone()));
    profile
}

fn file(stored: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    into_png(&encode(ImageFormat::Png, stored, SIDES, ExtendedColorType::Rgb8), chunks)
}

#[test]
fn gamma_and_chromaticities_become_srgb() {
    let rgb = card();
    let adobe_points = [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000];
    let table = [
        ("gAMA 1.8", gamma(1.8), vec![gama(55_556)], 3, 0.5),
        ("gAMA 1.0", gamma(1.0), vec![gama(100_000)], 15, 1.6),
        ("cHRM of P3", ColorProfile::new_display_p3(), vec![chrm(P3_POINTS)], 6, 0.5),
        ("gAMA and cHRM of P3", ColorProfile::new_display_p3(), vec![gama(45_455), chrm(P3_POINTS)], 6, 0.5),
        ("gAMA and cHRM of Adobe RGB", ColorProfile::new_adobe_rgb(), vec![gama(45_455), chrm(adobe_points)], 20, 3.0),
        ("cICP of P3", ColorProfile::new_display_p3(), vec![cicp([12, 13, 0, 1])], 6, 0.5),
        ("cICP of linear", gamma(1.0), vec![cicp([1, 8, 0, 1])], 15, 1.6),
    ];
    for (name, profile, chunks, largest, mean) in table {
        let photo = decode(&file(&converted(&rgb, &profile), &chunks));
        assert_eq!(photo.info().profile, SourceProfile::Converted, "{name}");
        let got = difference(photo.pixels(), &rgb);
        assert!(got.0 <= largest && got.1 <= mean, "{name}: {got:?}");
    }
}

#[test]
fn what_stands_for_srgb_is_left_alone() {
    let rgb = card();
    let srgb = png_chunk(b"sRGB", &[0]);
    for chunks in [
        vec![srgb.clone()],
        vec![gama(45_455)],
        vec![gama(45_455), chrm(SRGB_POINTS)],
        vec![chrm(SRGB_POINTS)],
        vec![cicp([1, 13, 0, 1])],
        vec![srgb, gama(100_000), chrm(P3_POINTS)],
    ] {
        let photo = decode(&file(&rgb, &chunks));
        assert_eq!((photo.info().profile, photo.pixels()), (SourceProfile::Srgb, &rgb[..]));
    }
    assert_eq!(decode(&file(&rgb, &[])).info().profile, SourceProfile::AssumedSrgb);
}

#[test]
fn the_weightier_chunk_counts_in_any_order_of_the_file() {
    let rgb = card();
    let (p3, adobe) = (ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb());
    let weights = [cicp([12, 13, 0, 1]), iccp(&adobe.encode().unwrap()), png_chunk(b"sRGB", &[0]), gama(100_000)];
    let expected = [converted(&rgb, &p3), converted(&rgb, &adobe), rgb.clone(), converted(&rgb, &gamma(1.0))];
    for (from, stored) in expected.iter().enumerate() {
        let mut chunks = weights[from..].to_vec();
        for _ in 0..2 {
            let got = difference(decode(&file(stored, &chunks)).pixels(), &rgb);
            assert!(got.1 <= 1.6, "from {from}: {got:?}");
            chunks.reverse();
        }
    }
}

#[test]
fn what_cannot_be_read_leaves_it_to_the_next_chunk() {
    let rgb = card();
    let srgb = png_chunk(b"sRGB", &[0]);
    let mut damaged = gama(100_000);
    *damaged.last_mut().unwrap() ^= 1;
    let broken_icc = png_chunk(b"iCCP", b"name\0\0no zlib");
    for first in
        [cicp([2, 2, 0, 1]), cicp([1, 13, 5, 1]), cicp([0, 13, 0, 1]), png_chunk(b"cICP", &[1]), broken_icc.clone()]
    {
        let photo = decode(&file(&rgb, &[first, srgb.clone()]));
        assert_eq!((photo.info().profile, photo.pixels()), (SourceProfile::Srgb, &rgb[..]));
    }
    for (chunk, expected) in [
        (broken_icc, SourceProfile::NotApplied),
        (gama(0), SourceProfile::NotApplied),
        (chrm([0; 8]), SourceProfile::NotApplied),
        (chrm([u32::MAX; 8]), SourceProfile::NotApplied),
        (damaged, SourceProfile::AssumedSrgb),
        (png_chunk(b"gAMA", &[1]), SourceProfile::AssumedSrgb),
    ] {
        let photo = decode(&file(&rgb, &[chunk]));
        assert_eq!((photo.info().profile, photo.pixels()), (expected, &rgb[..]));
    }
}

#[test]
fn deep_samples_are_converted_before_they_are_rounded() {
    // Light itself in 16 bits: every shadow can be told apart, as in eight bits it could not.
    let light = |v: u8| (selfsame::image::srgb8_to_linear()[usize::from(v)] * 65_535.0).round() as u16;
    let rgb = card();
    let deep: Vec<u8> = rgb.iter().flat_map(|v| light(*v).to_ne_bytes()).collect();
    let png = encode(ImageFormat::Png, &deep, SIDES, ExtendedColorType::Rgb16);
    let photo = decode(&into_png(&png, &[gama(100_000)]));
    assert_eq!((photo.info().profile, photo.info().bits_per_channel), (SourceProfile::Converted, 16));
    assert!(difference(photo.pixels(), &rgb).0 <= 1, "{:?}", difference(photo.pixels(), &rgb));
    let grays: Vec<u8> = (0..=255).flat_map(|v| [v; 4]).collect();
    let deep: Vec<u8> = grays.iter().flat_map(|v| light(*v).to_ne_bytes()).collect();
    let png = encode(ImageFormat::Png, &deep, SIDES, ExtendedColorType::L16);
    let expected: Vec<u8> = grays.iter().flat_map(|v| [*v; 3]).collect();
    assert!(difference(decode(&into_png(&png, &[gama(100_000)])).pixels(), &expected).0 <= 1);
}

#[test]
fn high_dynamic_range_and_limited_range_are_refused_in_words() {
    let mut pq = ColorProfile::new_bt2020_pq();
    pq.description = None;
    for (chunk, word) in [
        (cicp([9, 16, 0, 1]), "PQ"),
        (cicp([9, 18, 0, 1]), "HLG"),
        (iccp(&pq.encode().unwrap()), "PQ"),
        (cicp([1, 13, 0, 0]), "limited range"),
    ] {
        let error = Photo::decode(&file(&card(), &[chunk]), &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
        assert!(error.to_string().contains(word) && error.to_string().contains("convert it to sRGB"), "{error}");
    }
}
