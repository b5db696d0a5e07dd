//! What a file says before anything of its picture is decoded.

use crate::error::{Result, corrupt, too_much_work, unsupported};
use crate::frame::{Component, Frame};
use crate::markers::{be16, next_marker, segment};
use crate::scan::{Progress, Scan, Tables};
use std::ops::Range;

/// Visits of blocks that any file may take: a picture of 4 megapixels with a scan of its own for
/// each coefficient. Chosen by hand.
const FREE_VISITS: u64 = 1 << 22;
/// Visits that a file may take beyond that, for each block of its picture. Encoders' scripts take 4
/// to 12. Chosen by hand.
const VISITS_PER_BLOCK: u64 = 24;

/// How the picture is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Process {
    /// Baseline or extended: each block whole, in one scan.
    Sequential,
    /// Progressive: blocks in several scans, coarse first.
    Progressive,
}

/// What the channels of the picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Color {
    /// One channel of brightness.
    Gray,
    /// Luma and two colour differences (JFIF, ITU-T T.871).
    Ycc,
    /// Red, green and blue.
    Rgb,
    /// Cyan, magenta, yellow and black, inverted, as Adobe's programs write them.
    Cmyk,
    /// The same as luma, two colour differences and black.
    Ycck,
}

/// What a file says before anything of its picture is decoded: sides, colours, scans, and where its
/// metadata lies. Made by [`Header::read`], which allocates a few hundred bytes for each scan.
#[derive(Debug, Clone)]
pub struct Header {
    pub(crate) frame: Frame,
    pub(crate) process: Process,
    pub(crate) color: Color,
    pub(crate) scans: Vec<Scan>,
    /// Of each component, the table that was in force at its first scan.
    pub(crate) quantization: Vec<[u16; 64]>,
    exif: Option<Range<usize>>,
    icc: Vec<Range<usize>>,
    end: usize,
    complete: bool,
    visits: u64,
}

/// What stands in the segments before and between scans.
#[derive(Default)]
struct Seen {
    frame: Option<(Frame, Process)>,
    tables: Tables,
    quantization: [Option<[u16; 64]>; 4],
    restart_interval: usize,
    jfif: bool,
    adobe: Option<u8>,
    exif: Option<Range<usize>>,
    icc: Vec<Range<usize>>,
}

