//! What a ceremony can await, each with what is known by then: a state that lacks a fact cannot be
//! made, not even in this module.

use super::attempts::Counted;
use super::facts::{Applied, Cleared, Confirmed, Live, Read, Seen};
use super::names::{AccountId, KeyId};
use super::pin::Pin;
use super::table::Phase;
use super::times::TimeLimits;
use super::waiting::{Fallible, Sealed, Waiting};
use crate::liveness::ChallengeId;

/// Declares the types of what can be awaited.
///
/// Each has the facts it holds, its phase, the field of [`TimeLimits`] that limits it, what a
/// failure counts as, and what is awaited after a failure: `again` makes that from the state.
macro_rules! states {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($field:ident: $fact:ty),* }
        phase: $phase:ident, time: $time:ident, counts: $counted:expr,
        again: |$state:ident| -> $again:ident { $again_value:expr }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name { $(pub(super) $field: $fact),* }

        impl Waiting for $name {
            const PHASE: Phase = Phase::$phase;
            type Again = $again;
        }

        impl Sealed for $name {
            const COUNTED: Option<Counted> = $counted;

            fn again(self) -> $again {
                let $state = self;
                $again_value
            }

            fn time_s(limits: &TimeLimits) -> u64 {
                limits.$time()
            }
        }
    )*};
}

states! {
    /// The application form is awaited.
    Form {}
    phase: Form, time: form_s, counts: Some(Counted::Form),
    again: |state| -> Form { state }

    /// The document is awaited.
    Document { applied: Applied }
    phase: Document, time: document_s, counts: Some(Counted::Document),
    again: |state| -> Document { state }

    /// That the applicant has read the instructions of the face check is awaited.
    Instructions { read: Read }
    phase: Instructions, time: instructions_s, counts: None,
    again: |state| -> Instructions { state }

    /// That the face fills the oval is awaited.
    OvalCapture { read: Read }
    phase: Oval, time: oval_s, counts: Some(Counted::Face),
    again: |state| -> OvalCapture { state }

    /// The face's answer to the flashes is awaited.
    Flashes { read: Read, challenge: ChallengeId }
    phase: Flashes, time: flashes_s, counts: Some(Counted::Face),
    again: |state| -> OvalCapture { OvalCapture { read: state.read } }

    /// The comparison of the live face with the document's portrait is awaited.
    PortraitComparison { live: Live }
    phase: Comparison, time: comparison_s, counts: Some(Counted::Face),
    again: |state| -> OvalCapture { OvalCapture { read: state.live.read } }

    /// The old account's confirmation on the other device is awaited.
    Confirmation { seen: Seen, old: AccountId }
    phase: Confirmation, time: confirmation_s, counts: Some(Counted::Confirmation),
    again: |state| -> Confirmation { state }

    /// Consent to the old account's deletion is awaited.
    Consent { confirmed: Confirmed }
    phase: Consent, time: consent_s, counts: None,
    again: |state| -> Consent { state }

    /// The choice of PIN1 and PIN2 is awaited.
    Pins { cleared: Cleared }
    phase: Pins, time: pins_s, counts: None,
    again: |state| -> Pins { state }

    /// Both PINs are awaited again. The state holds those that were chosen.
    PinsAgain { cleared: Cleared, pin1: Pin<1>, pin2: Pin<2> }
    phase: PinsAgain, time: pins_again_s, counts: None,
    again: |state| -> PinsAgain { state }

    /// What the applicant's device makes of the last steps is awaited.
    OnDevice { cleared: Cleared }
    phase: OnDevice, time: on_device_s, counts: Some(Counted::Signature),
    again: |state| -> OnDevice { state }

    /// The signature with the new PIN2 is awaited.
    Signature { cleared: Cleared, keys: KeyId }
    phase: Signature, time: signature_s, counts: Some(Counted::Signature),
    again: |state| -> Signature { state }
}

// The others fail by what they are given, not by what a caller reports.
impl Fallible for Form {}
impl Fallible for Document {}
impl Fallible for OvalCapture {}
impl Fallible for Flashes {}
impl Fallible for PortraitComparison {}
impl Fallible for Confirmation {}
