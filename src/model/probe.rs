//! Linear measures of a face, read off what template networks know beside the template.

use serde::{Deserialize, Serialize};

/// The largest magnitude of an integer of [`ProbeSpec::features`]: chosen by hand, about what 16
/// bits hold.
const MAX_STEPS: i32 = 1 << 15;
/// The largest magnitude of any other number of a probe: chosen by hand, far beyond all that mean
/// something.
const MAX_NUMBER: f32 = 1e6;
/// The most features: as many as the largest known network's last layer reads.
const MAX_FEATURES: usize = 1 << 17;

/// A linear measure of a face: weights of what a template network's last layer reads (the card's
/// second output), and of the logarithms of the embeddings' magnitudes.
///
/// A network that tells people apart by 192 values computes more than those before its last layer:
/// whether a face is blurred, and whether it is covered, can be read off there (a linear probe: G.
/// Alain, Y. Bengio, "Understanding intermediate layers using linear classifier probes", 2016).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// What is added.
    pub offset: f32,
    /// Weights of the natural logarithms of the magnitudes, one for each network of the ensemble.
    pub magnitudes: Vec<f32>,
    /// The unit of the integers in `features`.
    pub step: f32,
    /// Weights of the features in steps: those of all networks that have some, in the order of the
    /// ensemble's members.
    pub features: Vec<i32>,
}

impl ProbeSpec {
    /// What is wrong with it, as a probe of an ensemble of `members` networks.
    fn fault(&self, members: usize) -> Option<&'static str> {
        let in_range = |v: &f32| v.abs() <= MAX_NUMBER;
        if !(self.step > 0.0 && [self.step, self.offset].iter().chain(&self.magnitudes).all(in_range)) {
            return Some("a number of a probe is out of range");
        }
        if self.magnitudes.len() != members {
            return Some("a probe has another number of magnitudes than the ensemble has members");
        }
        if self.features.len() > MAX_FEATURES || self.features.iter().any(|v| v.unsigned_abs() > MAX_STEPS as u32) {
            return Some("a feature's weight is out of range");
        }
        None
    }
}

/// How a template's reliability is measured ([`crate::template::Template::reliability`]), and how
/// much is needed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReliabilitySpec {
    /// Whose pictures it was fitted on, and how they were damaged, for people.
    pub data: String,
    /// How many people the data shows.
    pub people: u64,
    /// The least reliability that a comparison may rest on, 0 ..= 1.
    pub least: f32,
    /// What measures it.
    pub probe: ProbeSpec,
}

impl ReliabilitySpec {
    /// What is wrong with it, for an ensemble of `members` networks.
    pub(super) fn fault(&self, members: usize) -> Option<&'static str> {
        if !(0.0..=1.0).contains(&self.least) {
            return Some("the least reliability must be 0 to 1");
        }
        self.probe.fault(members)
    }
}

/// How much of one part of the face is covered, and from where on it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoveredPartSpec {
    /// The share from which on the part counts as covered, above 0 and at most 1.
    pub limit: f32,
    /// What measures the share.
    pub probe: ProbeSpec,
}

/// How covered faces are told ([`crate::quality::Covering`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoveringSpec {
    /// Whose pictures it was fitted on, and what was drawn before their faces, for people.
    pub data: String,
    /// How many people the data shows.
    pub people: u64,
    /// The eyes and what lies between them.
    pub eyes: CoveredPartSpec,
    /// The mouth.
    pub mouth: CoveredPartSpec,
    /// The whole face.
    pub face: CoveredPartSpec,
}

impl CoveringSpec {
    /// What is wrong with it, for an ensemble of `members` networks.
    pub(super) fn fault(&self, members: usize) -> Option<&'static str> {
        let parts = [&self.eyes, &self.mouth, &self.face];
        if parts.iter().any(|part| !(part.limit > 0.0 && part.limit <= 1.0)) {
            return Some("the limit of a covered part must be above 0, and 1 at most");
        }
        parts.into_iter().find_map(|part| part.probe.fault(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe() -> ProbeSpec {
        ProbeSpec { offset: 0.5, magnitudes: vec![0.1, -0.1], step: 1e-4, features: vec![1, -2, 3] }
    }

    fn reliability(probe: ProbeSpec) -> ReliabilitySpec {
        ReliabilitySpec { data: "made up".into(), people: 2, least: 0.5, probe }
    }

    #[test]
    fn what_fits_has_no_fault_and_the_rest_has_one() {
        assert_eq!(reliability(probe()).fault(2), None);
        assert!(reliability(probe()).fault(1).is_some());
        type Change = fn(&mut ProbeSpec);
        let changes: [Change; 6] = [
            |p| p.step = 0.0,
            |p| p.step = f32::NAN,
            |p| p.offset = f32::INFINITY,
            |p| p.magnitudes[0] = f32::NAN,
            |p| p.features[1] = i32::MIN,
            |p| p.features = vec![0; MAX_FEATURES + 1],
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut probe = probe();
            change(&mut probe);
            assert!(reliability(probe).fault(2).is_some(), "change {index}");
        }
        for least in [-0.1, 1.1, f32::NAN] {
            assert!(ReliabilitySpec { least, ..reliability(probe()) }.fault(2).is_some(), "{least}");
        }
        for limit in [0.0, 1.1, f32::NAN] {
            let part = |limit| CoveredPartSpec { limit, probe: probe() };
            let spec = CoveringSpec {
                data: "made up".into(),
                people: 2,
                eyes: part(0.5),
                mouth: part(limit),
                face: part(0.5),
            };
            assert!(spec.fault(2).is_some(), "{limit}");
        }
    }
}
