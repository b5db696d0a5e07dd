//! One measure: a native value and a quality component.

use serde::Serialize;

/// One measure of a face image: its native value, and what that means for quality.
///
/// What the native value is and in which unit, each field of [`super::QualityReport`] says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Measure {
    /// The value in the measure's own unit.
    pub native: f32,
    /// The quality component after ISO/IEC 29794-5, 0 (worst) ..= 100 (best), a whole number.
    pub component: u8,
}

impl Measure {
    /// A measure of a native value and a component, which is rounded and limited to 0 ..= 100; a
    /// component of NaN becomes 0.
    pub(super) fn new(native: f32, component: f32) -> Self {
        // Casts from float to integer saturate, and NaN becomes 0.
        Self { native, component: component.round().min(100.0) as u8 }
    }
}

/// The sigmoid of the standard's mappings: 1 / (1 + exp((x0 − x) / w)).
pub(super) fn sigmoid(x: f32, x0: f32, w: f32) -> f32 {
    1.0 / (1.0 + ((x0 - x) / w).exp())
}
