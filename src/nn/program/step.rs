//! One step: what it computes, where its operands lie, and how its kernel is entered.

use crate::nn::arena::carve;
use crate::nn::kernels::coded::{Coded, CodedWeights};
use crate::nn::kernels::depthwise::Depthwise;
use crate::nn::kernels::elementwise::{Combine, Elementwise};
use crate::nn::kernels::epilogue::Epilogue;
use crate::nn::kernels::int8::{IntDenseConv, IntWeights};
use crate::nn::kernels::matmul::{DenseConv, PackedWeights};
use crate::nn::kernels::pool::{Pool, Pooling};
use crate::nn::kernels::resize::{Resize, Tap};
use crate::nn::kernels::tensor::{TensorKernel, TensorOp};
use crate::nn::kernels::walk::{Operand, Residual, Walk};
#[cfg(not(target_arch = "wasm32"))]
use crate::nn::kernels::winograd::{Winograd, WinogradWeights};
use crate::nn::op::{Strides, Window};
use crate::nn::value::{Border, Grid};
use crate::simd::{LANES, Lanes, Level};
use std::ops::Range;
use std::sync::Arc;

/// Where a value is at run time.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In the caller's slice.
    Input,
    /// In the arena.
    Arena(Range<usize>),
}

impl Place {
    /// The range in the arena; empty for the input, which is not in it.
    fn range(&self) -> &Range<usize> {
        const NOWHERE: &Range<usize> = &(0..0);
        match self {
            Self::Input => NOWHERE,
            Self::Arena(range) => range,
        }
    }
}

/// What a step computes, with everything that can be known before the pixels are.
#[derive(Debug)]
pub(super) enum Work {
    /// A dense convolution in f32: [`DenseConv`].
    Dense { weights: PackedWeights, segments: Vec<usize> },
    /// A dense convolution of 3×3 by Winograd's method: [`Winograd`]. Browsers' modules would grow
    /// by a thirtieth, for layers that no bundled network has.
    #[cfg(not(target_arch = "wasm32"))]
    Winograd { weights: WinogradWeights },
    /// A pointwise convolution in 8-bit integers: [`IntDenseConv`].
    IntDense { weights: IntWeights },
    /// [`Depthwise`]; `tap` counts vectors, `stride` is 0 where no strip may share its loads.
    Depthwise { weights: Vec<Lanes>, bias: Vec<Lanes>, kernel: (usize, usize), tap: (usize, usize), stride: usize },
    /// A fully connected layer whose weights are integers of 8 or 4 bits: [`Coded`].
    Coded { weights: CodedWeights },
    /// [`Elementwise`].
    Elementwise { combine: Combine },
    /// [`Pool`].
    Pool { kind: Pooling, window: Window, input_size: (usize, usize) },
    /// [`Resize`].
    Resize { columns: Vec<Tap>, rows: Vec<Tap> },
    /// [`TensorOp`], on whole slices: walks and epilogue mean nothing to it.
    Tensor { op: TensorOp },
    /// Moves elements between two strided grids, over a background of `fill` if that is given.
    Copy { from: Strides, to: Strides, channels: usize, fill: Option<f32>, target: Grid },
}

/// One step of a run. Walks count floats.
#[derive(Debug)]
pub(super) struct Step {
    /// The node that it was made of.
    pub node: Arc<str>,
    pub work: Work,
    /// What is read, and how.
    pub input: Place,
    pub input_walk: Walk,
    /// The second operand, and its channel vectors.
    pub other: Option<(Place, Walk, usize)>,
    /// The output's buffer holds the residual; there is no `other` then.
    pub in_place: bool,
    pub epilogue: Epilogue,
    /// Where the result goes: a range of the arena.
    pub output: Range<usize>,
    pub output_walk: Walk,
    /// Output width and height in pixels, and vectors per pixel.
    pub size: (usize, usize, usize),
    /// Rows that the input's and the output's buffer hold at a time, counted in rows of the output:
    /// all, or those of a band.
    pub held: (usize, usize),
    /// What must be zeroed around the output.
    pub border: Option<(Grid, Border)>,
}

