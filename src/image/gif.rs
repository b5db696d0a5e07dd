//! GIF (CompuServe's specification of 1990): its first picture. What follows it, such as the other
//! pictures of an animation, is not looked at.
//!
//! Its pixels are the screen's, white where the picture does not reach.

use super::bytes::le16;
use super::format::{ImageFormat, SourceColor};
use super::header::{Header, corrupt, zeroed};
use super::lzw;
use super::metadata::Statements;
use crate::error::Result;
use image::ColorType;
use std::ops::Range;

/// Whether the bytes begin as a GIF does.
pub(super) fn is_gif(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a")
}

/// What stands before the codes of the first picture.
struct Picture<'a> {
    /// The screen's width and height, which are the photo's.
    screen: [u16; 2],
    /// Where the picture lies on the screen: left, top, width, height.
    place: [u16; 4],
    interlaced: bool,
    /// Red, green and blue of each index.
    palette: &'a [[u8; 3]],
    /// The index that leaves the screen as it is.
    transparent: Option<u8>,
    icc: Option<Vec<u8>>,
    /// The bits of an index.
    code_bits: u8,
    /// Where the sub-blocks of codes begin.
    codes: usize,
    /// Behind the sub-blocks of codes; `None` if they do not end.
    end: Option<usize>,
}

/// A colour table of 2, 4, … 256 colours at `at`, as a packed field says.
fn palette(bytes: &[u8], at: usize, packed: u8) -> Option<&[[u8; 3]]> {
    let len = 3 << ((packed & 7) + 1);
    Some(bytes.get(at..)?.get(..len)?.as_chunks().0)
}

/// The sub-blocks from `at` on: their data, without the empty one at the end.
struct SubBlocks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for SubBlocks<'a> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let len = usize::from(*self.bytes.get(self.at)?);
        let data = self.at + 1..self.at + 1 + len;
        self.bytes.get(data.clone()).filter(|_| len > 0)?;
        self.at = data.end;
        Some(data)
    }
}

impl SubBlocks<'_> {
    /// Behind the empty block that ends them; `None` if the file ends before.
    fn end(mut self) -> Option<usize> {
        self.by_ref().for_each(drop);
        (self.bytes.get(self.at) == Some(&0)).then_some(self.at + 1)
    }
}

impl<'a> Picture<'a> {
    /// Walks the blocks up to the first picture's end.
    fn find(bytes: &'a [u8]) -> Result<Self> {
        let cut = || corrupt("the GIF ends before its picture");
        let screen = [le16(bytes, 6).ok_or_else(cut)?, le16(bytes, 8).ok_or_else(cut)?];
        let packed = *bytes.get(10).ok_or_else(cut)?;
        let (mut at, mut global) = (13, None);
        if packed & 0x80 != 0 {
            let table = palette(bytes, at, packed).ok_or_else(cut)?;
            at += 3 * table.len();
            global = Some(table);
        }
        let (mut transparent, mut icc) = (None, None);
        loop {
            match (bytes.get(at).ok_or_else(cut)?, bytes.get(at + 1)) {
                (0x2C, _) => break,
                (0x21, Some(label)) => {
                    let first = SubBlocks { bytes, at: at + 2 }.next();
                    // An extension that is cut short says nothing.
                    let body = first.clone().and_then(|first| bytes.get(first)).unwrap_or_default();
                    match (label, body, first) {
                        (0xF9, [flags, _, _, index, ..], _) => transparent = (flags & 1 == 1).then_some(*index),
                        (0xFF, b"ICCRGBG1012", Some(first)) if icc.is_none() => {
                            let parts = SubBlocks { bytes, at: first.end };
                            icc = Some(parts.filter_map(|part| bytes.get(part)).flatten().copied().collect());
                        }
                        _ => {}
                    }
                    at = SubBlocks { bytes, at: at + 2 }.end().ok_or_else(cut)?;
                }
                _ => return Err(corrupt("the GIF has a block of an unknown kind before its picture")),
            }
        }
        let number = |i: usize| le16(bytes, at + 1 + 2 * i).ok_or_else(cut);
        let place = [number(0)?, number(1)?, number(2)?, number(3)?];
        let packed = *bytes.get(at + 9).ok_or_else(cut)?;
        at += 10;
        let mut local = None;
        if packed & 0x80 != 0 {
            let table = palette(bytes, at, packed).ok_or_else(cut)?;
            at += 3 * table.len();
            local = Some(table);
        }
        let palette = local.or(global).ok_or_else(|| corrupt("the GIF's picture has no colours"))?;
        let code_bits = *bytes.get(at).ok_or_else(cut)?;
        let [left, top, width, height] = place.map(u32::from);
        if left + width > screen[0].into() || top + height > screen[1].into() || width * height == 0 {
            return Err(corrupt("the GIF's picture is empty or goes beyond its screen"));
        }
        if !(2..=8).contains(&code_bits) {
            return Err(corrupt("the GIF's codes have an impossible size"));
        }
        let codes = at + 1;
        let end = SubBlocks { bytes, at: codes }.end();
        let interlaced = packed & 0x40 != 0;
        Ok(Self { screen, place, interlaced, palette, transparent, icc, code_bits, codes, end })
    }

