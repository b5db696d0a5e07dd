//! What is computed when a network is loaded: shapes, and arithmetic on constants. Exporters write
//! it where the batch or the picture's size is free.

use super::lowering::{Entry, Lowering};
use super::tensor::axis_of;
use crate::error::Result;
use crate::nn::graph::{Constant, Node, Values};
use crate::nn::kernels::function::Function;
use crate::nn::kernels::tensor::{View, broadcast, contiguous};

impl Lowering<'_> {
    /// Defines the node's output if it depends on constants and shapes alone; false if it does not,
    /// or if the operator has a way of its own with constants.
    pub(super) fn fold_node(&mut self, node: &Node) -> Result<bool> {
        let constant = match node.op.as_str() {
            "Shape" => self.shape_constant(node)?,
            "Size" => {
                let shape = self.shape_of(node, 0)?;
                Constant::ints(Vec::new(), vec![self.limits.elements(&shape)? as i64])
            }
            _ => {
                let all = !node.inputs.is_empty()
                    && node.inputs.iter().all(|name| matches!(self.entries.get(name), Some(Entry::Constant(_))));
                match if all { self.folded(node)? } else { None } {
                    Some(constant) => constant,
                    None => return Ok(false),
                }
            }
        };
        self.fold(node, constant.len().max(1))?;
        self.define(node, Entry::Constant(constant.into()))?;
        Ok(true)
    }

    /// Shape, of all axes or of those from `start` to `end`.
    fn shape_constant(&self, node: &Node) -> Result<Constant> {
        let shape = self.shape_of(node, 0)?;
        let rank = shape.len() as i64;
        let bound = |v: i64| if v < 0 { v.saturating_add(rank) } else { v }.clamp(0, rank) as usize;
        let (start, end) = (bound(node.int("start", 0)?), bound(node.int("end", i64::MAX)?));
        let sides: Vec<i64> = shape.iter().take(end).skip(start).map(|side| *side as i64).collect();
        Ok(Constant::ints(vec![sides.len()], sides))
    }

    /// The result of a node whose inputs are all constants; `None` if it is not folded here.
    fn folded(&self, node: &Node) -> Result<Option<Constant>> {
        let inputs: Vec<&Constant> =
            (0..node.inputs.len()).filter_map(|i| self.constant(node, i)).map(AsRef::as_ref).collect();
        let result = match (node.op.as_str(), inputs.as_slice()) {
            ("Concat", all) => self.joined(node, all)?,
            ("Where", [condition, a, b]) => {
                let (a, b) = self.spread_pair(node, a, b)?;
                let (condition, a) = self.spread_pair(node, condition, &a)?;
                let (_, b) = self.spread_pair(node, &condition, &b)?;
                let yes: Vec<bool> = condition.as_ints().unwrap_or_default().iter().map(|v| *v != 0).collect(); // No booleans: none.
                match (&a.values, &b.values) {
                    (Values::Ints(x), Values::Ints(y)) => Some(Constant::ints(a.shape.clone(), chosen(&yes, x, y))),
                    (Values::Floats(x), Values::Floats(y)) => {
                        Some(Constant::floats(a.shape.clone(), chosen(&yes, x, y)))
                    }
                    _ => None,
                }
            }
            ("ConstantOfShape", [_]) => {
                let sides = self.sides(node, 0)?;
                let len = self.limits.elements(&sides)?;
                let value = node.tensor("value")?.map(|c| &c.values);
                Some(match value {
                    Some(Values::Ints(v)) => Constant::ints(sides, vec![first(node, v)?; len]),
                    Some(Values::Floats(v)) => Constant::floats(sides, vec![first(node, v)?; len]),
                    _ => Constant::floats(sides, vec![0.0; len]),
                })
            }
            ("Range", [start, limit, delta]) => match [start, limit, delta].map(|c| c.as_ints()) {
                [Some(start), Some(limit), Some(delta)] => {
                    let (start, limit, delta) = (first(node, start)?, first(node, limit)?, first(node, delta)?);
                    let steps = limit.saturating_sub(start).checked_div(delta).unwrap_or(0); // A step of 0 gives none.
                    // Below 0 there are none; what no address holds is over every limit.
                    let count = usize::try_from(steps.max(0)).unwrap_or(usize::MAX);
                    self.limits.elements(&[count.saturating_add(1)])?;
                    let inside = |v: &i64| if delta > 0 { *v < limit } else { *v > limit };
                    let next = |v: &i64| v.checked_add(delta).filter(|next| delta != 0 && inside(next));
                    let values: Vec<i64> = std::iter::successors(Some(start).filter(inside), next).collect();
                    Some(Constant::ints(vec![values.len()], values))
                }
                _ => None,
            },
            ("ReduceProd" | "ReduceSum" | "ReduceMax" | "ReduceMin", [all, ..]) if all.shape.len() <= 1 => {
                let shape = if node.int("keepdims", 1)? != 0 { vec![1; all.shape.len()] } else { Vec::new() };
                let join = |a: i64, b: &i64| match node.op.as_str() {
                    "ReduceProd" => a.saturating_mul(*b),
                    "ReduceSum" => a.saturating_add(*b),
                    "ReduceMax" => a.max(*b),
                    _ => a.min(*b),
                };
                let result = all.as_ints().and_then(|v| v.split_first()).map(|(v, rest)| rest.iter().fold(*v, join));
                result.map(|v| Constant::ints(shape, vec![v]))
            }
            (op, [a]) => unary(op, a),
            (op, [a, b]) if ints(op).is_some() => {
                let (a, b) = self.spread_pair(node, a, b)?;
                match (&a.values, &b.values) {
                    (Values::Ints(x), Values::Ints(y)) => {
                        let apply = ints(op).ok_or_else(|| node.unsupported("constants"))?;
                        let values: Option<Vec<i64>> = x.iter().zip(y).map(|(x, y)| apply(*x, *y)).collect();
                        let values = values.ok_or_else(|| node.invalid("a constant is out of range"))?;
                        Some(Constant::ints(a.shape.clone(), values))
                    }
                    (Values::Floats(x), Values::Floats(y)) => floats(op, x, y, &a.shape),
                    _ => None,
                }
            }
            _ => None,
        };
        Ok(result)
    }

    /// Constants one after the other along an axis.
    fn joined(&self, node: &Node, all: &[&Constant]) -> Result<Option<Constant>> {
        let Some((head, tail)) = all.split_first() else { return Ok(None) };
        let axis = axis_of(node, node.int("axis", 0)?, head.shape.len())?;
        let others = |c: &Constant| -> Vec<usize> {
            c.shape.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, side)| *side).collect()
        };
        if tail.iter().any(|c| c.shape.len() != head.shape.len() || others(c) != others(head)) {
            return Err(node.invalid("its inputs do not fit together"));
        }
        let mut shape = head.shape.clone();
        if let Some(side) = shape.get_mut(axis) {
            *side = all.iter().filter_map(|c| c.shape.get(axis)).fold(0, |sum, side| sum.saturating_add(*side));
        }
        self.limits.elements(&shape)?;
        let outer: usize = shape.iter().take(axis).product();
        let part = |c: &Constant| c.len().checked_div(outer).unwrap_or(0); // Nothing has no parts.
        let ints: Option<Vec<&[i64]>> = all.iter().map(|c| c.as_ints()).collect();
        let floats: Option<Vec<&[f32]>> = all.iter().map(|c| c.as_floats()).collect();
        let parts: Vec<usize> = all.iter().map(|c| part(c)).collect();
        Ok(match (ints, floats) {
            (Some(ints), _) => Some(Constant::ints(shape, interleaved(&ints, &parts, outer))),
            (_, Some(floats)) => Some(Constant::floats(shape, interleaved(&floats, &parts, outer))),
            _ => None,
        })
    }

    /// Two constants spread to the shape that both broadcast to.
    fn spread_pair(&self, node: &Node, a: &Constant, b: &Constant) -> Result<(Constant, Constant)> {
        let shape = broadcast(&a.shape, &b.shape).ok_or_else(|| node.invalid("its shapes do not fit"))?;
        self.limits.elements(&shape)?;
        Ok((spread_to(a, &shape), spread_to(b, &shape)))
    }
}

