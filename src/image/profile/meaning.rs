//! What stated colours mean: sRGB, or a profile of red, green and blue to convert from.

use super::super::format::SourceColor;
use super::super::header::unsupported;
use super::super::light::{linear_to_srgb, srgb8_to_linear};
use super::colors::{Chromaticities, CodePoints, Colors};
use super::icc::{Channels, Reduced, reduce};
use crate::error::Result;
use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, MatrixCoefficients,
    ToneReprCurve, TransferCharacteristics, Xyzd,
};

/// What stated colours mean.
pub(super) enum Meaning {
    Srgb,
    /// Colours of another profile.
    Other(Box<ColorProfile>),
    /// What was stated cannot be read, or not for these channels.
    Unreadable,
}

/// How far, in levels of 255, colours may lie from sRGB's to be taken for them. Profiles called
/// sRGB round their curve and primaries each in its own way; measured on those of HP, Apple,
/// Artifex and lcms: up to 1.0. Display P3 is off by up to 120.
const SRGB_TOLERANCE: f64 = 1.5;
/// Levels of a channel whose combinations tell primaries apart; chosen by hand.
const PROBES: [u8; 4] = [0, 64, 128, 255];
/// The largest factor between linear channels that the conversion's fixed point (Q2.13) can hold.
/// ProPhoto RGB, the widest space in use, needs 2.1.
const MAX_FACTOR: f64 = 3.9;
/// How far a gamma may lie from sRGB's approximation, 1/2.2, to be taken for sRGB: a twentieth, as
/// libpng has it. Programs write it beside samples of sRGB's own curve, as the standard of PNG
/// tells them to (W3C PNG, third edition, 11.3.2.5).
const SRGB_GAMMA: std::ops::RangeInclusive<u32> = 43_290..=47_847;
/// How far a chromaticity may lie from sRGB's: a hundredth, as libpng has it.
const CHROMATICITY_TOLERANCE: u32 = 1_000;
/// White, red, green and blue of sRGB (ITU-R BT.709), times 100,000.
const SRGB_CHROMATICITIES: Chromaticities = [[31_270, 32_900], [64_000, 33_000], [30_000, 60_000], [15_000, 6_000]];

/// Finds out what stated colours mean for such samples.
///
/// # Errors
/// [`crate::error::ErrorKind::UnsupportedFormat`] for pictures of high dynamic range, which have to
/// be mapped and not only converted, and for code points of a limited range.
pub(super) fn meaning(colors: &Colors<'_>, samples: SourceColor) -> Result<Meaning> {
    Ok(match colors {
        Colors::Srgb => Meaning::Srgb,
        Colors::Unreadable => Meaning::Unreadable,
        Colors::Icc(icc) => match reduce(icc) {
            Some(reduced) if fits(reduced.channels, samples) => of_icc(&reduced)?,
            _ => Meaning::Unreadable,
        },
        Colors::CodePoints(points) => of_code_points(*points)?,
        Colors::Gamma { gamma, chromaticities } => of_gamma(*gamma, *chromaticities),
    })
}

/// Whether a profile can be one of such samples. Grey ones are written with a profile of red, green
/// and blue, too, and mean equal amounts of them.
fn fits(channels: Channels, samples: SourceColor) -> bool {
    match samples {
        SourceColor::Gray => true,
        SourceColor::Rgb | SourceColor::Palette => channels == Channels::Rgb,
        SourceColor::Cmyk => false,
    }
}

fn of_icc(reduced: &Reduced) -> Result<Meaning> {
    let Ok(mut profile) = ColorProfile::new_from_slice(&reduced.bytes) else {
        return Ok(Meaning::Unreadable);
    };
    if let Some(points) = profile.cicp.take() {
        refuse_high_dynamic_range(points.transfer_characteristics as u8)?;
    }
    if reduced.has_table {
        return Ok(Meaning::Other(Box::new(profile)));
    }
    if reduced.channels == Channels::Gray {
        // A curve to lightness instead of light is not read.
        let Some(curve) = profile.gray_trc.take().filter(|_| profile.pcs == DataColorSpace::Xyz) else {
            return Ok(Meaning::Unreadable);
        };
        profile = with_curve(curve);
    }
    Ok(of_matrix(profile))
}

/// A profile of sRGB's primaries and another curve.
fn with_curve(curve: ToneReprCurve) -> ColorProfile {
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    [profile.red_trc, profile.green_trc, profile.blue_trc] = [Some(curve.clone()), Some(curve.clone()), Some(curve)];
    profile
}

