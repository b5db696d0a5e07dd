//! Samples of a profile become samples of sRGB, in place.

use super::super::format::{SourceColor, SourceProfile};
use super::super::header::corrupt;
use super::colors::Colors;
use super::meaning::{Meaning, meaning};
use crate::error::Result;
use image::ColorType;
use moxcms::{ColorProfile, Layout, RenderingIntent, Transform8BitExecutor, TransformExecutor, TransformOptions};
use std::sync::Arc;

/// What was stated about a file's colours, and the conversion that follows from it.
///
/// Every pixel is converted for itself, whatever its neighbours: a picture may be converted as a
/// whole or in pieces, on any thread, with the same bytes for it.
#[derive(Clone)]
pub(in crate::image) struct Profile {
    said: SourceProfile,
    conversion: Option<Conversion>,
}

#[derive(Clone)]
struct Conversion {
    from: Arc<ColorProfile>,
    rgb8: Arc<Transform8BitExecutor>,
}

/// Samples that are converted in one call, so that their copy stays in the cache; a multiple of 3
/// and of 4.
const CHUNK: usize = 3 * 1024;

/// Curves are those of the profile, not those that code points inside it name. Values in fixed
/// point (Q2.13) are within a level of exact ones, and take a third of the time.
fn options(fixed_point: bool) -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::Perceptual,
        allow_use_cicp_transfer: false,
        prefer_fixed_point: fixed_point,
        ..Default::default()
    }
}

impl Profile {
    /// Finds out what a file's samples mean by its statements, of which the first that can be read
    /// counts.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::UnsupportedFormat`] for what has to be mapped and not only
    /// converted: high dynamic range, and code points of a limited range.
    pub(in crate::image) fn new(statements: &[Colors<'_>], samples: SourceColor) -> Result<Self> {
        let mut profile = Self { said: SourceProfile::AssumedSrgb, conversion: None };
        for colors in statements {
            match meaning(colors, samples)? {
                Meaning::Srgb => return Ok(Self { said: SourceProfile::Srgb, conversion: None }),
                Meaning::Other(from) => {
                    let srgb = ColorProfile::new_srgb();
                    let rgb8 = from.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options(true));
                    if let Ok(rgb8) = rgb8 {
                        let conversion = Some(Conversion { from: Arc::from(from), rgb8 });
                        return Ok(Self { said: SourceProfile::Converted, conversion });
                    }
                }
                Meaning::Unreadable => {}
            }
            profile.said = SourceProfile::NotApplied;
        }
        Ok(profile)
    }

    /// What the file says, and what [`Self::convert`] does about it.
    pub(in crate::image) fn said(&self) -> SourceProfile {
        self.said
    }

    /// Converts tightly packed samples of `color`, 16-bit ones in the machine's byte order, to sRGB
    /// of the same kind: nothing happens where they are that already. Opacity stays as it is.
    pub(in crate::image) fn convert(&self, samples: &mut [u8], color: ColorType) -> Result<()> {
        let Some(conversion) = &self.conversion else { return Ok(()) };
        match color {
            ColorType::L8 => conversion.gray8(samples, 1),
            ColorType::La8 => conversion.gray8(samples, 2),
            ColorType::Rgb8 => bytes(&*conversion.rgb8, samples),
            ColorType::Rgba8 => {
                let to = ColorProfile::new_srgb();
                let rgba8 = conversion.from.create_transform_8bit(Layout::Rgba, &to, Layout::Rgba, options(true));
                bytes(&*rgba8.map_err(fault)?, samples)
            }
            ColorType::L16 => conversion.gray16(samples, 1),
            ColorType::La16 => conversion.gray16(samples, 2),
            ColorType::Rgb16 => words(&*conversion.deep(Layout::Rgb)?, samples),
            ColorType::Rgba16 => words(&*conversion.deep(Layout::Rgba)?, samples),
            _ => Err(corrupt("the colour profile does not fit the image's samples")),
        }
    }
}

impl Conversion {
    /// The conversion of samples of 16 bits, which linear ones need: eight are too few for shadows.
    fn deep(&self, layout: Layout) -> Result<Arc<moxcms::Transform16BitExecutor>> {
        let srgb = ColorProfile::new_srgb();
        self.from.create_transform_16bit(layout, &srgb, layout, options(false)).map_err(fault)
    }

    /// Converts the first of each `step` samples by a table of the 256 greys.
    fn gray8(&self, samples: &mut [u8], step: usize) -> Result<()> {
        let mut grays: Vec<u8> = (0..=255).flat_map(|v| [v; 3]).collect();
        bytes(&*self.rgb8, &mut grays)?;
        let table: Vec<u8> = grays.as_chunks::<3>().0.iter().map(|[_, green, _]| *green).collect();
        for sample in samples.iter_mut().step_by(step) {
            if let Some(converted) = table.get(usize::from(*sample)) {
                *sample = *converted;
            }
        }
        Ok(())
    }

