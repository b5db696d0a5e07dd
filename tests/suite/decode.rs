//! Every bad input has one stated outcome, and every good one its pixels: the door of
//! `selfsame::image`, from outside.

use image::{ExtendedColorType, ImageEncoder};
use selfsame::error::{ErrorKind, Stage};
use selfsame::image::{ImageFormat, Limits, Orientation, Photo, SourceColor};

const CMYK: &[u8] = include_bytes!("../data/cmyk.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("../data/progressive.jpg");
const ALPHA_WEBP: &[u8] = include_bytes!("../data/alpha.webp");
const ANIMATED_WEBP: &[u8] = include_bytes!("../data/animated.webp");
const PALETTE_PNG: &[u8] = include_bytes!("../data/palette.png");

pub(crate) fn decode(bytes: &[u8]) -> Result<Photo, ErrorKind> {
    Photo::decode(bytes, &Limits::default()).map_err(|e| {
        assert_eq!(e.stage(), Stage::Decode);
        e.kind()
    })
}

/// Smooth, with some detail, different in every channel, and not symmetric.
fn card(width: u32, height: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| [x * 250 / width, y * 250 / height, ((x * 7 + y * 3) % 64) * 2];
    (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y).map(|v| v as u8))).collect()
}

fn jpeg(pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 92)
        .write_image(pixels, width, height, color)
        .unwrap();
    file
}

fn png(pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::png::PngEncoder::new(&mut file).write_image(pixels, width, height, color).unwrap();
    file
}

fn webp(pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut file).write_image(pixels, width, height, color).unwrap();
    file
}

/// The same picture in each format.
fn samples(width: u32, height: u32) -> [(&'static str, Vec<u8>); 3] {
    let pixels = card(width, height);
    [
        ("jpeg", jpeg(&pixels, width, height, ExtendedColorType::Rgb8)),
        ("png", png(&pixels, width, height, ExtendedColorType::Rgb8)),
        ("webp", webp(&pixels, width, height, ExtendedColorType::Rgb8)),
    ]
}

fn at(photo: &Photo, x: u32, y: u32) -> [u8; 3] {
    let start = (y as usize * photo.width() as usize + x as usize) * 3;
    photo.pixels()[start..start + 3].try_into().unwrap()
}

fn assert_near(got: [u8; 3], expected: [u8; 3], tolerance: u8, what: &str) {
    let near = got.iter().zip(expected).all(|(g, e)| g.abs_diff(e) <= tolerance);
    assert!(near, "{what}: {got:?} for {expected:?}");
}

fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&name[..], data].concat();
    let mut crc = u32::MAX;
    for byte in &named {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    [&(data.len() as u32).to_be_bytes()[..], &named, &(!crc).to_be_bytes()].concat()
}

fn png_header(width: u32, height: u32) -> Vec<u8> {
    let ihdr = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &png_chunk(b"IHDR", &ihdr)].concat()
}

#[test]
fn what_is_no_image_is_an_unsupported_format() {
    let table: [(&str, &[u8]); 8] = [
        ("empty", b""),
        ("one byte", b"\xFF"),
        ("text", b"This is a text file, whatever its name says.\n"),
        ("start of a JPEG's signature", b"\xFF\xD8"),
        ("start of a PNG's signature", b"\x89PNG\r\n\x1a"),
        ("RIFF, but sound", b"RIFF\x24\0\0\0WAVEfmt "),
        ("BMP", b"BM\x3A\0\0\0\0\0\0\0"),
        ("zeros", &[0; 4096]),
    ];
    for (what, bytes) in table {
        assert_eq!(decode(bytes), Err(ErrorKind::UnsupportedFormat), "{what}");
    }
}