/// A constant repeated along the axes in which `shape` is larger.
fn spread_to(constant: &Constant, shape: &[usize]) -> Constant {
    let own = contiguous(&constant.shape);
    let missing = shape.len() - constant.shape.len().min(shape.len());
    let step = |axis: usize| match axis.checked_sub(missing).and_then(|i| constant.shape.get(i).zip(own.get(i))) {
        Some((side, step)) if *side != 1 => step.cast_signed(),
        // Absent, or one place.
        _ => 0,
    };
    let steps: Vec<isize> = (0..shape.len()).map(step).collect();
    let view = View::new(shape, &steps, 0);
    let len = shape.iter().product();
    let fits = view.spans().is_some_and(|[read, ..]| read <= constant.len());
    fn seen<T: Copy + Default>(view: &View, from: &[T], len: usize, fits: bool) -> Vec<T> {
        let mut to = vec![T::default(); if fits { len } else { 0 }];
        if fits {
            view.run(from, &mut to);
        }
        to
    }
    let values = match &constant.values {
        Values::Ints(v) => Values::Ints(seen(&view, v, len, fits)),
        Values::Floats(v) => Values::Floats(seen(&view, v, len, fits)),
        Values::Codes(v) => Values::Codes(seen(&view, v, len, fits)),
    };
    Constant { shape: shape.to_vec(), values }
}

