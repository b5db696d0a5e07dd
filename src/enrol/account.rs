//! The old account: its confirmation on the other device, and consent to its deletion.

use super::awaiting::{Awaiting, StepResult};
use super::common::port;
use super::facts::{Cleared, Confirmed};
use super::names::AccountId;
use super::ports::{Context, KeyUse};
use super::reasons::{End, SetbackReason};
use super::states::{Confirmation, Consent, Pins};
use super::step::{Fault, Step};
use super::table::Event;
use super::terminated::Terminated;
use crate::digest::Digest;

/// The confirmation that the device of the old account sends when its holder has confirmed there
/// with both PINs: two signatures of [`Awaiting::request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmationToken {
    /// The signature with the key under PIN1.
    pub authentication: Vec<u8>,
    /// The signature with the key under PIN2.
    pub signature: Vec<u8>,
}

/// The state after the old account's confirmation: consent to its deletion, or the PINs.
#[derive(Debug)]
#[must_use]
pub enum AfterConfirmation {
    /// The new account takes the old one's place.
    Consent(Awaiting<Consent>),
    /// The old account stays.
    Pins(Awaiting<Pins>),
}

impl Awaiting<Confirmation> {
    /// The account that has to confirm.
    pub fn old_account(&self) -> &AccountId {
        &self.waiting.old
    }

    /// The digest that the device has to sign: of this application, in this ceremony.
    pub fn request(&self) -> Digest {
        let read = &self.waiting.seen.read;
        let parts: [&[u8]; 6] = [
            self.kind().as_str().as_bytes(),
            self.method().as_str().as_bytes(),
            self.nonce().as_bytes(),
            read.applied.form.as_bytes(),
            read.document.as_bytes(),
            self.waiting.old.as_str().as_bytes(),
        ];
        Digest::of_parts("selfsame enrolment confirmation 1", parts)
    }

    /// Takes the confirmation. Both signatures must be valid, and the account still active and the
    /// same person's. Wrong PINs on the other device go to [`Awaiting::failed`].
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn confirm(
        self,
        token: &ConfirmationToken,
        ctx: &mut Context<'_>,
    ) -> StepResult<AfterConfirmation, Confirmation> {
        self.when_open(ctx, |this, ctx| {
            // The account is looked up anew: it can have been deleted, or have changed hands, since
            // the form was accepted.
            let account = match ctx.registry.find(&this.waiting.old) {
                Ok(Some(account)) => account,
                Ok(None) => return Ok(Step::Terminated(this.end(End::OldAccountGone, ctx.now))),
                Err(e) => return Err(Fault { state: this, error: port("looking up the old account", e) }),
            };
            if account.identity != this.waiting.seen.read.identity {
                return Ok(Step::Terminated(this.end(End::IdentityMismatch, ctx.now)));
            }
            // Both signatures are checked whatever comes of the first: the answer does not tell
            // which of the two PINs was wrong.
            let request = this.request();
            let verify = |by, signature: &[u8]| ctx.keys.verify(&account.keys, by, &request, signature);
            let valid = verify(KeyUse::Authentication, &token.authentication)
                .and_then(|first| Ok(first & verify(KeyUse::Signature, &token.signature)?));
            match valid {
                Ok(true) => {}
                Ok(false) => return this.fail(vec![SetbackReason::ConfirmationInvalid], ctx),
                Err(e) => return Err(Fault { state: this, error: port("checking the confirmation", e) }),
            }
            let event = Event::AccountConfirmed;
            Ok(Step::Next(if this.kind().replaces_an_account() {
                AfterConfirmation::Consent(this.pass(event, None, ctx, |Confirmation { seen, old }| Consent {
                    confirmed: Confirmed { seen, old },
                }))
            } else {
                AfterConfirmation::Pins(
                    this.pass(event, None, ctx, |waiting| Pins {
                        cleared: Cleared { seen: waiting.seen, deletes: None },
                    }),
                )
            }))
        })
    }

    /// Ends the ceremony because the holder refused on the other device: it is not they who apply.
    pub fn refuse(self, ctx: &Context<'_>) -> Terminated {
        self.end(End::ConfirmationRefused, ctx.now)
    }
}

/// Consent to the deletion of an account, named by whoever consents: what the applicant was shown
/// and agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionConsent {
    /// The account that is to be deleted.
    pub account: AccountId,
}

impl Awaiting<Consent> {
    /// The account that is to be deleted once the new one exists.
    pub fn old_account(&self) -> &AccountId {
        &self.waiting.confirmed.old
    }

    /// Takes the applicant's consent, which must name the old account.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn consent(self, consent: DeletionConsent, ctx: &mut Context<'_>) -> StepResult<Awaiting<Pins>, Consent> {
        self.when_open(ctx, |this, ctx| {
            if consent.account != this.waiting.confirmed.old {
                return this.fail(vec![SetbackReason::OtherAccount], ctx);
            }
            Ok(Step::Next(this.pass(Event::ConsentGiven, None, ctx, |Consent { confirmed }| Pins {
                cleared: Cleared { seen: confirmed.seen, deletes: Some(confirmed.old) },
            })))
        })
    }

    /// Ends the ceremony because the applicant does not consent. The old account stays.
    pub fn refuse(self, ctx: &Context<'_>) -> Terminated {
        self.end(End::ConsentRefused, ctx.now)
    }
}
