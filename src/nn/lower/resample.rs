//! Resize and Upsample: how far apart the places lie that each output is made of.

use super::lowering::{Entry, Lowering};
use super::tensor::axis_of;
use crate::error::Result;
use crate::nn::graph::Node;
use crate::nn::kernels::resize::Tap;
use crate::nn::kernels::tensor::{Blend, TensorOp};
use crate::nn::op::Kind;
use crate::nn::value::{Form, Value};

/// What becomes of one axis: its sides before and after, and the distance of neighbouring outputs
/// as a fraction, exact wherever the standard's is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Axis {
    from: usize,
    to: usize,
    step: (f64, f64),
}

impl Axis {
    /// By a scale.
    fn scaled(from: usize, scale: f32) -> Option<Self> {
        let to = (scale * from as f32).floor() as usize;
        (scale > 0.0).then_some(Self { from, to, step: (1.0, scale.into()) })
    }

    fn sized(from: usize, to: usize) -> Self {
        Self { from, to, step: (from as f64, to as f64) }
    }

    fn is_kept(&self) -> bool {
        self.from == self.to && self.step.0 == self.step.1
    }
}

/// How a Resize reads its input.
struct Sampling<'a> {
    mode: &'a str,
    transform: &'a str,
    rounding: &'a str,
    cubic: f64,
    exclude_outside: bool,
}

impl Lowering<'_> {
    /// Resize and Upsample.
    pub(super) fn resize(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        // Before operator set 11 positions were those of the first pixel's corner.
        let (transform, rounding) = match node.op.as_str() {
            "Resize" if self.opset >= 11 => ("half_pixel", "round_prefer_floor"),
            _ => ("asymmetric", "floor"),
        };
        let sampling = Sampling {
            mode: node.text("mode", "nearest")?,
            transform: node.text("coordinate_transformation_mode", transform)?,
            rounding: node.text("nearest_mode", rounding)?,
            cubic: f64::from(node.float("cubic_coeff_a", -0.75)?),
            exclude_outside: node.int("exclude_outside", 0)? != 0,
        };
        if node.int("antialias", 0)? != 0 {
            return Err(node.unsupported("antialias; resize the picture before the network"));
        }
        let axes = self.resized(node, &value.shape)?;
        if axes.iter().any(|axis| axis.to == 0) {
            return Err(node.invalid("its output is empty"));
        }
        let shape: Vec<usize> = axes.iter().map(|axis| axis.to).collect();
        let fast = matches!(sampling.mode, "nearest" | "linear") && !sampling.exclude_outside;
        if let (true, [batch, channels, y, x]) = (fast, axes.as_slice())
            && batch.is_kept()
            && channels.is_kept()
            && value.shape.first() == Some(&1)
        {
            let input = self.image(node, 0)?;
            let output = self.new_image(x.to, y.to, input.grid.channels)?;
            self.reserve(x.to.saturating_add(y.to), 1, size_of::<Tap>() / size_of::<f32>())?;
            let [columns, rows] = [x, y].map(|axis| pairs(node, &sampling, axis));
            let kind = Kind::Resize { columns: columns?, rows: rows? };
            self.count(&[x.to, y.to, input.grid.pixel, 4])?;
            self.push(kind, &input, None, &output);
            return self.define(node, Entry::Value(output));
        }
        self.limits.elements(&shape)?;
        let mut result = self.flattened(&value)?;
        for (i, axis) in axes.iter().enumerate().filter(|(_, axis)| !axis.is_kept()) {
            result = self.resampled(node, &result, i, axis, &sampling)?;
        }
        self.define(node, Entry::Value(result))
    }

    /// What becomes of each axis.
    fn resized(&self, node: &Node, shape: &[usize]) -> Result<Vec<Axis>> {
        let rank = shape.len();
        let unsupported = || node.unsupported("scales or sizes must be constants for height and width");
        let inputs = if node.op == "Resize" && self.opset >= 11 { (2, 3) } else { (1, usize::MAX) };
        let sizes = self.constant(node, inputs.1).and_then(|c| c.as_ints()).filter(|sizes| !sizes.is_empty());
        let scales = match self.constant(node, inputs.0) {
            Some(constant) => constant.as_floats(),
            None => node.floats("scales")?,
        };
        let named = match node.ints("axes")? {
            Some(axes) => axes.iter().map(|axis| axis_of(node, *axis, rank)).collect::<Result<Vec<_>>>()?,
            None => (0..rank).collect(),
        };
        let mut axes: Vec<Axis> = shape.iter().map(|side| Axis::sized(*side, *side)).collect();
        let mut set = |i: usize, to: Option<Axis>| -> Result<()> {
            let axis = named.get(i).and_then(|axis| axes.get_mut(*axis)).ok_or_else(unsupported)?;
            *axis = to.ok_or_else(unsupported)?;
            Ok(())
        };
        let side = |i: usize| named.get(i).and_then(|axis| shape.get(*axis)).copied().unwrap_or(1); // Refused above.
        match (sizes, scales) {
            (Some(sizes), _) if sizes.len() == named.len() => {
                let sides = sizes.iter().map(|size| usize::try_from(*size));
                let sides: Vec<usize> =
                    sides.collect::<Result<_, _>>().map_err(|_| node.invalid("its output has a negative side"))?;
                // One scale for all axes, the smallest or the largest that the sizes ask for.
                let ratios = sides.iter().enumerate().map(|(i, to)| *to as f64 / side(i) as f64);
                let ratio = match node.text("keep_aspect_ratio_policy", "stretch")? {
                    "not_larger" => ratios.reduce(f64::min),
                    "not_smaller" => ratios.reduce(f64::max),
                    _ => None,
                };
                for (i, to) in sides.iter().enumerate() {
                    let to = match ratio {
                        Some(ratio) => {
                            let to = (ratio * side(i) as f64).round() as usize;
                            Axis { from: side(i), to, step: (1.0, ratio) }
                        }
                        None => Axis::sized(side(i), *to),
                    };
                    set(i, Some(to))?;
                }
            }
            (_, Some(scales)) if scales.len() == named.len() && !scales.is_empty() => {
                for (i, scale) in scales.iter().enumerate() {
                    set(i, Axis::scaled(side(i), *scale))?;
                }
            }
            _ => return Err(unsupported()),
        }
        Ok(axes)
    }

    /// A flat value with another number of places along an axis.
    fn resampled(
        &mut self,
        node: &Node,
        value: &Value,
        axis: usize,
        to: &Axis,
        sampling: &Sampling<'_>,
    ) -> Result<Value> {
        let mut shape = value.shape.clone();
        if let Some(side) = shape.get_mut(axis) {
            *side = to.to;
        }
        self.limits.elements(&shape)?;
        self.reserve(to.to, 1, 4 * size_of::<(usize, f32)>() / size_of::<f32>())?;
        let (mut taps, mut ends) = (Vec::new(), Vec::new());
        for index in 0..to.to {
            weights(sampling, to, index, &mut taps).ok_or_else(|| mode(node))?;
            ends.push(taps.len());
        }
        let outer = value.shape.iter().take(axis).product();
        let inner = value.shape.iter().skip(axis + 1).product();
        let op = TensorOp::Blend(Blend { outer, len: to.from, inner, taps, ends });
        debug_assert_eq!(value.form, Form::Flat);
        self.tensor_op(node, op, value, shape)
    }
}

