#![doc = include_str!("../../docs/enrol/guide.md")]
//! # States
#![doc = include_str!("../../docs/enrol/states.svg")]

mod account;
mod application;
mod attempts;
mod audit;
mod awaiting;
mod ceremony;
mod chip_challenge;
mod choice;
mod common;
mod envelope;
mod face;
mod facts;
mod finish;
mod kind;
pub mod memory;
mod names;
mod number;
mod pin;
mod policy;
mod ports;
mod proofed;
mod reasons;
mod reservation;
mod seal;
mod seal_token;
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
pub use application::{Application, DocumentHolder};
pub use attempts::{Attempt, AttemptId, Attempts, Counted, Ladder, Lock, Rung, Subject};
pub use audit::{Audit, AuditMeasure, Record};
pub use awaiting::{Awaiting, StepResult};
pub use ceremony::Ceremony;
pub use envelope::SealKey;
pub(crate) use envelope::{unwrap, wrap};
pub use face::AfterFace;
pub use finish::{DeviceSignature, Enrolled};
pub use kind::{Kind, Method};
pub use names::{AccountId, DocumentKey, Identity, KeyId, NameKey, SessionKey};
pub use pin::{MAX_PIN_DIGITS, NotAPin, Pin, WhichPin};
pub use policy::Policy;
pub use ports::{
    Account, AccountRegistry, AttemptLog, Context, KeyStore, KeyUse, NewAccount, NoPort, Opening, PortError,
    PortFuture, Signing, ready, wait,
};
pub use proofed::Proofed;
pub use reasons::{End, SetbackReason};
pub use reservation::{Reservation, Reserved};
#[cfg(any(test, fuzzing))]
pub(crate) use seal::STORED;
pub use seal::{DeviceKey, Sealed};
pub use seal_token::SealToken;
pub use states::{
    Confirmation, Consent, Document, Flashes, Form, Instructions, OnDevice, OvalCapture, Pins, PinsAgain,
    PortraitComparison, Signature,
};
pub use step::{Fault, Step};
pub use table::{Event, Phase, TRANSITIONS, Transition};
pub use terminated::Terminated;
pub use times::TimeLimits;
pub use waiting::{Fallible, Waiting};
pub use weak::{Date, Personal, Weakness};
pub use word::Word;
