//! The names of the formats that frames come in.

use crate::words::words;

/// How the samples of a frame lie in memory: which channels, in which order, in how many planes.
///
/// Letters are in the order of bytes in memory. What an interface calls by the order in a 32-bit
/// word lies the other way round on today's processors: Windows' and Qt's `ARGB32` is
/// [`Self::Bgra8`], Android's `Bitmap.Config.ARGB_8888` is [`Self::Rgba8`].
///
/// | from | called | take |
/// |---|---|---|
/// | Android, camera2 and CameraX | `YUV_420_888` | [`Planes::Yuv420`](super::Planes::Yuv420) |
/// | Android | `NV21`, `YV12`, `YCBCR_P010` | [`Self::Nv21`], [`Self::Yv12`], [`Self::P010`] |
/// | iOS, macOS | `420v`, `420f` (`420YpCbCr8BiPlanar…`) | [`Self::Nv12`] |
/// | iOS, macOS | `x420`, `xf20` (`420YpCbCr10BiPlanar…`) | [`Self::P010`] |
/// | iOS, macOS | `BGRA`, `32ARGB`, `2vuy` | [`Self::Bgra8`], [`Self::Argb8`], [`Self::Uyvy`] |
/// | Media Foundation | `NV12`, `YUY2`, `I420`/`IYUV`, `YV12`, `P010` | of the same name |
/// | Media Foundation | `RGB32`, `RGB24` | [`Self::Bgra8`], [`Self::Bgr8`], often bottom row first: [`Orientation`](super::Orientation) |
/// | V4L2 | `NV12`, `NV21`, `NV16`, `YUYV`, `UYVY`, `YU12`, `YV12`, `GREY` | of the same name, `YU12` being [`Self::I420`] |
/// | browsers | `VideoFrame` (`I420`, `NV12`, `RGBX`, `BGRX`), `ImageData` | of the same name, [`Self::Rgba8`] |
///
/// What is not among these is to be converted first:
///
/// | format | how |
/// |---|---|
/// | MJPEG, JPEG, HEIC and other compressed frames | decode them: [`Photo::decode`](super::Photo::decode) takes JPEG |
/// | 4:4:4 (NV24, I444), 4:2:2 in three planes (I422), 4:1:1, 10 bits packed or 4:2:2 (v210, Y210, P210) | to [`Self::Rgb8`] or [`Self::Nv12`], by libyuv, FFmpeg's swscale (`-pix_fmt nv12`) or the crate `yuv` |
/// | YVYU, VYUY, NV61 | as YUYV, UYVY, NV16 with U and V swapped: copy, or ask the camera for these |
/// | ten bits in the low bits of a word (I010, YUV420P10) | shift words up by 6 bits and interleave chroma: P010 |
/// | RGB565, RGB555 | three bytes a pixel, each channel scaled to 0 ..= 255 |
/// | 16-bit grey, infrared, depth | scale to [`Self::Gray8`]; the networks were made for visible light |
/// | raw Bayer mosaics | the camera's or LibRaw's development to RGB |
/// | HDR (HLG, PQ) | ask the camera for SDR, or map tones first: brightness would be wrong |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Red, green, blue: three bytes per pixel.
    Rgb8,
    /// Blue, green, red: three bytes per pixel.
    Bgr8,
    /// Red, green, blue, and a byte that is ignored (cameras' pixels are opaque).
    Rgba8,
    /// Blue, green, red, and a byte that is ignored.
    Bgra8,
    /// A byte that is ignored, then red, green, blue.
    Argb8,
    /// A byte that is ignored, then blue, green, red.
    Abgr8,
    /// Luma, 0 ..= 255; one byte per pixel.
    Gray8,
    /// A plane of luma, and one of pairs (U, V) for each 2 × 2 pixels.
    Nv12,
    /// A plane of luma, and one of pairs (V, U) for each 2 × 2 pixels.
    Nv21,
    /// A plane of luma, and one of pairs (U, V) for each two pixels of a row.
    Nv16,
    /// As [`Self::Nv12`] with ten bits a sample, in the high bits of words of 16 bits, low byte
    /// first. All 16 bits are read, so that the same layout with 12 or 16 bits is taken, too.
    P010,
    /// A plane of luma, one of U and one of V for each 2 × 2 pixels (in files also "YU12").
    I420,
    /// A plane of luma, one of V and one of U for each 2 × 2 pixels.
    Yv12,
    /// Y, U, Y, V for each two pixels of a row (also "YUY2").
    Yuyv,
    /// U, Y, V, Y for each two pixels of a row (also "2vuy").
    Uyvy,
}

words!(PixelFormat {
    Rgb8 => "rgb8",
    Bgr8 => "bgr8",
    Rgba8 => "rgba8",
    Bgra8 => "bgra8",
    Argb8 => "argb8",
    Abgr8 => "abgr8",
    Gray8 => "gray8",
    Nv12 => "nv12",
    Nv21 => "nv21",
    Nv16 => "nv16",
    P010 => "p010",
    I420 => "i420",
    Yv12 => "yv12",
    Yuyv => "yuyv",
    Uyvy => "uyvy",
});

impl PixelFormat {
    /// Every format, for tables and tests.
    pub const ALL: [Self; 15] = [
        Self::Rgb8,
        Self::Bgr8,
        Self::Rgba8,
        Self::Bgra8,
        Self::Argb8,
        Self::Abgr8,
        Self::Gray8,
        Self::Nv12,
        Self::Nv21,
        Self::Nv16,
        Self::P010,
        Self::I420,
        Self::Yv12,
        Self::Yuyv,
        Self::Uyvy,
    ];
}
