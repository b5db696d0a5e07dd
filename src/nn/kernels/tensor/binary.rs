//! Operations of two tensors, one value with one, spread over each other as NumPy does it.

use super::strides::{joined, product, reach, rows, spread};

/// What is computed of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryKind {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    /// NaN if either is.
    Max,
    /// NaN if either is.
    Min,
    /// The first, or the product of both where it is negative.
    PRelu,
}

/// An operation of two tensors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Binary {
    kind: BinaryKind,
    sides: Vec<usize>,
    steps: [Vec<isize>; 2],
}

/// One of [`BinaryKind`], for which a loop is compiled.
trait Apply {
    fn apply(a: f32, b: f32) -> f32;
}

macro_rules! kinds {
    ($($name:ident => |$a:ident, $b:ident| $result:expr;)*) => {
        $(struct $name;
        impl Apply for $name {
            #[inline(always)]
            fn apply($a: f32, $b: f32) -> f32 {
                $result
            }
        })*
    };
}

kinds! {
    Add => |a, b| a + b;
    Sub => |a, b| a - b;
    Mul => |a, b| a * b;
    Div => |a, b| a / b;
    Pow => |a, b| a.powf(b);
    Max => |a, b| if a > b || a.is_nan() { a } else { b };
    Min => |a, b| if a < b || a.is_nan() { a } else { b };
    PRelu => |a, b| if a < 0.0 { a * b } else { a };
}

impl Binary {
    /// The operation of tensors of shapes `a` and `b`, which broadcast to `sides`.
    pub fn new(kind: BinaryKind, a: &[usize], b: &[usize], sides: &[usize]) -> Self {
        let signed = |shape| spread(shape, sides).into_iter().map(usize::cast_signed).collect::<Vec<_>>();
        let (a, b) = (signed(a), signed(b));
        let (sides, steps) = joined(sides, [&a, &b]);
        Self { kind, sides, steps }
    }

    pub fn spans(&self) -> Option<[usize; 3]> {
        let [a, b] = &self.steps;
        Some([reach(&self.sides, a, 0)?, reach(&self.sides, b, 0)?, product(&self.sides)?])
    }

    #[inline(always)]
    pub fn run(&self, first: &[f32], second: &[f32], output: &mut [f32]) {
        match self.kind {
            BinaryKind::Add => self.each::<Add>(first, second, output),
            BinaryKind::Sub => self.each::<Sub>(first, second, output),
            BinaryKind::Mul => self.each::<Mul>(first, second, output),
            BinaryKind::Div => self.each::<Div>(first, second, output),
            BinaryKind::Pow => self.each::<Pow>(first, second, output),
            BinaryKind::Max => self.each::<Max>(first, second, output),
            BinaryKind::Min => self.each::<Min>(first, second, output),
            BinaryKind::PRelu => self.each::<PRelu>(first, second, output),
        }
    }

    #[inline(always)]
    fn each<A: Apply>(&self, first: &[f32], second: &[f32], output: &mut [f32]) {
        // One axis at least stays of a shape.
        let len = *self.sides.last().unwrap_or(&1);
        // As many steps as axes.
        let last = |n: usize| *self.steps[n].last().unwrap_or(&1) as usize;
        let (step_a, step_b) = (last(0), last(1));
        let mut out = output.chunks_exact_mut(len.max(1));
        rows(&self.sides, &self.steps, [0; 2], |[a, b]| {
            let Some(out) = out.next() else { return };
            match (step_a, step_b) {
                (1, 1) => {
                    for ((out, a), b) in out.iter_mut().zip(&first[a..][..len]).zip(&second[b..][..len]) {
                        *out = A::apply(*a, *b);
                    }
                }
                (1, 0) => {
                    let b = second[b];
                    for (out, a) in out.iter_mut().zip(&first[a..][..len]) {
                        *out = A::apply(*a, b);
                    }
                }
                (0, 1) => {
                    let a = first[a];
                    for (out, b) in out.iter_mut().zip(&second[b..][..len]) {
                        *out = A::apply(a, *b);
                    }
                }
                _ => {
                    for (i, out) in out.iter_mut().enumerate() {
                        *out = A::apply(first[a + i * step_a], second[b + i * step_b]);
                    }
                }
            }
        });
    }
}
