//! Functions of one number: activations, and what normalisations are written with.
//!
//! The exponential is a polynomial that compilers turn into vector instructions; it gives the same
//! bits on every instruction set, as nothing here is contracted. Rare functions ask the standard
//! library.

use crate::simd::{Isa, Kernel};

/// A function of each value by itself. NaN stays NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Function {
    Abs,
    Neg,
    Sqrt,
    Exp,
    Log,
    Reciprocal,
    Floor,
    Ceil,
    Round,
    Sign,
    Sin,
    Cos,
    Erf,
    Tanh,
    Softplus,
    Softsign,
    Mish,
    HardSwish,
    /// x · 1 / (1 + e^(−αx)).
    Swish {
        alpha: f32,
    },
    /// x · Φ(x), or its approximation by a hyperbolic tangent.
    Gelu {
        tanh: bool,
    },
    /// αx + β, at least 0 and at most 1.
    HardSigmoid {
        alpha: f32,
        beta: f32,
    },
    /// γx where x is positive, else γα(e^(x/δ) − 1): Elu, Selu and Celu.
    Elu {
        alpha: f32,
        gamma: f32,
        delta: f32,
    },
    /// x where it is above the threshold, else 0.
    Threshold {
        alpha: f32,
    },
    /// xᵏ.
    Power {
        exponent: f32,
    },
}

impl Function {
    /// Applies the function to every value.
    #[inline(always)]
    pub fn apply(self, values: &mut [f32]) {
        /// A loop for each function, so that none holds a choice.
        macro_rules! each {
            ($value:ident => $result:expr) => {
                for slot in values {
                    let $value = *slot;
                    *slot = $result;
                }
            };
        }
        match self {
            Self::Abs => each!(x => x.abs()),
            Self::Neg => each!(x => -x),
            Self::Sqrt => each!(x => x.sqrt()),
            Self::Exp => each!(x => exp(x)),
            Self::Log => each!(x => x.ln()),
            Self::Reciprocal => each!(x => 1.0 / x),
            Self::Floor => each!(x => x.floor()),
            Self::Ceil => each!(x => x.ceil()),
            Self::Round => each!(x => x.round_ties_even()),
            Self::Sign => each!(x => if x == 0.0 || x.is_nan() { x } else { x.signum() }),
            Self::Sin => each!(x => x.sin()),
            Self::Cos => each!(x => x.cos()),
            Self::Erf => each!(x => erf(x)),
            Self::Tanh => each!(x => tanh(x)),
            Self::Softplus => each!(x => softplus(x)),
            Self::Softsign => each!(x => x / (1.0 + x.abs())),
            Self::Mish => each!(x => x * tanh(softplus(x))),
            Self::HardSwish => each!(x => x * (x * (1.0 / 6.0) + 0.5).clamp(0.0, 1.0)),
            Self::Swish { alpha } => each!(x => x / (1.0 + exp(-alpha * x))),
            Self::Gelu { tanh: false } => each!(x => 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))),
            Self::Gelu { tanh: true } => each!(x => {
                // √(2/π), and the cubic term of Hendrycks and Gimpel, "Gaussian Error Linear
                // Units".
                0.5 * x * (1.0 + tanh(0.797_884_6 * (x + 0.044_715 * x * x * x)))
            }),
            Self::HardSigmoid { alpha, beta } => each!(x => (alpha * x + beta).clamp(0.0, 1.0)),
            Self::Elu { alpha, gamma, delta } => each!(x => {
                if x > 0.0 { gamma * x } else { gamma * alpha * expm1(x / delta) }
            }),
            Self::Threshold { alpha } => each!(x => if x > alpha || x.is_nan() { x } else { 0.0 }),
            Self::Power { exponent: 2.0 } => each!(x => x * x),
            Self::Power { exponent: 0.5 } => each!(x => x.sqrt()),
            Self::Power { exponent } => each!(x => x.powf(exponent)),
        }
    }

    /// Its value at 0, which is what pads channels to whole vectors.
    pub fn at_zero(self) -> f32 {
        let mut zero = [0.0];
        self.apply(&mut zero);
        zero[0]
    }
}

/// Values to which a function is applied.
pub(super) struct Mapped<'a> {
    pub function: Function,
    pub values: &'a mut [f32],
}

impl Kernel for Mapped<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        self.function.apply(self.values);
    }
}

/// The exponential: eʳ · 2ⁿ with |r| ≤ ln 2 / 2, by the Taylor polynomial of degree 7, whose error
/// there is 5·10⁻⁹ of the value.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    /// 1.5 · 2²³: a float to which one below 2²² is added is rounded to an integer.
    const ROUND: f32 = 12_582_912.0;
    // Beyond these e^x is infinite or 0. The upper is above the former by a little.
    let x = x.clamp(-104.0, 89.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    // ln 2 in two parts, so that n times the first is exact.
    let r = x - n * 0.693_359_4 - n * -2.121_944_4e-4;
    let mut p = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = p * r + coefficient;
    }
    // Two factors, as 2ⁿ itself may be no float.
    let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
    let half = n >> 1;
    let power = |n: i32| f32::from_bits((n.wrapping_add(127) << 23) as u32);
    p * power(half) * power(n.wrapping_sub(half))
}

