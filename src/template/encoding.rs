//! [`TemplateEncoding`]: how the values of a template are written as bytes.

use super::quantise::LANES;

/// How the values of an encoded template are written.
///
/// Sizes are for 192 values of one network, without the model's id; another network's magnitude
/// takes 4 bytes. Errors are those of scores between two
/// templates that both went through the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TemplateEncoding {
    /// 32-bit floats: exact; 796 bytes.
    F32,
    /// 16-bit floats; 412 bytes. Scores change by less than 0.0005.
    F16,
    /// 8-bit integers, a scale for each eighth of the values; 252 bytes. Scores change by less than
    /// 0.002.
    I8,
}

impl TemplateEncoding {
    /// The byte that stands for the encoding.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::F32 => 1,
            Self::F16 => 2,
            Self::I8 => 3,
        }
    }

    /// The encoding that a byte stands for, if it stands for one.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        [Self::F32, Self::F16, Self::I8].into_iter().find(|encoding| encoding.code() == code)
    }

    /// Bytes that `dimension` values take; `None` if they are more than addresses.
    pub(super) fn payload(self, dimension: usize) -> Option<usize> {
        match self {
            Self::F32 => dimension.checked_mul(4),
            Self::F16 => dimension.checked_mul(2),
            Self::I8 => dimension.checked_add(4 * LANES),
        }
    }
}
