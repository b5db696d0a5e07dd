//! One measure: a native value and a quality component.

/// One measure: its native value and what that means for quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// The value in the measure's own unit.
    pub native: f32,
    /// Quality component, 0 (worst) ..= 100 (best), a whole number.
    pub component: u8,
}

impl Measure {
    /// From a native value and a component that is rounded and limited to 0 ..= 100; NaN gives 0.
    pub(super) fn new(native: f32, component: f32) -> Self {
        // Casts from float to integer saturate, and NaN becomes 0.
        Self { native, component: component.round().min(100.0) as u8 }
    }
}

/// The sigmoid of the standard's mappings: 1 / (1 + exp((x0 − x) / w)).
pub(super) fn sigmoid(x: f32, x0: f32, w: f32) -> f32 {
    1.0 / (1.0 + ((x0 - x) / w).exp())
}
