//! The TOML card of an ensemble: several template networks whose scores are added.

use super::calibration::CalibrationSpec;
use super::card::{MAX_CARD_BYTES, ModelCard};
use super::centre::CentreSpec;
use super::impostors::ImpostorSpec;
use super::morph::MorphSpec;
use super::probe::{CoveringSpec, ReliabilitySpec};
use crate::error::{Error, ErrorKind, Result, Stage};
use serde::Deserialize;

/// The format number of the ensembles' cards that this crate reads.
const FORMAT: u32 = 1;
/// The most networks of an ensemble: chosen by hand; the bundled ones have two.
const MAX_MEMBERS: usize = 8;
/// How far the shares' sum may be from 1.
const SUM_TOLERANCE: f32 = 1e-4;

/// One network of an ensemble.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EnsembleMember {
    /// The file name of the network's card, which lies beside the ensemble's.
    pub card: String,
    /// The network's share of the score, above 0; all of an ensemble sum to 1.
    pub share: f32,
    /// Whether the embedding of the mirrored crop is added to that of the crop, by a second run of
    /// the network.
    pub mirrored: bool,
    /// What is taken out of the network's vectors; nothing where a card does not say.
    pub centre: Option<CentreSpec>,
}

/// An ensemble's card: which template networks, how much each counts, and what the scores mean.
///
/// A face's template is the concatenation of the networks' unit vectors, each times the square root
/// of its share, so that the cosine of two templates is the sum of the networks' cosines, each
/// times its share.
///
/// It is a TOML file, and comes from [`EnsembleCard::parse`] alone: later versions may read more
/// fields. Unknown ones are refused, so that a slip of the pen is noticed.
///
/// ```
/// use selfsame::model::EnsembleCard;
/// let card = EnsembleCard::parse(r#"
///     format = 1
///     id = "ours-and-theirs"
///     [[members]]
///     card = "ours.toml"
///     share = 0.7
///     mirrored = false
///     [[members]]
///     card = "theirs.toml"
///     share = 0.3
///     mirrored = true
/// "#)?;
/// assert_eq!(card.members.len(), 2);
/// # Ok::<(), selfsame::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EnsembleCard {
    /// The version of the card's format: 1.
    pub format: u32,
    /// The ensemble's stable identity, 1 to 128 bytes; templates carry it, and templates of
    /// different identities never compare.
    pub id: String,
    /// The networks, 1 to 8, in the order of their values in a template.
    pub members: Vec<EnsembleMember>,
    /// What comparison scores mean, one entry for each [`crate::compare::Pairing`] and
    /// [`crate::compare::FmrBasis`].
    #[serde(default)]
    pub calibrations: Vec<CalibrationSpec>,
    /// How templates of different people are spread, over all values of a template.
    pub impostors: Option<ImpostorSpec>,
    /// How a template's reliability is measured; without it, it is not.
    pub reliability: Option<ReliabilitySpec>,
    /// How covered faces are told; without it, they are not.
    pub covering: Option<CoveringSpec>,
    /// How morphed portraits are told; without it, they are not.
    pub morphs: Option<MorphSpec>,
}

impl EnsembleCard {
    /// Reads and checks a card.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over 1 MiB, [`ErrorKind::InvalidModel`] if it is no card of an
    /// ensemble, or contradicts itself.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_CARD_BYTES {
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Model, "the ensemble's card is over 1 MiB"));
        }
        let card: Self = toml::from_str(text).map_err(|e| {
            Error::new(ErrorKind::InvalidModel, Stage::Model, "the ensemble's card is not valid").with_source(e)
        })?;
        card.check()?;
        Ok(card)
    }

    /// The card of one network alone.
    pub(super) fn of_network(card: &ModelCard) -> Self {
        // A network without facts about its templates is refused by whoever takes them.
        let mirrored = card.template.as_ref().is_none_or(|template| template.mirrored);
        Self {
            format: FORMAT,
            id: card.id.clone(),
            members: vec![EnsembleMember { card: String::new(), share: 1.0, mirrored, centre: None }],
            calibrations: card.calibrations.clone(),
            impostors: card.impostors.clone(),
            reliability: card.reliability.clone(),
            covering: None,
            morphs: None,
        }
    }

    fn check(&self) -> Result<()> {
        if let Some(fault) = self.fault() {
            let message = format!("the ensemble's card {:?}: {fault}", self.id);
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Model, message));
        }
        Ok(())
    }

    fn fault(&self) -> Option<&'static str> {
        if self.format != FORMAT {
            return Some("its format number is not 1");
        }
        if self.id.is_empty() || self.id.len() > 128 {
            return Some("the id must have 1 to 128 bytes");
        }
        if self.members.is_empty() || self.members.len() > MAX_MEMBERS {
            return Some("an ensemble has 1 to 8 members");
        }
        if !self.members.iter().all(|m| m.share > 0.0 && m.share <= 1.0) {
            return Some("shares must be above 0, and 1 at most");
        }
        let sum: f32 = self.members.iter().map(|m| m.share).sum();
        // NaN was refused above.
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Some("the shares must sum to 1");
        }
        let centres = self.members.iter().filter_map(|member| member.centre.as_ref());
        centres
            .into_iter()
            .find_map(|centre| centre.fault(None))
            .or_else(|| CalibrationSpec::fault_of_all(&self.calibrations))
            .or_else(|| self.reliability.as_ref()?.fault(self.members.len()))
            .or_else(|| self.covering.as_ref()?.fault(self.members.len()))
            .or_else(|| self.morphs.as_ref()?.fault(self.members.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(change: impl Fn(&str) -> String) -> String {
        let members = "[[members]]\ncard = \"a.toml\"\nshare = 0.75\nmirrored = true\n\
                       [[members]]\ncard = \"b.toml\"\nshare = 0.25\nmirrored = false\n";
        change(&format!("format = 1\nid = \"two\"\n{members}"))
    }

    #[test]
    fn a_card_that_fits_is_read() {
        let card = EnsembleCard::parse(&text(str::to_owned)).unwrap();
        let members: Vec<_> = card.members.iter().map(|m| (m.card.as_str(), m.share, m.mirrored)).collect();
        assert_eq!(members, [("a.toml", 0.75, true), ("b.toml", 0.25, false)]);
        assert!(card.calibrations.is_empty() && card.impostors.is_none());
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let changes = [
            ("format = 1", "format = 2"),
            ("\"two\"", "\"\""),
            ("0.75", "0.7"),
            ("0.75", "nan"),
            ("0.75", "-0.75"),
            ("0.75", "inf"),
            ("mirrored = false", "mirored = false"),
            ("mirrored = false", ""),
        ];
        for (from, to) in changes {
            let error = EnsembleCard::parse(&text(|t| t.replace(from, to))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidModel, "{from} → {to}");
        }
        let none = EnsembleCard::parse("format = 1\nid = \"none\"\nmembers = []").unwrap_err();
        assert_eq!(none.kind(), ErrorKind::InvalidModel);
        let long = EnsembleCard::parse(&" ".repeat(MAX_CARD_BYTES + 1)).unwrap_err();
        assert_eq!(long.kind(), ErrorKind::LimitExceeded);
    }
}
