//! From luma and chroma to red, green and blue.
//!
//! ITU-R BT.601-7, BT.709-6 and BT.2020-2 weigh red, green and blue into luma; their quantisation
//! leaves head- and footroom (luma 16 to 235, chroma 16 to 240), JFIF and many phones use all 256
//! levels with the same matrix.

/// The standard by which luma was made of red, green and blue. The default is
/// [`ColorMatrix::Bt601`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ColorMatrix {
    /// ITU-R BT.601: webcams, phones' still and analysis streams, JFIF.
    #[default]
    Bt601,
    /// ITU-R BT.709: high-definition video.
    Bt709,
    /// ITU-R BT.2020 with non-constant luminance: ultra-high-definition and most 10-bit video.
    Bt2020,
}

/// The levels that stand for black and white. The default is [`ColorRange::Limited`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColorRange {
    /// Luma 16 ..= 235, chroma 16 ..= 240 ("video range"); with ten bits four times that.
    #[default]
    Limited,
    /// All of 0 ..= 255 ("full range"); with ten bits all of 0 ..= 1023.
    Full,
}

/// What the numbers of a frame with luma and chroma mean.
///
/// The default is BT.601 with limited range. A wrong matrix shifts hues slightly, a wrong range
/// changes contrast by a sixth. Nothing in the pixels tells them: the camera's interface does.
///
/// | from | says it by | where it says nothing |
/// |---|---|---|
/// | Android, `YUV_420_888` of a camera | `Image.getDataSpace` | [`Self::JFIF`] |
/// | iOS, macOS | the range by the format's name (`…VideoRange`, `…FullRange`), the matrix by the buffer's attachment `kCVImageBufferYCbCrMatrixKey` | BT.601 |
/// | Media Foundation | `MF_MT_YUV_MATRIX`, `MF_MT_VIDEO_NOMINAL_RANGE` | [`Self::BT709`]; from webcams up to 576 lines [`Self::BT601`] |
/// | V4L2 | `ycbcr_enc` and `quantization` of the format | limited range, full where `colorspace` is JPEG; the matrix of `colorspace`, BT.601 for sRGB |
/// | browsers, WebCodecs | `VideoFrame.colorSpace`: `matrix`, `fullRange` | [`Self::BT709`] |
/// | FFmpeg, GStreamer | `AVFrame.colorspace` and `color_range`; `colorimetry` of the caps | [`Self::BT601`] up to 576 lines, else [`Self::BT709`] |
///
/// The numbers that come out are taken as sRGB. The wider primaries of BT.2020 and the curves of
/// HDR (HLG, PQ) are not converted: ask the camera for standard dynamic range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ColorSpace {
    /// The standard by which luma was made.
    pub matrix: ColorMatrix,
    /// The levels that stand for black and white.
    pub range: ColorRange,
}

impl ColorSpace {
    /// BT.601 with all 256 levels: JFIF, and what Android's cameras deliver for analysis.
    pub const JFIF: Self = Self { matrix: ColorMatrix::Bt601, range: ColorRange::Full };
    /// BT.601 with limited range, the default: video of standard definition, most webcams.
    pub const BT601: Self = Self { matrix: ColorMatrix::Bt601, range: ColorRange::Limited };
    /// BT.709 with limited range: video of high definition.
    pub const BT709: Self = Self { matrix: ColorMatrix::Bt709, range: ColorRange::Limited };
    /// BT.2020 with limited range: most video with ten bits.
    pub const BT2020: Self = Self { matrix: ColorMatrix::Bt2020, range: ColorRange::Limited };
}

/// The conversion to red, green and blue, ready for use: each channel of the result is a sum of
/// luma, both chroma values and a constant.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToRgb {
    luma: f32,
    u: [f32; 4],
    v: [f32; 4],
    constant: [f32; 4],
}

