//! What convolutions are computed in.

/// The numbers that convolutions are computed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    /// f32 everywhere.
    F32,
    /// 8-bit integers in the pointwise layers whose inputs' ranges the file carries, f32 in all
    /// others.
    Int8,
}
