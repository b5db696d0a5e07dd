//! [`Ceremony`]: any state, for storage between requests.

use super::account::AfterConfirmation;
use super::audit::Audit;
use super::awaiting::Awaiting;
use super::face::AfterFace;
use super::finish::Enrolled;
use super::proofed::Proofed;
use super::states::{
    Confirmation, Consent, Document, Flashes, Form, Instructions, OnDevice, OvalCapture, Pins, PinsAgain,
    PortraitComparison, Signature,
};
use super::step::Step;
use super::table::Phase;
use super::terminated::Terminated;
use crate::outcome::Outcome;
use std::convert::Infallible;

macro_rules! ceremony {
    ($($(#[$doc:meta])* $name:ident($state:ty),)*) => {
        /// A ceremony in any state. Made from every state and every [`Step`] with `into`;
        /// [`Ceremony::seal`] stores it.
        #[derive(Debug)]
        #[must_use = "a ceremony that is dropped is over"]
        pub enum Ceremony {
            $($(#[$doc])* $name($state),)*
        }

        $(impl From<$state> for Ceremony {
            fn from(state: $state) -> Self {
                Self::$name(state)
            }
        })*

        impl Ceremony {
            /// The phase: what is awaited, or how the ceremony ended.
            pub fn phase(&self) -> Phase {
                match self {
                    $(Self::$name(_) => Phase::$name,)*
                }
            }

            /// The record of what happened so far.
            pub fn audit(&self) -> &Audit {
                match self {
                    $(Self::$name(state) => state.audit(),)*
                }
            }
        }
    };
}

ceremony! {
    /// The application form is awaited.
    Form(Awaiting<Form>),
    /// The document is awaited.
    Document(Awaiting<Document>),
    /// That the applicant has read the instructions of the face check is awaited.
    Instructions(Awaiting<Instructions>),
    /// That the face fills the oval is awaited.
    Oval(Awaiting<OvalCapture>),
    /// The face's answer to the flashes is awaited.
    Flashes(Awaiting<Flashes>),
    /// The comparison is awaited.
    Comparison(Awaiting<PortraitComparison>),
    /// The old account's confirmation is awaited.
    Confirmation(Awaiting<Confirmation>),
    /// Consent to the old account's deletion is awaited.
    Consent(Awaiting<Consent>),
    /// The identity is proofed.
    Proofed(Proofed),
    /// What the applicant's device makes of the last steps is awaited.
    OnDevice(Awaiting<OnDevice>),
    /// The choice of the PINs is awaited.
    Pins(Awaiting<Pins>),
    /// The PINs are awaited again.
    PinsAgain(Awaiting<PinsAgain>),
    /// The signature is awaited.
    Signature(Awaiting<Signature>),
    /// There is a new account.
    Enrolled(Enrolled),
    /// There is none.
    Terminated(Terminated),
}

#[cfg(test)]
impl Ceremony {
    /// The challenge that is being shown.
    pub(super) fn challenge(&self) -> Option<crate::liveness::ChallengeId> {
        match self {
            Self::Flashes(state) => Some(state.challenge()),
            _ => None,
        }
    }
}

impl From<AfterFace> for Ceremony {
    fn from(after: AfterFace) -> Self {
        match after {
            AfterFace::Confirmation(state) => state.into(),
            AfterFace::Proofed(state) => state.into(),
        }
    }
}

impl From<AfterConfirmation> for Ceremony {
    fn from(after: AfterConfirmation) -> Self {
        match after {
            AfterConfirmation::Consent(state) => state.into(),
            AfterConfirmation::Proofed(state) => state.into(),
        }
    }
}

impl From<Infallible> for Ceremony {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Takes what [`Awaiting::begin`] gives: the first state, or the end of a locked document.
impl From<Outcome<Awaiting<Form>, Terminated>> for Ceremony {
    fn from(begun: Outcome<Awaiting<Form>, Terminated>) -> Self {
        match begun {
            Outcome::Found(state) => state.into(),
            Outcome::Refused(state) => state.into(),
        }
    }
}

impl<N: Into<Ceremony>, R: Into<Ceremony>> From<Step<N, R>> for Ceremony {
    fn from(step: Step<N, R>) -> Self {
        match step {
            Step::Next(state) => state.into(),
            Step::Retry(state, _) => state.into(),
            Step::Terminated(state) => state.into(),
        }
    }
}
