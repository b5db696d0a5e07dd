//! What happens to a vector of results before it is stored: activation, residual, activation.
//!
//! Fused into the kernels, so that no second pass over memory is needed for bias, PReLU or a residual.

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
    /// x, or slope · x where x is negative.
    LeakyRelu { slope: f32 },
    /// The same with a slope per channel.
    PRelu { slopes: Vec<Lanes> },
    /// 1 / (1 + e^−x).
    Sigmoid,
}

impl Activation {
    /// Applies it to the vector `v` of the channels from `LANES * chunk` on. NaN stays NaN.
    #[inline(always)]
    pub fn apply<I: Isa>(&self, isa: I, v: I::V, chunk: usize) -> I::V {
        match self {
            Self::None => v,
            Self::Relu => isa.max(isa.splat(0.0), v),
            Self::Clip { low, high } => isa.min(isa.splat(*high), isa.max(isa.splat(*low), v)),
            Self::LeakyRelu { slope } => isa.if_negative(v, isa.mul(v, isa.splat(*slope))),
            Self::PRelu { slopes } => match slopes.get(chunk) {
                Some(slope) => isa.if_negative(v, isa.mul(v, isa.load(slope))),
                None => v,
            },
            Self::Sigmoid => sigmoid(isa, v),
        }
    }
}

/// Lane by lane through the standard library's exponential: exact rather than fast, since it stands on network heads only.
#[inline(always)]
fn sigmoid<I: Isa>(isa: I, v: I::V) -> I::V {
    let mut lanes = [0.0; LANES];
    isa.store(v, &mut lanes);
    isa.load(&lanes.map(|x| 1.0 / (1.0 + (-x).exp())))
}

/// The steps after the sum: `second(first(x) + residual)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Epilogue {
    pub first: Activation,
    pub second: Activation,
}

impl Epilogue {
    /// Applies all steps to one vector; `residual` is what is added, if there is anything for these channels.
    #[inline(always)]
    pub fn apply<I: Isa>(&self, isa: I, v: I::V, residual: Option<&Lanes>, chunk: usize) -> I::V {
        let v = self.first.apply(isa, v, chunk);
        let v = match residual {
            Some(r) => isa.add(v, isa.load(r)),
            None => v,
        };
        self.second.apply(isa, v, chunk)
    }
}
