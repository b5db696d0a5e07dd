//! The kinds of document portraits, and what is done to make each.

use super::{jpeg, portrait, print_scan, wavelet};
use crate::error::Result;
use crate::random::Random;
use selfsame::image::Photo;
use selfsame::mesh::Mesh;

/// What becomes of a portrait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DocumentKind {
    /// 413×531 pixels, colour, JPEG 2000 of 15 KB.
    Jpeg2000Large,
    /// 240×320 pixels, colour, JPEG 2000 of 9 KB.
    Jpeg2000Small,
    /// 413×531 pixels, colour, JPEG of 15 KB.
    JpegLarge,
    /// 240×320 pixels, colour, JPEG of 9 KB.
    JpegSmall,
    /// 240×320 pixels, grey, JPEG 2000 of 9 KB.
    Grey,
    /// 413×531 pixels, printed with a halftone screen and a colour cast, scanned with blur and
    /// noise, JPEG of 25 KB.
    PrintScan,
}

impl DocumentKind {
    /// Every kind of document portrait.
    pub const ALL: [Self; 6] =
        [Self::Jpeg2000Large, Self::Jpeg2000Small, Self::JpegLarge, Self::JpegSmall, Self::Grey, Self::PrintScan];

    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg2000Large => "jpeg2000_413x531_15kb",
            Self::Jpeg2000Small => "jpeg2000_240x320_9kb",
            Self::JpegLarge => "jpeg_413x531_15kb",
            Self::JpegSmall => "jpeg_240x320_9kb",
            Self::Grey => "grey_jpeg2000_240x320_9kb",
            Self::PrintScan => "print_scan_413x531",
        }
    }

    /// Width and height of the portrait, in pixels.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::Jpeg2000Large | Self::JpegLarge | Self::PrintScan => (413, 531),
            Self::Jpeg2000Small | Self::JpegSmall | Self::Grey => (240, 320),
        }
    }

    /// The document portrait of the face that `mesh` shows on `photo`. The same `seed` gives the
    /// same cast and noise.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::InvalidArgument`] if the mesh has no extent, and those of
    /// encoding and decoding.
    pub fn portrait(self, photo: &Photo, mesh: &Mesh, seed: u64) -> Result<Photo> {
        self.stored(&portrait::cut(photo, mesh, self.size())?, seed)
    }

    /// What becomes of a portrait that was cut already, at its own size.
    ///
    /// # Errors
    /// Those of encoding and decoding.
    pub fn stored(self, cut: &Photo, seed: u64) -> Result<Photo> {
        match self {
            Self::Jpeg2000Large => wavelet::compressed(cut, 15_000, false),
            Self::Jpeg2000Small => wavelet::compressed(cut, 9_000, false),
            Self::JpegLarge => jpeg::compressed(cut, 15_000),
            Self::JpegSmall => jpeg::compressed(cut, 9_000),
            Self::Grey => wavelet::compressed(cut, 9_000, true),
            Self::PrintScan => {
                jpeg::compressed(&print_scan::printed_and_scanned(cut, &mut Random::new(seed, 0))?, 25_000)
            }
        }
    }
}