#[test]
fn a_jpeg_cut_anywhere_is_corrupt_and_never_half_grey() {
    let baseline = jpeg(&card(40, 30), 40, 30, ExtendedColorType::Rgb8);
    let grey = jpeg(&vec![128; 24 * 24], 24, 24, ExtendedColorType::L8);
    for (what, file) in [("baseline", &baseline[..]), ("grey", &grey), ("progressive", PROGRESSIVE), ("cmyk", CMYK)] {
        let whole = decode(file);
        assert!(whole.is_ok(), "{what} is whole");
        for cut in 0..file.len() {
            let expected = match cut {
                0..3 => Err(ErrorKind::UnsupportedFormat),
                // Only the end's mark is missing, which some cameras leave out.
                _ if cut >= file.len() - 2 => whole.clone(),
                _ => Err(ErrorKind::Corrupt),
            };
            assert_eq!(decode(&file[..cut]), expected, "{what} cut at {cut} of {}", file.len());
        }
    }
}

#[test]
fn a_cut_png_or_webp_is_corrupt() {
    let [_, (_, png), (_, webp)] = samples(120, 90);
    for (what, file, signature) in [("png", &png[..], 8), ("webp", &webp, 12), ("lossy webp", ALPHA_WEBP, 12)] {
        assert!(decode(file).is_ok(), "{what} is whole");
        let step = if file.len() > 2000 { 97 } else { 1 };
        // The last bytes one by one: behind the last pixel only the end's mark is missing.
        for cut in (0..file.len()).step_by(step).chain(file.len() - 20..file.len()) {
            let expected = if cut < signature { ErrorKind::UnsupportedFormat } else { ErrorKind::Corrupt };
            assert_eq!(decode(&file[..cut]), Err(expected), "{what} cut at {cut} of {}", file.len());
        }
    }
}

#[test]
fn bytes_behind_the_image_are_ignored() {
    let others = [("progressive", PROGRESSIVE.to_vec()), ("cmyk", CMYK.to_vec()), ("lossy webp", ALPHA_WEBP.to_vec())];
    for (what, file) in samples(30, 20).into_iter().chain(others) {
        let clean = decode(&file).unwrap();
        for tail in [&b"\0"[..], b"garbage \xFF\xD8\xFF\xD9 and more", &file] {
            assert_eq!(decode(&[&file, tail].concat()), Ok(clean.clone()), "{what}");
        }
    }
}

#[test]
fn an_enormous_header_is_refused_before_any_pixel() {
    for (width, height) in [(60_000, 60_000), (16_385, 1), (1, 16_385), (16_000, 16_000), (u32::MAX, u32::MAX)] {
        assert_eq!(decode(&png_header(width, height)), Err(ErrorKind::LimitExceeded), "{width}×{height}");
    }
    assert_eq!(decode(&png_header(0, 5)), Err(ErrorKind::Corrupt), "no width");
    assert_eq!(decode(&png_header(5, 5)), Err(ErrorKind::Corrupt), "no pixels");
}

#[test]
fn each_limit_holds_at_each_format_and_not_below() {
    for (what, file) in samples(50, 30) {
        let check = |limits: Limits| Photo::decode(&file, &limits).map(|_| ()).map_err(|e| e.kind());
        let all = Limits::default;
        let over = Err(ErrorKind::LimitExceeded);
        assert_eq!(check(all().with_max_bytes(file.len()).unwrap()), Ok(()), "{what}");
        assert_eq!(check(all().with_max_bytes(file.len() - 1).unwrap()), over, "{what}");
        assert_eq!(check(all().with_max_side_px(50).unwrap()), Ok(()), "{what}");
        assert_eq!(check(all().with_max_side_px(49).unwrap()), over, "{what}");
        assert_eq!(check(all().with_max_pixels(1500).unwrap()), Ok(()), "{what}");
        assert_eq!(check(all().with_max_pixels(1499).unwrap()), over, "{what}");
        assert_eq!(check(all().with_max_memory_bytes(1 << 20).unwrap()), Ok(()), "{what}");
        assert_eq!(check(all().with_max_memory_bytes(50 * 30 * 3 - 1).unwrap()), over, "{what}");
    }
    let wide = png(&[0; 100 * 100 * 8], 100, 100, ExtendedColorType::Rgba16);
    let limits = Limits::default().with_max_memory_bytes(100 * 100 * 10).unwrap();
    assert_eq!(Photo::decode(&wide, &limits).unwrap_err().kind(), ErrorKind::LimitExceeded, "the conversion counts");
}

