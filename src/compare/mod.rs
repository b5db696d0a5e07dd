//! Comparison: how alike two templates are, what that says about the false match rate, and the
//! decision.
//!
//! [`score`] compares two [templates](crate::template). A [`Calibration`] knows how often impostors
//! reach a score: the *false match rate* (FMR), the share of comparisons of two different people
//! that match all the same. Callers ask for such a rate ([`Calibration::threshold`]), never for a
//! cosine: cosines of different models mean different things, and so do those of different faces.
//!
//! [`Engine::verify`](crate::engine::Engine::verify) does all of this for two pictures. By hand:
//!
//! ```
//! use selfsame::compare::{Calibration, Decision, FmrBasis, Pairing, Score};
//! use selfsame::model::ModelCard;
//!
//! let card = ModelCard::parse(&std::fs::read_to_string("models/template.toml")?)?;
//! let calibration = Calibration::of_card(&card, Pairing::SelfieSelfie, FmrBasis::Average)?;
//! let threshold = calibration.threshold(1e-3)?;
//! let score = Score::new(0.3)?;
//! assert_eq!(threshold.decide(score), Decision::Match);
//! assert!(!threshold.is_marginal(score) && calibration.log_likelihood_ratio(score) > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calibration;
mod evidence;
mod fmr;
mod morph;
mod score;
mod threshold;

pub use crate::model::calibration::{FmrBasis, Pairing};
pub use calibration::Calibration;
pub use evidence::MatchEvidence;
pub use fmr::FmrEstimate;
pub use morph::MorphDetector;
pub(crate) use score::{Compared, score_of};
pub use score::{Score, cosine, score};
pub use threshold::{Decision, Threshold};