    /// Converts the first of each `step` samples of 16 bits by a table of the 65,536 greys.
    fn gray16(&self, samples: &mut [u8], step: usize) -> Result<()> {
        let grays: Vec<u16> = (0..=u16::MAX).flat_map(|v| [v; 3]).collect();
        let mut table = vec![0; grays.len()];
        self.deep(Layout::Rgb)?.transform(&grays, &mut table).map_err(fault)?;
        for sample in samples.as_chunks_mut::<2>().0.iter_mut().step_by(step) {
            if let Some(converted) = table.get(3 * usize::from(u16::from_ne_bytes(*sample)) + 1) {
                *sample = converted.to_ne_bytes();
            }
        }
        Ok(())
    }
}

/// Converts samples of 8 bits.
fn bytes(executor: &dyn TransformExecutor<u8>, samples: &mut [u8]) -> Result<()> {
    let mut copy = [0; CHUNK];
    for chunk in samples.chunks_mut(CHUNK) {
        let (source, _) = copy.split_at_mut(chunk.len());
        source.copy_from_slice(chunk);
        executor.transform(source, chunk).map_err(fault)?;
    }
    Ok(())
}

/// Converts samples of 16 bits in the machine's byte order.
fn words(executor: &dyn TransformExecutor<u16>, samples: &mut [u8]) -> Result<()> {
    let (mut source, mut target) = ([0; CHUNK], [0; CHUNK]);
    for chunk in samples.as_chunks_mut::<2>().0.chunks_mut(CHUNK) {
        let (source, _) = source.split_at_mut(chunk.len());
        let (target, _) = target.split_at_mut(chunk.len());
        source.iter_mut().zip(chunk.iter()).for_each(|(to, from)| *to = u16::from_ne_bytes(*from));
        executor.transform(source, target).map_err(fault)?;
        chunk.iter_mut().zip(target).for_each(|(to, from)| *to = from.to_ne_bytes());
    }
    Ok(())
}

/// This crate's error for one of the conversion, none of which is known.
fn fault(error: moxcms::CmsError) -> crate::error::Error {
    corrupt("the colour profile cannot be applied").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(from: &ColorProfile) -> Profile {
        let icc = from.encode().unwrap();
        Profile::new(&[Colors::Icc(icc.into())], SourceColor::Rgb).unwrap()
    }

    /// Pixels without an order.
    fn pixels(count: u32) -> Vec<u8> {
        (0..3 * count).map(|i| (i.wrapping_mul(0x9E37_79B1) >> 24) as u8).collect()
    }

    #[test]
    fn each_pixel_is_converted_for_itself() {
        fn shared<T: Send + Sync>() {}
        shared::<Profile>();
        for from in [ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb()] {
            let (profile, stored) = (profile(&from), pixels(5000));
            assert_eq!(profile.said(), SourceProfile::Converted);
            let mut whole = stored.clone();
            profile.convert(&mut whole, ColorType::Rgb8).unwrap();
            assert!(whole != stored);
            for size in [1, 2, 3, 5, 7, 8, 15, 16, 17, 1023, 1025] {
                let mut pieces = stored.clone();
                for piece in pieces.chunks_mut(3 * size) {
                    profile.convert(piece, ColorType::Rgb8).unwrap();
                }
                assert!(pieces == whole, "pieces of {size} pixels");
            }
        }
    }

    #[test]
    fn samples_of_every_kind_come_to_the_same_colours() {
        let (profile, stored) = (profile(&ColorProfile::new_display_p3()), pixels(3000));
        let mut rgb = stored.clone();
        profile.convert(&mut rgb, ColorType::Rgb8).unwrap();
        let mut deep: Vec<u8> = stored.iter().flat_map(|v| (u16::from(*v) * 257).to_ne_bytes()).collect();
        profile.convert(&mut deep, ColorType::Rgb16).unwrap();
        let rounded = deep.as_chunks::<2>().0.iter().map(|v| (f32::from(u16::from_ne_bytes(*v)) / 257.0).round() as u8);
        assert!(rounded.zip(&rgb).all(|(a, b)| a.abs_diff(*b) <= 1));
        let with_alpha = |rgb: &[u8]| rgb.as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 77]).collect();
        let mut rgba: Vec<u8> = with_alpha(&stored);
        profile.convert(&mut rgba, ColorType::Rgba8).unwrap();
        let expected: Vec<u8> = with_alpha(&rgb);
        assert!(rgba.iter().zip(&expected).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    /// `cargo test --release --lib conversion_takes -- --ignored --nocapture`
    #[test]
    #[ignore = "prints timings"]
    fn conversion_takes_nanoseconds_a_pixel() {
        for (name, from) in [("Display P3", ColorProfile::new_display_p3()), ("sRGB", ColorProfile::new_srgb())] {
            let icc = from.encode().unwrap();
            let started = std::time::Instant::now();
            let profile = Profile::new(&[Colors::Icc(icc.into())], SourceColor::Rgb).unwrap();
            let read = started.elapsed();
            let mut pixels = pixels(12_000_000);
            let started = std::time::Instant::now();
            profile.convert(&mut pixels, ColorType::Rgb8).unwrap();
            println!("{name}: read in {read:?}, 12 megapixels in {:?}", started.elapsed());
        }
    }
}
