//! From operations to steps: every value becomes an address, every filter is packed for its kernel.

use super::step::{Place, Step, Work};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::nn::kernels::int8::IntWeights;
use crate::nn::kernels::matmul::PackedWeights;
use crate::nn::kernels::walk::Walk;
#[cfg(not(target_arch = "wasm32"))]
use crate::nn::kernels::winograd::WinogradWeights;
use crate::nn::op::{Filter, Kind, Op, Strides, Window};
use crate::nn::value::{Border, Buffer, Form, Grid, Value};
use crate::simd::{LANES, Lanes};
use std::ops::Range;

/// The error of a network that was lowered and cannot be laid out: a mistake of this crate that a
/// file has found.
pub(super) fn internal(message: &str) -> Error {
    Error::new(ErrorKind::InvalidModel, Stage::Model, format!("the network cannot be laid out: {message}"))
}

/// Turns values into addresses, and operations into steps.
pub(super) struct Layout<'a> {
    /// The network's buffers.
    pub buffers: &'a [Buffer],
    /// Where each of them lies in the arena.
    pub ranges: &'a [Range<usize>],
}

impl Layout<'_> {
    fn buffer(&self, value: &Value) -> Result<&Buffer> {
        self.buffers.get(value.buffer).ok_or_else(|| internal("a value has no buffer"))
    }

    /// Where a value's buffer is at run time.
    pub fn place(&self, value: &Value) -> Result<Place> {
        if self.buffer(value)?.external {
            return Ok(Place::Input);
        }
        let range = self.ranges.get(value.buffer).ok_or_else(|| internal("a buffer has no place"))?;
        Ok(Place::Arena(range.clone()))
    }

    /// The border around a value's pixels in its buffer.
    fn border(&self, value: &Value) -> Result<Border> {
        let buffer = self.buffer(value)?;
        // A flat view is of a rigid buffer, which has no border.
        Ok(if value.form == Form::Image { buffer.border } else { Border::default() })
    }

    /// Resolves one operation: addresses, packed weights, and what has to be zeroed around its
    /// output.
    pub fn step(&self, op: Op) -> Result<Step> {
        let border = self.border(&op.output)?;
        let grid = op.output.grid;
        let input_border = self.border(&op.input)?;
        let mut input_walk = op.input.grid.walk(input_border);
        let mut output_walk = grid.walk(border);
        let mut size = (grid.width, grid.height, grid.vectors());
        let work = match op.kind {
            Kind::Conv { filter, window } => {
                let pitch = op.input.grid.row(input_border);
                let pixel = op.input.grid.pixel;
                let back = window.padding.top * pitch + window.padding.left * pixel;
                // The first tap lies in the border, which the lowering has made wide enough.
                let origin = input_walk.origin.checked_sub(back).ok_or_else(|| internal("a border is missing"))?;
                input_walk = Walk { origin, right: window.stride.0 * pixel, down: window.stride.1 * pitch };
                if filter.depthwise {
                    depthwise(&filter, &window, op.input.grid.vectors(), pixel, pitch)
                } else if let Some(weights) = IntWeights::pack(&filter.weights, &filter.bias, &filter.ranges) {
                    Work::IntDense { weights }
                } else {
                    // What Winograd's method does not gain on, the direct form computes.
                    winograd(&filter, &window, &op.input.grid)
                        .unwrap_or_else(|| dense(&filter, &window, &op.input.grid, pitch))
                }
            }
            Kind::Coded { weights } => Work::Coded { weights },
            Kind::Elementwise { combine } => Work::Elementwise { combine },
            Kind::Pool { kind, window } => {
                Work::Pool { kind, window, input_size: (op.input.grid.width, op.input.grid.height) }
            }
            Kind::Resize { columns, rows } => Work::Resize { columns, rows },
            Kind::Tensor { op } => Work::Tensor { op },
            Kind::Copy { size: (width, height, channels), from, to, fill } => {
                let of = |w: &Walk| Strides { origin: w.origin, right: w.right, down: w.down, channel: 1 };
                let from = from.unwrap_or(of(&input_walk));
                let to = to.unwrap_or(of(&output_walk));
                output_walk.origin = to.origin;
                size = (width, height, 0);
                Work::Copy { from, to, channels, fill, target: grid }
            }
        };
        let in_place = op.other.as_ref().is_some_and(|other| other.buffer == op.output.buffer);
        let other = match &op.other {
            Some(value) if !in_place => {
                let mut walk = value.grid.walk(self.border(value)?);
                // One factor per channel: the same pixel beside every pixel of the output.
                if (value.grid.width, value.grid.height) == (1, 1) {
                    (walk.right, walk.down) = (0, 0);
                }
                Some((self.place(value)?, walk, value.grid.vectors()))
            }
            _ => None,
        };
        // A buffer that is lower than its value holds a band of it.
        let held = |value: &Value| {
            let rows = self.buffer(value)?.grid.height;
            Ok::<_, Error>(if value.form == Form::Image && rows < value.grid.height { rows } else { size.1 })
        };
        let held = (held(&op.input)?, held(&op.output)?);
        let Place::Arena(output) = self.place(&op.output)? else {
            return Err(internal("an operation writes the input"));
        };
        Ok(Step {
            node: op.node,
            work,
            input: self.place(&op.input)?,
            input_walk,
            other,
            in_place,
            epilogue: op.epilogue,
            output,
            output_walk,
            size,
            held,
            border: (!border.is_none() && !in_place).then_some((grid, border)),
        })
    }
}