impl ToRgb {
    /// The conversion from `color`, blue first where `bgr` is set; `white` is the level that stands
    /// for it where all levels are used.
    pub(super) fn new(color: ColorSpace, white: f64, bgr: bool) -> Self {
        let (red, blue) = match color.matrix {
            ColorMatrix::Bt601 => (0.299, 0.114),
            ColorMatrix::Bt709 => (0.2126, 0.0722),
            ColorMatrix::Bt2020 => (0.2627, 0.0593),
        };
        let green = 1.0 - red - blue;
        let (luma, chroma, black) = match color.range {
            ColorRange::Limited => (255.0 / 219.0, 255.0 / 224.0, 16.0),
            ColorRange::Full => {
                let scale = (255.0 / white) as f32;
                (scale, scale, 0.0)
            }
        };
        let (for_red, for_blue) = (2.0 * (1.0 - red) * chroma, 2.0 * (1.0 - blue) * chroma);
        let (u_green, v_green) = (-for_blue * blue / green, -for_red * red / green);
        let ordered = |r: f32, g: f32, b: f32| if bgr { [b, g, r, 0.0] } else { [r, g, b, 0.0] };
        let (u, v) = (ordered(0.0, u_green, for_blue), ordered(for_red, v_green, 0.0));
        // Chroma is stored with 128 for none, luma with `black` for none.
        let constant_of = |u: f32, v: f32| -128.0 * (u + v) - black * luma;
        let ([u0, u1, u2, u3], [v0, v1, v2, v3]) = (u, v);
        let constant = [constant_of(u0, v0), constant_of(u1, v1), constant_of(u2, v2), constant_of(u3, v3)];
        Self { luma, u, v, constant }
    }

    /// Converts several pixels at once: luma, U and V become the first, second and third channel of
    /// the order asked for.
    #[inline(always)]
    pub(super) fn lanes<const N: usize>(&self, first: &mut [f32; N], second: &mut [f32; N], third: &mut [f32; N]) {
        let ([u0, u1, u2, _], [v0, v1, v2, _], [c0, c1, c2, _]) = (self.u, self.v, self.constant);
        let clip = |v: f32| v.clamp(0.0, 255.0);
        for ((first, second), third) in first.iter_mut().zip(second).zip(third) {
            let (y, u, v) = (self.luma * *first, *second, *third);
            *first = clip(y + (u * u0 + v * v0 + c0));
            *second = clip(y + (u * u1 + v * v1 + c1));
            *third = clip(y + (u * u2 + v * v2 + c2));
        }
    }

    /// What chroma adds to luma, per channel: made once for the pixels that share it.
    #[inline(always)]
    pub(super) fn chroma(&self, u: f32, v: f32) -> [f32; 4] {
        let ([u0, u1, u2, u3], [v0, v1, v2, v3], [c0, c1, c2, c3]) = (self.u, self.v, self.constant);
        [u * u0 + v * v0 + c0, u * u1 + v * v1 + c1, u * u2 + v * v2 + c2, u * u3 + v * v3 + c3]
    }