/// e^x − 1, exact near 0 as well.
#[inline(always)]
fn expm1(x: f32) -> f32 {
    if x.abs() < 0.25 {
        // The Taylor polynomial of degree 7.
        let mut p = 1.0 / 5040.0;
        for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0] {
            p = p * x + coefficient;
        }
        p * x
    } else {
        exp(x) - 1.0
    }
}

/// The hyperbolic tangent, by the exponential.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    // (e^2|x| − 1) / (e^2|x| + 1), which is 1 in f32 from 9.1 on.
    let e = expm1(2.0 * x.abs().min(10.0));
    let tanh = (e / (e + 2.0)).copysign(x);
    if x.is_nan() { x } else { tanh }
}

/// The error function by formula 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical
/// Functions": at most 1.5·10⁻⁷ off. Near 0, where that is much of the value, its Taylor series.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let z = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let mut p = 1.061_405_4;
    for coefficient in [-1.453_152_1, 1.421_413_7, -0.284_496_72, 0.254_829_6] {
        p = p * t + coefficient;
    }
    let far = (1.0 - p * t * exp(-z * z)).copysign(x);
    // 2/√π · (x − x³/3 + x⁵/10 − x⁷/42 + x⁹/216), 1·10⁻⁸ off at 0.5.
    let s = x * x;
    let near = std::f32::consts::FRAC_2_SQRT_PI
        * x
        * (1.0 + s * (-1.0 / 3.0 + s * (0.1 + s * (-1.0 / 42.0 + s * (1.0 / 216.0 - s * (1.0 / 1320.0))))));
    if z < 0.5 || x.is_nan() { near } else { far }
}

/// ln(1 + e^x).
#[inline(always)]
fn softplus(x: f32) -> f32 {
    exp(-x.abs()).ln_1p() + if x > 0.0 || x.is_nan() { x } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error over `range`, relative to the larger of 1 and the value.
    fn worst(range: std::ops::Range<i32>, ours: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        let off = |x: f32| {
            let wanted = exact(f64::from(x));
            (f64::from(ours(x)) - wanted).abs() / wanted.abs().max(1.0)
        };
        range.map(|i| off(i as f32 / 1024.0)).fold(0.0, f64::max)
    }

    #[test]
    fn exponentials_are_as_good_as_floats() {
        let off = |x: f32| (f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs();
        let worst_exp = (-87 * 64..88 * 64).map(|i| off(i as f32 / 64.0)).fold(0.0, f64::max);
        assert!(worst_exp < 3e-7, "{worst_exp}");
        assert_eq!([exp(f32::INFINITY), exp(f32::NEG_INFINITY), exp(0.0)], [f32::INFINITY, 0.0, 1.0]);
        assert!(exp(f32::NAN).is_nan() && exp(-100.0) > 0.0 && exp(-110.0) == 0.0 && exp(88.8).is_infinite());
        assert!(worst(-20_000..20_000, tanh, f64::tanh) < 2e-7);
        assert!(worst(-20_000..20_000, softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p()) < 2e-7);
        assert!(worst(-10_000..5_000, expm1, f64::exp_m1) < 4e-7);
    }

    #[test]
    fn the_error_function_is_that_of_tables() {
        // Abramowitz and Stegun, table 7.1.
        for (x, wanted) in [(0.0, 0.0), (0.1, 0.112_463), (0.5, 0.520_5), (1.0, 0.842_701), (2.0, 0.995_322)] {
            assert!((erf(x) - wanted).abs() < 1e-6 && (erf(-x) + wanted).abs() < 1e-6, "{x}: {}", erf(x));
        }
        assert!((erf(0.499_999) - erf(0.5)).abs() < 2e-6 && erf(30.0) == 1.0 && erf(f32::NAN).is_nan());
    }

    #[test]
    fn nan_stays_nan() {
        use Function::*;
        let all = [
            Abs,
            Neg,
            Sqrt,
            Exp,
            Log,
            Reciprocal,
            Floor,
            Ceil,
            Round,
            Sign,
            Sin,
            Cos,
            Erf,
            Tanh,
            Softplus,
            Softsign,
            Mish,
            HardSwish,
            Swish { alpha: 1.0 },
            Gelu { tanh: false },
            Gelu { tanh: true },
            HardSigmoid { alpha: 0.2, beta: 0.5 },
            Elu { alpha: 1.0, gamma: 1.0, delta: 1.0 },
            Threshold { alpha: 1.0 },
            Power { exponent: 3.0 },
        ];
        for function in all {
            let mut value = [f32::NAN];
            function.apply(&mut value);
            assert!(value[0].is_nan(), "{function:?}");
        }
        assert!(Log.at_zero().is_infinite() && Exp.at_zero() == 1.0);
    }
}
