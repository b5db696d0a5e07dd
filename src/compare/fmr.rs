//! [`FmrEstimate`]: what a score says about the false match rate.

use serde::{Deserialize, Serialize};

/// What a score says about the false match rate: the share of impostor pairs that score as high or
/// higher, as far as the calibration's points reach.
///
/// There will be no fourth kind: a score lies between two points, above them or below them.
// Derived, and no map of `bound` and `value`: sealed ceremonies hold an estimate, and read it as it
// was derived.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FmrEstimate {
    /// The share itself, interpolated between two points.
    About(f64),
    /// The share of the highest point, which the score is above: it is that or less.
    AtMost(f64),
    /// The share of the lowest point, which the score is below: it is that or more.
    AtLeast(f64),
}

impl FmrEstimate {
    /// The stable `snake_case` word of this kind of estimate: `about`, `at_most` or `at_least`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::About(_) => "about",
            Self::AtMost(_) => "at_most",
            Self::AtLeast(_) => "at_least",
        }
    }

    /// The false match rate that [`Self::as_str`] is said of, between 0 and 1.
    #[must_use]
    pub const fn value(self) -> f64 {
        match self {
            Self::About(fmr) | Self::AtMost(fmr) | Self::AtLeast(fmr) => fmr,
        }
    }
}

/// The estimate in words: "about 2.1e-4", "at most 1e-6", "at least 1e-1".
impl std::fmt::Display for FmrEstimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::About(fmr) => write!(f, "about {fmr:.1e}"),
            Self::AtMost(fmr) => write!(f, "at most {fmr:.0e}"),
            Self::AtLeast(fmr) => write!(f, "at least {fmr:.0e}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_said_in_words() {
        let said = [FmrEstimate::About(2.14e-4), FmrEstimate::AtMost(1e-6), FmrEstimate::AtLeast(0.1)];
        assert_eq!(said.map(|fmr| fmr.to_string()), ["about 2.1e-4", "at most 1e-6", "at least 1e-1"]);
    }

    #[test]
    fn an_estimate_is_serialised_under_its_word() {
        for estimate in [FmrEstimate::About(0.25), FmrEstimate::AtMost(0.5), FmrEstimate::AtLeast(0.75)] {
            let value = serde_json::to_value(estimate).unwrap();
            assert_eq!(value[estimate.as_str()], estimate.value());
            assert_eq!(serde_json::from_value::<FmrEstimate>(value).unwrap(), estimate);
        }
    }
}
