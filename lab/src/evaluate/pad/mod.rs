//! How often attacks pass as live faces, and live faces as attacks, on simulated flash sessions
//! (features `evaluate` and `simulate`).
//!
//! A [`PadCampaign`] lets [`simulate`](crate::simulate) record sessions of every
//! [`Species`](crate::simulate::Species) in random scenes, shows
//! them to a [`LivenessSession`](selfsame::liveness::LivenessSession) and keeps one [`PadSession`]
//! each: a line of JSON, so that an interrupted campaign goes on where it stopped ([`PadLog`]).
//! [`PadReport`] counts. With [`PadTraces`] other limits are tried on the same sessions
//! within minutes.
//!
//! **Rates measured here are rates of the simulation**, and to be named so: its attacks are those
//! that we thought of.
//!
//! # Terms
//! Those of ISO/IEC 30107-3:2023. An attack presentation that is taken for a live face counts for
//! the APCER of its species; the worst species is the headline. A live face that is taken for an
//! attack counts for the BPCER. A session that is inconclusive gave no response: the APNRR
//! and BPNRR tell how many did, apart. All are shares of all presentations of their kind, those
//! without response included. Intervals are exact ones of 95 %
//! ([`clopper_pearson`](super::clopper_pearson)).
//!
//! # Two halves
//! What is chosen on [`Half::Tune`](crate::simulate::Half) must be reported on `Half::Report`: no
//! scene's parameter is drawn from the same range in both, and no person is in both
//! ([`PadPeople`]).

mod ambient_plot;
mod box_plot;
mod campaign;
mod chance_plot;
mod conditions;
mod drawings;
mod html;
mod log;
mod people;
mod rate_plot;
mod rates;
mod report;
mod response_plot;
mod rows;
mod session;
#[cfg(test)]
mod tests;
mod traces;

pub use campaign::PadCampaign;
pub use conditions::PadConditions;
pub use log::PadLog;
pub use people::PadPeople;
pub(super) use rates::Counted;
pub use rates::{Rate, SpeciesRates};
pub use report::{ChancePoint, PadGroup, PadReport, WrongChallenges};
pub use response_plot::Response;
pub use session::{PadSession, SessionOutcome};
pub use traces::PadTraces;