impl Step {
    /// Computes some rows of the output. `external` is the caller's input. `None` if an address is
    /// out of bounds, which compilation excludes (`bounds.rs`).
    pub fn run(&self, level: Level, rows: Range<usize>, external: &[f32], arena: &mut [f32]) -> Option<()> {
        // Without a second operand an empty range is lent.
        let other_range = self.other.as_ref().map_or(0..0, |(place, ..)| place.range().clone());
        let (output, [input, other]) = carve(arena, &self.output, [self.input.range(), &other_range])?;
        let input = if matches!(self.input, Place::Input) { external } else { input };
        let other_place = self.other.as_ref().map(|(place, ..)| place);
        let second = if matches!(other_place, Some(Place::Input)) { external } else { other };
        let other = self.other.as_ref().map(|(_, walk, n)| {
            let origin = walk.origin + rows.start * walk.down;
            Operand { data: vectors(second), walk: Walk { origin, ..*walk }.in_vectors(), vectors: *n }
        });
        if let Some((grid, border)) = &self.border
            && rows.start == 0
        {
            zero_border(output, grid, *border);
        }
        let (width, height, depth) = (self.size.0, rows.len(), self.size.2);
        // A buffer of a band begins with the band's first row.
        let down = |walk: &Walk, held: usize| Walk {
            origin: walk.origin + if held < self.size.1 { 0 } else { rows.start * walk.down },
            ..*walk
        };
        let (input_walk, output_walk) = (down(&self.input_walk, self.held.0), down(&self.output_walk, self.held.1));
        let output_vectors = |output| <[f32]>::as_chunks_mut::<LANES>(output).0;
        let residual = || if self.in_place { Some(Residual::InPlace) } else { other.map(Residual::Other) };
        match &self.work {
            Work::Dense { weights, segments } => level.run_pairs(DenseConv {
                input,
                input_walk,
                segments,
                weights,
                epilogue: &self.epilogue,
                residual: residual(),
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height),
            }),
            #[cfg(not(target_arch = "wasm32"))]
            Work::Winograd { weights } => Winograd {
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                weights,
                epilogue: &self.epilogue,
                residual: residual(),
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height),
            }
            .run(level),
            Work::IntDense { weights } => level.run_int8(IntDenseConv {
                input,
                input_walk,
                weights,
                epilogue: &self.epilogue,
                residual: residual(),
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height),
            }),
            Work::Depthwise { weights, bias, kernel, tap, stride } => level.run(Depthwise {
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                kernel: *kernel,
                tap: *tap,
                stride: *stride,
                weights,
                bias,
                epilogue: &self.epilogue,
                residual: other,
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height),
            }),
            Work::Coded { weights } => level.run(Coded {
                input: input.get(input_walk.origin..)?.get(..weights.size().0)?,
                weights,
                output: output_vectors(output).get_mut(output_walk.in_vectors().origin..)?,
            }),
            Work::Elementwise { combine } => level.run(Elementwise {
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                other: other.map(|operand| (operand, *combine)),
                epilogue: &self.epilogue,
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height, depth),
            }),
            Work::Pool { kind, window, input_size } => level.run(Pool {
                kind: *kind,
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                input_size: *input_size,
                window: window.kernel,
                stride: window.stride,
                padding: (window.padding.left, window.padding.top),
                padding_after: (window.padding.right, window.padding.bottom),
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height, depth),
            }),
            Work::Resize { columns, rows } => level.run(Resize {
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                columns,
                rows,
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                vectors: depth,
            }),
            Work::Tensor { op } => level.run(TensorKernel { op, first: input, second, output }),
            Work::Copy { from, to, channels, fill, target } => {
                if let Some(value) = fill {
                    fill_pixels(output, *value, target);
                }
                copy(input, from, output, to, (width, height, *channels))?;
            }
        }
        Some(())
    }
}

/// A slice of floats as whole vectors.
fn vectors(floats: &[f32]) -> &[Lanes] {
    floats.as_chunks().0
}

/// Writes the zeros around an image, which convolutions read as padding.
fn zero_border(data: &mut [f32], grid: &Grid, border: Border) {
    let pitch = grid.row(border);
    let (left, right) = (border.left * grid.pixel, border.right * grid.pixel);
    for (y, row) in data.chunks_exact_mut(pitch.max(1)).enumerate() {
        if y < border.top || y >= border.top + grid.height {
            row.fill(0.0);
        } else {
            row.iter_mut().take(left).for_each(|v| *v = 0.0);
            row.iter_mut().rev().take(right).for_each(|v| *v = 0.0);
        }
    }
}

/// Fills every pixel's channels; what pads pixels to whole vectors is 0, so that no weight of 0
/// ever meets an infinity there.
fn fill_pixels(output: &mut [f32], value: f32, grid: &Grid) {
    output.fill(0.0);
    if value != 0.0 {
        for pixel in output.chunks_mut(grid.pixel.max(1)) {
            pixel.iter_mut().take(grid.channels).for_each(|v| *v = value);
        }
    }
}

/// Moves width × height × channels elements between two strided grids.
fn copy(input: &[f32], from: &Strides, output: &mut [f32], to: &Strides, size: (usize, usize, usize)) -> Option<()> {
    let (width, height, channels) = size;
    let together = (from.channel, to.channel) == (1, 1);
    // A row that is contiguous on both sides is one long pixel.
    let whole_rows = together && (from.right, to.right) == (channels, channels);
    let (width, channels) = if whole_rows { (1, width * channels) } else { (width, channels) };
    for y in 0..height {
        for x in 0..width {
            let source = from.origin + y * from.down + x * from.right;
            let target = to.origin + y * to.down + x * to.right;
            if together {
                output.get_mut(target..target + channels)?.copy_from_slice(input.get(source..source + channels)?);
                continue;
            }
            for c in 0..channels {
                *output.get_mut(target + c * to.channel)? = *input.get(source + c * from.channel)?;
            }
        }
    }
    Some(())
}
