//! How often a detector takes morphs for genuine portraits, and genuine ones for morphs.

#![allow(clippy::indexing_slicing, reason = "places are counted among the groups drawn here")]

use super::potential::{MorphShare, share};
use crate::evaluate::bootstrap::percentiles;
use crate::random::Random;

/// A detector's measures of pairs of a portrait and a live picture, higher for what looks like a
/// morph, in groups that depend on each other: those of one person, or of one pair of contributors.
#[derive(Debug, Clone, Default)]
pub struct MorphMeasures {
    /// Of portraits of one person.
    pub genuine: Vec<Vec<f32>>,
    /// Of morphs, with one of their contributors.
    pub morphs: Vec<Vec<f32>>,
}

/// Error rates of a detector at one limit, after ISO/IEC 20059.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MorphRates {
    /// The limit: this and more is taken for a morph.
    pub limit: f32,
    /// BSCER: the share of genuine portraits that are taken for morphs.
    pub bscer: MorphShare,
    /// MACER: the share of morphs that are not.
    pub macer: MorphShare,
}

impl MorphMeasures {
    /// The rates at `limit`. Intervals are percentiles over 1,000 draws of groups.
    #[must_use]
    pub fn at_limit(&self, limit: f32, seed: u64) -> Option<MorphRates> {
        let rate = |groups: &[Vec<f32>], counts: fn(f32, f32) -> bool, stream: u64| -> Option<MorphShare> {
            let counted: Vec<(u64, u64)> = groups
                .iter()
                .map(|group| (group.iter().filter(|v| counts(**v, limit)).count() as u64, group.len() as u64))
                .collect();
            let sum = |picked: &mut dyn Iterator<Item = usize>| {
                picked.fold((0, 0), |(a, b), at| (a + counted[at].0, b + counted[at].1))
            };
            let (count, of) = sum(&mut (0..groups.len()));
            let mut random = Random::new(seed, stream);
            let drawn = (0..1_000).map(|_| {
                let (count, of) = sum(&mut (0..groups.len()).map(|_| random.below(groups.len())));
                (of > 0).then(|| count as f64 / of as f64)
            });
            let interval = percentiles(drawn.collect());
            let exact = share(count, of)?;
            // No error, or errors alone: draws cannot vary, and the exact interval of as many
            // groups says what can be said.
            match interval.filter(|interval| interval.high > interval.low) {
                Some(interval) => Some(MorphShare { interval, ..exact }),
                None => {
                    let groups = groups.iter().filter(|group| !group.is_empty()).count() as u64;
                    let interval = share(if count == 0 { 0 } else { groups }, groups)?.interval;
                    Some(MorphShare { interval, ..exact })
                }
            }
        };
        Some(MorphRates {
            limit,
            bscer: rate(&self.genuine, |measure, limit| measure >= limit, 0)?,
            macer: rate(&self.morphs, |measure, limit| measure < limit, 1)?,
        })
    }

    /// The lowest limit that at most a share `bscer` of genuine pairs reaches; `None` without any.
    #[must_use]
    pub fn limit(&self, bscer: f64) -> Option<f32> {
        let mut genuine: Vec<f32> = self.genuine.iter().flatten().copied().collect();
        genuine.sort_by(|a, b| b.total_cmp(a));
        let allowed = (bscer * genuine.len() as f64) as usize;
        genuine.get(allowed).map(|first_below| first_below.next_up())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_by_hand() {
        let measures = MorphMeasures {
            genuine: (0..50).map(|i| vec![-0.01 * i as f32, -1.0 - 0.01 * i as f32]).collect(),
            morphs: (0..20).map(|i| vec![-0.2 + 0.02 * i as f32]).collect(),
        };
        let limit = measures.limit(0.05).unwrap();
        let rates = measures.at_limit(limit, 1).unwrap();
        assert_eq!(rates.bscer.value, 0.05);
        assert!(rates.limit > -0.05 && rates.limit < -0.04, "five of a hundred reach it");
        assert_eq!(rates.macer.value, 8.0 / 20.0);
        assert!(rates.macer.interval.low < 0.4 && rates.macer.interval.high > 0.4, "{rates:?}");
        let none = measures.at_limit(9.0, 1).unwrap();
        assert_eq!((none.bscer.value, none.macer.value), (0.0, 1.0));
        assert!(none.bscer.interval.high > 0.05 && none.macer.interval.low < 0.9, "{none:?}");
        assert!(MorphMeasures::default().limit(0.01).is_none());
    }
}
