//! What a compiled network's steps are, in words and numbers.

use super::run::Program;
use super::step::{Step, Work};
use crate::simd::LANES;
use std::fmt::Write;

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layer {
    /// The node that it was made of, or the first of those that were fused.
    pub node: String,
    /// What it computes, and the width, height and padded channels of what comes out.
    pub what: String,
    /// Multiply-adds of one run, with those that only pad vectors; values written for what has
    /// none. Winograd's method counts as the convolution that it computes.
    pub multiply_adds: u64,
}

impl Program {
    /// The steps in the order in which they run.
    pub fn layers(&self) -> impl Iterator<Item = Layer> {
        self.steps.iter().map(Step::layer)
    }
}

impl Step {
    fn layer(&self) -> Layer {
        let (width, height, vectors) = self.size;
        let (mut what, per_pixel) = match &self.work {
            Work::Dense { weights, .. } => (format!("dense {}", weights.size().0), weights.size().0),
            // What the convolution is, not the fewer that are computed.
            #[cfg(not(target_arch = "wasm32"))]
            Work::Winograd { weights } => {
                (format!("winograd {0}x{0}, {1}", weights.tile().side(), 9 * weights.depth()), 9 * weights.depth())
            }
            Work::IntDense { weights } => (format!("int8 {}", weights.size().0), weights.size().0),
            Work::Coded { weights } => (format!("coded {}", weights.size().0), weights.size().0),
            Work::Depthwise { kernel, stride, .. } => {
                (format!("depthwise {} / {stride}", kernel.0), kernel.0 * kernel.1)
            }
            Work::Elementwise { .. } => ("elementwise".into(), 1),
            Work::Pool { window, .. } => ("pool".into(), window.kernel.0 * window.kernel.1),
            Work::Resize { .. } => ("resize".into(), 4),
            Work::Tensor { op } => (op.name().into(), 0),
            Work::Copy { channels, .. } => ("copy".into(), channels.div_ceil(LANES)),
        };
        // A text cannot fail to be written.
        let _ = write!(what, " -> {width}x{height}x{}", vectors * LANES);
        let multiply_adds = match &self.work {
            Work::Tensor { op } => op.work(),
            Work::Copy { .. } => [width, height, per_pixel, LANES].iter().map(|v| *v as u64).product(),
            _ => [width, height, vectors, LANES, per_pixel].iter().map(|v| *v as u64).product(),
        };
        Layer { node: self.node.to_string(), what, multiply_adds }
    }
}