#[test]
fn lossless_formats_give_back_every_pixel() {
    let pixels = card(31, 17);
    for (what, file, encoding) in [
        ("png", png(&pixels, 31, 17, ExtendedColorType::Rgb8), ImageFormat::Png),
        ("webp", webp(&pixels, 31, 17, ExtendedColorType::Rgb8), ImageFormat::WebP),
    ] {
        let photo = decode(&file).unwrap();
        assert_eq!((photo.width(), photo.height()), (31, 17), "{what}");
        assert!(photo.pixels() == pixels, "{what}");
        let info = photo.info();
        assert_eq!((info.format, info.color, info.bits_per_channel), (encoding, SourceColor::Rgb, 8), "{what}");
        assert_eq!((info.had_alpha, info.orientation), (false, Orientation::Upright), "{what}");
    }
}

#[test]
fn jpegs_show_their_colours() {
    // Quadrants of 12 × 8, made by Pillow from (220,40,40) (40,200,60) (50,60,210) (230,230,230).
    let photo = decode(PROGRESSIVE).unwrap();
    assert_eq!((photo.width(), photo.height(), photo.info().format), (24, 16, ImageFormat::Jpeg));
    for (x, y, rgb) in
        [(6, 4, [220, 40, 40]), (18, 4, [40, 200, 60]), (6, 12, [50, 60, 210]), (18, 12, [230, 230, 230])]
    {
        assert_near(at(&photo, x, y), rgb, 3, "progressive");
    }
    let photo = decode(&jpeg(&card(64, 48), 64, 48, ExtendedColorType::Rgb8)).unwrap();
    assert_near(at(&photo, 63, 0), [246, 0, 114], 40, "baseline");
    let photo = decode(&jpeg(&[77; 9 * 5], 9, 5, ExtendedColorType::L8)).unwrap();
    assert_eq!((photo.info().color, photo.pixels().len()), (SourceColor::Gray, 9 * 5 * 3));
    assert_near(at(&photo, 8, 4), [77; 3], 1, "grey");
}

#[test]
fn cmyk_with_adobes_marker_shows_its_colours_and_without_is_refused() {
    // Quadrants of 8 × 8, made by Pillow: red, green, white, and half black.
    let photo = decode(CMYK).unwrap();
    assert_eq!((photo.width(), photo.height(), photo.info().color), (16, 16, SourceColor::Cmyk));
    for (x, y, rgb) in [(4, 4, [255, 0, 0]), (12, 4, [0, 255, 0]), (4, 12, [255; 3]), (12, 12, [127; 3])] {
        assert_near(at(&photo, x, y), rgb, 3, "cmyk");
    }
    assert_eq!(&CMYK[2..4], [0xFF, 0xEE], "Adobe's segment comes first");
    let unmarked = [&CMYK[..2], &CMYK[18..]].concat();
    assert_eq!(decode(&unmarked), Err(ErrorKind::UnsupportedFormat));
}

#[test]
fn kinds_of_jpeg_that_are_not_read_are_unsupported() {
    let file = jpeg(&card(16, 16), 16, 16, ExtendedColorType::Rgb8);
    let sof = file.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    let with = |offset: usize, value: u8| {
        let mut changed = file.clone();
        changed[sof + offset] = value;
        decode(&changed)
    };
    assert_eq!(with(1, 0xC3), Err(ErrorKind::UnsupportedFormat), "lossless");
    assert_eq!(with(1, 0xC9), Err(ErrorKind::UnsupportedFormat), "arithmetic coding");
    assert_eq!(with(4, 12), Err(ErrorKind::UnsupportedFormat), "12 bits");
    assert_eq!(with(9, 2), Err(ErrorKind::UnsupportedFormat), "two channels");
}

