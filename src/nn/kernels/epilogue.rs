//! What happens to a vector of results before it is stored: activation, residual, activation.
//!
//! Fused into the kernels, so that no second pass over memory is needed for bias, PReLU or a residual. The combinations that
//! networks use are compiled apart ([`Epilogue::enter`]), so that the inner loops hold no branch; all others share one slow
//! path.

use super::{Isa, LANES, Lanes};

/// An element-wise activation. Per-channel slopes are padded to whole vectors.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Activation {
    #[default]
    None,
    /// max(x, 0).
    Relu,
    /// min(max(x, low), high).
    Clip { low: f32, high: f32 },
    /// x, or slope · x where x is negative, with a slope per channel.
    PRelu { slopes: Vec<Lanes> },
    /// 1 / (1 + e^−x).
    Sigmoid,
}

/// The steps after the sum: `second(first(x) + residual)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Epilogue {
    pub first: Activation,
    pub second: Activation,
}

/// An activation as the inner loops see it. NaN stays NaN in all of them.
pub(crate) trait Act: Copy {
    /// Applies it to channel vector number `vector`.
    fn apply<I: Isa>(self, isa: I, v: I::V, vector: usize) -> I::V;
}

/// The identity.
#[derive(Clone, Copy)]
pub(crate) struct Keep;

impl Act for Keep {
    #[inline(always)]
    fn apply<I: Isa>(self, _: I, v: I::V, _: usize) -> I::V {
        v
    }
}

/// [`Activation::Relu`].
#[derive(Clone, Copy)]
pub(crate) struct Relu;

impl Act for Relu {
    #[inline(always)]
    fn apply<I: Isa>(self, isa: I, v: I::V, _: usize) -> I::V {
        isa.max(isa.splat(0.0), v)
    }
}

/// [`Activation::PRelu`].
#[derive(Clone, Copy)]
pub(crate) struct Slopes<'a>(&'a [Lanes]);

impl Act for Slopes<'_> {
    #[inline(always)]
    fn apply<I: Isa>(self, isa: I, v: I::V, vector: usize) -> I::V {
        match self.0.get(vector) {
            Some(slope) => isa.if_negative(v, isa.mul(v, isa.load(slope))),
            None => v,
        }
    }
}

/// Any activation, decided vector by vector.
#[derive(Clone, Copy)]
pub(crate) struct Any<'a>(&'a Activation);

impl Act for Any<'_> {
    #[inline(always)]
    fn apply<I: Isa>(self, isa: I, v: I::V, vector: usize) -> I::V {
        match self.0 {
            Activation::None => v,
            Activation::Relu => Relu.apply(isa, v, vector),
            Activation::Clip { low, high } => isa.min(isa.splat(*high), isa.max(isa.splat(*low), v)),
            Activation::PRelu { slopes } => Slopes(slopes).apply(isa, v, vector),
            // Lane by lane through the standard library's exponential: exact rather than fast, for network heads.
            Activation::Sigmoid => {
                let mut lanes = [0.0; LANES];
                isa.store(v, &mut lanes);
                lanes.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
                isa.load(&lanes)
            }
        }
    }
}

/// A kernel that is compiled for each common pair of activations.
pub(crate) trait Fused {
    /// Runs it. Implementations are `#[inline(always)]`.
    fn run<I: Isa, A: Act, B: Act>(self, isa: I, first: A, second: B);
}

impl Epilogue {
    /// Runs `kernel` with this epilogue's activations.
    #[inline(always)]
    pub fn enter<I: Isa>(&self, isa: I, kernel: impl Fused) {
        if !I::SPECIALISED {
            return kernel.run(isa, Any(&self.first), Any(&self.second));
        }
        match (&self.first, &self.second) {
            (Activation::None, Activation::None) => kernel.run(isa, Keep, Keep),
            (Activation::Relu, Activation::None) => kernel.run(isa, Relu, Keep),
            (Activation::None, Activation::Relu) => kernel.run(isa, Keep, Relu),
            (Activation::PRelu { slopes }, Activation::None) => kernel.run(isa, Slopes(slopes), Keep),
            (Activation::None, Activation::PRelu { slopes }) => kernel.run(isa, Keep, Slopes(slopes)),
            (first, second) => kernel.run(isa, Any(first), Any(second)),
        }
    }
}