fn of_code_points(points: CodePoints) -> Result<Meaning> {
    refuse_high_dynamic_range(points.transfer)?;
    if !points.full_range {
        return Err(unsupported("a picture of limited range is not read: convert it to sRGB"));
    }
    let primaries = CicpColorPrimaries::try_from(points.primaries);
    let transfer = TransferCharacteristics::try_from(points.transfer);
    let (Ok(color_primaries), Ok(transfer_characteristics)) = (primaries, transfer) else {
        return Ok(Meaning::Unreadable);
    };
    let matrix_coefficients = MatrixCoefficients::Identity;
    // Filled from the code points, so far as they name a primary and a curve.
    let mut profile = ColorProfile::new_srgb();
    profile.red_trc = None;
    profile.update_rgb_colorimetry_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients,
        full_range: true,
    });
    Ok(of_matrix(profile))
}

/// Refuses the curves of ITU-R BT.2100: their white is as bright as a picture's brightest light,
/// and what they show as white is far below it.
fn refuse_high_dynamic_range(transfer: u8) -> Result<()> {
    match transfer {
        16 => Err(unsupported("a picture of high dynamic range (PQ) is not read: convert it to sRGB")),
        18 => Err(unsupported("a picture of high dynamic range (HLG) is not read: convert it to sRGB")),
        _ => Ok(()),
    }
}

fn of_gamma(gamma: Option<u32>, chromaticities: Option<Chromaticities>) -> Meaning {
    let near = |c: &Chromaticities| {
        let pairs = c.as_flattened().iter().zip(SRGB_CHROMATICITIES.as_flattened());
        pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= CHROMATICITY_TOLERANCE)
    };
    let [srgb_curve, srgb_primaries] =
        [gamma.is_none_or(|g| SRGB_GAMMA.contains(&g)), chromaticities.as_ref().is_none_or(near)];
    if srgb_curve && srgb_primaries {
        return Meaning::Srgb;
    }
    let mut profile = ColorProfile::new_srgb();
    if let Some(gamma) = gamma.filter(|_| !srgb_curve) {
        if gamma == 0 {
            return Meaning::Unreadable;
        }
        profile = with_curve(ToneReprCurve::Parametric(vec![100_000.0 / gamma as f32]));
    }
    if let Some(chromaticities) = chromaticities.filter(|_| !srgb_primaries) {
        let [white, red, green, blue] =
            chromaticities.map(|[x, y]| Chromaticity::new(x as f32 / 100_000.0, y as f32 / 100_000.0));
        profile.update_rgb_colorimetry(white.to_xyyb(), ColorPrimaries { red, green, blue });
    }
    of_matrix(profile)
}

/// Looks at a profile of a matrix and three curves: whether it is whole, and whether it is sRGB.
fn of_matrix(mut profile: ColorProfile) -> Meaning {
    profile.cicp = None;
    let srgb = ColorProfile::new_srgb();
    let [red, green, blue] = [&profile.red_trc, &profile.green_trc, &profile.blue_trc]
        .map(|curve| profile.build_8bit_lin_table(curve).ok().filter(|t| t.iter().all(|v| v.is_finite())));
    let (Some(red), Some(green), Some(blue)) = (red, green, blue) else { return Meaning::Unreadable };
    let matrix = profile.transform_matrix(&srgb);
    let holds = matrix.v.as_flattened().iter().all(|factor| factor.abs() <= MAX_FACTOR);
    let missing = [profile.red_colorant, profile.green_colorant, profile.blue_colorant].contains(&Xyzd::default());
    if !holds || missing || profile.pcs != DataColorSpace::Xyz {
        return Meaning::Unreadable;
    }
    let level = |light: f64| f64::from(linear_to_srgb(light as f32)) * 255.0;
    // Curves level by level, and primaries by colours of few and of many of them.
    let same_curve = |table: &[f32; 256]| {
        (0u16..).zip(table).all(|(i, light)| (level(f64::from(*light)) - f64::from(i)).abs() <= SRGB_TOLERANCE)
    };
    let same_color = |rgb: [u8; 3]| {
        #[allow(clippy::indexing_slicing, reason = "a byte is below the table's 256")]
        let light = rgb.map(|v| f64::from(srgb8_to_linear()[usize::from(v)]));
        let [r, g, b] = light;
        let mapped = matrix.v.map(|[mr, mg, mb]| level(mr * r + mg * g + mb * b));
        mapped.iter().zip(rgb).all(|(a, b)| (a - f64::from(b)).abs() <= SRGB_TOLERANCE)
    };
    let mut colors = PROBES.into_iter().flat_map(|r| PROBES.map(|g| PROBES.map(|b| [r, g, b]))).flatten();
    if [&red, &green, &blue].into_iter().all(|table| same_curve(table)) && colors.all(same_color) {
        return Meaning::Srgb;
    }
    Meaning::Other(Box::new(profile))
}
