//! The end: the signature, a new account or none.

use super::audit::{Audit, AuditMeasure};
use super::awaiting::{Awaiting, StepResult, go_on, or_fault};
use super::common::{Core, port};
use super::facts::Cleared;
use super::names::{AccountId, Identity, KeyId};
use super::pin::Pin;
use super::ports::{Context, KeyUse, NewAccount, Opening, Signing};
use super::reasons::{End, SetbackReason};
use super::states::{OnDevice, Signature};
use super::step::{Fault, Step};
use super::table::{Event, Phase};
use super::waiting::Waiting;
use crate::digest::Digest;

/// What has to be signed: the digest of everything that the ceremony established, and of the keys.
fn application(cleared: &Cleared, keys: &KeyId) -> Digest {
    Digest::of_parts("selfsame enrolment application 2", [cleared.proofing.as_bytes(), keys.as_str().as_bytes()])
}

impl Awaiting<Signature> {
    /// The new account's keys, as the key store named them.
    pub fn keys(&self) -> &KeyId {
        &self.waiting.keys
    }

    /// What has to be signed: the digest of everything that this ceremony has established, which is
    /// that of [`Audit::proofing`], and of the keys' name.
    pub fn application(&self) -> Digest {
        application(&self.waiting.cleared, &self.waiting.keys)
    }

    /// Signs with the new PIN2, through the key store, and opens the account.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn sign(self, pin2: Pin<2>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        let this = go_on!(self.open(ctx));
        let this = go_on!(this.attempt(ctx));
        let signed = ctx.keys.sign(&this.waiting.keys, &pin2, &this.application()).await;
        match or_fault!(this, signed.map_err(port("signing the application"))) {
            Signing::Signed(signature) => this.finish(signature, ctx).await,
            Signing::WrongPin => this.fail(vec![SetbackReason::WrongPin2], ctx).await,
        }
    }

    /// Takes a signature that was made elsewhere, such as by a card, and opens the account.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn signed(self, signature: Vec<u8>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        let this = go_on!(self.open(ctx));
        go_on!(this.attempt(ctx)).finish(signature, ctx).await
    }

    /// Signs with the new PIN2, through the key store of the applicant's device, and leaves the
    /// account to the server.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn sign_for_server(self, pin2: Pin<2>, ctx: &mut Context<'_>) -> StepResult<DeviceSignature, Signature> {
        let this = go_on!(self.open(ctx));
        let mut this = go_on!(this.attempt(ctx));
        let signed = ctx.keys.sign(&this.waiting.keys, &pin2, &this.application()).await;
        match or_fault!(this, signed.map_err(port("signing the application"))) {
            Signing::Signed(signature) => {
                or_fault!(this, this.release(ctx).await);
                Ok(Step::Next(DeviceSignature { keys: this.waiting.keys, signature }))
            }
            Signing::WrongPin => this.fail(vec![SetbackReason::WrongPin2], ctx).await,
        }
    }

    async fn finish(self, signature: Vec<u8>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        let account = new_account(&self, &self.waiting.cleared, &self.waiting.keys, signature);
        self.open_account(account, ctx).await
    }
}

/// What the applicant's device sends back: the names of the keys that it made, and a signature by
/// the one under PIN2. It holds no PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceSignature {
    /// The new account's keys. The server's [`KeyStore`](super::KeyStore) must know by this name
    /// with which public keys to check signatures, such as by their digest or by themselves.
    pub keys: KeyId,
    /// The signature of the application.
    pub signature: Vec<u8>,
}

impl Awaiting<OnDevice> {
    /// What the device has to sign with these keys.
    pub fn application(&self, keys: &KeyId) -> Digest {
        application(&self.waiting.cleared, keys)
    }

    /// Takes what the device has signed, and opens the account.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn signed_on_device(
        self,
        signed: DeviceSignature,
        ctx: &mut Context<'_>,
    ) -> StepResult<Enrolled, OnDevice> {
        let this = go_on!(self.open(ctx));
        let this = go_on!(this.attempt(ctx));
        let account = new_account(&this, &this.waiting.cleared, &signed.keys, signed.signature);
        this.open_account(account, ctx).await
    }
}

fn new_account<W>(state: &Awaiting<W>, cleared: &Cleared, keys: &KeyId, signature: Vec<u8>) -> NewAccount {
    NewAccount {
        identity: cleared.identity,
        keys: keys.clone(),
        old_account: cleared.old.clone(),
        replaces: state.kind().replaces_an_account(),
        application: application(cleared, keys),
        signature,
    }
}

impl<W: Waiting> Awaiting<W> {
    /// Opens the account if its signature is valid, and everything that it rests on still holds.
    async fn open_account(mut self, account: NewAccount, ctx: &mut Context<'_>) -> StepResult<Enrolled, W> {
        let (application, signature) = (&account.application, &account.signature);
        let valid = ctx.keys.verify(&account.keys, KeyUse::Signature, application, signature).await;
        if !or_fault!(self, valid.map_err(port("checking the signature"))) {
            return self.fail(vec![SetbackReason::SignatureInvalid], ctx).await;
        }
        or_fault!(self, self.release(ctx).await);
        let opened = ctx.registry.open(&account).await.map_err(port("opening the account"));
        let id = match or_fault!(self, opened) {
            Opening::Opened(id) => id,
            Opening::OldAccountGone => return Ok(Step::Terminated(self.end(End::OldAccountGone, ctx))),
            Opening::AlreadyEnrolled => return Ok(Step::Terminated(self.end(End::AlreadyEnrolled, ctx))),
        };
        let measure = AuditMeasure::Account { account: id.clone(), application: account.application };
        let (core, _) = self.leave(Event::ApplicationSigned, Some(measure), ctx, Phase::Enrolled);
        Ok(Step::Next(Enrolled { core, id, account: Box::new(account) }))
    }
}

/// A ceremony that has led to a new account, which exists.
#[derive(Debug)]
#[must_use = "it holds the signature, which has to be kept"]
pub struct Enrolled {
    pub(super) core: Box<Core>,
    pub(super) id: AccountId,
    pub(super) account: Box<NewAccount>,
}

impl Enrolled {
    /// The account, as the registry named it.
    pub fn id(&self) -> &AccountId {
        &self.id
    }

    /// Whose account it is.
    pub fn identity(&self) -> Identity {
        self.account.identity
    }

    /// The account's keys.
    pub fn keys(&self) -> &KeyId {
        &self.account.keys
    }

    /// The old account whose place it took, as its holder consented: on renewal and upgrade.
    pub fn replaced(&self) -> Option<&AccountId> {
        self.account.old_account.as_ref().filter(|_| self.account.replaces)
    }

    /// The digest of everything that the ceremony established, and of the keys' name, which was
    /// signed.
    pub fn application(&self) -> Digest {
        self.account.application
    }

    /// The signature over [`Enrolled::application`], by the new account's key under PIN2.
    pub fn signature(&self) -> &[u8] {
        &self.account.signature
    }

    /// The record of what happened in the ceremony.
    pub fn audit(&self) -> &Audit {
        &self.core.audit
    }
}