/// A dense filter by Winograd's method, if it is computed so.
#[cfg(not(target_arch = "wasm32"))]
fn winograd(filter: &Filter, window: &Window, grid: &Grid) -> Option<Work> {
    let tile = filter.tile(window, grid)?;
    let weights = WinogradWeights::pack(tile, grid.pixel, filter.inputs, &filter.weights, &filter.bias)?;
    Some(Work::Winograd { weights })
}

#[cfg(target_arch = "wasm32")]
fn winograd(_: &Filter, _: &Window, _: &Grid) -> Option<Work> {
    None
}

/// Packs a dense filter for an input of `grid` whose rows are `pitch` floats apart.
fn dense(filter: &Filter, window: &Window, grid: &Grid, pitch: usize) -> Work {
    let (width, height) = window.kernel;
    let taps = width * height;
    debug_assert_eq!(filter.weights.len(), filter.outputs * filter.inputs * taps);
    // Without horizontal dilation the taps of a kernel row are contiguous and make one segment.
    let whole_rows = window.dilation.0 == 1 && width > 1;
    let tap_len = if whole_rows { grid.pixel } else { grid.channels };
    let rows = (0..height).map(|ky| ky * window.dilation.1 * pitch);
    let segments: Vec<usize> = if whole_rows {
        rows.collect()
    } else {
        rows.flat_map(|row| (0..width).map(move |kx| row + kx * window.dilation.0 * grid.pixel)).collect()
    };
    // In the file: (output, channel, tap). A row of the packed matrix is a float of a pixel's
    // input: (tap, channel).
    let entries = filter.weights.chunks_exact(filter.inputs * taps).enumerate().flat_map(|(output, weights)| {
        let per_channel = weights.chunks_exact(taps).enumerate();
        per_channel.flat_map(move |(c, w)| w.iter().enumerate().map(move |(tap, w)| (tap * tap_len + c, output, *w)))
    });
    Work::Dense { weights: PackedWeights::pack(taps * tap_len, &filter.bias, entries), segments }
}

/// Packs a depthwise filter: a vector of weights per channel vector and tap.
fn depthwise(filter: &Filter, window: &Window, vectors: usize, pixel: usize, pitch: usize) -> Work {
    let taps = window.kernel.0 * window.kernel.1;
    debug_assert_eq!(filter.weights.len(), filter.outputs * taps);
    // Channels behind the last one only pad the vector: their weights and biases are 0.
    let lanes = |f: &dyn Fn(usize) -> Option<f32>, vector: usize| -> Lanes {
        // A lane of padding.
        std::array::from_fn(|lane| f(vector * LANES + lane).unwrap_or(0.0))
    };
    let weight = |tap: usize, vector: usize| {
        lanes(&|c| filter.weights.get(c * taps + tap).copied().filter(|_| c < filter.outputs), vector)
    };
    Work::Depthwise {
        weights: (0..vectors).flat_map(|v| (0..taps).map(move |tap| (tap, v))).map(|(tap, v)| weight(tap, v)).collect(),
        bias: (0..vectors).map(|v| lanes(&|c| filter.bias.get(c).copied(), v)).collect(),
        kernel: window.kernel,
        tap: (window.dilation.0 * pixel / LANES, window.dilation.1 * pitch / LANES),
        stride: if window.dilation.0 == 1 { window.stride.0 } else { 0 },
    }
}
