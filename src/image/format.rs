//! What a photo's file is: its format, and the colour channels that it stores.

/// The format of a photo's file.
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
    /// No file: the pixels were given.
    Raw,
}

/// The colour channels that a file stores, alpha aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceColor {
    /// One channel.
    Gray,
    /// An index into a palette of RGB colours.
    Palette,
    /// Red, green and blue, or luma and two colour differences.
    Rgb,
    /// Four printing inks.
    Cmyk,
}
