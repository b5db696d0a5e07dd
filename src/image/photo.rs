//! The one door from bytes to pixels: every limit and the EXIF orientation are applied here, and
//! nowhere else.

use super::container::inspect;
use super::format::{ImageFormat, SourceColor, SourceProfile};
use super::frame::Frame;
#[cfg(feature = "gif")]
use super::gif;
use super::header::{Header, corrupt, zeroed};
use super::jpeg::{self, Large};
#[cfg(feature = "jxl")]
use super::jxl;
use super::limits::{Limits, over_limit};
use super::orientation::Orientation;
use super::profile::Profile;
#[cfg(feature = "tiff")]
use super::tiff;
use super::{jpeg2000, metadata, png, profile, upright, webp};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result, Stage};
use image::codecs::webp::WebPDecoder;
use image::{ColorType, ImageDecoder, ImageError};
use serde::Serialize;
use std::fmt;
use std::io::Cursor;
use std::panic::catch_unwind;
use std::sync::Arc;

/// What a photo was before it became upright RGB8: what [`Photo::info`] reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PhotoInfo {
    /// The file's format.
    pub format: ImageFormat,
    /// The colour channels that it stored.
    pub color: SourceColor,
    /// Bits per stored channel (of a palette: per index), 1 ..= 16.
    pub bits_per_channel: u8,
    /// Whether transparency was laid over white.
    pub had_alpha: bool,
    /// What the file says about the meaning of its colours, and what was done about it.
    pub profile: SourceProfile,
    /// The turn that was applied to make the pixels upright.
    pub orientation: Orientation,
    /// The lens, as EXIF states it (`FocalLengthIn35mmFilm`): the focal length in millimetres that
    /// a camera of 36 mm × 24 mm has for the same angle of view. `None` where it is not stated,
    /// and where the picture's sides have other proportions than EXIF says of what was taken.
    pub focal_length_35mm: Option<u16>,
}

/// An image that owns its pixels: upright, RGB with 8 bits per channel, rows tightly packed.
///
/// [`Photo::decode`] makes one of a file's bytes; [`Photo::frame`] lends it to the stages that look
/// at pixels. `Debug` shows sides and origin, never pixels.
///
/// ```
/// use selfsame::image::Photo;
///
/// let red = Photo::from_rgb8(4, 2, [255, 0, 0].repeat(8))?;
/// assert_eq!((red.width(), red.height(), red.frame().width()), (4, 2, 4));
/// assert!(Photo::from_rgb8(4, 3, [255, 0, 0].repeat(8)).is_err(), "four pixels are missing");
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Clone)]
pub struct Photo {
    pub(super) width: u32,
    pub(super) height: u32,
    pixels: Pixels,
    pub(super) info: PhotoInfo,
    pub(super) focal_length_px: Option<f32>,
}

/// How a file's EXIF block says that its picture was taken.
struct Taken {
    orientation: Orientation,
    focal_length_35mm: Option<u16>,
}

/// Where a photo's pixels are.
#[derive(Clone)]
enum Pixels {
    /// Here, upright.
    Here(Vec<u8>),
    /// In a file that was read, but of which only what is looked at is decoded.
    Large(Arc<Large>),
}