#[test]
fn deep_grey_and_palette_pngs_become_rgb8() {
    let levels = [0u16, 128, 129, 32_768, 65_535, 4660];
    let bytes: Vec<u8> = levels.iter().flat_map(|v| v.to_ne_bytes()).collect();
    let photo = decode(&png(&bytes, 2, 1, ExtendedColorType::Rgb16)).unwrap();
    assert_eq!((photo.pixels(), photo.info().bits_per_channel), (&[0, 0, 1, 128, 255, 18][..], 16));
    let photo = decode(&png(&bytes, 6, 1, ExtendedColorType::L16)).unwrap();
    assert_eq!((at(&photo, 3, 0), at(&photo, 5, 0), photo.info().color), ([128; 3], [18; 3], SourceColor::Gray));
    let photo = decode(&png(&[3, 200], 1, 2, ExtendedColorType::L8)).unwrap();
    assert_eq!(photo.pixels(), [3, 3, 3, 200, 200, 200]);
    // Red, green, and a blue that is wholly transparent.
    let photo = decode(PALETTE_PNG).unwrap();
    assert_eq!(photo.pixels(), [255, 0, 0, 0, 255, 0, 255, 255, 255]);
    assert_eq!((photo.info().color, photo.info().had_alpha), (SourceColor::Palette, true));
}

#[test]
fn what_is_transparent_is_white_whatever_hides_there() {
    let hidden = [10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 51];
    for file in [png(&hidden, 3, 1, ExtendedColorType::Rgba8), webp(&hidden, 3, 1, ExtendedColorType::Rgba8)] {
        let photo = decode(&file).unwrap();
        assert_eq!(photo.pixels(), [255, 255, 255, 10, 20, 30, 204, 204, 204]);
        assert!(photo.info().had_alpha);
    }
    let grey = decode(&png(&[7, 0, 7, 255], 2, 1, ExtendedColorType::La8)).unwrap();
    assert_eq!(grey.pixels(), [255, 255, 255, 7, 7, 7]);
    let lossy = decode(ALPHA_WEBP).unwrap();
    assert_eq!(at(&lossy, 12, 8), [255; 3]);
    assert_near(at(&lossy, 3, 8), [200, 40, 40], 12, "opaque half");
}

#[test]
fn animations_are_unsupported() {
    assert_eq!(decode(ANIMATED_WEBP), Err(ErrorKind::UnsupportedFormat));
    let still = png(&card(4, 4), 4, 4, ExtendedColorType::Rgb8);
    let apng = [&still[..33], &png_chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), &still[33..]].concat();
    assert_eq!(decode(&apng), Err(ErrorKind::UnsupportedFormat));
}

#[test]
fn one_pixel_is_an_image() {
    for (what, file) in samples(1, 1) {
        let photo = decode(&file).unwrap();
        assert_eq!((photo.width(), photo.height(), photo.pixels().len()), (1, 1, 3), "{what}");
    }
}