impl Header {
    /// Reads the segments of `bytes` from SOI to the end of the image, without decoding any.
    ///
    /// What lies behind the image, trailers and further images, is not looked at. An end marker is
    /// not needed where every coefficient has been coded before the file ends.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for other than 8 bits a sample,
    /// arithmetic and lossless coding, hierarchical files, heights that stand behind the scan
    /// (DNL), two or more than four channels, four without Adobe's marker, and sampling factors
    /// that are no multiples; [`ErrorKind::Work`](crate::ErrorKind::Work) for more scans than
    /// pictures of that size have; [`ErrorKind::Corrupt`](crate::ErrorKind::Corrupt) for what
    /// breaks the standard. A file that ends before its image does is no error here:
    /// [`Header::is_complete`].
    pub fn read(bytes: &[u8]) -> Result<Self> {
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            return Err(corrupt("the file does not begin with SOI").at(0));
        }
        let mut seen = Seen::default();
        let mut progress = Progress::default();
        let (mut scans, mut latched) = (Vec::new(), Vec::new());
        let (mut at, mut visits) = (2, 0u64);
        while let Some((marker, after)) = next_marker(bytes, at) {
            match marker {
                0xD9 => {
                    at = after;
                    break;
                }
                // TEM, RSTn and SOI stand alone.
                0x01 | 0xD0..=0xD8 => {
                    at = after;
                    continue;
                }
                _ => {}
            }
            let body = match segment(bytes, after) {
                Ok(Some(body)) => body,
                // What follows a whole picture may be anything.
                _ if progress.is_complete() => break,
                Ok(None) => break,
                Err(error) => return Err(error),
            };
            if marker != 0xDA {
                at = body.end;
                match seen.read(marker, bytes, body) {
                    Ok(()) => continue,
                    Err(_) if progress.is_complete() => break,
                    Err(error) => return Err(error.at(after)),
                }
            }
            let (frame, process) = seen.frame.as_ref().ok_or(corrupt("a scan without a frame header").at(after))?;
            let header = bytes.get(body.clone()).unwrap_or_default();
            let scan = Scan::read(header, frame, *process, &seen.tables, seen.restart_interval, body.end..body.end);
            let mut scan = scan.map_err(|error| error.at(after))?;
            if scans.is_empty() {
                progress = Progress::new(frame.components.len(), *process);
                latched = vec![None; frame.components.len()];
            }
            progress.add(&scan).map_err(|error| error.at(after))?;
            visits = visits.saturating_add(scan.visits(frame));
            if visits > FREE_VISITS.saturating_add(VISITS_PER_BLOCK.saturating_mul(frame.block_count())) {
                return Err(too_much_work("the file has more scans than pictures of its size have").at(after));
            }
            for index in scan.components() {
                if let (Some(latch), Some(component)) = (latched.get_mut(index), frame.components.get(index))
                    && latch.is_none()
                {
                    let table = seen.quantization.get(component.quantization).copied().flatten();
                    *latch = Some(table.ok_or(corrupt("a quantisation table is missing").at(after))?);
                }
            }
            scan.data.end = crate::entropy::end(bytes, body.end);
            at = scan.data.end;
            // One scan of all components is the whole picture: there is nothing to look for.
            let whole = *process == Process::Sequential && scan.count == frame.components.len();
            scans.push(scan);
            if whole {
                // The end marker, where it is there.
                if let Some((0xD9, after)) = next_marker(bytes, at) {
                    at = after;
                }
                break;
            }
        }
        let Some((frame, process)) = seen.frame.take() else {
            return Err(corrupt("the file has no frame header"));
        };
        let color = seen.color(&frame)?;
        let complete = progress.is_complete();
        // Only a whole picture has a table for each component; without one nothing is decoded.
        let quantization = latched.into_iter().flatten().collect();
        Ok(Self {
            frame,
            process,
            color,
            scans,
            quantization,
            exif: seen.exif,
            icc: seen.icc,
            end: at.min(bytes.len()),
            complete,
            visits,
        })
    }

    /// Width in pixels as stored, 1 ..= 65,535.
    pub fn width(&self) -> u32 {
        self.frame.size[0] as u32
    }

    /// Height in pixels as stored, 1 ..= 65,535.
    pub fn height(&self) -> u32 {
        self.frame.size[1] as u32
    }

    /// How the picture is coded.
    pub fn process(&self) -> Process {
        self.process
    }

    /// What its channels are.
    pub fn color(&self) -> Color {
        self.color
    }

    /// Where the body of the first EXIF segment lies, behind its name `Exif\0\0`.
    pub fn exif(&self) -> Option<Range<usize>> {
        self.exif.clone()
    }

    /// Where the bodies of ICC segments lie, behind their name `ICC_PROFILE\0`: each begins with
    /// its number and the number of all, a byte each (ICC.1, B.4).
    pub fn icc(&self) -> &[Range<usize>] {
        &self.icc
    }

    /// The offset behind the image.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Whether the headers of all scans that the picture needs are there. Whether their data is,
    /// decoding tells.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How often a block of the picture is visited, over all scans; with the length of the file and
    /// the number of pixels this bounds the work of decoding.
    pub fn visits(&self) -> u64 {
        self.visits
    }

    /// Whether all coefficients are kept, two bytes each, from the first scan to the last read.
    pub fn keeps_coefficients(&self) -> bool {
        self.process == Process::Progressive
            || self.scans.first().is_some_and(|s| s.count < self.frame.components.len())
    }

    /// An upper estimate of the bytes that a [`crate::Picture`] of this file holds, and
    /// [`crate::decode_rgb8`] beside its output.
    pub fn memory(&self) -> u64 {
        let blocks = self.frame.block_count();
        let coefficients = if self.keeps_coefficients() { blocks.saturating_mul(128 + 8) } else { 0 };
        // Samples of all components, the data without stuffing, places to begin at, and tables.
        let samples = blocks.saturating_mul(64);
        coefficients.saturating_add(samples).saturating_add(2 * self.end as u64 + (1 << 18))
    }
}

impl Seen {
    /// Takes in a segment that is no scan.
    fn read(&mut self, marker: u8, bytes: &[u8], range: Range<usize>) -> Result<()> {
        let body = bytes.get(range.clone()).unwrap_or_default();
        match marker {
            0xC4 => self.tables.define(body, range.start)?,
            0xDB => self.quantization(body)?,
            0xDD => self.restart_interval = be16(body, 0).ok_or(corrupt("a restart interval is cut short"))?.into(),
            0xC0..=0xC2 if self.frame.is_some() => return Err(corrupt("a second frame header")),
            0xC0..=0xC2 => {
                self.frame =
                    Some((frame(body)?, if marker == 0xC2 { Process::Progressive } else { Process::Sequential }))
            }
            0xC3 => return Err(unsupported("a lossless JPEG is not read: convert it to a baseline one")),
            0xC5..=0xC7 | 0xDE | 0xDF => return Err(unsupported("hierarchical JPEG is not read")),
            0xC8..=0xCF => {
                return Err(unsupported("a JPEG with arithmetic coding is not read: convert it to a baseline one"));
            }
            0xDC => return Err(unsupported("a JPEG whose height stands behind its scan (DNL) is not read")),
            0xF7 => return Err(unsupported("a JPEG-LS picture: convert it to JPEG")),
            0xE0 if body.starts_with(b"JFIF\0") => self.jfif = true,
            0xE1 if body.starts_with(b"Exif\0") && self.exif.is_none() => {
                self.exif = Some((range.start + 6).min(range.end)..range.end);
            }
            // As many as can be numbered.
            0xE2 if body.starts_with(b"ICC_PROFILE\0") && self.icc.len() < 255 => {
                self.icc.push(range.start + 12..range.end);
            }
            0xEE if body.starts_with(b"Adobe") && body.len() >= 12 => self.adobe = body.get(11).copied(),
            _ => {}
        }
        Ok(())
    }

