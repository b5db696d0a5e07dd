//! What is read at most, checked from a file's headers before memory for pixels is taken.

use super::format::{ImageFormat, SourceColor};
use super::header::Header;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::settings::settings;

settings! {
    /// What [`super::Photo::decode`] accepts at most.
    ///
    /// A file's headers are held against every limit before memory for its pixels is taken; what
    /// is beyond one is [`ErrorKind::LimitExceeded`]. The defaults suit a server that takes
    /// photographs from phones. Their values were chosen by hand: the largest phone pictures of
    /// today fit, and a request cannot hold more than half a gibibyte.
    ///
    /// ```
    /// use selfsame::image::Limits;
    ///
    /// let limits = Limits::default().with_max_side_px(4096)?.with_max_bytes(8 << 20)?;
    /// assert_eq!((limits.max_side_px(), limits.max_bytes()), (4096, 8 << 20));
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Limits in Stage::Decode {
        /// The length of the file in bytes; 32 MiB unless said otherwise.
        max_bytes, with_max_bytes: usize = 32 << 20, in 1..=usize::MAX;
        /// The width and the height in pixels, each.
        max_side_px, with_max_side_px: u32 = 16_384, in 1..=u32::MAX;
        /// Width times height, in pixels.
        max_pixels, with_max_pixels: u64 = 64_000_000, in 1..=u64::MAX;
        /// The bytes held at the busiest moment: what the decoder keeps, its output, and the
        /// converted copy (an upper estimate); 512 MiB unless said otherwise. Large images of 16
        /// bits per channel and large progressive JPEGs meet this limit first.
        ///
        /// A damaged lossy WebP makes its decoder ask for up to 16 MiB beside that, for a partition
        /// that it states and does not have; they are given back unwritten.
        max_memory_bytes, with_max_memory_bytes: u64 = 512 << 20, in 1..=u64::MAX;
        /// The steps that the file can make its decoder take, of about a nanosecond on one core (an
        /// upper estimate, from the headers alone). It bounds JPEG 2000, whose headers can ask for
        /// ninety passes over pixels that take no bytes: at the default about 1.5 megapixels of
        /// colour are read, and any file takes about a second at most. Of a JPEG XL it allows 12
        /// megapixels, or 1.6 of a lossless one. Passport chips hold less
        /// than one, for which 200,000,000 suffice mostly. Raise it for larger ones.
        max_work, with_max_work: u64 = 1_000_000_000, in 1..=u64::MAX;
    }
}

impl Limits {
    /// Holds what a header states against the limits.
    pub(super) fn check(&self, header: &Header, file_bytes: usize) -> Result<()> {
        let (width, height) = (header.width, header.height);
        let stated = format!("the image states {width}×{height} pixels");
        if width.max(height) > self.max_side_px {
            return Err(over_limit(format!("{stated}, a side over {}", self.max_side_px)));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(over_limit(format!("{stated}, together over {}", self.max_pixels)));
        }
        let memory = memory_bytes(header, pixels, file_bytes);
        if memory > self.max_memory_bytes {
            return Err(over_limit(format!("{stated}, which may need {memory} bytes, over {}", self.max_memory_bytes)));
        }
        if header.work > self.max_work {
            let work = header.work;
            return Err(over_limit(format!("{stated}, which may take {work} steps to decode, over {}", self.max_work)));
        }
        Ok(())
    }

    /// The bytes that the limits leave beside what [`Self::check`] counts.
    pub(super) fn spare_bytes(&self, header: &Header, file_bytes: usize) -> u64 {
        let pixels = u64::from(header.width) * u64::from(header.height);
        self.max_memory_bytes.saturating_sub(memory_bytes(header, pixels, file_bytes))
    }

    /// Takes the pixels and the work of a picture off these limits, so that what is decoded after
    /// it stays with it within what they were. The picture is within them.
    pub(super) fn spend(&mut self, header: &Header) {
        let pixels = u64::from(header.width) * u64::from(header.height);
        spent::add(pixels, header.work);
        self.max_pixels = self.max_pixels.saturating_sub(pixels);
        self.max_work = self.max_work.saturating_sub(header.work);
    }

    /// These limits as the `image` crate takes them: its decoders check once more.
    pub(super) fn of_decoder(&self) -> image::Limits {
        let mut limits = image::Limits::no_limits();
        limits.max_image_width = Some(self.max_side_px);
        limits.max_image_height = Some(self.max_side_px);
        limits.max_alloc = Some(self.max_memory_bytes);
        limits
    }
}

/// The pixels and the work that decoders were asked for, counted where tests and fuzzing want to
/// know.
#[cfg(any(test, fuzzing))]
pub(crate) mod spent {
    use std::cell::Cell;

    thread_local! {
        static SPENT: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    }

    /// Counts a picture.
    pub(super) fn add(pixels: u64, work: u64) {
        let (all_pixels, all_work) = SPENT.get();
        SPENT.set((all_pixels + pixels, all_work + work));
    }

    /// Pixels and work of all pictures on this thread since it asked last.
    pub(crate) fn take() -> (u64, u64) {
        SPENT.take()
    }
}

#[cfg(not(any(test, fuzzing)))]
mod spent {
    /// Counts nothing.
    pub(super) fn add(_: u64, _: u64) {}
}

/// An upper estimate of the bytes held at once: the decoder's copy of the file with its metadata,
/// what it keeps per pixel, its output in the stored format, and the RGB8 copy of that.
fn memory_bytes(header: &Header, pixels: u64, file_bytes: usize) -> u64 {
    let channels = match (header.format, header.color) {
        (ImageFormat::Jpeg | ImageFormat::Raw, SourceColor::Gray) => 1,
        (ImageFormat::Jpeg | ImageFormat::Raw, _) => 3,
        // Others may carry alpha; a palette becomes RGBA at most.
        (_, SourceColor::Gray) => 2,
        _ => 4,
    };
    let output = pixels.saturating_mul(channels * u64::from(header.bits_per_channel.div_ceil(8)));
    let working = pixels.saturating_mul(header.working_bytes_per_px);
    let copy = pixels.saturating_mul(3);
    let file = (file_bytes as u64).saturating_mul(2);
    // What the decoder keeps is freed before the copy is made.
    output.saturating_add(working.saturating_add(header.working_bytes).saturating_add(file).max(copy))
}

/// The error of a file that is, or states to be, larger than allowed.
pub(super) fn over_limit(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::LimitExceeded, Stage::Decode, message)
}
