#![doc = include_str!("../../docs/enrol/guide.md")]
//! # States
#![doc = include_str!("../../docs/enrol/states.svg")]

mod account;
mod application;
mod audit;
mod awaiting;
mod ceremony;
mod choice;
mod face;
mod finish;
mod kind;
pub mod memory;
mod names;
mod pin;
mod policy;
mod ports;
mod reason;
mod seal;
mod table;
#[cfg(any(test, fuzzing))]
pub(crate) mod tests;
mod waits;
mod weak;

pub use account::{AfterConfirmation, ConfirmationToken, DeletionConsent};
pub use application::Application;
pub use audit::{Audit, Measure, Record};
pub use awaiting::{Awaiting, Fallible, Fault, Step, StepResult, Waiting};
pub use ceremony::Ceremony;
pub use face::AfterFace;
pub use finish::{Enrolled, Terminated};
pub use kind::{Kind, Method};
pub use names::{AccountId, DocumentKey, Identity, KeyId, Word};
pub use pin::{MAX_PIN_DIGITS, NotAPin, Pin, WhichPin};
pub use policy::{Attempt, Attempts, Counted, Ladder, Lock, Policy, Rung, TimeLimits};
pub use ports::{Account, AccountRegistry, AttemptLog, Context, KeyStore, KeyUse, PortError, Signing};
pub use reason::{End, Reason};
#[cfg(fuzzing)]
pub(crate) use seal::wrap;
pub use seal::{SealKey, SealToken};
pub use table::{Event, Phase, TRANSITIONS, Transition};
pub use waits::{
    Comparison, Confirmation, Consent, Document, Flashes, Form, Instructions, Oval, Pins, PinsAgain, Signature,
};
pub use weak::{Date, Personal, Weakness};
