//! What a photo's file is: its format, and the colour channels that it stores.

use crate::words::words;

/// The format of a photo's file.
///
/// [`ImageFormat::as_str`] and the serialised form are one stable `snake_case` word per format:
/// `jpeg`, `jpeg2000`, `png`, `webp`, `raw`.
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
    /// No file at all: the pixels were given to [`super::Photo::from_rgb8`].
    Raw,
}

words!(ImageFormat { Jpeg => "jpeg", Jpeg2000 => "jpeg2000", Png => "png", WebP => "webp", Raw => "raw" });

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