    /// Takes in quantisation tables (DQT, B.2.4.1), which come in zigzag order.
    fn quantization(&mut self, mut body: &[u8]) -> Result<()> {
        let wrong = corrupt("a quantisation table does not hold what it states");
        while let Some((about, rest)) = body.split_first() {
            let wide = about >> 4 != 0;
            let place = self.quantization.get_mut(usize::from(about & 15)).ok_or(wrong)?;
            let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 }).ok_or(wrong)?;
            let mut table = [0; 64];
            for (index, target) in crate::ZIGZAG.iter().enumerate() {
                let value = if wide { be16(values, 2 * index) } else { values.get(index).map(|v| u16::from(*v)) };
                if let (Some(value), Some(place)) = (value, table.get_mut(usize::from(*target))) {
                    *place = value;
                }
            }
            *place = Some(table);
            body = rest;
        }
        Ok(())
    }

    /// What the channels are: libjpeg's rules, which programs have followed since 1991.
    fn color(&self, frame: &Frame) -> Result<Color> {
        let ids = frame.components.iter().map(|c| c.id);
        Ok(match (frame.components.len(), self.adobe) {
            (1, _) => Color::Gray,
            (3, _) if self.jfif => Color::Ycc,
            (3, Some(0)) => Color::Rgb,
            (3, None) if ids.eq(*b"RGB") => Color::Rgb,
            (3, _) => Color::Ycc,
            (4, Some(0)) => Color::Cmyk,
            (4, Some(2)) => Color::Ycck,
            // Nothing says whether ink or its absence is stored, and a guess could hand on a
            // negative.
            (4, _) => {
                return Err(unsupported("a JPEG of four channels without Adobe's marker does not say what they are"));
            }
            _ => return Err(unsupported("only JPEGs of one, three or four channels are read")),
        })
    }
}

/// Reads a frame header (SOF0 to SOF2, B.2.2).
fn frame(body: &[u8]) -> Result<Frame> {
    let short = corrupt("the frame header is cut short");
    let precision = *body.first().ok_or(short)?;
    let (height, width) = (be16(body, 1).ok_or(short)?, be16(body, 3).ok_or(short)?);
    let count = usize::from(*body.get(5).ok_or(short)?);
    let listed = body.get(6..6 + 3 * count).ok_or(short)?;
    if precision != 8 {
        return Err(unsupported("only JPEGs of 8 bits per channel are read"));
    }
    if !matches!(count, 1 | 3 | 4) {
        return Err(unsupported("only JPEGs of one, three or four channels are read"));
    }
    if width == 0 {
        return Err(corrupt("the image states a side of zero pixels"));
    }
    if height == 0 {
        return Err(unsupported("a JPEG whose height stands behind its scan (DNL) is not read"));
    }
    let mut components: Vec<Component> = Vec::with_capacity(count);
    for entry in listed.as_chunks::<3>().0 {
        let [id, factors, quantization] = *entry;
        let factors = [usize::from(factors >> 4), usize::from(factors & 15)];
        let known = components.iter().any(|c| c.id == id);
        if known || quantization > 3 || factors.iter().any(|f| !(1..=4).contains(f)) {
            return Err(corrupt("a channel's name, sampling factor or table is not valid"));
        }
        components.push(Component { id, factors, quantization: quantization.into(), blocks: [0; 2] });
    }
    let frame = Frame::new([width.into(), height.into()], components);
    let multiple = |c: &Component| frame.most.iter().zip(c.factors).all(|(most, factor)| most.is_multiple_of(factor));
    if !frame.components.iter().all(multiple) {
        return Err(unsupported("a JPEG whose sampling factors are no multiples of each other is not read"));
    }
    Ok(frame)
}
