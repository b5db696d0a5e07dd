//! A template in 8-bit integers: [`LANES`] scales, and one integer per value.
//!
//! The values are dealt to lanes as a vector instruction deals them ([`lane`]), and each lane has a
//! scale of its own: an eighth of the values has a smaller largest one than all have, so that the
//! steps are finer than with one scale for all (by a quarter, for 192 values), at no cost in a
//! comparison: lanes are summed apart in any case.

use crate::error::{Error, ErrorKind, Result, Stage};
use zeroize::Zeroize;

/// Lanes that the values are dealt to, each with a scale: as many as a vector of 256 bits has sums
/// of 32 bits.
pub(crate) const LANES: usize = 8;

/// The largest magnitude of an integer: −128 is left out, so that both signs reach as far.
const LARGEST: f32 = 127.0;

/// How far a norm may be from 1: f16 rounds each value by up to 2⁻¹¹ of it.
pub(super) const NORM_TOLERANCE: f64 = 1e-3;

/// The lane of value `index`: pairs of neighbours go to one lane, sixteen values to all eight.
pub(crate) fn lane(index: usize) -> usize {
    index % (2 * LANES) / 2
}

/// The scale of value `index`.
fn scale_of(scales: &[f32; LANES], index: usize) -> f32 {
    #[allow(clippy::indexing_slicing, reason = "`lane` is below LANES by its remainder")]
    scales[lane(index)]
}

/// A template in integers: value i is `scales[lane(i)] · values[i]`, and the squares sum to 1.
/// Overwritten when dropped.
pub(crate) struct Quantised {
    pub scales: [f32; LANES],
    pub values: Vec<i8>,
}

impl Quantised {
    /// The integers nearest to `values`, which have unit length.
    pub fn new(values: &[f32]) -> Self {
        let mut scales = std::array::from_fn(|l| best_scale(values, l));
        let mut integers = vec![0; values.len()];
        for (index, (value, integer)) in values.iter().zip(&mut integers).enumerate() {
            let scale = scale_of(&scales, index);
            // A scale of 0 stands for a lane of zeros.
            if scale > 0.0 {
                // In range: no value is over LARGEST + 1/2 steps.
                *integer = (value / scale).round_ties_even().clamp(-LARGEST, LARGEST) as i8;
            }
        }
        // Rounding moves the length a little; the scales take that back.
        let norm = square(&scales, &integers, |v| v).sqrt();
        scales.iter_mut().for_each(|scale| *scale = (f64::from(*scale) / norm) as f32);
        Self { scales, values: integers }
    }

    /// The values as floats.
    pub fn to_floats(&self) -> Box<[f32]> {
        let float = |(index, value): (usize, &i8)| scale_of(&self.scales, index) * f32::from(*value);
        self.values.iter().enumerate().map(float).collect()
    }
}

impl Drop for Quantised {
    fn drop(&mut self) {
        self.scales.zeroize();
        self.values.zeroize();
    }
}

/// The sum of the squares of what `scales` and `values`, read by `integer`, stand for.
fn square<T: Copy>(scales: &[f32; LANES], values: &[T], integer: impl Fn(T) -> i8) -> f64 {
    let mut sums = [0i64; LANES];
    for chunk in values.chunks(2 * LANES) {
        for (sum, pair) in sums.iter_mut().zip(chunk.chunks(2)) {
            *sum += pair.iter().map(|v| i64::from(integer(*v)).pow(2)).sum::<i64>();
        }
    }
    scales.iter().zip(sums).map(|(scale, sum)| f64::from(*scale).powi(2) * sum as f64).sum()
}

/// Refuses scales and integers (their bytes) that stand for no template: the door for bytes from
/// outside.
///
/// # Errors
/// [`ErrorKind::NonFinite`] if a scale is NaN or infinite, [`ErrorKind::Corrupt`] if one is
/// negative, an integer is −128, or the norm is not 1.
pub(crate) fn check_quantised(scales: &[f32; LANES], values: &[u8], stage: Stage) -> Result<()> {
    if !scales.iter().all(|scale| scale.is_finite()) {
        return Err(Error::new(ErrorKind::NonFinite, stage, "a scale is NaN or infinite"));
    }
    let signs = scales.iter().all(|scale| scale.is_sign_positive()) && !values.contains(&i8::MIN.cast_unsigned());
    if !signs || (square(scales, values, u8::cast_signed).sqrt() - 1.0).abs() > NORM_TOLERANCE {
        return Err(Error::new(ErrorKind::Corrupt, stage, "the integers stand for no vector of unit length"));
    }
    Ok(())
}

