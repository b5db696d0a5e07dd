//! JPEG XL (ISO/IEC 18181), decoded by `jxl`: its first visible picture.
//!
//! A file may hold pictures that are not shown and that others are made of. Their sizes are known
//! when the decoder has reached them only, so that it is stopped where there are too many of them.

use super::format::{ImageFormat, SourceColor};
use super::header::{Header, corrupt, unsupported, zeroed};
use super::limits::{Limits, over_limit};
use super::metadata::Statements;
use super::orientation::Orientation;
use super::profile::{CodePoints, Colors};
use crate::error::{Error, ErrorKind, Result, Stage};
use image::ColorType;
use jxl::api::{
    AlphaMode, Endianness, Event, ExtraChannel, JxlBasicInfo, JxlBitDepth, JxlColorEncoding, JxlColorProfile,
    JxlColorType, JxlDataFormat, JxlDecoder, JxlDecoderOptions, JxlOutputBuffer, JxlParallelRunner,
    JxlParallelRunnerFun, JxlPixelFormat, JxlTransferFunction,
};

/// Rounds of decoding for pictures that are not shown. A picture that is cut into groups takes two
/// and more; one round is left for a small one of patches beside one of low resolution.
const HIDDEN_ROUNDS: u32 = 4;
/// Rounds for the picture itself, which takes some three.
const ROUNDS: u32 = 16;
/// Bytes that decoding holds for each sample of the picture: two pictures that are not shown and
/// one that is, four bytes each. Files of people take two at most, see `docs/measurements.md`.
const BYTES_PER_SAMPLE: u64 = 12;
/// What it holds beside that: tables of codes, a profile's text, and rows of filters.
const WORKING_BYTES: u64 = 32 << 20;
/// Steps of about a nanosecond for a pixel of cosine transforms, and for a sample that is predicted
/// from its neighbours. Measured on files of `cjxl`, see `docs/measurements.md`.
const PIXEL_STEPS: u64 = 80;
const PREDICTED_STEPS: u64 = 200;

/// Whether the bytes begin as a JPEG XL's codestream or container does.
pub(super) fn is_jxl(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\x0A") || bytes.starts_with(b"\0\0\0\x0CJXL \r\n\x87\n")
}

/// This crate's error for one of the decoder.
fn fault(error: jxl::error::Error) -> Error {
    use jxl::error::Error::{
        ImageDimensionTooLarge, ImageOutOfMemory, ImageSizeTooLarge, LevelLimitExceeded, OutOfMemory,
        UnexpectedCodestreamBoxEnd,
    };
    let (kind, message) = match error {
        ImageDimensionTooLarge(_)
        | ImageOutOfMemory(..)
        | ImageSizeTooLarge(..)
        | LevelLimitExceeded { .. }
        | OutOfMemory(_) => (ErrorKind::LimitExceeded, "the image needs more than the limits allow"),
        UnexpectedCodestreamBoxEnd => (ErrorKind::Corrupt, "the file ends before its image does"),
        _ => (ErrorKind::Corrupt, "the image is damaged"),
    };
    Error::new(kind, Stage::Decode, message).with_source(error)
}

/// A decoder that has read a file's headers.
struct Opened<'a> {
    decoder: JxlDecoder,
    /// What it has not read yet.
    rest: &'a [u8],
    info: JxlBasicInfo,
    color: ColorType,
    width: u32,
    height: u32,
}

