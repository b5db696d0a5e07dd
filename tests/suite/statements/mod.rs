//! What a file says about itself: how it stands, what its colours mean, and which format it is
//! where that is not read.

mod colors;
mod foreign;
mod hostile;
mod orientation;
mod png;
mod scores;

use image::{ExtendedColorType, ImageEncoder};
use moxcms::{ColorProfile, Layout, TransformOptions};
use selfsame::image::{ImageFormat, Limits, Photo};

fn decode(bytes: &[u8]) -> Photo {
    Photo::decode(bytes, &Limits::default()).unwrap()
}

/// A chunk of a PNG.
fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&name[..], data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// A chunk of a WebP, padded to an even length.
fn webp_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&name[..], &(data.len() as u32).to_le_bytes(), data, &[0][..data.len() % 2]].concat()
}

/// A segment of a JPEG.
fn jpeg_segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xFF, marker][..], &(body.len() as u16 + 2).to_be_bytes(), body].concat()
}

/// Puts chunks behind the header of a PNG.
fn into_png(file: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&file[..33], &chunks.concat(), &file[33..]].concat()
}

/// Puts segments behind the start of a JPEG.
fn into_jpeg(file: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&file[..2], &segments.concat(), &file[2..]].concat()
}

/// Makes an extended WebP of a simple one of these sides, with chunks before and behind the
/// picture.
fn into_webp(file: &[u8], sides: (u32, u32), before: &[Vec<u8>], behind: &[Vec<u8>]) -> Vec<u8> {
    let side = |v: u32| (v - 1).to_le_bytes()[..3].to_vec();
    // ICC profile, EXIF.
    let canvas = [&[0x28, 0, 0, 0][..], &side(sides.0), &side(sides.1)].concat();
    let body = [&webp_chunk(b"VP8X", &canvas), &before.concat(), &file[12..], &behind.concat()].map(|p| p.to_vec());
    let body = [b"WEBP".to_vec(), body.concat()].concat();
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}

/// Encodes without any statement.
fn encode(format: ImageFormat, pixels: &[u8], sides: (u32, u32), color: ExtendedColorType) -> Vec<u8> {
    let mut file = Vec::new();
    let (w, h) = sides;
    match format {
        ImageFormat::Jpeg => {
            image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 95).write_image(pixels, w, h, color)
        }
        ImageFormat::Png => image::codecs::png::PngEncoder::new(&mut file).write_image(pixels, w, h, color),
        _ => image::codecs::webp::WebPEncoder::new_lossless(&mut file).write_image(pixels, w, h, color),
    }
    .unwrap();
    file
}

/// Encodes RGB8 with an ICC profile.
fn encode_with(format: ImageFormat, pixels: &[u8], sides: (u32, u32), icc: &[u8]) -> Vec<u8> {
    let file = encode(format, pixels, sides, ExtendedColorType::Rgb8);
    match format {
        ImageFormat::Jpeg => into_jpeg(&file, &icc_segments(icc)),
        ImageFormat::Png => into_png(&file, &[iccp(icc)]),
        _ => into_webp(&file, sides, &[webp_chunk(b"ICCP", icc)], &[]),
    }
}

/// The parts of a profile for a JPEG.
fn icc_segments(icc: &[u8]) -> Vec<Vec<u8>> {
    let parts = icc.chunks(65_519);
    let count = parts.len() as u8;
    (1..).zip(parts).map(|(i, part)| jpeg_segment(0xE2, &[b"ICC_PROFILE\0", &[i, count][..], part].concat())).collect()
}

/// An iCCP chunk.
fn iccp(icc: &[u8]) -> Vec<u8> {
    png_chunk(b"iCCP", &[b"a name\0\0", &fdeflate::compress_to_vec(icc)[..]].concat())
}

/// sRGB pixels as pixels of another profile, each value exact before it is rounded.
fn converted(rgb: &[u8], to: &ColorProfile) -> Vec<u8> {
    between(&ColorProfile::new_srgb(), to, rgb)
}

/// Pixels of one profile as pixels of another, each value exact before it is rounded.
fn between(from: &ColorProfile, to: &ColorProfile, rgb: &[u8]) -> Vec<u8> {
    let options = TransformOptions { allow_use_cicp_transfer: false, prefer_fixed_point: false, ..Default::default() };
    let transform = from.create_transform_f32(Layout::Rgb, to, Layout::Rgb, options).unwrap();
    let source: Vec<f32> = rgb.iter().map(|v| f32::from(*v) / 255.0).collect();
    let mut target = vec![0.0; source.len()];
    transform.transform(&source, &mut target).unwrap();
    target.iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect()
}

/// Skin, shadows, and every corner of the cube of colours, 32 × 32 pixels.
fn card() -> Vec<u8> {
    let levels = [0, 20, 60, 100, 140, 180, 220, 255];
    let cube = levels.into_iter().flat_map(|r| levels.into_iter().flat_map(move |g| levels.map(|b| [r, g, b])));
    let skin =
        (0..512u32).map(|i| [(90 + i * 160 / 511) as u8, (55 + i * 140 / 511) as u8, (40 + i * 115 / 511) as u8]);
    cube.chain(skin).flatten().collect()
}

/// The largest and the mean difference.
fn difference(a: &[u8], b: &[u8]) -> (u8, f64) {
    assert_eq!(a.len(), b.len());
    let each = || a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
    (each().max().unwrap(), each().map(f64::from).sum::<f64>() / a.len() as f64)
}
