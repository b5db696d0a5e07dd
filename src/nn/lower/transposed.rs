//! Transposed convolutions: an ordinary convolution of the input with zeros between its pixels.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node};
use crate::nn::op::{Kind, Strides, Window};
use crate::nn::value::Value;

/// One axis of a transposed convolution: how far apart pixels come to lie, how many zeros lie
/// before the first and behind the last, and what comes out.
#[derive(Debug, Clone, Copy)]
struct Axis {
    stride: usize,
    before: usize,
    side: usize,
    output: usize,
}

impl Lowering<'_> {
    /// ConvTranspose.
    pub(super) fn conv_transpose(&mut self, node: &Node) -> Result<()> {
        let value = self.image_value(node, 0)?;
        let weight = self.constant(node, 1).cloned().ok_or_else(|| node.unsupported("its weights must be constant"))?;
        let data = weight.as_floats().ok_or_else(|| node.invalid("its weights must be floats"))?;
        let &[inputs, per_group, height, width] = weight.shape.as_slice() else {
            return Err(node.unsupported("only two-dimensional kernels"));
        };
        let groups = usize::try_from(node.int("group", 1)?).ok().filter(|g| *g > 0 && inputs.is_multiple_of(*g));
        let groups = groups.ok_or_else(|| node.invalid("its groups do not fit its weights"))?;
        let kernels = (1..=64).contains(&height) && (1..=64).contains(&width);
        if inputs != value.grid.channels || !kernels || per_group == 0 {
            return Err(node.invalid("its weights do not fit its input"));
        }
        let [stride_y, stride_x] = node.sizes("strides", 1)?;
        let [dilation_y, dilation_x] = node.sizes("dilations", 1)?;
        let [more_y, more_x] = node.sizes("output_padding", 0)?;
        let [top, left, bottom, right] = node.sizes("pads", 0)?;
        let stated = match node.ints("output_shape")? {
            Some(_) => node.sizes("output_shape", 0)?.map(Some),
            None => [None; 2],
        };
        let auto = node.text("auto_pad", "NOTSET")?;
        let axis = |size: usize,
                    stride: usize,
                    kernel: usize,
                    dilation: usize,
                    more: usize,
                    pads: (usize, usize),
                    stated: Option<usize>| {
            let reach = (kernel - 1).checked_mul(dilation)?;
            let full = (size - 1).checked_mul(stride)?.checked_add(reach)?.checked_add(1 + more)?;
            let stated = match (stated, auto) {
                (None, "SAME_UPPER" | "SAME_LOWER") => Some(size.checked_mul(stride)?),
                (stated, _) => stated,
            };
            // Padding of a transposed convolution takes pixels away.
            let (cut, output) = match stated {
                Some(output) => {
                    let total = full.checked_sub(output)?;
                    (if auto == "SAME_UPPER" { total / 2 } else { total - total / 2 }, output)
                }
                None => (pads.0, full.checked_sub(pads.0)?.checked_sub(pads.1)?),
            };
            let before = reach.checked_sub(cut)?;
            // The last output's window ends with the image.
            Some(Axis { stride, before, side: output.checked_add(reach)?, output })
                .filter(|a| a.output > 0 && stride > 0 && dilation > 0)
        };
        let (grid, wrong) =
            (value.grid, || node.unsupported("its padding is wider than its kernel, or nothing is left"));
        let x = axis(grid.width, stride_x, width, dilation_x, more_x, (left, right), stated[1]).ok_or_else(wrong)?;
        let y = axis(grid.height, stride_y, height, dilation_y, more_y, (top, bottom), stated[0]).ok_or_else(wrong)?;
        let spread = self.spread_out(node, &value, x, y)?;
        let turned = self.forward(node, data, [inputs, per_group, height * width], groups)?;
        let name = format!("{}\0weights", node.outputs.first().map_or("", String::as_str));
        let shape = vec![per_group * groups, inputs / groups, height, width];
        self.bind(&name, Entry::Constant(Constant::floats(shape, turned).into()));
        let mut plain = Node { op: "Conv".into(), ..node.clone() };
        if let Some(slot) = plain.inputs.get_mut(1) {
            *slot = name;
        }
        let (mut filter, kernel) = self.filter(&plain, grid.channels)?;
        debug_assert_eq!(filter.bias.len(), filter.outputs);
        filter.ranges.clear();
        let window = Window {
            kernel,
            stride: (1, 1),
            dilation: (dilation_x, dilation_y),
            output: (x.output, y.output),
            ..Window::pointwise(&spread.grid)
        };
        self.count(&[x.output, y.output, filter.outputs, filter.inputs * kernel.0 * kernel.1])?;
        let output = self.new_image(x.output, y.output, filter.outputs)?;
        self.push(Kind::Conv { filter, window }, &spread, None, &output);
        self.define(node, Entry::Value(output))
    }

    /// An image with zeros between its pixels and around them.
    fn spread_out(&mut self, node: &Node, value: &Value, x: Axis, y: Axis) -> Result<Value> {
        let grid = value.grid;
        let reaches = |axis: Axis, size: usize| axis.before + (size - 1) * axis.stride < axis.side;
        if !reaches(x, grid.width) || !reaches(y, grid.height) {
            return Err(node.unsupported("padding that takes whole pixels of its input away"));
        }
        let output = self.new_image(x.side, y.side, grid.channels)?;
        self.set_rigid(output.buffer);
        let (pixel, row) = (output.grid.pixel, output.grid.pixel * x.side);
        let origin = y.before * row + x.before * pixel;
        let to = Strides { origin, right: x.stride * pixel, down: y.stride * row, channel: 1 };
        self.push_copy(value, &output, None, Some(to), Some(0.0));
        Ok(output)
    }

    /// The weights (input, output of the group, y, x) of a transposed convolution as those of an
    /// ordinary one: (output, input of the group, y, x), turned by 180°.
    fn forward(&mut self, node: &Node, data: &[f32], shape: [usize; 3], groups: usize) -> Result<Vec<f32>> {
        let [inputs, per_group, taps] = shape;
        self.fold(node, data.len())?;
        let inputs_of_group = inputs / groups;
        let mut turned = Vec::with_capacity(data.len());
        for output in 0..per_group * groups {
            let (group, own) = (output / per_group, output % per_group);
            for input in 0..inputs_of_group {
                let from = ((group * inputs_of_group + input) * per_group + own) * taps;
                let weights = data.get(from..from + taps).ok_or_else(|| node.invalid("its weights are too few"))?;
                turned.extend(weights.iter().rev());
            }
        }
        Ok(turned)
    }
}