impl<'a> Opened<'a> {
    /// Reads the headers. Pictures of over `max_samples` samples are refused.
    fn new(bytes: &'a [u8], max_samples: Option<usize>) -> Result<Self> {
        let mut options = JxlDecoderOptions::default();
        options.adjust_orientation = false;
        options.alpha_mode = AlphaMode::Unpremultiplied;
        options.sample_limit = max_samples;
        let (mut decoder, mut rest) = (JxlDecoder::new(options), bytes);
        if decoder.process(&mut rest, None, None).map_err(fault)? != Event::BasicInfo {
            return Err(corrupt("the JPEG XL ends before its image"));
        }
        let info = decoder.basic_info().ok_or_else(|| corrupt("the JPEG XL has no header"))?.clone();
        if info.animation.is_some() {
            return Err(unsupported("an animated JPEG XL is not a photograph"));
        }
        if info.extra_channels.iter().any(|channel| channel.ec_type == ExtraChannel::Black) {
            return Err(unsupported("a JPEG XL of inks is not read: convert it to RGB"));
        }
        let (Ok(width), Ok(height)) = (info.size.0.try_into(), info.size.1.try_into()) else {
            return Err(over_limit("the JPEG XL's sides are longer than any picture's"));
        };
        let gray = decoder.current_pixel_format().is_some_and(|format| format.color_type.is_grayscale());
        let alpha = info.extra_channels.iter().any(|channel| channel.ec_type == ExtraChannel::Alpha);
        let deep = !matches!(info.bit_depth, JxlBitDepth::Int { bits_per_sample: ..=8 });
        let (color, color_type) = match (gray, alpha, deep) {
            (true, false, false) => (ColorType::L8, JxlColorType::Grayscale),
            (true, false, true) => (ColorType::L16, JxlColorType::Grayscale),
            (true, true, false) => (ColorType::La8, JxlColorType::GrayscaleAlpha),
            (true, true, true) => (ColorType::La16, JxlColorType::GrayscaleAlpha),
            (false, false, false) => (ColorType::Rgb8, JxlColorType::Rgb),
            (false, false, true) => (ColorType::Rgb16, JxlColorType::Rgb),
            (false, true, false) => (ColorType::Rgba8, JxlColorType::Rgba),
            (false, true, true) => (ColorType::Rgba16, JxlColorType::Rgba),
        };
        let color_data_format = Some(if deep {
            JxlDataFormat::U16 { endianness: Endianness::native(), bit_depth: 16 }
        } else {
            JxlDataFormat::U8 { bit_depth: 8 }
        });
        let extra_channel_format = vec![None; info.extra_channels.len()];
        let format = JxlPixelFormat { color_type, color_data_format, extra_channel_format };
        decoder.set_pixel_format(format).map_err(fault)?;
        Ok(Self { decoder, rest, info, color, width, height })
    }

    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Samples of a pixel: it is decoded as three colours even if it is grey.
    fn channels(&self) -> u64 {
        3 + self.info.extra_channels.len() as u64
    }

    /// Steps for the picture, by whether its colours are predicted from their neighbours; further
    /// channels always are.
    fn work(&self, predicted: bool) -> u64 {
        let colors = match predicted {
            false => PIXEL_STEPS,
            true if self.color.channel_count() < 3 => PREDICTED_STEPS,
            true => 3 * PREDICTED_STEPS,
        };
        let further = PREDICTED_STEPS * self.info.extra_channels.len() as u64;
        self.pixels().saturating_mul(colors + further)
    }
}

/// Reads what the file states, as far as limits and the decoder need it.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let opened = Opened::new(bytes, None)?;
    Ok(Header {
        format: ImageFormat::JpegXl,
        width: opened.width,
        height: opened.height,
        color: if opened.color.channel_count() < 3 { SourceColor::Gray } else { SourceColor::Rgb },
        // Floats are more than 16 bits hold.
        bits_per_channel: opened.info.bit_depth.bits_per_sample().clamp(1, 16) as u8,
        working_bytes_per_px: BYTES_PER_SAMPLE * opened.channels(),
        working_bytes: WORKING_BYTES,
        // Colours that are stored as they are, and not as the eye's, are mostly predicted.
        work: opened.work(opened.info.uses_original_profile),
        // Whether it is all there, decoding tells.
        end: Some(bytes.len()),
    })
}

