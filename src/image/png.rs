//! The pixels of a PNG.
//!
//! The decoder is shown the chunks that pixels come from, and no others: of those it takes memory
//! for each, and gives up on any that is damaged. What they say of the pixels is read in
//! [`super::metadata`].

use super::bytes::be32;
use super::header::{Header, corrupt, zeroed};
use super::limits::Limits;
use crate::error::{Error, ErrorKind, Result, Stage};
use image::ColorType;
use png::{BitDepth, Decoder, DecodingError, Transformations};
use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// Decodes a PNG whose header is within `limits` to samples of the colour that is said with them:
/// 16-bit ones in the machine's byte order, smaller ones and palettes spread to 8 bits.
pub(super) fn decode(file: &[u8], header: &Header, limits: &Limits) -> Result<(Vec<u8>, ColorType)> {
    // A limit of more than an address holds is none.
    let bytes = usize::try_from(limits.max_memory_bytes()).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Pictured::new(file), png::Limits { bytes });
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(fault)?;
    // Limits were checked against the header's sides: the decoder must mean the same ones.
    if reader.info().size() != (header.width, header.height) {
        return Err(corrupt("the file states two different sizes"));
    }
    let color = match reader.output_color_type() {
        (png::ColorType::Grayscale, BitDepth::Eight) => ColorType::L8,
        (png::ColorType::GrayscaleAlpha, BitDepth::Eight) => ColorType::La8,
        (png::ColorType::Rgb, BitDepth::Eight) => ColorType::Rgb8,
        (png::ColorType::Rgba, BitDepth::Eight) => ColorType::Rgba8,
        (png::ColorType::Grayscale, BitDepth::Sixteen) => ColorType::L16,
        (png::ColorType::GrayscaleAlpha, BitDepth::Sixteen) => ColorType::La16,
        (png::ColorType::Rgb, BitDepth::Sixteen) => ColorType::Rgb16,
        (png::ColorType::Rgba, BitDepth::Sixteen) => ColorType::Rgba16,
        _ => return Err(corrupt("the PNG's palette and depth do not go together")),
    };
    let mut samples = zeroed(reader.output_buffer_size())?;
    reader.next_frame(&mut samples).map_err(fault)?;
    if matches!(color, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16) {
        // A PNG's are in network byte order.
        samples.as_chunks_mut::<2>().0.iter_mut().for_each(|v| *v = u16::from_be_bytes(*v).to_ne_bytes());
    }
    Ok((samples, color))
}

/// This crate's error for one of the decoder.
fn fault(error: DecodingError) -> Error {
    let (kind, message) = match error {
        DecodingError::LimitsExceeded => (ErrorKind::LimitExceeded, "the image needs more than the limits allow"),
        _ => (ErrorKind::Corrupt, "the image is damaged"),
    };
    Error::new(kind, Stage::Decode, message).with_source(error)
}

/// The bytes of a PNG's critical chunks, whose names begin with a capital (W3C PNG, third edition,
/// 5.4), and of its transparent colours.
struct Pictured<'a> {
    /// What is left of the signature or the chunk that is being read.
    current: &'a [u8],
    /// What lies behind it.
    rest: &'a [u8],
}

impl<'a> Pictured<'a> {
    fn new(file: &'a [u8]) -> Self {
        let (current, rest) = file.split_at(file.len().min(8));
        Self { current, rest }
    }

    /// Steps on to the next of these chunks, or to the end.
    fn step(&mut self) {
        while self.current.is_empty() && !self.rest.is_empty() {
            // Length, name and checksum take 12 bytes. A last chunk may be cut short.
            let length = be32(self.rest, 0).and_then(|n| usize::try_from(n).ok()?.checked_add(12));
            let (chunk, rest) = self.rest.split_at(length.map_or(self.rest.len(), |n| n.min(self.rest.len())));
            self.rest = rest;
            // A chunk that ends before its name has none.
            let name = chunk.get(4..8).unwrap_or_default();
            if name.first().is_some_and(u8::is_ascii_uppercase) || name == b"tRNS" {
                self.current = chunk;
            }
        }
    }
}

impl Read for Pictured<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.step();
        self.current.read(buffer)
    }
}

impl BufRead for Pictured<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.step();
        Ok(self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current.consume(amount);
    }
}

/// The decoder asks for it and does not use it.
impl Seek for Pictured<'_> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
