//! Sliding windows: convolution geometry, pooling, padding, resizing.

use super::lowering::{Entry, Lowering};
use super::tensor::axis_of;
use crate::error::Result;
use crate::nn::graph::Node;
use crate::nn::kernels::pool::Pooling;
use crate::nn::kernels::tensor::{FILL, Pick, TensorOp};
use crate::nn::op::{Kind, Strides, Window};
use crate::nn::value::{Border, Form, Grid, Value};

impl Lowering<'_> {
    /// The window of a Conv or pooling node over an image of size `grid`; `before` is padding that
    /// a Pad node asked for.
    pub(super) fn window(&self, node: &Node, grid: &Grid, kernel: (usize, usize), before: Border) -> Result<Window> {
        let [stride_y, stride_x] = node.sizes("strides", 1)?;
        let [dilation_y, dilation_x] = node.sizes("dilations", 1)?;
        let [top, left, bottom, right] = node.sizes("pads", 0)?;
        if [stride_x, stride_y, dilation_x, dilation_y, kernel.0, kernel.1].contains(&0) {
            return Err(node.invalid("strides, dilations and kernels must be positive"));
        }
        let ceil = node.int("ceil_mode", 0)? != 0;
        let reach = ((kernel.0 - 1) * dilation_x + 1, (kernel.1 - 1) * dilation_y + 1);
        let (wide, high) = (grid.width + before.left + before.right, grid.height + before.top + before.bottom);
        let same = |size: usize, stride: usize, reach: usize, lower: bool| {
            let total = ((size.div_ceil(stride) - 1) * stride + reach).saturating_sub(size);
            if lower { (total.div_ceil(2), total / 2) } else { (total / 2, total.div_ceil(2)) }
        };
        let ((left, right), (top, bottom)) = match node.text("auto_pad", "NOTSET")? {
            "NOTSET" => ((left, right), (top, bottom)),
            "VALID" => ((0, 0), (0, 0)),
            auto @ ("SAME_UPPER" | "SAME_LOWER") => {
                let lower = auto == "SAME_LOWER";
                (same(wide, stride_x, reach.0, lower), same(high, stride_y, reach.1, lower))
            }
            _ => return Err(node.unsupported("auto_pad")),
        };
        let padding = Border {
            left: left + before.left,
            top: top + before.top,
            right: right + before.right,
            bottom: bottom + before.bottom,
        };
        let output = |size: usize, before: usize, after: usize, reach: usize, stride: usize| {
            let rest = (before + size + after).checked_sub(reach)?;
            // A window too many begins inside of the input or of the padding before it.
            let more = ceil && !rest.is_multiple_of(stride) && (rest / stride + 1) * stride < size + before;
            Some(rest / stride + 1 + usize::from(more))
        };
        let width = output(grid.width, padding.left, padding.right, reach.0, stride_x);
        let height = output(grid.height, padding.top, padding.bottom, reach.1, stride_y);
        match (width, height) {
            (Some(width), Some(height)) => Ok(Window {
                kernel,
                stride: (stride_x, stride_y),
                dilation: (dilation_x, dilation_y),
                padding,
                output: (width, height),
            }),
            _ => Err(node.invalid("its kernel is larger than its input")),
        }
    }

    /// MaxPool, AveragePool and the global ones.
    pub(super) fn pool(&mut self, node: &Node) -> Result<()> {
        let input = self.image(node, 0)?;
        let grid = input.grid;
        let global = match node.op.as_str() {
            "GlobalAveragePool" => Some(Pooling::Average { count_padding: false }),
            "GlobalMaxPool" => Some(Pooling::Max),
            _ => None,
        };
        if let Some(kind) = global {
            let output = self.pooled_whole(&input, kind)?;
            return self.define(node, Entry::Value(output));
        }
        let [height, width] = node.sizes("kernel_shape", 0)?;
        let window = self.window(node, &grid, (width, height), Border::default())?;
        let empty = window.padding.left >= width
            || window.padding.top >= height
            || window.padding.right >= width
            || window.padding.bottom >= height;
        if window.dilation != (1, 1) || empty {
            return Err(node.unsupported("a dilated window, or padding as wide as the window"));
        }
        let count_padding = node.int("count_include_pad", 0)? != 0;
        let kind = if node.op == "MaxPool" { Pooling::Max } else { Pooling::Average { count_padding } };
        self.count(&[window.output.0, window.output.1, grid.pixel, window.kernel.0, window.kernel.1])?;
        let output = self.new_image(window.output.0, window.output.1, grid.channels)?;
        self.push(Kind::Pool { kind, window }, &input, None, &output);
        self.define(node, Entry::Value(output))
    }

    /// Pad: zeros around an image, written only if whoever reads it cannot take them into account
    /// by itself; any other padding along one axis after the other.
    pub(super) fn pad(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        let rank = value.shape.len();
        let stated = match node.input(1) {
            Some(_) => self.list(node, 1)?,
            None => node.ints("pads")?.ok_or_else(|| node.unsupported("its pads must be constants"))?.to_vec(),
        };
        let axes = match node.input(3) {
            Some(_) => self.list(node, 3)?.iter().map(|axis| axis_of(node, *axis, rank)).collect::<Result<Vec<_>>>()?,
            None => (0..rank).collect(),
        };
        let fill = match node.input(2) {
            Some(_) => self.float(node, 2)?,
            None => node.float("value", 0.0)?,
        };
        let inside = |pad: &i64| pad.unsigned_abs() <= 1 << 16;
        if stated.len() != 2 * axes.len() || !stated.iter().all(inside) {
            return Err(node.unsupported("its pads do not fit its input, or are over 65,536"));
        }
        let (before, after) = stated.split_at(axes.len());
        let mode = node.text("mode", "constant")?;
        let mut pads = vec![(0, 0); rank];
        for ((axis, before), after) in axes.iter().zip(before).zip(after) {
            if let Some(slot) = pads.get_mut(*axis) {
                *slot = (*before, *after);
            }
        }
        let sizes: Option<Vec<(usize, usize)>> =
            pads.iter().map(|(a, b)| usize::try_from(*a).ok().zip(usize::try_from(*b).ok())).collect();
        if let (Form::Image, "constant", Some(&[(0, 0), (0, more), (top, bottom), (left, right)])) =
            (value.form, mode, sizes.as_deref())
        {
            let border = Border { left, top, right, bottom };
            let channels = value.grid.channels + more;
            self.limits.elements(&[
                value.grid.width + left + right,
                value.grid.height + top + bottom,
                channels.next_multiple_of(8),
            ])?;
            if fill == 0.0 {
                return self.define(node, Entry::Padded { value, border, channels });
            }
            let padded = self.write_padding(&value, border, channels, fill)?;
            return self.define(node, Entry::Value(padded));
        }
        let mut result = self.flattened(&value)?;
        for (axis, (before, after)) in pads.into_iter().enumerate().filter(|(_, pads)| *pads != (0, 0)) {
            let side = result.shape.get(axis).copied().unwrap_or(1); // It is there.
            let table =
                places(mode, side, before, after).ok_or_else(|| node.unsupported(&format!("{mode} padding")))?;
            let mut shape = result.shape.clone();
            if let Some(slot) = shape.get_mut(axis) {
                *slot = table.len();
            }
            self.limits.elements(&shape)?;
            let (outer, inner) = (shape.iter().take(axis).product(), shape.iter().skip(axis + 1).product());
            let op = TensorOp::Pick(Pick { outer, len: side, inner, table, fill });
            result = self.tensor_op(node, op, &result, shape)?;
        }
        self.define(node, Entry::Value(result))
    }

    /// Writes an image with `fill` around it.
    pub(super) fn write_padding(&mut self, value: &Value, border: Border, channels: usize, fill: f32) -> Result<Value> {
        let Grid { width, height, .. } = value.grid;
        let output =
            self.new_image(width + border.left + border.right, height + border.top + border.bottom, channels)?;
        let pixel = output.grid.pixel;
        let down = output.grid.width * pixel;
        let origin = border.top * down + border.left * pixel;
        self.set_rigid(output.buffer);
        self.push_copy(value, &output, None, Some(Strides { origin, right: pixel, down, channel: 1 }), Some(fill));
        Ok(output)
    }
}

/// The places that a padded axis of `side` shows: `before` and `after` more, or fewer where they
/// are negative. `None` for a mode that is not known, or where a reflection reaches beyond the
/// axis.
fn places(mode: &str, side: usize, before: i64, after: i64) -> Option<Vec<usize>> {
    let len = i64::try_from(side).ok()?;
    let place = |at: i64| -> Option<usize> {
        let inside = |at: i64| usize::try_from(at).ok().filter(|at| *at < side);
        match mode {
            "constant" => Some(inside(at).unwrap_or(FILL)),
            "edge" => inside(at.clamp(0, len - 1)),
            "reflect" => inside(if at < 0 { -at } else { at.min(2 * (len - 1) - at) }),
            "wrap" => inside(at.rem_euclid(len)),
            _ => None,
        }
    };
    (-before..len + after).map(place).collect()
}