impl Photo {
    /// Decodes a JPEG, JPEG 2000, PNG or WebP, and with this crate's features `gif`, `tiff` and
    /// `jxl` those formats, told apart by content alone.
    ///
    /// The headers are held against `limits` first, then the pixels are decoded, turned upright as
    /// EXIF says, and converted to RGB8. What each format may contain:
    ///
    /// - JPEG: baseline and progressive; grey, colour, and CMYK or YCCK with Adobe's marker (inks
    ///   become colours by multiplication, without a colour profile). Four channels without that
    ///   marker, 12 bits, arithmetic coding, lossless JPEG, heights behind the scan (DNL) and
    ///   sampling factors that are no multiples are `UnsupportedFormat`; more scans than pictures
    ///   of that size have are `LimitExceeded`.
    /// - JPEG 2000 (ISO/IEC 15444-1; JP2 files and bare codestreams): grey, sRGB and sYCC,
    ///   palettes, alpha also multiplied into colours, channels in any order that the file defines;
    ///   1 to 16 bits, with or without a sign, different ones in each component; subsampled
    ///   components, whose samples are repeated; images off the origin. Three components of a bare
    ///   codestream whose second and third are coarser are luma and colour differences. Channels of
    ///   which the file does not say what they are, over four components, regions of interest,
    ///   packed packet headers, changes of progression, and styles that vary between tiles are
    ///   `UnsupportedFormat`.
    /// - PNG: all colour types and depths; 16 bits are rounded to 8.
    /// - WebP: lossy and lossless.
    /// - GIF: its first picture, on the screen that it states.
    /// - TIFF and BigTIFF: the first picture; grey, RGB and palettes of 1, 2, 4, 8 or 16 bits,
    ///   alpha also multiplied into colours; strips, tiles and planes, plain or compressed by LZW,
    ///   deflate or PackBits. Other compressions, inks, YCbCr, Lab, floating samples, and a
    ///   thumbnail before a camera's raw picture are `UnsupportedFormat`.
    /// - JPEG XL: lossy and lossless, 8 bits or 16; inks are `UnsupportedFormat`, and pictures that
    ///   are made of many hidden ones `LimitExceeded`.
    /// - Transparency is laid over white, as a viewer's page does: what a person cannot see, no
    ///   network sees either.
    /// - Animations are `UnsupportedFormat`: which frame a person would have looked at is unknown.
    ///   A GIF's first picture is taken, since still ones are written with more of them, too.
    /// - A file that ends early is `Corrupt` at whatever byte it ends, even if all pixels could be
    ///   had, but for a JPEG that lacks its end marker alone; bytes behind the image's end are
    ///   ignored. Damage inside the compressed data of a JPEG that still reads as codes shows as a
    ///   damaged picture: the format has no checksum.
    /// - Colours are converted to sRGB from what the file says of them: ICC profiles of grey and of
    ///   red, green and blue, by matrix and curves or by a table (then its relative colorimetric
    ///   one before the perceptual one); in a PNG also cICP, gAMA and cHRM, in the order of
    ///   precedence of its standard. A gAMA of 1/2.2 within 5 % stands for sRGB's curve, beside
    ///   which programs write it. Where a file says nothing, and where its profile cannot be read,
    ///   is over 4 MiB or a twelfth of the memory that `limits` leave, or is one of inks, samples
    ///   are taken for sRGB, and [`PhotoInfo::profile`] says so. High dynamic range (PQ, HLG) is
    ///   `UnsupportedFormat`.
    ///
    /// # Errors
    /// All in [`Stage::Decode`]: [`ErrorKind::UnsupportedFormat`] as said above, and for empty
    /// input or any other format; [`ErrorKind::Corrupt`] for a file that is damaged or ends
    /// early; [`ErrorKind::LimitExceeded`] if the file is, or states to be, larger than
    /// `limits`.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self> {
        Self::decode_within(bytes, &mut limits.clone())
    }

    /// [`Self::decode`], which takes the pixels and the work that it spends off the limits.
    pub(crate) fn decode_within(bytes: &[u8], limits: &mut Limits) -> Result<Self> {
        if bytes.len() > limits.max_bytes() {
            return Err(over_limit(format!("the file has {} bytes, over {}", bytes.len(), limits.max_bytes())));
        }
        let header = inspect(bytes)?;
        limits.check(&header, bytes.len())?;
        let Some(image) = header.end.and_then(|end| bytes.get(..end)) else {
            return Err(Error::new(ErrorKind::Corrupt, Stage::Decode, "the file ends before its image does"));
        };
        let whole = limits.clone();
        limits.spend(&header);
        // Decoders assert about their own state. No input is known that breaks an assertion
        // (`fuzz/`); should one turn up, it costs this call and not the caller's thread. Nothing
        // outlives the closure.
        catch_unwind(|| Self::decode_whole(image, &header, &whole))
            .unwrap_or_else(|_| Err(corrupt("the decoder gave up on the image")))
    }

    /// Decodes the bytes of `image`, from its first to its last, whose header is within the limits.
    fn decode_whole(image: &[u8], header: &Header, limits: &Limits) -> Result<Self> {
        match header.format {
            ImageFormat::Jpeg => Self::read_jpeg(image, header, limits),
            ImageFormat::Png => {
                let (samples, color) = png::decode(image, header, limits)?;
                Self::finish(image, header, limits, samples, color)
            }
            ImageFormat::WebP => {
                let cursor = Cursor::new(webp::pictured(image, header.width, header.height));
                Self::read(image, WebPDecoder::new(cursor).map_err(fault)?, header, limits)
            }
            ImageFormat::Jpeg2000 => {
                let (samples, color) = jpeg2000::decode(image)?;
                Self::finish(image, header, limits, samples, color)
            }
            #[cfg(feature = "gif")]
            ImageFormat::Gif => {
                let (samples, color) = gif::decode(image)?;
                Self::finish(image, header, limits, samples, color)
            }
            #[cfg(feature = "tiff")]
            ImageFormat::Tiff => {
                let (samples, color) = tiff::decode(image)?;
                Self::finish(image, header, limits, samples, color)
            }
            #[cfg(feature = "jxl")]
            ImageFormat::JpegXl => {
                let (samples, color) = jxl::decode(image, header, limits)?;
                Self::finish(image, header, limits, samples, color)
            }
            // No header says so: what is no file, or not read.
            _ => Err(Error::new(ErrorKind::UnsupportedFormat, Stage::Decode, "raw pixels are not decoded")),
        }
    }

    /// Decodes with one of the decoders of the `image` crate.
    fn read(image: &[u8], mut decoder: impl ImageDecoder, header: &Header, limits: &Limits) -> Result<Self> {
        decoder.set_limits(limits.of_decoder()).map_err(fault)?;
        // Limits were checked against the header's sides: the decoder must mean the same ones.
        if decoder.dimensions() != (header.width, header.height) {
            return Err(corrupt("the file states two different sizes"));
        }
        let color = decoder.color_type();
        let mut samples = zeroed(usize::try_from(decoder.total_bytes()).ok())?;
        decoder.read_image(&mut samples).map_err(fault)?;
        Self::finish(image, header, limits, samples, color)
    }

    /// Makes upright sRGB pixels of the samples of `image`.
    fn finish(image: &[u8], header: &Header, limits: &Limits, mut samples: Vec<u8>, color: ColorType) -> Result<Self> {
        let (taken, profile) = Self::stated(image, header, limits)?;
        profile.convert(&mut samples, color)?;
        // Both sides are below 2³², and a `usize` of less than 32 bits is not supported by the
        // decoders.
        let pixels =
            upright::to_rgb8(samples, color, header.width as usize, header.height as usize, taken.orientation)?;
        Ok(Self::described(header, Pixels::Here(pixels), color.has_alpha(), profile.said(), taken))
    }

    /// Decodes a JPEG: at once, or where and as finely as it is looked at.
    fn read_jpeg(image: &[u8], header: &Header, limits: &Limits) -> Result<Self> {
        let (taken, profile) = Self::stated(image, header, limits)?;
        let orientation = taken.orientation;
        let stated = selfsame_jpeg::Header::read(image).map_err(jpeg::fault)?;
        let said = profile.said();
        let pixels = if jpeg::is_large(&stated) {
            Pixels::Large(Arc::new(Large::read(image, &stated, orientation, profile)?))
        } else {
            let mut pixels = jpeg::decode(image, &stated)?;
            profile.convert(&mut pixels, ColorType::Rgb8)?;
            Pixels::Here(upright::turn(pixels, [header.width as usize, header.height as usize], orientation)?)
        };
        Ok(Self::described(header, pixels, false, said, taken))
    }

    /// How the pixels of `image` were taken, and what their colours mean.
    fn stated(image: &[u8], header: &Header, limits: &Limits) -> Result<(Taken, Profile)> {
        let max_icc_bytes = profile::max_icc_bytes(limits.spare_bytes(header, image.len()));
        let statements = metadata::read(image, header.format, max_icc_bytes);
        let taken = Taken {
            orientation: statements.orientation(),
            focal_length_35mm: statements.focal_length_35mm([header.width, header.height]),
        };
        Ok((taken, Profile::new(&statements.colors, header.color)?))
    }

    /// A photo of a file's pixels, which stand upright.
    fn described(
        header: &Header,
        pixels: Pixels,
        had_alpha: bool,
        profile: SourceProfile,
        Taken { orientation, focal_length_35mm }: Taken,
    ) -> Self {
        let swapped = orientation.swaps_sides();
        Self {
            width: if swapped { header.height } else { header.width },
            height: if swapped { header.width } else { header.height },
            pixels,
            info: PhotoInfo {
                format: header.format,
                color: header.color,
                bits_per_channel: header.bits_per_channel,
                had_alpha,
                profile,
                orientation,
                focal_length_35mm,
            },
            focal_length_px: None,
        }
    }

    /// Takes pixels that are ready: upright, RGB8, `width * height * 3` bytes, rows from the top
    /// without padding.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if a side is zero or the length another.
    pub fn from_rgb8(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self> {
        let len = u64::from(width).checked_mul(height.into()).and_then(|n| n.checked_mul(3));
        if len.is_none_or(|n| n == 0 || n != pixels.len() as u64) {
            let message = format!("{width}×{height} RGB8 pixels do not fill {} bytes", pixels.len());
            return Err(Error::new(ErrorKind::ShapeMismatch, Stage::Image, message));
        }
        let info = PhotoInfo {
            format: ImageFormat::Raw,
            color: SourceColor::Rgb,
            bits_per_channel: 8,
            had_alpha: false,
            profile: SourceProfile::AssumedSrgb,
            orientation: Orientation::Upright,
            focal_length_35mm: None,
        };
        Ok(Self { width, height, pixels: Pixels::Here(pixels), info, focal_length_px: None })
    }

    /// Width in pixels, upright; at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, upright; at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels: red, green, blue, row by row from the top, without padding.
    ///
    /// Of a JPEG of a million pixels and more [`Photo::decode`] has read all data, so that it is
    /// known to be whole, but computed pixels only at an eighth. The first call computes all of
    /// them, which takes 3 bytes and some nanoseconds each, and keeps them; stages that take a
    /// [`Frame`] do without. If there is no memory for them, there are none: the slice is
    /// empty.
    pub fn pixels(&self) -> &[u8] {
        match &self.pixels {
            Pixels::Here(pixels) => pixels,
            // The file's data was found whole when it was read; only memory can be missing.
            Pixels::Large(large) => large.upright().unwrap_or_default(),
        }
    }

    /// The digest of the photo's sides and pixels, which says which picture it is. A megapixel
    /// takes milliseconds.
    pub fn digest(&self) -> Digest {
        let sides = [self.width.to_be_bytes(), self.height.to_be_bytes()];
        Digest::of_parts("selfsame photo 1", [sides.as_flattened(), self.pixels()])
    }

    /// The photo as a borrowed frame, which is what every later stage takes.
    pub fn frame(&self) -> Frame<'_> {
        match &self.pixels {
            Pixels::Here(pixels) => Frame::trusted_rgb8(pixels, self.width, self.height),
            Pixels::Large(large) => Frame::of_large(large),
        }
    }

    /// Format, colour and orientation of the file that the photo was decoded from.
    pub fn info(&self) -> &PhotoInfo {
        &self.info
    }
}