fn first<T: Copy>(node: &Node, values: &[T]) -> Result<T> {
    values.first().copied().ok_or_else(|| node.invalid("a constant is empty"))
}

fn chosen<T: Copy>(yes: &[bool], a: &[T], b: &[T]) -> Vec<T> {
    yes.iter().zip(a.iter().zip(b)).map(|(yes, (a, b))| if *yes { *a } else { *b }).collect()
}

/// Parts of each list in turn, `outer` times.
fn interleaved<T: Copy>(lists: &[&[T]], parts: &[usize], outer: usize) -> Vec<T> {
    let at = |i: usize| {
        lists.iter().zip(parts).flat_map(move |(list, part)| list.iter().skip(i * part).take(*part)).copied()
    };
    (0..outer).flat_map(at).collect()
}

/// A function of one constant.
fn unary(op: &str, a: &Constant) -> Option<Constant> {
    let function = match op {
        "Neg" => Function::Neg,
        "Abs" => Function::Abs,
        "Sqrt" => Function::Sqrt,
        "Exp" => Function::Exp,
        "Log" => Function::Log,
        "Floor" => Function::Floor,
        "Ceil" => Function::Ceil,
        "Round" => Function::Round,
        "Reciprocal" => Function::Reciprocal,
        "Not" => {
            let not = a.as_ints()?.iter().map(|v| i64::from(*v == 0)).collect();
            return Some(Constant::ints(a.shape.clone(), not));
        }
        _ => return None,
    };
    match &a.values {
        Values::Floats(values) => {
            let mut values = values.clone();
            function.apply(&mut values);
            Some(Constant::floats(a.shape.clone(), values))
        }
        Values::Ints(values) => {
            let apply = |v: &i64| match op {
                "Neg" => v.checked_neg(),
                "Abs" => v.checked_abs(),
                _ => None,
            };
            Some(Constant::ints(a.shape.clone(), values.iter().map(apply).collect::<Option<_>>()?))
        }
        Values::Codes(_) => None,
    }
}

/// An operation of two integers, `None` where it has no result; booleans are 0 and 1.
fn ints(op: &str) -> Option<fn(i64, i64) -> Option<i64>> {
    Some(match op {
        "Add" => i64::checked_add,
        "Sub" => i64::checked_sub,
        "Mul" => i64::checked_mul,
        "Div" => i64::checked_div,
        "Mod" => i64::checked_rem_euclid,
        "Pow" => |a, b| a.checked_pow(u32::try_from(b).ok()?),
        "Max" => |a, b| Some(a.max(b)),
        "Min" => |a, b| Some(a.min(b)),
        "Equal" => |a, b| Some(i64::from(a == b)),
        "Greater" => |a, b| Some(i64::from(a > b)),
        "GreaterOrEqual" => |a, b| Some(i64::from(a >= b)),
        "Less" => |a, b| Some(i64::from(a < b)),
        "LessOrEqual" => |a, b| Some(i64::from(a <= b)),
        "And" => |a, b| Some(i64::from(a != 0 && b != 0)),
        "Or" => |a, b| Some(i64::from(a != 0 || b != 0)),
        _ => return None,
    })
}

/// An operation of two lists of floats.
fn floats(op: &str, a: &[f32], b: &[f32], shape: &[usize]) -> Option<Constant> {
    let apply: fn(f32, f32) -> f32 = match op {
        "Add" => |a, b| a + b,
        "Sub" => |a, b| a - b,
        "Mul" => |a, b| a * b,
        "Div" => |a, b| a / b,
        "Pow" => f32::powf,
        "Max" => f32::max,
        "Min" => f32::min,
        _ => {
            let test: fn(&f32, &f32) -> bool = match op {
                "Equal" => |a, b| a == b,
                "Greater" => |a, b| a > b,
                "GreaterOrEqual" => |a, b| a >= b,
                "Less" => |a, b| a < b,
                "LessOrEqual" => |a, b| a <= b,
                _ => return None,
            };
            return Some(Constant::ints(shape.to_vec(), a.iter().zip(b).map(|(a, b)| i64::from(test(a, b))).collect()));
        }
    };
    Some(Constant::floats(shape.to_vec(), a.iter().zip(b).map(|(a, b)| apply(*a, *b)).collect()))
}
