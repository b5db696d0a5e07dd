//! The phases of a ceremony, what can happen, and where that leads: one table, held against the
//! code by a test in both directions, and drawn as the guide's diagram.

use crate::words::sealed_words;
use serde::{Deserialize, Serialize};

/// What a ceremony awaits, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// The application form.
    Form,
    /// The document.
    Document,
    /// That the applicant has read the instructions of the face check.
    Instructions,
    /// That the face fills the oval.
    Oval,
    /// The face's answer to the flashes.
    Flashes,
    /// The comparison with the document.
    Comparison,
    /// The old account's confirmation on the other device.
    Confirmation,
    /// Consent to the old account's deletion.
    Consent,
    /// Nothing is awaited, if that was all: the identity is proofed.
    Proofed,
    /// What the applicant's device makes of the last steps.
    OnDevice,
    /// The choice of PIN1 and PIN2.
    Pins,
    /// Both PINs again.
    PinsAgain,
    /// The signature with the new PIN2.
    Signature,
    /// Nothing is awaited: there is a new account.
    Enrolled,
    /// Nothing is awaited: the ceremony ended without an account.
    Terminated,
}

sealed_words!(Phase {
    Form => "form",
    Document => "document",
    Instructions => "instructions",
    Oval => "oval",
    Flashes => "flashes",
    Comparison => "comparison",
    Confirmation => "confirmation",
    Consent => "consent",
    Proofed => "proofed",
    OnDevice => "on_device",
    Pins => "pins",
    PinsAgain => "pins_again",
    Signature => "signature",
    Enrolled => "enrolled",
    Terminated => "terminated",
});

impl Phase {
    /// All phases, in the order of a ceremony.
    pub const ALL: [Self; 15] = [
        Self::Form,
        Self::Document,
        Self::Instructions,
        Self::Oval,
        Self::Flashes,
        Self::Comparison,
        Self::Confirmation,
        Self::Consent,
        Self::Proofed,
        Self::OnDevice,
        Self::Pins,
        Self::PinsAgain,
        Self::Signature,
        Self::Enrolled,
        Self::Terminated,
    ];
}

/// What happened in a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The form was accepted.
    FormAccepted,
    /// The document was read.
    DocumentRead,
    /// The applicant has read the instructions.
    InstructionsRead,
    /// The face fills the oval; the flashes begin.
    FlashesBegun,
    /// A live face answered the flashes.
    FlashesAnswered,
    /// The faces matched.
    FacesMatched,
    /// The old account confirmed.
    AccountConfirmed,
    /// The applicant consents to the old account's deletion.
    ConsentGiven,
    /// The last steps are taken here.
    PinsAwaited,
    /// The last steps were handed over to the applicant's device.
    HandedOver,
    /// PINs were chosen.
    PinsChosen,
    /// The PINs were entered again, and were the same.
    PinsRepeated,
    /// Chosen PINs were forgotten: the applicant wants others, or the state was sealed.
    PinsForgotten,
    /// The application was signed.
    ApplicationSigned,
    /// The step failed.
    Failed,
    /// The step took too long.
    TooSlow,
    /// The ceremony ended without an account.
    Ended,
}

sealed_words!(Event {
    FormAccepted => "form_accepted",
    DocumentRead => "document_read",
    InstructionsRead => "instructions_read",
    FlashesBegun => "flashes_begun",
    FlashesAnswered => "flashes_answered",
    FacesMatched => "faces_matched",
    AccountConfirmed => "account_confirmed",
    ConsentGiven => "consent_given",
    PinsAwaited => "pins_awaited",
    HandedOver => "handed_over",
    PinsChosen => "pins_chosen",
    PinsRepeated => "pins_repeated",
    PinsForgotten => "pins_forgotten",
    ApplicationSigned => "application_signed",
    Failed => "failed",
    TooSlow => "too_slow",
    Ended => "ended",
});

/// One row of [`TRANSITIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Transition {
    /// The phase before.
    pub from: Phase,
    /// What happened.
    pub event: Event,
    /// The phase after.
    pub to: Phase,
}

const fn row(from: Phase, event: Event, to: Phase) -> Transition {
    Transition { from, event, to }
}

