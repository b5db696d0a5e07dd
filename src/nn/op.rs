//! Operations after fusion and before placement: what the lowering makes of the graph's nodes.

use super::kernels::coded::CodedWeights;
use super::kernels::elementwise::Combine;
use super::kernels::epilogue::{Activation, Epilogue};
use super::kernels::int8::InputRange;
use super::kernels::pool::Pooling;
use super::kernels::resize::Tap;
use super::kernels::tensor::TensorOp;
use super::kernels::winograd::{self, Tile};
use super::value::{Border, Grid, Value};
use std::sync::Arc;

/// A sliding window: kernel, stride and dilation as (x, y), padding, and the size of what comes
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub kernel: (usize, usize),
    pub stride: (usize, usize),
    pub dilation: (usize, usize),
    pub padding: Border,
    pub output: (usize, usize),
}

impl Window {
    /// A window of one tap that takes one step at a time.
    pub fn pointwise(grid: &Grid) -> Self {
        Self {
            kernel: (1, 1),
            stride: (1, 1),
            dilation: (1, 1),
            padding: Border::default(),
            output: (grid.width, grid.height),
        }
    }

    /// The border that the input must have, so that every tap reads inside the buffer.
    pub fn border(&self, grid: &Grid) -> Border {
        let reach = |output: usize, stride: usize, kernel: usize, dilation: usize, before: usize, size: usize| {
            ((output - 1) * stride + (kernel - 1) * dilation + 1).saturating_sub(before + size)
        };
        let Self { kernel, stride, dilation, padding, output } = self;
        Border {
            left: padding.left,
            top: padding.top,
            right: reach(output.0, stride.0, kernel.0, dilation.0, padding.left, grid.width),
            bottom: reach(output.1, stride.1, kernel.1, dilation.1, padding.top, grid.height),
        }
    }
}

/// Weights of a convolution as the file has them: (output channel, input channel of the group, y,
/// x), and a bias per output.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter {
    pub outputs: usize,
    /// Input channels per output; 1 for depthwise.
    pub inputs: usize,
    pub depthwise: bool,
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    /// The range of each input channel, if the layer is to be computed in 8-bit integers; else
    /// empty.
    pub ranges: Vec<InputRange>,
}

impl Filter {
    /// The tiles of Winograd's method in which the filter is best computed over pixels of `grid`;
    /// `None` for the direct form.
    pub fn tile(&self, window: &Window, grid: &Grid) -> Option<Tile> {
        let plain = (window.kernel, window.stride, window.dilation) == ((3, 3), (1, 1), (1, 1));
        // Browsers' modules do without the method.
        if cfg!(target_arch = "wasm32")
            || self.depthwise
            || !plain
            || !grid.in_vectors()
            || self.inputs != grid.channels
        {
            return None;
        }
        winograd::tile(&winograd::Shape { size: window.output, depth: grid.pixel, outputs: self.outputs })
    }

    /// Multiplies each output by `scale` and adds `shift`, per output channel.
    pub fn affine(&mut self, scale: impl Fn(usize) -> f32, shift: impl Fn(usize) -> f32) {
        // No filter is without outputs or weights; `max` keeps the chunks' length from ever being
        // 0.
        debug_assert!(self.outputs > 0 && !self.weights.is_empty());
        debug_assert!(self.weights.len().is_multiple_of(self.outputs) && self.bias.len() == self.outputs);
        let per_output = self.weights.len() / self.outputs.max(1);
        for (o, weights) in self.weights.chunks_exact_mut(per_output.max(1)).enumerate() {
            weights.iter_mut().for_each(|w| *w *= scale(o));
        }
        for (o, bias) in self.bias.iter_mut().enumerate() {
            *bias = *bias * scale(o) + shift(o);
        }
    }
}

/// Strides of a copy, in floats: per pixel to the right, per row, per channel; and where the first
/// element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Strides {
    pub origin: usize,
    pub right: usize,
    pub down: usize,
    pub channel: usize,
}

/// What an operation computes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Conv {
        filter: Filter,
        window: Window,
    },
    /// A fully connected layer whose weights stay integers; no activation is absorbed.
    Coded {
        weights: CodedWeights,
    },
    Elementwise {
        combine: Combine,
    },
    Pool {
        kind: Pooling,
        window: Window,
    },
    Resize {
        columns: Vec<Tap>,
        rows: Vec<Tap>,
    },
    /// An operation on flat values.
    Tensor {
        op: TensorOp,
    },
    /// Moves `size` = (width, height, channels) elements. `from` and `to` are relative to the
    /// images' first pixels where they are `None`. The whole target is first filled with
    /// `fill`, if given.
    Copy {
        size: (usize, usize, usize),
        from: Option<Strides>,
        to: Option<Strides>,
        fill: Option<f32>,
    },
}

/// One operation: what it computes, on which values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Op {
    pub kind: Kind,
    /// The node that it was made of, or the first of those.
    pub node: Arc<str>,
    pub input: Value,
    /// A residual, or the other operand.
    pub other: Option<Value>,
    pub epilogue: Epilogue,
    pub output: Value,
}

impl Op {
    /// How many rows the operation computes: the output's, but a copy's may be a view of flat
    /// memory.
    pub fn rows(&self) -> usize {
        match self.kind {
            Kind::Copy { size, .. } => size.1,
            _ => self.output.grid.height,
        }
    }

    /// Whether a following activation could be absorbed, and absorbs it if so.
    pub fn absorb_activation(&mut self, activation: &Activation) -> bool {
        let adds = self.other.is_some() && !matches!(self.kind, Kind::Elementwise { combine: Combine::Multiply });
        let slot = match self.kind {
            Kind::Conv { .. } | Kind::Elementwise { .. } => {
                if adds || self.epilogue.first != Activation::None {
                    &mut self.epilogue.second
                } else {
                    &mut self.epilogue.first
                }
            }
            _ => return false,
        };
        if *slot != Activation::None {
            return false;
        }
        *slot = activation.clone();
        true
    }

    /// Whether a sum with another value can become this operation's residual.
    pub fn can_absorb_residual(&self) -> bool {
        matches!(self.kind, Kind::Conv { .. }) && self.other.is_none() && self.epilogue.second == Activation::None
    }

    /// The filter, if nothing stands between it and the output.
    pub fn bare_filter(&mut self) -> Option<&mut Filter> {
        match &mut self.kind {
            Kind::Conv { filter, .. } if self.other.is_none() && self.epilogue == Epilogue::default() => Some(filter),
            _ => None,
        }
    }
}
