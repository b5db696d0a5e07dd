//! What warps gave when the formats of this list were the only ones, bit for bit: what is added to
//! the reading of pixels changes nothing for them.

use super::tests::{noise, plain};
use super::write::warp_at;
use crate::geometry::{Point, Similarity};
use crate::image::{Border, ChannelOrder, ColorMatrix, ColorRange, ColorSpace, Crop, Frame, Orientation, PixelFormat};
use crate::simd::Level;
use sha2::{Digest, Sha256};

const COLORS: [ColorSpace; 3] = [
    ColorSpace { matrix: ColorMatrix::Bt601, range: ColorRange::Limited },
    ColorSpace { matrix: ColorMatrix::Bt601, range: ColorRange::Full },
    ColorSpace { matrix: ColorMatrix::Bt709, range: ColorRange::Limited },
];

/// A digest of warps at several scales, two of which reduce, in all orientations and colour spaces.
fn digest(format: PixelFormat, stride: usize) -> String {
    let data = noise(2 * 47 * (stride + 1), 77);
    let mut digest = Sha256::new();
    for (exif, color) in (1..=8).zip(COLORS.into_iter().cycle()) {
        let frame = Frame::new(&data, 61, 47, stride, format).unwrap();
        let frame = frame.oriented(Orientation::from_exif(exif).unwrap()).with_color(color);
        for (scale, border) in
            [(0.4, Border::Replicate), (1.0, Border::Black), (1.6, Border::Black), (5.3, Border::Replicate)]
        {
            let source_from_target = Similarity::new(scale, 17.0, Point::new(3.0, -2.0)).unwrap();
            let crop = Crop { width: 33, height: 9, source_from_target, border };
            for order in [ChannelOrder::Rgb, ChannelOrder::Bgr] {
                let mut out = vec![f32::NAN; 3 * crop.width * crop.height];
                warp_at(Level::SCALAR, &frame, &crop, &plain(order), &mut out).unwrap();
                out.iter().for_each(|v| digest.update(v.to_bits().to_le_bytes()));
            }
        }
    }
    base16ct::lower::encode_string(&digest.finalize()[..8])
}

/// The table of filter weights rests on the platform's sine, which is why this is asked of one
/// platform only.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn formats_of_old_give_the_very_same_bits() {
    let known = [
        (PixelFormat::Rgb8, 185, "d465adf8253a03af"),
        (PixelFormat::Bgr8, 183, "8318d2be14a9b5f1"),
        (PixelFormat::Rgba8, 247, "7c47c03a318af249"),
        (PixelFormat::Bgra8, 244, "6c23e777a26c271d"),
        (PixelFormat::Gray8, 64, "87e933675b54cfe5"),
        (PixelFormat::Nv12, 65, "9d6077c6a0f0b0fe"),
        (PixelFormat::Nv21, 64, "ad534d3919d6e168"),
        (PixelFormat::I420, 63, "3ed7b32389a1fc8b"),
        (PixelFormat::Yuyv, 124, "8d360d07ccb0cd3c"),
    ];
    let got = known.map(|(format, stride, _)| (format, stride, digest(format, stride)));
    let same = known.iter().zip(&got).all(|((.., known), (.., got))| known == got);
    assert!(same, "{got:#?}");
}