/// What the file says of how it stands and of the colours that it is decoded to.
pub(super) fn statements(bytes: &[u8], max_icc_bytes: usize) -> Statements<'_> {
    let mut statements = Statements::default();
    // Its headers have been read.
    let Ok(opened) = Opened::new(bytes, None) else { return statements };
    if let Some(orientation) = Orientation::from_exif(opened.info.orientation as u8) {
        statements.add_orientation(orientation);
    }
    let Some(profile) = opened.decoder.output_color_profile() else { return statements };
    let transfer = match profile.transfer_function() {
        Some(JxlTransferFunction::PQ) => Some(16),
        Some(JxlTransferFunction::HLG) => Some(18),
        _ => None,
    };
    let srgb = |gray| profile.same_color_encoding(&JxlColorProfile::Simple(JxlColorEncoding::srgb(gray)));
    if let Some(transfer) = transfer {
        // Which is refused, whatever the primaries.
        statements.colors.push(Colors::CodePoints(CodePoints { primaries: 1, transfer, full_range: true }));
    } else if srgb(false) || srgb(true) {
        statements.colors.push(Colors::Srgb);
    } else {
        let icc = profile.try_as_icc().map(|icc| icc.into_owned().into());
        statements.add_icc(icc, max_icc_bytes);
    }
    statements
}

/// Runs the decoder on this thread, and counts its rounds.
struct Rounds {
    left: u32,
    /// Whether it was stopped.
    stopped: bool,
}

impl JxlParallelRunner for Rounds {
    fn run(&mut self, count: usize, task: &JxlParallelRunnerFun<'_>) -> jxl::error::Result<()> {
        self.run_ordered(count, None, task)
    }

    fn num_threads(&self) -> usize {
        1
    }

    fn run_ordered(
        &mut self,
        count: usize,
        _: Option<usize>,
        task: &JxlParallelRunnerFun<'_>,
    ) -> jxl::error::Result<()> {
        let Some(left) = self.left.checked_sub(1) else {
            self.stopped = true;
            return Err(jxl::error::Error::ImageSizeTooLarge(0, 0));
        };
        self.left = left;
        (0..count).try_for_each(task)
    }
}

/// Whether the picture whose header begins at `at` is predicted from neighbours, and not made of
/// cosine transforms (ISO/IEC 18181-1, frame header: `all_default`, two bits of type, `encoding`).
fn is_predicted(bytes: &[u8], at: u64) -> bool {
    let byte = usize::try_from(at).ok().and_then(|at| bytes.get(at));
    byte.is_none_or(|byte| byte & 0b1001 == 0b1000)
}

/// Decodes the first visible picture of a file whose header is within `limits`: samples of 16 bits
/// are in the machine's byte order.
pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<(Vec<u8>, ColorType)> {
    // The decoder counts 16 columns at least, and refuses what reaches its limit.
    let samples = u64::from(header.width.max(16)) * u64::from(header.height);
    let most = samples * (header.working_bytes_per_px / BYTES_PER_SAMPLE) + 1;
    let mut opened = Opened::new(bytes, Some(usize::try_from(most).unwrap_or(usize::MAX)))?;
    if (opened.width, opened.height) != (header.width, header.height) {
        return Err(corrupt("the file states two different sizes"));
    }
    let row_bytes = opened.width as usize * usize::from(opened.color.bytes_per_pixel());
    let mut samples = zeroed(row_bytes.checked_mul(opened.height as usize))?;
    let mut rounds = Rounds { left: HIDDEN_ROUNDS, stopped: false };
    let mut shown = false;
    loop {
        let mut buffers = [JxlOutputBuffer::new(&mut samples, opened.height as usize, row_bytes)];
        let event = opened.decoder.process(&mut opened.rest, Some(&mut buffers), Some(&mut rounds));
        match event {
            Err(_) if rounds.stopped => return Err(over_limit("the JPEG XL is made of more pictures than are read")),
            Err(error) => return Err(fault(error)),
            Ok(Event::FrameHeader) if !shown => {
                shown = true;
                rounds.left = ROUNDS;
                let predicted =
                    opened.decoder.scanned_frames().last().is_none_or(|f| is_predicted(bytes, f.file_offset));
                if predicted && opened.work(true) > limits.max_work() {
                    return Err(over_limit("the JPEG XL may take more steps to decode than allowed"));
                }
            }
            Ok(Event::FrameComplete { .. }) if shown => return Ok((samples, opened.color)),
            Ok(_) => return Err(corrupt("the file ends before its image does")),
        }
    }
}