    /// The pixel of a luma and what [`ToRgb::chroma`] gave, 0 ..= 255 each: colours that no screen
    /// can show are clipped.
    #[inline(always)]
    pub(super) fn pixel(&self, luma: f32, chroma: [f32; 4]) -> [f32; 4] {
        let y = self.luma * luma;
        chroma.map(|c| (y + c).clamp(0.0, 255.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rgb(color: ColorSpace, [y, u, v]: [u8; 3]) -> [u8; 3] {
        let to_rgb = ToRgb::new(color, 255.0, false);
        let [r, g, b, _] = to_rgb.pixel(f32::from(y), to_rgb.chroma(f32::from(u), f32::from(v)));
        [r, g, b].map(|c| c.round() as u8)
    }

    proptest! {
        /// Colours of full range go to luma and chroma by the books' weights, and come back.
        #[test]
        fn there_and_back(color in any::<[u8; 3]>(), which in 0..3usize, full in any::<bool>()) {
            let (matrix, red, blue) = [
                (ColorMatrix::Bt601, 0.299, 0.114),
                (ColorMatrix::Bt709, 0.2126, 0.0722),
                (ColorMatrix::Bt2020, 0.2627, 0.0593),
            ][which];
            let range = if full { ColorRange::Full } else { ColorRange::Limited };
            let [r, g, b] = color.map(f64::from);
            let luma = red * r + (1.0 - red - blue) * g + blue * b;
            let (u, v) = ((b - luma) / (2.0 - 2.0 * blue), (r - luma) / (2.0 - 2.0 * red));
            let (luma_scale, chroma_scale, black) =
                if full { (1.0, 1.0, 0.0) } else { (219.0 / 255.0, 224.0 / 255.0, 16.0) };
            let yuv = [black + luma_scale * luma, 128.0 + chroma_scale * u, 128.0 + chroma_scale * v].map(|v| v as f32);
            for bgr in [false, true] {
                let to_rgb = ToRgb::new(ColorSpace { matrix, range }, 255.0, bgr);
                let mut got = to_rgb.pixel(yuv[0], to_rgb.chroma(yuv[1], yuv[2]));
                // And several at once.
                let [mut first, mut second, mut third] = yuv.map(|v| [v; 4]);
                to_rgb.lanes(&mut first, &mut second, &mut third);
                prop_assert!([first[3], second[3], third[3]].iter().zip(&got).all(|(a, b)| (a - b).abs() < 1e-3));
                if bgr {
                    got.swap(0, 2);
                }
                for (got, expected) in got.iter().zip(color) {
                    prop_assert!((got - f32::from(expected)).abs() < 0.01, "{got} for {expected}");
                }
            }
        }

        #[test]
        fn no_levels_leave_the_range(yuv in any::<[u8; 3]>(), hd in any::<bool>(), full in any::<bool>()) {
            let matrix = if hd { ColorMatrix::Bt709 } else { ColorMatrix::Bt601 };
            let range = if full { ColorRange::Full } else { ColorRange::Limited };
            let to_rgb = ToRgb::new(ColorSpace { matrix, range }, 255.0, false);
            let [y, u, v] = yuv.map(f32::from);
            let [rgb @ .., _] = to_rgb.pixel(y, to_rgb.chroma(u, v));
            prop_assert!(rgb.iter().all(|c| (0.0..=255.0).contains(c)));
        }
    }

    #[test]
    fn published_points() {
        let limited = ColorSpace::default();
        let (hd, uhd) = (ColorSpace::BT709, ColorSpace::BT2020);
        // Colour bars at full saturation: BT.601, BT.709 and BT.2020 code red, green, blue as these
        // 8-bit levels.
        for (color, yuv, expected) in [
            (limited, [16, 128, 128], [0, 0, 0]),
            (limited, [235, 128, 128], [255, 255, 255]),
            (limited, [81, 90, 240], [255, 0, 0]),
            (limited, [145, 54, 34], [0, 255, 0]),
            (limited, [41, 240, 110], [0, 0, 255]),
            (hd, [63, 102, 240], [255, 0, 0]),
            (hd, [173, 42, 26], [0, 255, 0]),
            (hd, [32, 240, 118], [0, 0, 255]),
            (uhd, [74, 97, 240], [255, 0, 0]),
            (uhd, [164, 47, 25], [0, 255, 0]),
            (uhd, [29, 240, 119], [0, 0, 255]),
            // JFIF 1.02: Y = 76, Cb = 85, Cr = 255 for red.
            (ColorSpace::JFIF, [76, 85, 255], [255, 0, 0]),
            (ColorSpace::JFIF, [0, 128, 128], [0, 0, 0]),
            (ColorSpace::JFIF, [255, 128, 128], [255, 255, 255]),
        ] {
            let got = rgb(color, yuv);
            let off = got.iter().zip(expected).map(|(a, b): (&u8, u8)| a.abs_diff(b)).max().unwrap();
            assert!(off <= 2, "{color:?} {yuv:?}: {got:?} for {expected:?}");
        }
    }

    #[test]
    fn bgr_is_rgb_backwards_and_levels_stay_inside() {
        let color = ColorSpace::JFIF;
        let (rgb, bgr) = (ToRgb::new(color, 255.0, false), ToRgb::new(color, 255.0, true));
        let [r, g, b, _] = rgb.pixel(100.0, rgb.chroma(30.0, 200.0));
        let [x, y, z, _] = bgr.pixel(100.0, bgr.chroma(30.0, 200.0));
        assert_eq!([r, g, b], [z, y, x]);
        let extreme = rgb.pixel(255.0, rgb.chroma(255.0, 0.0));
        assert!(extreme.iter().all(|c| (0.0..=255.0).contains(c)), "{extreme:?}");
    }
}
