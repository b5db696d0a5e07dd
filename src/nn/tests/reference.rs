//! A naive interpreter of the ONNX operators that the executor has: (N, C, H, W) tensors, f64, one
//! loop per axis.
//!
//! Written from the operator specification alone; it shares no code with the lowering. It panics on
//! what it does not know.

use super::tensor::{Tensor, broadcast, matmul};
use super::writer::{Attr, Net, Node};
use std::collections::HashMap;

/// Interprets `net`; its outputs in order.
pub fn run(net: &Net, input: &Tensor) -> Vec<Tensor> {
    let mut values: HashMap<String, Tensor> = HashMap::new();
    values.insert("x".into(), input.clone());
    for constant in &net.constants {
        values.insert(constant.name.clone(), Tensor::from_constant(constant));
    }
    for node in &net.nodes {
        let inputs: Vec<Option<&Tensor>> = node.inputs.iter().map(|name| values.get(name)).collect();
        let result = Interpreter { node, inputs }.eval();
        values.insert(node.output.clone(), result);
    }
    net.outputs.iter().map(|name| values[name].clone()).collect()
}

struct Interpreter<'a> {
    node: &'a Node,
    inputs: Vec<Option<&'a Tensor>>,
}

impl Interpreter<'_> {
    fn attr(&self, name: &str) -> Option<&Attr> {
        self.node.attributes.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    fn int(&self, name: &str, default: i64) -> i64 {
        match self.attr(name) {
            Some(Attr::Int(v)) => *v,
            _ => default,
        }
    }

    fn float(&self, name: &str, default: f32) -> f64 {
        match self.attr(name) {
            Some(Attr::Float(v)) => f64::from(*v),
            _ => f64::from(default),
        }
    }

    fn ints(&self, name: &str) -> Option<Vec<i64>> {
        match self.attr(name) {
            Some(Attr::Ints(v)) => Some(v.clone()),
            _ => None,
        }
    }

    fn text(&self, name: &str, default: &'static str) -> &'static str {
        match self.attr(name) {
            Some(Attr::Text(v)) => v,
            _ => default,
        }
    }

    fn x(&self, index: usize) -> &Tensor {
        self.inputs[index].expect("a missing input")
    }

    fn optional(&self, index: usize) -> Option<&Tensor> {
        self.inputs.get(index).copied().flatten()
    }

    fn eval(&self) -> Tensor {
        match self.node.op {
            "Conv" => self.conv(),
            "Gemm" => self.gemm(),
            "MatMul" => matmul(self.x(0), self.x(1)),
            "BatchNormalization" => self.batch_normalization(),
            "Relu" => self.x(0).map(|v| v.max(0.0)),
            "LeakyRelu" => {
                let alpha = self.float("alpha", 0.01);
                self.x(0).map(|v| if v < 0.0 { alpha * v } else { v })
            }
            "PRelu" => broadcast(self.x(0), self.x(1), |v, slope| if v < 0.0 { slope * v } else { v }),
            "Sigmoid" => self.x(0).map(|v| 1.0 / (1.0 + (-v).exp())),
            "Clip" => {
                let bound = |index, name, default| match self.optional(index) {
                    Some(t) => t.values[0],
                    None => self.float(name, default),
                };
                let (low, high) = (bound(1, "min", f32::MIN), bound(2, "max", f32::MAX));
                self.x(0).map(|v| v.max(low).min(high))
            }
            "Add" => broadcast(self.x(0), self.x(1), |a, b| a + b),
            "Sub" => broadcast(self.x(0), self.x(1), |a, b| a - b),
            "Mul" => broadcast(self.x(0), self.x(1), |a, b| a * b),
            "Div" => broadcast(self.x(0), self.x(1), |a, b| a / b),
            "MaxPool" | "AveragePool" => self.pool(),
            "GlobalAveragePool" => {
                let x = self.x(0);
                let plane = x.shape[2] * x.shape[3];
                let values = x.values.chunks(plane).map(|p| p.iter().sum::<f64>() / plane as f64);
                Tensor { shape: vec![1, x.shape[1], 1, 1], values: values.collect() }
            }
            "Pad" => self.pad(),
            "Resize" => self.resize(),
            "Concat" => self.concat(),
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => self.reshape(),
            "Transpose" => {
                let perm: Vec<usize> = self.ints("perm").unwrap().iter().map(|v| *v as usize).collect();
                self.x(0).transposed(&perm)
            }
            "Identity" | "Dropout" | "Cast" => self.x(0).clone(),
            "DequantizeLinear" => self.dequantize(),
            "Constant" => match self.attr("value") {
                Some(Attr::Constant(constant)) => Tensor::from_constant(constant),
                _ => panic!("a Constant without value"),
            },
            other => panic!("the interpreter has no {other}"),
        }
    }

    fn dequantize(&self) -> Tensor {
        let (x, scale) = (self.x(0), self.x(1));
        let (axis, block) = (self.int("axis", 1), self.int("block_size", 0) as usize);
        let axis = if axis < 0 { (axis + x.shape.len() as i64) as usize } else { axis as usize };
        Tensor::from_fn(&x.shape, |at| {
            let mut of = at.to_vec();
            match of[axis].checked_div(block) {
                Some(i) => of[axis] = i,
                None => of = scale.shape.iter().map(|side| if *side == 1 { 0 } else { at[axis] }).collect(),
            }
            (x.at(at) - self.optional(2).map_or(0.0, |zero| zero.at(&of))) * scale.at(&of)
        })
    }

    /// For one axis: padding before, and the output's size.
    fn axis(&self, axis: usize, size: usize, kernel: usize) -> (i64, usize) {
        let stride = self.ints("strides").map_or(1, |v| v[axis]);
        let dilation = self.ints("dilations").map_or(1, |v| v[axis]);
        let reach = (kernel as i64 - 1) * dilation + 1;
        let size = size as i64;
        let (before, after) = match self.text("auto_pad", "NOTSET") {
            "NOTSET" => self.ints("pads").map_or((0, 0), |v| (v[axis], v[axis + 2])),
            "VALID" => (0, 0),
            mode => {
                let output = (size + stride - 1) / stride;
                let total = ((output - 1) * stride + reach - size).max(0);
                let small = total / 2;
                if mode == "SAME_UPPER" { (small, total - small) } else { (total - small, small) }
            }
        };
        (before, ((size + before + after - reach) / stride + 1) as usize)
    }

    fn steps(&self) -> ([i64; 2], [i64; 2]) {
        let pair = |name| self.ints(name).map_or([1, 1], |v| [v[0], v[1]]);
        (pair("strides"), pair("dilations"))
    }

    fn conv(&self) -> Tensor {
        let (x, w) = (self.x(0), self.x(1));
        let &[outputs, per_group, kh, kw] = w.shape.as_slice() else { panic!("rank") };
        let group = self.int("group", 1) as usize;
        assert_eq!(per_group * group, x.shape[1]);
        let (top, height) = self.axis(0, x.shape[2], kh);
        let (left, width) = self.axis(1, x.shape[3], kw);
        let (stride, dilation) = self.steps();
        Tensor::from_fn(&[1, outputs, height, width], |at| {
            let o = at[1];
            let first = o / (outputs / group) * per_group;
            let mut sum = self.optional(2).map_or(0.0, |b| b.values[o]);
            for c in 0..per_group {
                for ky in 0..kh {
                    for kx in 0..kw {
                        let y = at[2] as i64 * stride[0] - top + ky as i64 * dilation[0];
                        let x_ = at[3] as i64 * stride[1] - left + kx as i64 * dilation[1];
                        sum += x.pixel(first + c, y, x_).unwrap_or(0.0) * w.at(&[o, c, ky, kx]);
                    }
                }
            }
            sum
        })
    }

    fn gemm(&self) -> Tensor {
        assert_eq!(self.int("transA", 0), 0);
        let b = if self.int("transB", 0) != 0 { self.x(1).transposed(&[1, 0]) } else { self.x(1).clone() };
        let (alpha, beta) = (self.float("alpha", 1.0), self.float("beta", 1.0));
        let product = matmul(self.x(0), &b).map(|v| alpha * v);
        match self.optional(2) {
            Some(c) => broadcast(&product, c, |p, c| p + beta * c),
            None => product,
        }
    }

    fn batch_normalization(&self) -> Tensor {
        let epsilon = self.float("epsilon", 1e-5);
        let x = self.x(0);
        let [scale, bias, mean, variance] = [1, 2, 3, 4].map(|i| self.x(i));
        Tensor::from_fn(&x.shape, |at| {
            let c = at[1];
            let normal = (x.at(at) - mean.values[c]) / (variance.values[c] + epsilon).sqrt();
            scale.values[c] * normal + bias.values[c]
        })
    }

    fn pool(&self) -> Tensor {
        let x = self.x(0);
        let kernel = self.ints("kernel_shape").unwrap();
        let (kh, kw) = (kernel[0] as usize, kernel[1] as usize);
        let (top, height) = self.axis(0, x.shape[2], kh);
        let (left, width) = self.axis(1, x.shape[3], kw);
        let (stride, _) = self.steps();
        Tensor::from_fn(&[1, x.shape[1], height, width], |at| {
            let mut inside = Vec::new();
            for ky in 0..kh as i64 {
                for kx in 0..kw as i64 {
                    inside.extend(x.pixel(
                        at[1],
                        at[2] as i64 * stride[0] - top + ky,
                        at[3] as i64 * stride[1] - left + kx,
                    ));
                }
            }
            if self.node.op == "MaxPool" {
                return inside.into_iter().fold(f64::NEG_INFINITY, f64::max);
            }
            let count = if self.int("count_include_pad", 0) != 0 { kh * kw } else { inside.len() };
            inside.iter().sum::<f64>() / count as f64
        })
    }

    fn pad(&self) -> Tensor {
        let x = self.x(0);
        let pads: Vec<i64> = match self.optional(1) {
            Some(t) => t.values.iter().map(|v| *v as i64).collect(),
            None => self.ints("pads").unwrap(),
        };
        let fill = self.optional(2).map_or(self.float("value", 0.0), |t| t.values[0]);
        let rank = x.shape.len();
        let shape: Vec<usize> = (0..rank).map(|i| (x.shape[i] as i64 + pads[i] + pads[i + rank]) as usize).collect();
        Tensor::from_fn(&shape, |at| {
            let source: Vec<i64> = at.iter().zip(&pads).map(|(i, before)| *i as i64 - before).collect();
            let inside = source.iter().zip(&x.shape).all(|(i, side)| *i >= 0 && *i < *side as i64);
            if inside { x.at(&source.iter().map(|i| *i as usize).collect::<Vec<_>>()) } else { fill }
        })
    }

    fn resize(&self) -> Tensor {
        let x = self.x(0);
        let scales: Vec<f64>;
        let shape: Vec<usize>;
        if let Some(sizes) = self.optional(3) {
            shape = sizes.values.iter().map(|v| *v as usize).collect();
            scales = shape.iter().zip(&x.shape).map(|(to, from)| *to as f64 / *from as f64).collect();
        } else {
            scales = self.x(2).values.clone();
            shape = scales.iter().zip(&x.shape).map(|(s, side)| (s * *side as f64).floor() as usize).collect();
        }
        let source = |axis: usize, i: usize| -> f64 {
            let (from, to, i) = (x.shape[axis] as f64, shape[axis] as f64, i as f64);
            match self.text("coordinate_transformation_mode", "half_pixel") {
                "half_pixel" => (i + 0.5) / scales[axis] - 0.5,
                "pytorch_half_pixel" => {
                    if to > 1.0 {
                        (i + 0.5) / scales[axis] - 0.5
                    } else {
                        0.0
                    }
                }
                "align_corners" => {
                    if to > 1.0 {
                        i * (from - 1.0) / (to - 1.0)
                    } else {
                        0.0
                    }
                }
                "asymmetric" => i / scales[axis],
                other => panic!("{other}"),
            }
        };
        let nearest = |axis: usize, i: usize| -> usize {
            // Positions that are exact in decimal fractions are not in binary.
            let at = (source(axis, i) * 1e6).round() / 1e6;
            let index = match self.text("nearest_mode", "round_prefer_floor") {
                "round_prefer_floor" => {
                    if at.fract().abs() == 0.5 {
                        at.floor()
                    } else {
                        at.round()
                    }
                }
                "round_prefer_ceil" => {
                    if at.fract().abs() == 0.5 {
                        at.ceil()
                    } else {
                        at.round()
                    }
                }
                "floor" => at.floor(),
                "ceil" => at.ceil(),
                other => panic!("{other}"),
            };
            (index.max(0.0) as usize).min(x.shape[axis] - 1)
        };
        let linear = |axis: usize, i: usize| -> [(usize, f64); 2] {
            let at = source(axis, i).clamp(0.0, (x.shape[axis] - 1) as f64);
            let low = at.floor() as usize;
            [(low, 1.0 - at.fract()), ((low + 1).min(x.shape[axis] - 1), at.fract())]
        };
        Tensor::from_fn(&shape, |at| {
            if self.text("mode", "nearest") == "nearest" {
                return x.at(&[0, at[1], nearest(2, at[2]), nearest(3, at[3])]);
            }
            let mut sum = 0.0;
            for (y, wy) in linear(2, at[2]) {
                for (x_, wx) in linear(3, at[3]) {
                    sum += wy * wx * x.at(&[0, at[1], y, x_]);
                }
            }
            sum
        })
    }

    fn concat(&self) -> Tensor {
        let first = self.x(0);
        let axis = self.int("axis", 0);
        let axis = if axis < 0 { axis + first.shape.len() as i64 } else { axis } as usize;
        let mut shape = first.shape.clone();
        shape[axis] = (0..self.inputs.len()).map(|i| self.x(i).shape[axis]).sum();
        Tensor::from_fn(&shape, |at| {
            let mut at = at.to_vec();
            let mut i = 0;
            while at[axis] >= self.x(i).shape[axis] {
                at[axis] -= self.x(i).shape[axis];
                i += 1;
            }
            self.x(i).at(&at)
        })
    }

    fn reshape(&self) -> Tensor {
        let x = self.x(0);
        let total = x.values.len();
        let list = |name| match self.optional(1) {
            Some(t) => t.values.iter().map(|v| *v as i64).collect(),
            None => self.ints(name).unwrap(),
        };
        let shape = match self.node.op {
            "Flatten" => {
                let rows = x.shape[..self.int("axis", 1) as usize].iter().product();
                vec![rows, total / rows]
            }
            "Squeeze" => {
                let rank = x.shape.len() as i64;
                let axes: Vec<i64> = list("axes").iter().map(|a: &i64| a.rem_euclid(rank)).collect();
                (0..rank).filter(|i| !axes.contains(i)).map(|i| x.shape[i as usize]).collect()
            }
            "Unsqueeze" => {
                let axes = list("axes");
                let rank = (x.shape.len() + axes.len()) as i64;
                let axes: Vec<i64> = axes.iter().map(|a| a.rem_euclid(rank)).collect();
                let mut sides = x.shape.iter();
                (0..rank).map(|i| if axes.contains(&i) { 1 } else { *sides.next().unwrap() }).collect()
            }
            _ => {
                let wanted = list("shape");
                let side = |i: usize| if wanted[i] == 0 { x.shape[i] } else { wanted[i] as usize };
                let known: usize = (0..wanted.len()).filter(|i| wanted[*i] != -1).map(side).product();
                (0..wanted.len()).map(|i| if wanted[i] == -1 { total / known } else { side(i) }).collect()
            }
        };
        x.reshaped(shape)
    }
}
