//! Constants that are computed from constants when a network is loaded: weights that are stored as
//! integers, and what only gives a constant another shape or type.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node, Values};
use crate::nn::onnx::data_type;
use crate::nn::quantised::Quantised;
use std::rc::Rc;

/// The most axes of a constant that is transposed.
const MAX_AXES: usize = 8;

impl Lowering<'_> {
    /// Defines the node's output as a constant. All that are made here count against the limit of
    /// elements together: a small file cannot unfold into much memory.
    fn define_constant(&mut self, node: &Node, constant: Constant) -> Result<()> {
        self.define(node, Entry::Constant(Rc::new(constant)))
    }

    /// Accounts for a constant of `len` values before it is made.
    fn fold(&mut self, len: usize) -> Result<()> {
        self.folded = self.folded.saturating_add(len);
        self.limits.check_elements(self.folded)
    }

    /// DequantizeLinear of a constant: (code − zero point) · scale.
    pub(super) fn dequantize(&mut self, node: &Node) -> Result<()> {
        let constant = self.constant(node, 0).cloned();
        let constant = constant.ok_or_else(|| node.unsupported("its input must be a constant"))?;
        let codes = constant.as_codes().ok_or_else(|| node.unsupported("its input must be of 8 or 4 bits"))?;
        if node.int("output_dtype", 0)? > data_type::FLOAT {
            return Err(node.unsupported("another output than f32"));
        }
        self.fold(codes.len())?;
        let scale = self.constant(node, 1).ok_or_else(|| node.unsupported("its scale must be a constant"))?;
        let zeros = match node.input(2) {
            Some(_) => {
                let zeros = self.constant(node, 2).filter(|zeros| zeros.shape == scale.shape);
                let zeros = zeros.and_then(|zeros| zeros.as_codes());
                zeros.ok_or_else(|| node.invalid("its zero points must be constant integers of its scale's shape"))?
            }
            None => &[],
        };
        let scales = scale.as_floats().ok_or_else(|| node.invalid("its scale must hold floats"))?;
        let quantised = Quantised { codes, scales, zeros };
        let floats = quantised.expand(node, &constant.shape, &scale.shape)?;
        let shape = constant.shape.clone();
        self.define_constant(node, Constant::floats(shape, floats))
    }

    /// Reshape, Flatten, Squeeze, Unsqueeze of a constant.
    pub(super) fn reshape_constant(&mut self, node: &Node, constant: &Constant) -> Result<()> {
        let shape = self.target_shape(node, &constant.shape, false)?;
        if self.limits.elements(&shape)? != constant.len() {
            return Err(node.invalid(&format!("{:?} cannot become {shape:?}", constant.shape)));
        }
        self.fold(constant.len())?;
        self.define_constant(node, Constant { shape, values: constant.values.clone() })
    }

    /// Transpose of a constant, by any permutation.
    pub(super) fn transpose_constant(&mut self, node: &Node, constant: &Constant) -> Result<()> {
        let rank = constant.shape.len();
        let perm: Vec<usize> = match node.ints("perm")? {
            // A negative axis is none of the constant's.
            Some(perm) => perm.iter().map(|axis| usize::try_from(*axis).unwrap_or(usize::MAX)).collect(),
            None => (0..rank).rev().collect(),
        };
        let mut sorted = perm.clone();
        sorted.sort_unstable();
        if rank > MAX_AXES || !sorted.into_iter().eq(0..rank) {
            return Err(node.invalid(&format!("{perm:?} is no permutation of {:?}", constant.shape)));
        }
        self.fold(constant.len())?;
        // How far apart neighbours along each of the constant's axes lie.
        let stride = |axis: usize| constant.shape.iter().skip(axis + 1).product::<usize>();
        let axes: Vec<(usize, usize)> =
            perm.iter().filter_map(|axis| Some((*constant.shape.get(*axis)?, stride(*axis)))).collect();
        let from: Vec<usize> = (0..constant.len())
            .map(|mut index| {
                let along = |(side, stride): &(usize, usize)| {
                    let at = index % side * stride;
                    index /= side;
                    at
                };
                axes.iter().rev().map(along).sum()
            })
            .collect();
        let values = match &constant.values {
            Values::Floats(v) => Values::Floats(picked(v, &from)),
            Values::Ints(v) => Values::Ints(picked(v, &from)),
            Values::Codes(v) => Values::Codes(picked(v, &from)),
        };
        let shape = axes.iter().map(|(side, _)| *side).collect();
        self.define_constant(node, Constant { shape, values })
    }

    /// Cast of a constant to a type that holds all of its values. f16 constants are f32 already.
    pub(super) fn cast_constant(&mut self, node: &Node, constant: &Rc<Constant>, to: i64) -> Result<()> {
        let values = match (&constant.values, to) {
            (Values::Floats(_), data_type::FLOAT) | (Values::Ints(_), data_type::INT64) => {
                return self.define(node, Entry::Constant(Rc::clone(constant)));
            }
            (Values::Codes(codes), data_type::FLOAT) => {
                self.fold(codes.len())?;
                Values::Floats(codes.iter().map(|v| f32::from(*v)).collect())
            }
            (Values::Codes(codes), data_type::INT32 | data_type::INT64) => {
                self.fold(codes.len())?;
                Values::Ints(codes.iter().map(|v| i64::from(*v)).collect())
            }
            (Values::Ints(ints), data_type::FLOAT) => {
                self.fold(ints.len())?;
                Values::Floats(ints.iter().map(|v| *v as f32).collect())
            }
            _ => return Err(node.unsupported("only casts to f32, or to wider integers")),
        };
        self.define_constant(node, Constant { shape: constant.shape.clone(), values })
    }
}

/// The values at the places `from`, which lie inside.
fn picked<T: Copy>(values: &[T], from: &[usize]) -> Vec<T> {
    from.iter().filter_map(|at| values.get(*at)).copied().collect()
}
