//! The old account: its confirmation on the other device, and consent to its deletion.

use super::audit::AuditMeasure;
use super::awaiting::{Awaiting, StepResult, go_on, or_fault};
use super::common::port;
use super::facts::Confirmed;
use super::names::AccountId;
use super::ports::{Context, KeyUse};
use super::proofed::Proofed;
use super::reasons::{End, SetbackReason};
use super::states::{Confirmation, Consent};
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

/// The state after the old account's confirmation: consent to its deletion, or the end of identity
/// proofing.
#[derive(Debug)]
#[must_use]
pub enum AfterConfirmation {
    /// The new account takes the old one's place.
    Consent(Awaiting<Consent>),
    /// The old account stays.
    Proofed(Proofed),
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
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn confirm(
        self,
        token: &ConfirmationToken,
        ctx: &mut Context<'_>,
    ) -> StepResult<AfterConfirmation, Confirmation> {
        let this = go_on!(self.open(ctx));
        // The account is looked up anew: it can have been deleted, or have changed hands, since
        // the form was accepted.
        let found = ctx.registry.find(&this.waiting.old).await.map_err(port("looking up the old account"));
        let Some(account) = or_fault!(this, found) else {
            return Ok(Step::Terminated(this.end(End::OldAccountGone, ctx)));
        };
        if account.identity != this.waiting.seen.read.identity {
            return Ok(Step::Terminated(this.end(End::IdentityMismatch, ctx)));
        }
        let mut this = go_on!(this.attempt(ctx));
        // Both signatures are checked whatever comes of the first: the answer does not tell
        // which of the two PINs was wrong.
        let (request, keys) = (this.request(), ctx.keys);
        let first = keys.verify(&account.keys, KeyUse::Authentication, &request, &token.authentication).await;
        let second = keys.verify(&account.keys, KeyUse::Signature, &request, &token.signature).await;
        let valid = first.and_then(|first| Ok(first & second?)).map_err(port("checking the confirmation"));
        if !or_fault!(this, valid) {
            return this.fail(vec![SetbackReason::ConfirmationInvalid], ctx).await;
        }
        or_fault!(this, this.release(ctx).await);
        let event = Event::AccountConfirmed;
        Ok(Step::Next(if this.kind().replaces_an_account() {
            AfterConfirmation::Consent(
                this.pass(event, None, ctx, |Confirmation { seen, old }| Consent {
                    confirmed: Confirmed { seen, old },
                }),
            )
        } else {
            AfterConfirmation::Proofed(Proofed::after(this, event, None, ctx, |Confirmation { seen, old }| {
                (seen, Some(old))
            }))
        }))
    }

    /// Ends the ceremony because the holder refused on the other device: it is not they who apply.
    pub fn refuse(self, ctx: &Context<'_>) -> Terminated {
        self.end(End::ConfirmationRefused, ctx)
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
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn consent(self, consent: DeletionConsent, ctx: &mut Context<'_>) -> StepResult<Proofed, Consent> {
        let this = go_on!(self.open(ctx));
        if consent.account != this.waiting.confirmed.old {
            return this.fail(vec![SetbackReason::OtherAccount], ctx).await;
        }
        let measure = AuditMeasure::Replaces { old_account: consent.account };
        Ok(Step::Next(Proofed::after(this, Event::ConsentGiven, Some(measure), ctx, |Consent { confirmed }| {
            (confirmed.seen, Some(confirmed.old))
        })))
    }

    /// Ends the ceremony because the applicant does not consent. The old account stays.
    pub fn refuse(self, ctx: &Context<'_>) -> Terminated {
        self.end(End::ConsentRefused, ctx)
    }
}