/// An APP1 segment whose EXIF data hold one tag: the orientation.
fn exif(orientation: u16) -> Vec<u8> {
    let tiff = [&b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"[..], &orientation.to_be_bytes(), &[0; 6]]
        .concat();
    [&[0xFF, 0xE1][..], &(tiff.len() as u16 + 2).to_be_bytes(), &tiff].concat()
}

#[test]
fn all_eight_exif_orientations_come_out_upright() {
    let (w, h) = (24u32, 16u32);
    let file = jpeg(&card(w, h), w, h, ExtendedColorType::Rgb8);
    let stored = decode(&file).unwrap();
    // Where the upright pixel (x, y) is stored, by EXIF's definition of rows and columns.
    type Source = fn(u32, u32, u32, u32) -> (u32, u32);
    let table: [(Orientation, Source); 8] = [
        (Orientation::Upright, |x, y, _, _| (x, y)),
        (Orientation::MirroredHorizontally, |x, y, w, _| (w - 1 - x, y)),
        (Orientation::Rotated180, |x, y, w, h| (w - 1 - x, h - 1 - y)),
        (Orientation::MirroredVertically, |x, y, _, h| (x, h - 1 - y)),
        (Orientation::Transposed, |x, y, _, _| (y, x)),
        (Orientation::Rotated90, |x, y, _, h| (y, h - 1 - x)),
        (Orientation::Transversed, |x, y, w, h| (w - 1 - y, h - 1 - x)),
        (Orientation::Rotated270, |x, y, w, _| (w - 1 - y, x)),
    ];
    for (value, (orientation, source)) in (1u16..).zip(table) {
        let turned = decode(&[&file[..2], &exif(value), &file[2..]].concat()).unwrap();
        assert_eq!(turned.info().orientation, orientation);
        assert_eq!(Orientation::from_exif(value as u8), Some(orientation));
        let sides = if value < 5 { (w, h) } else { (h, w) };
        assert_eq!((turned.width(), turned.height()), sides, "orientation {value}");
        for y in 0..sides.1 {
            for x in 0..sides.0 {
                let (sx, sy) = source(x, y, w, h);
                assert_eq!(at(&turned, x, y), at(&stored, sx, sy), "orientation {value}, pixel {x} {y}");
            }
        }
    }
    for value in [0, 9, 255, 256, 65_535] {
        let photo = decode(&[&file[..2], &exif(value), &file[2..]].concat()).unwrap();
        assert_eq!(photo, stored, "orientation {value} does not exist");
    }
    let cut = [&file[..2], &[0xFF, 0xE1, 0, 10], b"Exif\0\0MM", &file[2..]].concat();
    assert_eq!(decode(&cut).unwrap(), stored, "EXIF data without an end");
}

#[test]
fn given_pixels_must_fill_their_size() {
    let kind = |w, h, len| Photo::from_rgb8(w, h, vec![0; len]).map(|_| ()).map_err(|e| e.kind());
    assert_eq!(kind(2, 3, 18), Ok(()));
    for (w, h, len) in [(2, 3, 17), (2, 3, 19), (0, 3, 0), (3, 0, 0), (u32::MAX, u32::MAX, 3)] {
        assert_eq!(kind(w, h, len), Err(ErrorKind::ShapeMismatch), "{w}×{h} in {len}");
    }
    let photo = Photo::from_rgb8(1, 1, vec![231, 232, 233]).unwrap();
    assert_eq!(photo.info().format, ImageFormat::Raw);
    assert_eq!((photo.frame().width(), photo.frame().height()), (1, 1));
    let text = format!("{photo:?}");
    assert!(text.contains("Raw") && !text.contains("231"), "{text}");
}

/// Limits that the samples fit and few damaged files do, so that none of thousands takes long.
pub(crate) fn small_limits() -> Limits {
    Limits::default()
        .with_max_bytes(1 << 16)
        .unwrap()
        .with_max_side_px(512)
        .unwrap()
        .with_max_pixels(1 << 16)
        .unwrap()
        .with_max_memory_bytes(8 << 20)
        .unwrap()
}

/// Flips, overwrites, cuts and doublings, the same on every run. The only promise: an answer, and a
/// photo that is whole.
#[test]
fn damaged_files_never_panic() {
    let mut state = 0x5EED_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let limits = small_limits();
    let deep = png(&[0x5A; 8 * 8 * 8], 8, 8, ExtendedColorType::Rgba16);
    let extra = [PROGRESSIVE, CMYK, ALPHA_WEBP, ANIMATED_WEBP, PALETTE_PNG, &deep].map(<[u8]>::to_vec);
    for file in samples(32, 24).into_iter().map(|(_, file)| file).chain(extra) {
        for _ in 0..600 {
            let mut damaged = file.clone();
            for _ in 0..=random(6) {
                // Headers decide more than pixels do: half of the damage goes there.
                let reach = if random(2) == 0 { damaged.len().min(64) } else { damaged.len() };
                let place = random(reach);
                match random(8) {
                    0 => damaged.truncate(place + 1),
                    1 => damaged.extend_from_within(place..),
                    2 => damaged[place] = 0xFF,
                    3 => damaged[place] = 0,
                    _ => damaged[place] ^= 1 << random(8),
                }
            }
            match Photo::decode(&damaged, &limits) {
                Ok(photo) => assert_eq!(photo.pixels().len(), photo.width() as usize * photo.height() as usize * 3),
                Err(e) => assert!(
                    matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::UnsupportedFormat | ErrorKind::LimitExceeded),
                    "{e}"
                ),
            }
        }
    }
}
