//! Sliding windows: convolution geometry, pooling, padding, resizing.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Node, Values};
use crate::nn::kernels::pool::Pooling;
use crate::nn::kernels::resize::Tap;
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
        if node.int("ceil_mode", 0)? != 0 {
            return Err(node.unsupported("ceil_mode"));
        }
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
        let output = |size: usize, reach: usize, stride: usize| size.checked_sub(reach).map(|rest| rest / stride + 1);
        let width = output(grid.width + padding.left + padding.right, reach.0, stride_x);
        let height = output(grid.height + padding.top + padding.bottom, reach.1, stride_y);
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

    /// MaxPool, AveragePool, GlobalAveragePool.
    pub(super) fn pool(&mut self, node: &Node) -> Result<()> {
        let input = self.image(node, 0)?;
        let grid = input.grid;
        let (kind, window) = if node.op == "GlobalAveragePool" {
            let whole = Window { kernel: (grid.width, grid.height), output: (1, 1), ..Window::pointwise(&grid) };
            (Pooling::Average { count_padding: false }, whole)
        } else {
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
            (if node.op == "MaxPool" { Pooling::Max } else { Pooling::Average { count_padding } }, window)
        };
        self.count(&[window.output.0, window.output.1, grid.pixel, window.kernel.0, window.kernel.1])?;
        let output = self.new_image(window.output.0, window.output.1, grid.channels)?;
        self.push(Kind::Pool { kind, window }, &input, None, &output);
        self.define(node, Entry::Value(output))
    }

    /// Pad: zeros around an image, written only if whoever reads it cannot take them into account
    /// by itself.
    pub(super) fn pad(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        if value.form != Form::Image || node.text("mode", "constant")? != "constant" {
            return Err(node.unsupported("only constant padding of images"));
        }
        let pads = match self.constant(node, 1).map(|c| &c.values) {
            Some(Values::Ints(pads)) => pads.clone(),
            _ => node.ints("pads")?.ok_or_else(|| node.unsupported("its pads must be constants"))?.to_vec(),
        };
        if node.input(3).is_some() {
            return Err(node.unsupported("axes"));
        }
        let fill = match node.input(2) {
            Some(_) => self.float(node, 2)?,
            None => node.float("value", 0.0)?,
        };
        let sizes = pads.iter().map(|p| usize::try_from(*p).ok().filter(|p| *p <= 1 << 16)).collect::<Option<Vec<_>>>();
        let Some(&[0, 0, top, left, 0, after, bottom, right]) = sizes.as_deref() else {
            return Err(node.unsupported("only padding of height, width, and behind the last channel"));
        };
        let border = Border { left, top, right, bottom };
        let channels = value.grid.channels + after;
        self.limits.elements(&[
            value.grid.width + left + right,
            value.grid.height + top + bottom,
            channels.next_multiple_of(8),
        ])?;
        if fill == 0.0 {
            return self.define(node, Entry::Padded { value, border, channels });
        }
        let padded = self.write_padding(&value, border, channels, fill)?;
        self.define(node, Entry::Value(padded))
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

    /// Resize of height and width, nearest or linear, by tables that are made here.
    pub(super) fn resize(&mut self, node: &Node) -> Result<()> {
        let input = self.image(node, 0)?;
        let grid = input.grid;
        let special = node.int("antialias", 0)? != 0 || node.ints("axes")?.is_some();
        if special || node.text("keep_aspect_ratio_policy", "stretch")? != "stretch" {
            return Err(node.unsupported("antialias, axes and keep_aspect_ratio_policy"));
        }
        let (scales, sizes) = match (self.constant(node, 2), self.constant(node, 3)) {
            (_, Some(sizes)) => (None, sizes.as_ints().map(<[i64]>::to_vec)),
            (Some(scales), None) => (scales.as_floats().map(<[f32]>::to_vec), None),
            _ => (None, None),
        };
        // Sizes with the distance of neighbouring outputs as a fraction, exact wherever the
        // standard's is.
        let ((step_x, width), (step_y, height)) = match (scales.as_deref(), sizes.as_deref()) {
            (Some(&[1.0, 1.0, y, x]), _) if x > 0.0 && y > 0.0 => {
                let size = |scale: f32, size: usize| (scale * size as f32).floor() as usize;
                (((1.0, x.into()), size(x, grid.width)), ((1.0, y.into()), size(y, grid.height)))
            }
            (_, Some(&[1, c, h, w])) if usize::try_from(c) == Ok(grid.channels) => {
                let side = |v: i64| usize::try_from(v).map_err(|_| node.invalid("its output has a negative side"));
                let (w, h) = (side(w)?, side(h)?);
                (((grid.width as f64, w as f64), w), ((grid.height as f64, h as f64), h))
            }
            _ => return Err(node.unsupported("scales or sizes must be constants for height and width")),
        };
        if width == 0 || height == 0 {
            return Err(node.invalid("its output is empty"));
        }
        let output = self.new_image(width, height, grid.channels)?;
        self.reserve(width.saturating_add(height), 1, size_of::<Tap>() / size_of::<f32>())?;
        let columns = taps(node, grid.width, width, step_x)?;
        let rows = taps(node, grid.height, height, step_y)?;
        self.count(&[width, height, grid.pixel, 4])?;
        self.push(Kind::Resize { columns, rows }, &input, None, &output);
        self.define(node, Entry::Value(output))
    }
}

/// The sources of each output index along one axis, by the ONNX rules.
fn taps(node: &Node, from: usize, to: usize, step: (f64, f64)) -> Result<Vec<Tap>> {
    let transform = node.text("coordinate_transformation_mode", "half_pixel")?;
    let (rounding, mode) = (node.text("nearest_mode", "round_prefer_floor")?, node.text("mode", "nearest")?);
    let position = |index: usize| -> Option<f64> {
        let x = index as f64;
        let (numerator, denominator) = step;
        Some(match transform {
            "half_pixel" => (x + 0.5) * numerator / denominator - 0.5,
            "pytorch_half_pixel" => {
                if to > 1 {
                    (x + 0.5) * numerator / denominator - 0.5
                } else {
                    0.0
                }
            }
            "asymmetric" => x * numerator / denominator,
            "align_corners" => {
                if to > 1 {
                    x * (from - 1) as f64 / (to - 1) as f64
                } else {
                    0.0
                }
            }
            _ => return None,
        })
    };
    let last = (from - 1) as f64;
    let nearest = |x: f64| -> Option<f64> {
        Some(match rounding {
            "round_prefer_floor" => (x - 0.5).ceil(),
            "round_prefer_ceil" => (x + 0.5).floor(),
            "floor" => x.floor(),
            "ceil" => x.ceil(),
            _ => return None,
        })
    };
    let tap = |index: usize| -> Option<Tap> {
        let x = position(index)?;
        match mode {
            "nearest" => {
                let first = nearest(x)?.clamp(0.0, last) as usize;
                Some(Tap { first, second: first, weight: 0.0 })
            }
            "linear" => {
                let x = x.clamp(0.0, last);
                let first = x.floor();
                Some(Tap {
                    first: first as usize,
                    second: (first + 1.0).min(last) as usize,
                    weight: (x - first) as f32,
                })
            }
            _ => None,
        }
    };
    (0..to).map(tap).collect::<Option<_>>().ok_or_else(|| node.unsupported("this mode of interpolation"))
}
