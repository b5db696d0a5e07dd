//! The comparison of one template with many records: sums of products of integers, exact, and the
//! same on every machine.

use super::format::{STEP, VALUES_AT};
use crate::simd::{Isa, Kernel, LANES, Level};
use crate::template::Template;
use zeroize::Zeroize;

/// The largest magnitude of a probe's integers: −32,768 is left out, so that both signs reach as
/// far.
const LARGEST: f32 = 32_767.0;

/// The template that is looked for, in 16-bit integers: their rounding adds nothing that counts to
/// that of the records.
pub(crate) struct Probe {
    values: Vec<[i16; STEP]>,
    scale: f32,
    impostor_level: f32,
    doubt: f32,
}

impl Probe {
    /// The probe of `template`.
    pub fn new(template: &Template) -> Self {
        let values = template.values();
        let largest = values.iter().fold(0.0f32, |largest, v| largest.max(v.abs()));
        let scale = largest / LARGEST;
        let mut integers = vec![[0; STEP]; values.len().div_ceil(STEP)];
        for (integer, value) in integers.as_flattened_mut().iter_mut().zip(values) {
            *integer = (value / scale).round_ties_even().clamp(-LARGEST, LARGEST) as i16;
        }
        Self { values: integers, scale, impostor_level: template.impostor_level(), doubt: template.doubt() }
    }

    /// Writes the score of each of `records` (their bytes, whole records) to `scores`.
    pub fn compare(&self, level: Level, records: &[u8], scores: &mut [f32]) {
        level.run_int8(Scan { probe: self, records, scores });
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.values.as_flattened_mut().zeroize();
        self.scale.zeroize();
        self.impostor_level.zeroize();
        self.doubt.zeroize();
    }
}

/// The comparison of a probe with records, compiled for each instruction set.
struct Scan<'a> {
    probe: &'a Probe,
    records: &'a [u8],
    scores: &'a mut [f32],
}

impl Kernel for Scan<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let len = VALUES_AT + STEP * self.probe.values.len();
        for (record, score) in self.records.chunks_exact(len).zip(self.scores) {
            let (vectors, _) = record.as_chunks::<STEP>();
            let [_, low, high, level, values @ ..] = vectors else {
                // Every record has its 64 bytes in front. NaN reaches no bar, whatever the caller
                // does.
                debug_assert!(false, "a record of {} bytes", record.len());
                *score = f32::NAN;
                continue;
            };
            // Integers: exact, so that the order of additions does not matter.
            let mut sums = isa.no_sums();
            for (a, w) in self.probe.values.iter().zip(values) {
                sums = isa.dot_pairs(sums, a, &w.map(u8::cast_signed));
            }
            let mut scales = [0.0; LANES];
            // Four scales in each vector of 16 bytes: as many as there are lanes.
            for (scale, bytes) in scales.iter_mut().zip(low.as_chunks().0.iter().chain(high.as_chunks().0)) {
                *scale = f32::from_le_bytes(*bytes);
            }
            let mut products = [0.0; LANES];
            isa.store(isa.mul(isa.to_floats(sums), isa.load(&scales)), &mut products);
            let [a, b, c, d, e, f, g, h] = products;
            // Floats: this order on every level, so that all give the same bits.
            let sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
            let [l0, l1, l2, l3, d0, d1, d2, d3, ..] = *level;
            let levels = self.probe.impostor_level + f32::from_le_bytes([l0, l1, l2, l3]);
            // Adding 0 makes +0 of −0, so that equal scores are equal bits.
            let doubts = self.probe.doubt * f32::from_le_bytes([d0, d1, d2, d3]);
            *score = (sum * self.probe.scale).clamp(-1.0, 1.0) - doubts - 0.5 * levels + 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::format::{Offsets, write_live};
    use crate::template::{Quantised, Reliability, Template, lane};
    use proptest::prelude::*;

    /// The score by plain loops.
    fn naive(probe: &Probe, record: &Quantised, Offsets { impostor_level, doubt }: Offsets) -> f32 {
        let mut sums = [0i64; LANES];
        for (index, (a, w)) in probe.values.as_flattened().iter().zip(&record.values).enumerate() {
            sums[lane(index)] += i64::from(*a) * i64::from(*w);
        }
        let [a, b, c, d, e, f, g, h] = std::array::from_fn(|l| sums[l] as f32 * record.scales[l]);
        let cosine = ((((a + e) + (c + g)) + ((b + f) + (d + h))) * probe.scale).clamp(-1.0, 1.0);
        cosine - probe.doubt * doubt - 0.5 * (probe.impostor_level + impostor_level)
    }

    fn check(templates: &[Vec<f32>]) {
        let unit = |values: &[f32], level: f32, reliability: f32| {
            let unit = Template::from_embedding(values, "m".into()).unwrap();
            let reliability = Some(Reliability::new(reliability, 0.5));
            Template::from_unit(unit.values().into(), [1.0].into(), level, reliability, "m".into())
        };
        let probe = unit(&templates[0], 0.25, 0.75);
        let mut records = Vec::new();
        let mut expected = Vec::new();
        for (index, template) in templates.iter().enumerate() {
            let level = 0.1 * index as f32 - 0.3;
            let template = unit(template, level, 0.1 * index as f32);
            let offsets = Offsets { impostor_level: level, doubt: template.doubt() };
            let quantised = Quantised::new(template.values());
            write_live(&mut records, index as u64, 9, offsets, &quantised);
            expected.push(naive(&Probe::new(&probe), &quantised, offsets));
            let cosine: f32 = probe.values().iter().zip(quantised.to_floats()).map(|(a, b)| a * b).sum();
            let exact = cosine - 0.25 * offsets.doubt - 0.5 * (0.25 + level);
            assert!((expected[index] - exact).abs() < 1e-4, "{} against {exact}", expected[index]);
        }
        for level in Level::all() {
            let mut scores = vec![f32::NAN; templates.len()];
            Probe::new(&probe).compare(level, &records, &mut scores);
            assert_eq!(scores, expected, "{}", level.name());
        }
    }

    proptest! {
        #[test]
        fn every_level_gives_the_scores_of_plain_loops(dimension in 1usize..400, seed in any::<u32>()) {
            let value = |n: usize| ((n as f32 + seed as f32 * 1e-5) * 12.9898).sin() * 0.5;
            let templates: Vec<Vec<f32>> =
                (0..9).map(|t| (0..dimension).map(|i| value(t * dimension + i) + 0.01).collect()).collect();
            prop_assume!(templates.iter().all(|t| t.iter().any(|v| v.abs() > 0.001)));
            check(&templates);
        }
    }

    #[test]
    fn the_largest_sums_fit() {
        let same = vec![1.0; 2048];
        let opposite = vec![-1.0; 2048];
        check(&[same, opposite]);
    }
}
