//! What a photo's file is: its format, and the colour channels that it stores.

use crate::words::words;

/// The format of a photo's file.
///
/// [`ImageFormat::as_str`] and the serialised form are one stable `snake_case` word per format:
/// `jpeg`, `jpeg2000`, `png`, `webp`, `gif`, `tiff`, `jxl`, `raw`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFormat {
    /// JPEG: baseline, extended or progressive.
    Jpeg,
    /// JPEG 2000: a JP2 file or a bare codestream.
    Jpeg2000,
    /// PNG.
    Png,
    /// WebP, lossy or lossless.
    WebP,
    /// GIF, with the feature `gif`.
    Gif,
    /// TIFF, with the feature `tiff`.
    Tiff,
    /// JPEG XL, with the feature `jxl`.
    JpegXl,
    /// No file at all: the pixels were given to [`super::Photo::from_rgb8`].
    Raw,
}

words!(ImageFormat {
    Jpeg => "jpeg",
    Jpeg2000 => "jpeg2000",
    Png => "png",
    WebP => "webp",
    Gif => "gif",
    Tiff => "tiff",
    JpegXl => "jxl",
    Raw => "raw",
});

/// The colour channels that a file stores, alpha aside.
///
/// [`SourceColor::as_str`] and the serialised form are one stable `snake_case` word per kind:
/// `gray`, `palette`, `rgb`, `cmyk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceColor {
    /// One channel of brightness.
    Gray,
    /// An index into a palette of RGB colours.
    Palette,
    /// Red, green and blue, or luma and two colour differences.
    Rgb,
    /// Four printing inks: cyan, magenta, yellow and black.
    Cmyk,
}

words!(SourceColor { Gray => "gray", Palette => "palette", Rgb => "rgb", Cmyk => "cmyk" });

/// What a file says about the meaning of its colours, and what was done about it.
///
/// Networks and measures take pixels for sRGB. [`super::Photo::decode`] converts others to it.
///
/// [`SourceProfile::as_str`] and the serialised form are one stable `snake_case` word per kind:
/// `assumed_srgb`, `srgb`, `converted`, `not_applied`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceProfile {
    /// The file says nothing: its samples were taken for sRGB, as viewers do.
    AssumedSrgb,
    /// The file says sRGB, or names a profile that is sRGB within rounding: nothing was converted.
    Srgb,
    /// The file names another profile: its samples were converted to sRGB.
    Converted,
    /// The file names a profile that is damaged, too large, of a kind that is not read, or not of
    /// its channels: its samples were taken for sRGB, as viewers do.
    NotApplied,
}

words!(SourceProfile {
    AssumedSrgb => "assumed_srgb",
    Srgb => "srgb",
    Converted => "converted",
    NotApplied => "not_applied",
});
