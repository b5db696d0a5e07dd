//! What a ceremony can await, each with what is known by then: a state that lacks a fact cannot be
//! made, not even in this module.

use super::awaiting::{Fallible, Sealed, Waiting};
use super::names::{AccountId, Identity, KeyId};
use super::pin::Pin;
use super::policy::{Counted, TimeLimits};
use super::table::Phase;
use crate::digest::Digest;
use crate::liveness::ChallengeId;
use serde::{Deserialize, Serialize};

/// The old account that the form names, as the registry knew it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OldAccount {
    pub(super) id: AccountId,
    pub(super) identity: Identity,
}

/// The form was accepted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Applied {
    pub(super) form: Digest,
    pub(super) old: Option<OldAccount>,
}

/// And the document was read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Read {
    pub(super) applied: Applied,
    pub(super) document: Digest,
    pub(super) identity: Identity,
}

/// And a live face answered the flashes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Live {
    pub(super) read: Read,
    pub(super) capture: Digest,
    pub(super) expires_at: u64,
}

/// And it matched the document, while the evidence of its life still counted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) read: Read,
    pub(super) capture: Digest,
}

/// And the old account confirmed, if there is one to do so.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Confirmed {
    pub(super) seen: Seen,
    pub(super) old: AccountId,
}

/// And the holder consents to the old account's deletion, if the new one takes its place.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cleared {
    pub(super) seen: Seen,
    /// The old account that is to be deleted.
    pub(super) deletes: Option<AccountId>,
}

macro_rules! waits {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $fact:ty),* } $time:ident, $counted:expr, |$this:ident| $again:ident $again_value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name { $(pub(super) $field: $fact),* }

        impl Waiting for $name {
            const PHASE: Phase = Phase::$name;
            type Again = $again;
        }

        impl Sealed for $name {
            const COUNTED: Option<Counted> = $counted;

            fn again(self) -> $again {
                let $this = self;
                $again_value
            }

            fn time_s(limits: &TimeLimits) -> u64 {
                limits.$time
            }
        }
    )*};
}

waits! {
    /// The application form.
    Form {} form_s, Some(Counted::Form), |this| Form this;
    /// The document.
    Document { applied: Applied } document_s, Some(Counted::Document), |this| Document this;
    /// That the applicant has read the instructions of the face check.
    Instructions { read: Read } instructions_s, None, |this| Instructions this;
    /// That the face fills the oval.
    Oval { read: Read } oval_s, Some(Counted::Face), |this| Oval this;
    /// The face's answer to the flashes.
    Flashes { read: Read, challenge: ChallengeId } flashes_s, Some(Counted::Face), |this| Oval Oval { read: this.read };
    /// The comparison with the document.
    Comparison { live: Live } comparison_s, Some(Counted::Face), |this| Oval Oval { read: this.live.read };
    /// The old account's confirmation on the other device.
    Confirmation { seen: Seen, old: AccountId } confirmation_s, Some(Counted::Confirmation), |this| Confirmation this;
    /// Consent to the old account's deletion.
    Consent { confirmed: Confirmed } consent_s, None, |this| Consent this;
    /// The choice of PIN1 and PIN2.
    Pins { cleared: Cleared } pins_s, None, |this| Pins this;
    /// Both PINs again. It holds those that were chosen.
    PinsAgain { cleared: Cleared, pin1: Pin<1>, pin2: Pin<2> } pins_again_s, None, |this| PinsAgain this;
    /// The signature with the new PIN2.
    Signature { cleared: Cleared, keys: KeyId } signature_s, Some(Counted::Signature), |this| Signature this;
}

impl Fallible for Form {}
impl Fallible for Document {}
impl Fallible for Oval {}
impl Fallible for Flashes {}
impl Fallible for Comparison {}
impl Fallible for Confirmation {}
