//! The ensembles that come with the crate.

use super::source::ModelSource;
use crate::words::words;

/// A choice between speed and accuracy: which template networks run, and on which views of a face.
///
/// Templates of different profiles never compare. What each costs and how often it errs stands in
/// the project's `docs/measurements.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Profile {
    /// The small network alone (MobileFaceNet, 192 values), with its mirrored crop.
    Fast,
    /// Both networks (SFace, 128 values, beside it): the default.
    #[default]
    Standard,
    /// Both networks, each with its mirrored crop.
    Accurate,
}

words!(Profile { Fast => "fast", Standard => "standard", Accurate => "accurate" });

impl Profile {
    /// The text of the ensemble's card ([`EnsembleCard::parse`](super::EnsembleCard::parse)), which
    /// names its networks: for programs that keep these in files of their own and load them one by
    /// one, as [`Ensemble::new`](super::Ensemble::new) takes them.
    #[must_use]
    pub const fn card(self) -> &'static str {
        match self {
            Self::Fast => include_str!("../../models/fast.toml"),
            Self::Standard => include_str!("../../models/standard.toml"),
            Self::Accurate => include_str!("../../models/accurate.toml"),
        }
    }
}

/// The network that a bundled ensemble names by its card; `None` if it is not built in.
pub(super) fn bundled_member(card: &str) -> Option<ModelSource> {
    match card {
        "template.toml" => Some(ModelSource::Bundled),
        #[cfg(feature = "sface")]
        "sface.toml" => Some(ModelSource::sface()),
        _ => None,
    }
}
