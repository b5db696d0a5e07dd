//! How components are coded (ISO/IEC 15444-1, A.6): code-blocks, precincts, and the bit-planes that
//! sub-bands can have.

use super::super::header::{corrupt, unsupported};
use crate::error::{Error, Result};

/// The error of a header that ends before its segments do.
pub(super) fn cut() -> Error {
    corrupt("the JPEG 2000 codestream ends inside its header")
}

/// Decomposition levels that are read at most. The standard allows 32; encoders use 5 or 6, and 16
/// suffice for 65,536 px.
pub(super) const MAX_LEVELS: u8 = 16;
/// Sub-bands at most: one of the lowest resolution, three of each level above.
const MAX_BANDS: usize = 3 * MAX_LEVELS as usize + 1;

/// How a component is coded (A.6.1).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style {
    pub(super) levels: u8,
    /// Binary logarithms of a code-block's width and height.
    pub(super) block: (u8, u8),
    /// Per resolution level: PPx in the low half, PPy in the high half.
    pub(super) precincts: [u8; MAX_LEVELS as usize + 1],
    /// Coding passes may end segments of their own.
    pub(super) many_segments: bool,
}

impl Style {
    /// The flags of COD or COC, and what both have in common (tables A.13, A.15).
    pub(super) fn read(flags: Option<u8>, parameters: Option<&[u8]>) -> Result<Self> {
        let (Some(flags), Some([levels, width, height, code_blocks, _, precincts @ ..])) = (flags, parameters) else {
            return Err(cut());
        };
        if *levels > MAX_LEVELS {
            return Err(unsupported("JPEG 2000 images of over 16 decomposition levels are not read"));
        }
        // Table A.18: the sides are 4 to 1024, the area at most 4096.
        if *width > 8 || *height > 8 || width + height > 8 {
            return Err(corrupt("the JPEG 2000 image has code-blocks of a size that does not exist"));
        }
        // Bypass and termination on each pass; the rest but predictable termination is 0x2A.
        if code_blocks & 0xC0 != 0 {
            return Err(unsupported("the JPEG 2000 image is coded by a later part of the standard"));
        }
        let resolutions = usize::from(*levels) + 1;
        let mut sizes = [0xFF; MAX_LEVELS as usize + 1];
        let stated = if flags & 1 == 1 { resolutions } else { 0 };
        if precincts.len() != stated {
            return Err(corrupt("a JPEG 2000 coding style does not hold what it states"));
        }
        for (level, (size, stated)) in sizes.iter_mut().zip(precincts).enumerate() {
            // Beyond the lowest resolution a precinct is divided among sub-bands of half the size.
            if level > 0 && (stated & 0x0F == 0 || stated & 0xF0 == 0) {
                return Err(corrupt("the JPEG 2000 image has precincts without coefficients"));
            }
            *size = *stated;
        }
        let many_segments = code_blocks & 5 != 0;
        Ok(Self { levels: *levels, block: (width + 2, height + 2), precincts: sizes, many_segments })
    }
}

/// The most bit-planes that each sub-band can have, from the lowest resolution up (equation E-2).
#[derive(Debug, Clone, Copy)]
pub(super) struct Planes([u8; MAX_BANDS]);

impl Default for Planes {
    fn default() -> Self {
        Self([0; MAX_BANDS])
    }
}

impl Planes {
    /// The bit-planes that QCD states (A.6.4), or the part of QCC behind its component.
    pub(super) fn read(body: &[u8]) -> Result<Self> {
        let (style, sizes) = body.split_first().ok_or_else(cut)?;
        let guard = style >> 5;
        let mut planes = Self::default();
        // An exponent lies in the upper five bits of what states it.
        let count = |size: u8| (guard + (size >> 3)).saturating_sub(1);
        let fits = match style & 0x1F {
            0 => {
                planes.0.iter_mut().zip(sizes).for_each(|(planes, size)| *planes = count(*size));
                !sizes.is_empty()
            }
            // One size for the lowest resolution, from which the others follow (equation E-5).
            1 => {
                let first = sizes.first().copied().map_or(0, count);
                for (band, planes) in planes.0.iter_mut().enumerate() {
                    *planes = first.saturating_sub((band.saturating_sub(1) / 3) as u8);
                }
                sizes.len() == 2
            }
            2 => {
                let (pairs, rest) = sizes.as_chunks::<2>();
                planes.0.iter_mut().zip(pairs).for_each(|(planes, [size, _])| *planes = count(*size));
                !pairs.is_empty() && rest.is_empty()
            }
            _ => false,
        };
        // The standard allows 97 sub-bands.
        if !fits || sizes.len() > 2 * 97 {
            return Err(corrupt("a JPEG 2000 quantization segment does not hold what it states"));
        }
        Ok(planes)
    }

    /// Takes the more of both for each sub-band.
    pub(super) fn raise(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(planes, other)| *planes = other.max(*planes));
    }

    /// The most coding passes of a code-block in each sub-band of this resolution: one of its first
    /// bit-plane, three of each other.
    pub(super) fn passes(&self, resolution: u8) -> impl Iterator<Item = u64> + '_ {
        let (first, count) = match resolution {
            0 => (0, 1),
            above => (3 * usize::from(above) - 2, 3),
        };
        let planes = self.0.iter().skip(first).take(count);
        planes.map(|planes| (3 * u64::from(*planes)).saturating_sub(2))
    }
}