/// Photos are equal if they came from the same kind of file and show the same pixels.
impl PartialEq for Photo {
    fn eq(&self, other: &Self) -> bool {
        let same_file = match (&self.pixels, &other.pixels) {
            (Pixels::Large(a), Pixels::Large(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        let described = |photo: &Self| (photo.width, photo.height, photo.info.clone());
        described(self) == described(other) && (same_file || self.pixels() == other.pixels())
    }
}

impl Eq for Photo {}

impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Photo")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

/// This crate's error for one of a decoder: its kind, and the decoder's own as the source.
fn fault(error: ImageError) -> Error {
    let (kind, message) = match error {
        ImageError::Limits(_) => (ErrorKind::LimitExceeded, "the image needs more than the limits allow"),
        ImageError::Unsupported(_) => (ErrorKind::UnsupportedFormat, "the image uses a feature that is not read"),
        _ => (ErrorKind::Corrupt, "the image is damaged"),
    };
    Error::new(kind, Stage::Decode, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_can_share_photos_and_frames() {
        fn shared<T: Send + Sync>() {}
        shared::<Photo>();
        shared::<Frame<'_>>();
    }

    #[test]
    fn what_a_photo_was_is_serialised_with_its_words() {
        let photo = Photo::from_rgb8(1, 1, vec![1, 2, 3]).unwrap();
        let expected = serde_json::json!({
            "format": "raw", "color": "rgb", "bits_per_channel": 8, "had_alpha": false,
            "profile": "assumed_srgb", "orientation": "upright", "focal_length_35mm": null
        });
        assert_eq!(serde_json::to_value(photo.info()).unwrap(), expected);
    }
}
