//! Pictures in any number of pixels, bytes, scans and faces.

use super::super::shared::Anyhow;
use image::imageops::{FilterType, crop_imm, overlay, resize};
use image::{Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::path::Path;

/// The standard deviation of luminance noise at mid-grey, in levels: a JPEG of 12 megapixels then
/// has 3 to 4 MB at quality 90, as phones' have. Chosen by hand.
const NOISE: f32 = 10.0;

/// How a picture becomes a JPEG.
#[derive(Clone, Copy)]
pub struct Coding {
    /// 1 ..= 100.
    pub quality: u8,
    /// Progressive with about so many scans; none is baseline.
    pub scans: Option<u8>,
}

/// A portrait of `datasets/portraits` in three parts of width to four of height.
pub fn portrait(name: &str) -> Anyhow<RgbImage> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/portraits").join(name);
    let whole = image::open(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?.to_rgb8();
    let width = whole.width().min(whole.height() * 3 / 4);
    let left = (whole.width() - width) / 2;
    Ok(crop_imm(&whole, left, 0, width, (width * 4 / 3).min(whole.height())).to_image())
}

/// The portrait enlarged to three by four times `unit` pixels, with noise.
pub fn enlarged(portrait: &RgbImage, unit: u32) -> RgbImage {
    let mut picture = resize(portrait, 3 * unit, 4 * unit, FilterType::CatmullRom);
    grain(&mut picture);
    picture
}

/// `faces` portraits side by side, in rows of eight, each of 180 × 240 pixels.
pub fn crowd(portrait: &RgbImage, faces: u32) -> RgbImage {
    let one = resize(portrait, 180, 240, FilterType::CatmullRom);
    let mut picture = RgbImage::from_pixel(8 * 180, 8 * 240, Rgb([96, 110, 120]));
    for face in 0..faces {
        overlay(&mut picture, &one, i64::from(face % 8 * 180), i64::from(face / 8 * 240));
    }
    grain(&mut picture);
    picture
}

/// A sensor's noise: of two neighbours in part the same, as demosaicing leaves it.
fn grain(picture: &mut RgbImage) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut before = 0.0;
    for pixel in picture.pixels_mut() {
        // Four bytes add up to nearly a normal distribution, of deviation 147.8.
        let sum: f32 = random.next_u32().to_le_bytes().iter().map(|v| f32::from(*v) - 127.5).sum();
        let white = sum / 147.8;
        let noise = NOISE * (0.5 * before + 0.866 * white);
        before = white;
        let light = pixel.0.iter().map(|v| f32::from(*v)).sum::<f32>() / 384.0;
        pixel.0 = pixel.0.map(|v| (f32::from(v) + noise * light.max(0.06).sqrt()).round() as u8);
    }
}

/// The picture as JPEG, chrominance at half the resolution.
pub fn jpeg(picture: &RgbImage, coding: Coding) -> Anyhow<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, coding.quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if let Some(scans) = coding.scans {
        encoder.set_progressive_scans(scans);
    }
    encoder.encode(picture, picture.width().try_into()?, picture.height().try_into()?, ColorType::Rgb)?;
    Ok(file)
}
