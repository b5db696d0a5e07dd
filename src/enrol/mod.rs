#![doc = include_str!("../../docs/enrol/guide.md")]
//! # States
#![doc = include_str!("../../docs/enrol/states.svg")]

mod account;
mod application;
mod attempts;
mod audit;
mod awaiting;
mod ceremony;
mod choice;
mod common;
mod face;
mod facts;
mod finish;
mod kind;
pub mod memory;
mod names;
mod pin;
mod policy;
mod ports;
mod reasons;
mod seal;
mod states;
mod step;
mod table;
mod terminated;
#[cfg(any(test, fuzzing))]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod times;
mod waiting;
mod weak;
mod word;

pub use account::{AfterConfirmation, ConfirmationToken, DeletionConsent};
pub use application::Application;
pub use attempts::{Attempt, Attempts, Counted, Ladder, Lock, Rung};
pub use audit::{Audit, AuditMeasure, Record};
pub use awaiting::{Awaiting, StepResult};
pub use ceremony::Ceremony;
pub use face::AfterFace;
pub use finish::Enrolled;
pub use kind::{Kind, Method};
pub use names::{AccountId, DocumentKey, Identity, KeyId};
pub use pin::{MAX_PIN_DIGITS, NotAPin, Pin, WhichPin};
pub use policy::Policy;
pub use ports::{Account, AccountRegistry, AttemptLog, Context, KeyStore, KeyUse, PortError, Signing};
pub use reasons::{End, SetbackReason};
#[cfg(fuzzing)]
pub(crate) use seal::wrap;
pub use seal::{SealKey, SealToken};
pub use states::{
    Confirmation, Consent, Document, Flashes, Form, Instructions, OvalCapture, Pins, PinsAgain, PortraitComparison,
    Signature,
};
pub use step::{Fault, Step};
pub use table::{Event, Phase, TRANSITIONS, Transition};
pub use terminated::Terminated;
pub use times::TimeLimits;
pub use waiting::{Fallible, Waiting};
pub use weak::{Date, Personal, Weakness};
pub use word::Word;