/// The scale with the least squared error for the values of `lane_index`, among those that spread
/// the largest over 127.4, 126.9, … steps; 0 if all are 0. Finer steps are better on average, and a
/// search beats the average: by an eighth of the error, for 192 values.
fn best_scale(values: &[f32], lane_index: usize) -> f32 {
    let of_lane = || values.chunks(2 * LANES).flat_map(|chunk| chunk.iter().skip(2 * lane_index).take(2).copied());
    let largest = of_lane().fold(0.0f32, |largest, v| largest.max(v.abs()));
    // Below this no inverse is finite; such values add nothing to a score.
    if largest < 1e-30 {
        return 0.0;
    }
    let mut best = (f32::INFINITY, largest / LARGEST);
    for tried in 0..CANDIDATES {
        let scale = largest / (LARGEST + 0.4 - 0.5 * tried as f32);
        let inverse = 1.0 / scale;
        let error = |v: f32| {
            let steps = v * inverse;
            steps - (steps + ROUND - ROUND)
        };
        // Errors are counted in steps, and compared in the values' own unit.
        let sum = of_lane().fold(0.0, |sum, v| sum + error(v) * error(v)) * scale * scale;
        if sum < best.0 {
            best = (sum, scale);
        }
    }
    best.1
}

/// Scales tried per lane. Chosen by hand: the steps reach from 127.4 down to 103.9 for the largest
/// value.
const CANDIDATES: usize = 48;

/// Adding and subtracting it rounds a float below 2²² to an integer, to even from halfway.
const ROUND: f32 = 12_582_912.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::score;
    use crate::template::{Template, TemplateEncoding};
    use proptest::prelude::*;

    /// Sum of twelve uniform numbers: nearly normal, and the same on every machine.
    fn normal(state: &mut u64) -> f32 {
        (0..12)
            .map(|_| {
                *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (*state >> 40) as f32 / (1u64 << 24) as f32
            })
            .sum::<f32>()
            - 6.0
    }

    #[test]
    fn scores_of_integers_are_within_0_002() {
        let mut state = 7;
        let mut random =
            || Template::from_embedding(&std::array::from_fn::<_, 192, _>(|_| normal(&mut state)), "m".into());
        let templates: Vec<Template> = (0..300).map(|_| random().unwrap()).collect();
        let coarse: Vec<Template> =
            templates.iter().map(|t| Template::decode(&t.encode(TemplateEncoding::I8).unwrap()).unwrap()).collect();
        let (mut both, mut one, mut squares, mut count) = (0.0f32, 0.0f32, 0.0f64, 0.0);
        for i in 0..templates.len() {
            for j in 0..=i {
                let exact = score(&templates[i], &templates[j]).unwrap().value();
                let error = (score(&coarse[i], &coarse[j]).unwrap().value() - exact).abs();
                squares += f64::from(error).powi(2);
                count += 1.0;
                both = both.max(error);
                one = one.max((score(&coarse[i], &templates[j]).unwrap().value() - exact).abs());
            }
        }
        println!("{count} pairs: rms {:.2e}, largest {both:.2e}; one side in f32 {one:.2e}", (squares / count).sqrt());
        assert!(both < 0.002 && one < 0.0016);
    }

    proptest! {
        #[test]
        fn rounding_is_to_half_a_step_and_the_norm_stays(values in prop::collection::vec(-1f32..1.0, 1..300)) {
            prop_assume!(values.iter().any(|v| v.abs() > 0.01));
            let template = Template::from_embedding(&values, "m".into()).unwrap();
            let quantised = Quantised::new(template.values());
            let bytes: Vec<u8> = quantised.values.iter().map(|v| v.cast_unsigned()).collect();
            prop_assert!(check_quantised(&quantised.scales, &bytes, Stage::Template).is_ok());
            for (index, (exact, got)) in template.values().iter().zip(&quantised.to_floats()).enumerate() {
                // Half a step, and what the correction of the norm moves.
                prop_assert!((exact - got).abs() <= 0.51 * quantised.scales[lane(index)] + 0.005 * exact.abs());
            }
        }
    }

    #[test]
    fn what_is_no_template_is_refused() {
        let scales = |first: f32| std::array::from_fn(|l| if l == 0 { first } else { 0.0 });
        let kind = |scales, values: &[u8]| check_quantised(&scales, values, Stage::Template).map_err(|e| e.kind());
        assert_eq!(kind(scales(0.01), &[100]), Ok(()));
        assert_eq!(kind(scales(-0.01), &[100]), Err(ErrorKind::Corrupt));
        assert_eq!(kind(scales(1.0 / 128.0), &[128]), Err(ErrorKind::Corrupt));
        assert_eq!(kind(scales(0.01), &[101]), Err(ErrorKind::Corrupt));
        assert_eq!(kind(scales(0.01), &[]), Err(ErrorKind::Corrupt));
        for bad in [f32::NAN, f32::INFINITY] {
            assert_eq!(kind(scales(bad), &[0]), Err(ErrorKind::NonFinite));
        }
        assert_eq!(kind(scales(f32::MAX), &[127]), Err(ErrorKind::Corrupt));
    }
}