fn mode(node: &Node) -> crate::error::Error {
    node.unsupported("this mode of interpolation")
}

/// Where in the input output number `index` lies.
fn position(sampling: &Sampling<'_>, axis: &Axis, index: usize) -> Option<f64> {
    let x = index as f64;
    let (numerator, denominator) = axis.step;
    let (from, to) = (axis.from as f64, axis.to as f64);
    Some(match sampling.transform {
        "half_pixel" => (x + 0.5) * numerator / denominator - 0.5,
        "half_pixel_symmetric" => {
            // The output's middle stays the input's where the scaled side is no whole number.
            let scaled = from * denominator / numerator;
            let offset = from / 2.0 * (1.0 - to / scaled);
            offset + (x + 0.5) * numerator / denominator - 0.5
        }
        "pytorch_half_pixel" => match axis.to > 1 {
            true => (x + 0.5) * numerator / denominator - 0.5,
            false => 0.0,
        },
        "asymmetric" => x * numerator / denominator,
        "align_corners" => match axis.to > 1 {
            true => x * (from - 1.0) / (to - 1.0),
            false => 0.0,
        },
        _ => return None,
    })
}

fn nearest(sampling: &Sampling<'_>, x: f64, last: f64) -> Option<usize> {
    let x = match sampling.rounding {
        "round_prefer_floor" => (x - 0.5).ceil(),
        "round_prefer_ceil" => (x + 0.5).floor(),
        "floor" => x.floor(),
        "ceil" => x.ceil(),
        _ => return None,
    };
    Some(x.clamp(0.0, last) as usize)
}

/// The two places that each output along an axis lies between.
fn pairs(node: &Node, sampling: &Sampling<'_>, axis: &Axis) -> Result<Vec<Tap>> {
    let last = (axis.from - 1) as f64;
    let tap = |index: usize| -> Option<Tap> {
        let x = position(sampling, axis, index)?;
        if sampling.mode == "nearest" {
            let first = nearest(sampling, x, last)?;
            return Some(Tap { first, second: first, weight: 0.0 });
        }
        let x = x.clamp(0.0, last);
        let first = x.floor();
        Some(Tap { first: first as usize, second: (first + 1.0).min(last) as usize, weight: (x - first) as f32 })
    };
    (0..axis.to).map(tap).collect::<Option<_>>().ok_or_else(|| mode(node))
}

/// Appends the places that output number `index` is made of, with their weights.
fn weights(sampling: &Sampling<'_>, axis: &Axis, index: usize, taps: &mut Vec<(usize, f32)>) -> Option<()> {
    let last = (axis.from - 1) as f64;
    let x = position(sampling, axis, index)?;
    let first = x.floor();
    let at = x - first;
    let all: Vec<(f64, f64)> = match sampling.mode {
        "nearest" => vec![(nearest(sampling, x, last)? as f64, 1.0)],
        "linear" => vec![(first, 1.0 - at), (first + 1.0, at)],
        "cubic" => (-1..3).map(|i| (first + f64::from(i), keys(f64::from(i) - at, sampling.cubic))).collect(),
        _ => return None,
    };
    let inside = |at: f64| (0.0..=last).contains(&at);
    let sum: f64 = all.iter().filter(|(at, _)| inside(*at)).map(|(_, w)| w).sum();
    for (at, weight) in all {
        let place = at.clamp(0.0, last) as usize;
        match (sampling.exclude_outside, inside(at)) {
            (true, true) => taps.push((place, (weight / sum) as f32)),
            (true, false) => {}
            (false, _) => taps.push((place, weight as f32)),
        }
    }
    Some(())
}

/// The weight at distance `x` of cubic convolution (Keys, "Cubic Convolution Interpolation for
/// Digital Image Processing", 1981).
fn keys(x: f64, a: f64) -> f64 {
    let x = x.abs();
    if x <= 1.0 {
        ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a
    } else {
        0.0
    }
}
