//! The end: the signature, a new account or none.

use super::audit::{Audit, Record};
use super::awaiting::{Awaiting, StepResult};
use super::common::{Core, port};
use super::names::{AccountId, Identity, KeyId};
use super::pin::Pin;
use super::ports::{AccountRegistry, Context, KeyUse, Signing};
use super::reasons::SetbackReason;
use super::states::Signature;
use super::step::{Fault, Step};
use super::table::{Event, Phase};
use crate::digest::Digest;
use crate::error::Result;
use serde::{Deserialize, Serialize};

impl Awaiting<Signature> {
    /// The new account's keys, as the key store named them.
    pub fn keys(&self) -> &KeyId {
        &self.waiting.keys
    }

    /// What has to be signed: the digest of everything that this ceremony has established.
    pub fn application(&self) -> Digest {
        let Signature { cleared, keys } = &*self.waiting;
        let read = &cleared.seen.read;
        // No account is an empty part: names are never empty.
        let name = |id: Option<&AccountId>| id.map_or_else(Vec::new, |id| id.as_str().as_bytes().to_vec());
        let (old, deletes) = (name(read.applied.old.as_ref().map(|old| &old.id)), name(cleared.deletes.as_ref()));
        let parts: [&[u8]; 11] = [
            self.kind().as_str().as_bytes(),
            self.method().as_str().as_bytes(),
            self.core.audit.document.digest().as_bytes(),
            self.nonce().as_bytes(),
            read.applied.form.as_bytes(),
            read.document.as_bytes(),
            read.identity.digest().as_bytes(),
            cleared.seen.capture.as_bytes(),
            &old,
            &deletes,
            keys.as_str().as_bytes(),
        ];
        Digest::of_parts("selfsame enrolment application 1", parts)
    }

    /// Signs with the new PIN2, through the key store.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn sign(self, pin2: Pin<2>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        self.when_open(ctx, |this, ctx| match ctx.keys.sign(&this.waiting.keys, &pin2, &this.application()) {
            Ok(Signing::Signed(signature)) => this.check(signature, ctx),
            Ok(Signing::WrongPin) => this.fail(vec![SetbackReason::WrongPin2], ctx),
            Err(e) => Err(Fault { state: this, error: port("signing the application", e) }),
        })
    }

    /// Takes a signature that was made elsewhere, such as on the applicant's device.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn signed(self, signature: Vec<u8>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        self.when_open(ctx, |this, ctx| this.check(signature, ctx))
    }

    fn check(mut self, signature: Vec<u8>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        match ctx.keys.verify(&self.waiting.keys, KeyUse::Signature, &self.application(), &signature) {
            Ok(true) => {}
            Ok(false) => return self.fail(vec![SetbackReason::SignatureInvalid], ctx),
            Err(e) => return Err(Fault { state: self, error: port("checking the signature", e) }),
        }
        self.core.note(Record::new(ctx.now, Phase::Signature, Event::ApplicationSigned, Phase::Enrolled));
        let application = self.application();
        let Signature { cleared, keys } = *self.waiting;
        let (identity, deletes) = (cleared.seen.read.identity, cleared.deletes);
        let account = Box::new(NewAccount { identity, keys, deletes, application, signature });
        Ok(Step::Next(Enrolled { core: self.core, account }))
    }
}

/// A ceremony that has led to a new account.
#[derive(Debug)]
#[must_use = "it holds the new account, which has to be kept"]
pub struct Enrolled {
    pub(super) core: Box<Core>,
    pub(super) account: Box<NewAccount>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NewAccount {
    identity: Identity,
    keys: KeyId,
    deletes: Option<AccountId>,
    application: Digest,
    signature: Vec<u8>,
}

impl Enrolled {
    /// Whose account it is.
    pub fn identity(&self) -> Identity {
        self.account.identity
    }

    /// The account's keys.
    pub fn keys(&self) -> &KeyId {
        &self.account.keys
    }

    /// The old account that is to be deleted, as its holder consented: on renewal and upgrade.
    pub fn deletes(&self) -> Option<&AccountId> {
        self.account.deletes.as_ref()
    }

    /// The digest of everything that the ceremony established, which was signed.
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

    /// Deletes the old account, if it is to be; to be called once the new one is kept. It can be
    /// repeated.
    ///
    /// # Errors
    /// [`ErrorKind::Port`](crate::error::ErrorKind::Port) if the registry fails.
    pub fn delete_old_account(&self, registry: &dyn AccountRegistry) -> Result<()> {
        match &self.account.deletes {
            Some(old) => registry.delete(old).map_err(|e| port("deleting the old account", e)),
            None => Ok(()),
        }
    }
}
