//! What happens to a vector of results before it is stored: activation, residual, activation.
//!
//! Fused into the kernels, so that no second pass over memory is needed for bias, PReLU or a
//! residual. The combinations that networks use are compiled apart ([`Epilogue::enter`]), so that
//! the inner loops hold no branch; all others share one slow path.

use super::function::{Function, Mapped};
use crate::simd::{Isa, Kernel, LANES, Lanes};

/// An element-wise activation. Per-channel slopes are padded to whole vectors.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Activation {
    /// Nothing is done.
    #[default]
    None,
    /// The larger of x and 0.
    Relu,
    /// x, but at least `low` and at most `high`.
    Clip { low: f32, high: f32 },
    /// x itself, or slope · x where x is negative, with a slope per channel.
    PRelu { slopes: Vec<Lanes> },
    /// The logistic function 1 / (1 + e^−x).
    Sigmoid,
    /// Any other function of each value by itself that is finite at 0.
    Map(Function),
}

/// The steps after the sum: `second(first(x) + residual)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Epilogue {
    pub first: Activation,
    pub second: Activation,
}

/// An activation as the inner loops see it. NaN stays NaN in all of them.
pub(crate) trait Act: Copy {
    /// What it needs to know about channel vector number `vector`: loaded once, applied to many
    /// pixels.
    #[inline(always)]
    fn parameter<I: Isa>(self, isa: I, _vector: usize) -> I::V {
        isa.splat(0.0)
    }

    /// Applies the activation to a vector of results.
    fn apply<I: Isa>(self, isa: I, v: I::V, parameter: I::V) -> I::V;
}

/// [`Activation::None`]: the identity.
#[derive(Clone, Copy)]
pub(crate) struct Keep;

impl Act for Keep {
    #[inline(always)]
    fn apply<I: Isa>(self, _: I, v: I::V, _: I::V) -> I::V {
        v
    }
}

/// [`Activation::Clip`], and [`Activation::Relu`] with no upper bound.
#[derive(Clone, Copy)]
pub(crate) struct Clip {
    low: f32,
    high: f32,
}

impl Clip {
    const RELU: Self = Self { low: 0.0, high: f32::INFINITY };
}

impl Act for Clip {
    #[inline(always)]
    fn apply<I: Isa>(self, isa: I, v: I::V, _: I::V) -> I::V {
        isa.min(isa.splat(self.high), isa.max(isa.splat(self.low), v))
    }
}

/// [`Activation::PRelu`].
#[derive(Clone, Copy)]
pub(crate) struct Slopes<'a>(&'a [Lanes]);

impl Act for Slopes<'_> {
    #[inline(always)]
    fn parameter<I: Isa>(self, isa: I, vector: usize) -> I::V {
        // A channel without a slope is left as it is.
        self.0.get(vector).map_or(isa.splat(1.0), |slope| isa.load(slope))
    }

    #[inline(always)]
    fn apply<I: Isa>(self, isa: I, v: I::V, slope: I::V) -> I::V {
        let zero = isa.splat(0.0);
        isa.mul_add(slope, isa.min(v, zero), isa.max(zero, v))
    }
}

/// Any activation, decided vector by vector.
#[derive(Clone, Copy)]
pub(crate) struct Any<'a>(pub &'a Activation);

impl Act for Any<'_> {
    #[inline(always)]
    fn parameter<I: Isa>(self, isa: I, vector: usize) -> I::V {
        match self.0 {
            Activation::PRelu { slopes } => Slopes(slopes).parameter(isa, vector),
            _ => isa.splat(0.0),
        }
    }

    #[inline(always)]
    fn apply<I: Isa>(self, isa: I, v: I::V, parameter: I::V) -> I::V {
        match self.0 {
            Activation::None => v,
            Activation::Relu => Clip::RELU.apply(isa, v, parameter),
            Activation::Clip { low, high } => Clip { low: *low, high: *high }.apply(isa, v, parameter),
            Activation::PRelu { slopes } => Slopes(slopes).apply(isa, v, parameter),
            // Lane by lane through the standard library's exponential: exact rather than fast, for
            // network heads.
            Activation::Sigmoid => {
                let mut lanes = [0.0; LANES];
                isa.store(v, &mut lanes);
                lanes.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
                isa.load(&lanes)
            }
            Activation::Map(function) => {
                let mut lanes = [0.0; LANES];
                isa.store(v, &mut lanes);
                // In a function of its own, of which there is one for each instruction set.
                isa.call(Mapped { function: *function, values: &mut lanes });
                isa.load(&lanes)
            }
        }
    }
}

/// A kernel that is compiled for each common epilogue.
pub(crate) trait Fused {
    /// Runs the kernel with its two activations. Implementations are `#[inline(always)]`. If not
    /// `RESIDUAL`, there is none to be added.
    fn run<I: Isa, A: Act, B: Act, const RESIDUAL: bool>(self, isa: I, first: A, second: B);
}

/// One kernel with one epilogue.
struct Bound<K, A, B, const RESIDUAL: bool> {
    kernel: K,
    first: A,
    second: B,
}

impl<K: Fused, A: Act, B: Act, const RESIDUAL: bool> Kernel for Bound<K, A, B, RESIDUAL> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.kernel.run::<I, A, B, RESIDUAL>(isa, self.first, self.second);
    }
}

/// Runs a kernel with one epilogue, each in a function of its own, which keeps the compiler's
/// attention on one loop.
#[inline(always)]
fn call<const RESIDUAL: bool>(isa: impl Isa, kernel: impl Fused, first: impl Act, second: impl Act) {
    isa.call(Bound::<_, _, _, RESIDUAL> { kernel, first, second });
}

impl Epilogue {
    /// Runs `kernel` with this epilogue.
    #[inline(always)]
    pub fn enter<I: Isa>(&self, isa: I, residual: bool, kernel: impl Fused) {
        use Activation::{None, PRelu};
        let clip = |activation: &Activation| match activation {
            Activation::Relu => Some(Clip::RELU),
            Activation::Clip { low, high } => Some(Clip { low: *low, high: *high }),
            _ => Option::None,
        };
        if I::SPECIALISED {
            match (&self.first, residual, &self.second) {
                (None, false, None) => return call::<false>(isa, kernel, Keep, Keep),
                (None, true, None) => return call::<true>(isa, kernel, Keep, Keep),
                (PRelu { slopes }, false, None) => return call::<false>(isa, kernel, Slopes(slopes), Keep),
                (None, true, PRelu { slopes }) => return call::<true>(isa, kernel, Keep, Slopes(slopes)),
                (first, residual, second) => match (clip(first), residual, clip(second)) {
                    (Some(first), false, _) if *second == None => return call::<false>(isa, kernel, first, Keep),
                    (Some(first), true, _) if *second == None => return call::<true>(isa, kernel, first, Keep),
                    (_, true, Some(second)) if *first == None => return call::<true>(isa, kernel, Keep, second),
                    _ => {}
                },
            }
        }
        call::<true>(isa, kernel, Any(&self.first), Any(&self.second));
    }
}
