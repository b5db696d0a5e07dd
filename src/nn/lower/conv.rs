//! Convolutions and batch normalisation.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::Node;
use crate::nn::kernels::int8::InputRange;
use crate::nn::kernels::tensor::BinaryKind;
use crate::nn::op::{Filter, Kind, Window};
use crate::nn::precision::Precision;
use crate::nn::value::{Border, Form, Grid, Value};

/// The least inputs of a pointwise layer that is computed in integers: one of fewer gains nothing.
const MIN_INT8_DEPTH: usize = 32;

impl Lowering<'_> {
    /// Conv: with padding in front of it merged in, and in integers where the file has ranges for
    /// it.
    pub(super) fn conv(&mut self, node: &Node) -> Result<()> {
        // Zeros in front of a convolution become its own padding.
        let (value, before) = match self.entry(node, 0)?.clone() {
            Entry::Padded { value, border, channels } if channels == value.grid.channels => (value, border),
            _ => (self.image_value(node, 0)?, Border::default()),
        };
        let (mut filter, kernel) = self.filter(node, value.grid.channels)?;
        let window = self.window(node, &value.grid, kernel, before)?;
        if let Some(ranges) = self.input_ranges(node, value.grid.channels)? {
            let dense = !filter.depthwise && node.int("group", 1)? == 1 && filter.inputs >= MIN_INT8_DEPTH;
            if dense && window == Window::pointwise(&value.grid) && self.precision == Precision::Int8 {
                filter.ranges = ranges.to_vec();
            }
        }
        let depth = filter.inputs * kernel.0 * kernel.1;
        self.count(&[window.output.0, window.output.1, filter.outputs, depth])?;
        let tight_is_fine = !filter.depthwise;
        let input = self.readable(&value, &window, tight_is_fine)?;
        if let Some(tile) = filter.tile(&window, &input.grid) {
            // Two integers of 16 bits for each float; nine are reserved already.
            self.reserve(filter.outputs, filter.inputs, (tile.places() / 2).saturating_sub(9))?;
        }
        let output = self.new_image(window.output.0, window.output.1, filter.outputs)?;
        self.push(Kind::Conv { filter, window }, &input, None, &output);
        self.define(node, Entry::Value(output))
    }

    /// The ranges that the file states for the channels of input 0.
    fn input_ranges(&self, node: &Node, channels: usize) -> Result<Option<&[InputRange]>> {
        match node.input(0).and_then(|name| self.ranges.get(name)) {
            Some(ranges) if ranges.len() != channels => Err(node.invalid("its input has another number of ranges")),
            ranges => Ok(ranges.map(Vec::as_slice)),
        }
    }

    /// The same value such that `window` reads inside its buffer: its border grows, or it moves to
    /// a buffer whose border can.
    fn readable(&mut self, value: &Value, window: &Window, tight_is_fine: bool) -> Result<Value> {
        let needed = window.border(&value.grid);
        let fits = needed.is_none() || !self.rigid(value.buffer);
        let input = if fits && (tight_is_fine || value.grid.in_vectors()) {
            value.clone()
        } else {
            let Grid { width, height, channels, .. } = value.grid;
            let tight = tight_is_fine && channels < 8;
            let grid = if tight { Grid::tight(width, height, channels) } else { Grid::padded(width, height, channels) };
            let moved = self.new_value(grid, Form::Image, value.shape.clone())?;
            let fill = (grid.pixel != channels).then_some(0.0);
            self.push_copy(value, &moved, None, None, fill);
            moved
        };
        if let Some(buffer) = self.buffers.get_mut(input.buffer).filter(|_| !needed.is_none()) {
            buffer.border = buffer.border.union(needed);
            let (grid, border) = (buffer.grid, buffer.border);
            let rows = border.top + grid.height + border.bottom;
            self.limits.elements(&[rows, border.left + grid.width + border.right, grid.pixel])?;
        }
        Ok(input)
    }

    /// The weights of a Conv node and its kernel as (x, y). Groups other than depthwise become a
    /// dense filter with zeros.
    pub(super) fn filter(&mut self, node: &Node, channels: usize) -> Result<(Filter, (usize, usize))> {
        let weight = self.constant(node, 1).ok_or_else(|| node.unsupported("its weights must be constant"))?;
        if weight.as_floats().is_none() {
            return Err(node.invalid("its weights must be floats"));
        }
        let &[outputs, per_group, height, width] = weight.shape.as_slice() else {
            return Err(node.unsupported("only two-dimensional kernels"));
        };
        let groups =
            usize::try_from(node.int("group", 1)?).map_err(|_| node.invalid("its number of groups is negative"))?;
        let consistent = groups > 0
            && per_group.checked_mul(groups) == Some(channels)
            && outputs.is_multiple_of(groups)
            && outputs > 0
            && (1..=64).contains(&height)
            && (1..=64).contains(&width);
        if !consistent {
            return Err(node.invalid("its weights do not fit its input"));
        }
        let depthwise = groups == channels && outputs == channels && groups > 1;
        self.reserve(outputs, if depthwise { 1 } else { channels }, height * width)?;
        let bias = match node.input(2) {
            Some(_) => self.floats(node, 2)?,
            None => &vec![0.0; outputs],
        };
        if bias.len() != outputs {
            return Err(node.invalid("its bias does not fit its weights"));
        }
        let bias = bias.to_vec();
        let data = self.take_floats(node, 1)?;
        let (inputs, weights) = if depthwise || groups == 1 {
            (per_group, data)
        } else {
            (channels, self.expand_groups(node, &data, groups, [outputs, per_group, height * width])?)
        };
        Ok((Filter { outputs, inputs, depthwise, weights, bias, ranges: Vec::new() }, (width, height)))
    }

    /// The block-diagonal dense weights of a grouped convolution.
    fn expand_groups(&self, node: &Node, data: &[f32], groups: usize, shape: [usize; 3]) -> Result<Vec<f32>> {
        let [outputs, per_group, taps] = shape;
        let channels = per_group * groups;
        let mut dense = vec![0.0; self.limits.elements(&[outputs, channels, taps])?];
        let row = per_group * taps;
        for (o, (from, to)) in data.chunks_exact(row).zip(dense.chunks_exact_mut(channels * taps)).enumerate() {
            let group = o / (outputs / groups);
            let to = to.get_mut(group * row..(group + 1) * row);
            to.ok_or_else(|| node.invalid("its groups do not fit its weights"))?.copy_from_slice(from);
        }
        Ok(dense)
    }

    /// BatchNormalization with its statistics fixed: an affine map per channel.
    pub(super) fn batch_normalization(&mut self, node: &Node) -> Result<()> {
        if node.int("training_mode", 0)? != 0 {
            return Err(node.unsupported("training"));
        }
        let epsilon = node.float("epsilon", 1e-5)?;
        let value = match self.value(node, 0)? {
            flat if flat.form != Form::Image && flat.shape.len() == 4 => self.image_value(node, 0)?,
            value => value,
        };
        let (gamma, beta) = (self.floats(node, 1)?, self.floats(node, 2)?);
        let (mean, variance) = (self.floats(node, 3)?, self.floats(node, 4)?);
        // (N, C, L) is no image: its channels lie apart.
        let apart = value.form != Form::Image && value.shape.len() == 3;
        let channels = if apart { value.shape.get(1).copied().unwrap_or(0) } else { value.grid.channels }; // Refused.
        let per_channel = value.form == Form::Image || value.shape.len() == 2 || apart;
        if !per_channel || [gamma, beta, mean, variance].iter().any(|v| v.len() != channels) {
            return Err(node.invalid("its parameters do not fit its input"));
        }
        let scale: Vec<f32> = gamma.iter().zip(variance).map(|(g, v)| g / (v + epsilon).sqrt()).collect();
        let shift: Vec<f32> = beta.iter().zip(mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
        if apart {
            let scaled = self.spread_constant(node, BinaryKind::Mul, &value, vec![channels, 1], scale)?;
            let result = self.spread_constant(node, BinaryKind::Add, &scaled, vec![channels, 1], shift)?;
            return self.define(node, Entry::Value(result));
        }
        self.affine(node, scale, shift)
    }
}