    /// The stored rows' places in the picture, in their order (appendix E).
    fn rows(&self) -> Box<dyn Iterator<Item = usize>> {
        let height = usize::from(self.place[3]);
        if !self.interlaced {
            return Box::new(0..height);
        }
        Box::new(
            [(0, 8), (4, 8), (2, 4), (1, 2)].into_iter().flat_map(move |(from, step)| (from..height).step_by(step)),
        )
    }
}

/// Reads what stands before the codes.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let picture = Picture::find(bytes)?;
    let [width, height] = picture.screen.map(u32::from);
    Ok(Header {
        format: ImageFormat::Gif,
        width,
        height,
        color: SourceColor::Palette,
        bits_per_channel: picture.palette.len().ilog2() as u8,
        // The indices.
        working_bytes_per_px: 1,
        working_bytes: 128 << 10,
        work: 0,
        end: picture.end,
    })
}

/// What the file says of its colours: the profile of its application extension `ICCRGBG1`.
pub(super) fn statements(bytes: &[u8], max_icc_bytes: usize) -> Statements<'_> {
    let mut statements = Statements::default();
    // Its headers have been read.
    if let Some(icc) = Picture::find(bytes).ok().and_then(|picture| picture.icc) {
        statements.add_icc(Some(icc.into()), max_icc_bytes);
    }
    statements
}

/// Decodes the first picture on its screen, which is transparent where it does not reach.
pub(super) fn decode(bytes: &[u8]) -> Result<(Vec<u8>, ColorType)> {
    let picture = Picture::find(bytes)?;
    let [left, top, width, height] = picture.place.map(usize::from);
    let indices = indices(bytes, &picture, width * height)?;
    let [screen_width, screen_height] = picture.screen.map(usize::from);
    let mut samples = zeroed((4 * screen_width).checked_mul(screen_height))?;
    for (stored, y) in indices.chunks_exact(width).zip(picture.rows()) {
        // A row beyond the screen shows nothing.
        let row = samples.chunks_exact_mut(4 * screen_width).nth(top + y).unwrap_or_default();
        for (pixel, index) in row.as_chunks_mut::<4>().0.iter_mut().skip(left).zip(stored) {
            if Some(*index) != picture.transparent {
                // Indices beyond the table are black, as viewers have it.
                let [r, g, b] = picture.palette.get(usize::from(*index)).copied().unwrap_or_default();
                *pixel = [r, g, b, 255];
            }
        }
    }
    Ok((samples, ColorType::Rgba8))
}

/// The indices of a picture of `count` pixels, in the order in which they are stored.
fn indices(bytes: &[u8], picture: &Picture<'_>, count: usize) -> Result<Vec<u8>> {
    let mut indices = zeroed(Some(count))?;
    let blocks = SubBlocks { bytes, at: picture.codes };
    let codes = blocks.filter_map(|block| bytes.get(block)).flatten().copied();
    lzw::decode(codes, lzw::Form::Gif(picture.code_bits.into()), &mut indices)
        .ok_or_else(|| corrupt("the GIF's codes are damaged, or fewer than its pixels"))?;
    Ok(indices)
}
