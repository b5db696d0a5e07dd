//! Constants that are computed from constants when a network is loaded: weights that are stored as
//! integers, and what only gives a constant another shape or type.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node, Values};
use crate::nn::quantised::Quantised;
use crate::nn::weights::data_type;
use std::rc::Rc;

/// The most axes of a constant that is transposed.
const MAX_AXES: usize = 8;

impl Lowering<'_> {
    /// Defines the node's output as a constant. All that are made here count against the limit of
    /// elements together: a small file cannot unfold into much memory.
    fn define_constant(&mut self, node: &Node, constant: Constant) -> Result<()> {
        self.define(node, Entry::Constant(Rc::new(constant)))
    }

    /// Accounts for a constant of `len` values before it is made. An empty one is of no use.
    pub(super) fn fold(&mut self, node: &Node, len: usize) -> Result<()> {
        if len == 0 {
            return Err(node.unsupported("an empty constant"));
        }
        self.folded = self.folded.saturating_add(len);
        self.limits.check_elements(self.folded)
    }

    /// DequantizeLinear of a constant. Floats are made of it where somebody needs them.
    pub(super) fn dequantize(&mut self, node: &Node) -> Result<()> {
        let [codes, scales, zeros] = [0, 1, 2].map(|i| self.constant(node, i).cloned());
        let (Some(codes), Some(scales)) = (codes, scales) else {
            return Err(node.unsupported("its inputs must be constants"));
        };
        if zeros.is_none() && node.input(2).is_some() {
            return Err(node.unsupported("its zero points must be constants"));
        }
        if !matches!(node.int("output_dtype", 0)?, 0 | data_type::FLOAT) {
            return Err(node.unsupported("another output than f32"));
        }
        self.fold(node, codes.len())?;
        let quantised = Quantised::new(node, codes, scales, zeros)?;
        self.define(node, Entry::Quantised(Rc::new(quantised)))
    }

    /// Makes floats of input `index` if it is stored as integers.
    pub(super) fn widen(&mut self, node: &Node, index: usize) -> Result<()> {
        let Some(name) = node.input(index) else { return Ok(()) };
        let Some(Entry::Quantised(quantised)) = self.entries.get(name).cloned() else { return Ok(()) };
        self.fold(node, quantised.len())?;
        let floats = quantised.expand().ok_or_else(|| node.invalid("a scale is missing"))?;
        let constant = Constant::floats(quantised.shape().to_vec(), floats);
        self.bind(name, Entry::Constant(Rc::new(constant)));
        Ok(())
    }

    /// Reshape, Flatten, Squeeze, Unsqueeze of a constant.
    pub(super) fn reshape_constant(&mut self, node: &Node, constant: &Constant) -> Result<()> {
        self.fold(node, constant.len())?;
        let shape = self.target_shape(node, &constant.shape)?;
        if self.limits.elements(&shape)? != constant.len() {
            return Err(node.invalid(&format!("{:?} cannot become {shape:?}", constant.shape)));
        }
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
        self.fold(node, constant.len())?;
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
            (Values::Floats(_), data_type::FLOAT | data_type::FLOAT16 | data_type::BFLOAT16 | data_type::DOUBLE)
            | (Values::Ints(_), data_type::INT64) => {
                return self.define(node, Entry::Constant(Rc::clone(constant)));
            }
            (Values::Codes(codes), data_type::FLOAT) => {
                self.fold(node, codes.len())?;
                Values::Floats(codes.iter().map(|v| f32::from(*v)).collect())
            }
            (Values::Codes(codes), data_type::INT32 | data_type::INT64) => {
                self.fold(node, codes.len())?;
                Values::Ints(codes.iter().map(|v| i64::from(*v)).collect())
            }
            (Values::Ints(ints), data_type::FLOAT | data_type::FLOAT16 | data_type::BFLOAT16 | data_type::DOUBLE) => {
                self.fold(node, ints.len())?;
                Values::Floats(ints.iter().map(|v| *v as f32).collect())
            }
            (Values::Ints(ints), data_type::BOOL) => {
                self.fold(node, ints.len())?;
                Values::Ints(ints.iter().map(|v| i64::from(*v != 0)).collect())
            }
            (Values::Ints(ints), data_type::INT32) if ints.iter().all(|v| i32::try_from(*v).is_ok()) => {
                return self.define(node, Entry::Constant(Rc::clone(constant)));
            }
            (Values::Floats(floats), data_type::INT32 | data_type::INT64) => {
                self.fold(node, floats.len())?;
                // Towards 0, as the standard has it.
                Values::Ints(floats.iter().map(|v| *v as i64).collect())
            }
            _ => return Err(node.unsupported("only casts of constants to floats, or to wider integers")),
        };
        self.define_constant(node, Constant { shape: constant.shape.clone(), values })
    }
}

/// The values at the places `from`, which lie inside.
fn picked<T: Copy>(values: &[T], from: &[usize]) -> Vec<T> {
    from.iter().filter_map(|at| values.get(*at)).copied().collect()
}