/// Every transition that there is. Where one event leads to two phases, the kind and the method of
/// the ceremony decide.
pub const TRANSITIONS: &[Transition] = &[
    row(Phase::Form, Event::FormAccepted, Phase::Document),
    row(Phase::Document, Event::DocumentRead, Phase::Instructions),
    row(Phase::Instructions, Event::InstructionsRead, Phase::Oval),
    row(Phase::Oval, Event::FlashesBegun, Phase::Flashes),
    row(Phase::Flashes, Event::FlashesAnswered, Phase::Comparison),
    row(Phase::Comparison, Event::FacesMatched, Phase::Confirmation),
    row(Phase::Comparison, Event::FacesMatched, Phase::Proofed),
    row(Phase::Confirmation, Event::AccountConfirmed, Phase::Consent),
    row(Phase::Confirmation, Event::AccountConfirmed, Phase::Proofed),
    row(Phase::Consent, Event::ConsentGiven, Phase::Proofed),
    row(Phase::Proofed, Event::PinsAwaited, Phase::Pins),
    row(Phase::Proofed, Event::HandedOver, Phase::OnDevice),
    row(Phase::OnDevice, Event::ApplicationSigned, Phase::Enrolled),
    row(Phase::Pins, Event::PinsChosen, Phase::PinsAgain),
    row(Phase::PinsAgain, Event::PinsRepeated, Phase::Signature),
    row(Phase::PinsAgain, Event::PinsForgotten, Phase::Pins),
    row(Phase::Signature, Event::ApplicationSigned, Phase::Enrolled),
    row(Phase::Form, Event::Failed, Phase::Form),
    row(Phase::Document, Event::Failed, Phase::Document),
    row(Phase::Oval, Event::Failed, Phase::Oval),
    row(Phase::Flashes, Event::Failed, Phase::Oval),
    row(Phase::Comparison, Event::Failed, Phase::Oval),
    row(Phase::Confirmation, Event::Failed, Phase::Confirmation),
    row(Phase::Consent, Event::Failed, Phase::Consent),
    row(Phase::OnDevice, Event::Failed, Phase::OnDevice),
    row(Phase::Pins, Event::Failed, Phase::Pins),
    row(Phase::PinsAgain, Event::Failed, Phase::PinsAgain),
    row(Phase::Signature, Event::Failed, Phase::Signature),
    row(Phase::Form, Event::TooSlow, Phase::Form),
    row(Phase::Document, Event::TooSlow, Phase::Document),
    row(Phase::Instructions, Event::TooSlow, Phase::Instructions),
    row(Phase::Oval, Event::TooSlow, Phase::Oval),
    row(Phase::Flashes, Event::TooSlow, Phase::Oval),
    row(Phase::Comparison, Event::TooSlow, Phase::Oval),
    row(Phase::Confirmation, Event::TooSlow, Phase::Confirmation),
    row(Phase::Consent, Event::TooSlow, Phase::Consent),
    row(Phase::OnDevice, Event::TooSlow, Phase::OnDevice),
    row(Phase::Pins, Event::TooSlow, Phase::Pins),
    row(Phase::PinsAgain, Event::TooSlow, Phase::PinsAgain),
    row(Phase::Signature, Event::TooSlow, Phase::Signature),
    row(Phase::Form, Event::Ended, Phase::Terminated),
    row(Phase::Document, Event::Ended, Phase::Terminated),
    row(Phase::Instructions, Event::Ended, Phase::Terminated),
    row(Phase::Oval, Event::Ended, Phase::Terminated),
    row(Phase::Flashes, Event::Ended, Phase::Terminated),
    row(Phase::Comparison, Event::Ended, Phase::Terminated),
    row(Phase::Confirmation, Event::Ended, Phase::Terminated),
    row(Phase::Consent, Event::Ended, Phase::Terminated),
    row(Phase::OnDevice, Event::Ended, Phase::Terminated),
    row(Phase::Pins, Event::Ended, Phase::Terminated),
    row(Phase::PinsAgain, Event::Ended, Phase::Terminated),
    row(Phase::Signature, Event::Ended, Phase::Terminated),
];
