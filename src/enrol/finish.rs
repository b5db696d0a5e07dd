//! The end: the signature, a new account or none.

use super::audit::{Audit, Record};
use super::awaiting::{Awaiting, Core, Fault, Step, StepResult, port};
use super::names::{AccountId, Identity, KeyId};
use super::pin::Pin;
use super::policy::Lock;
use super::ports::{AccountRegistry, Context, KeyUse, Signing};
use super::reason::{End, Reason};
use super::table::{Event, Phase};
use super::waits::Signature;
use crate::digest::Digest;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

impl Awaiting<Signature> {
    /// The new account's keys.
    pub fn keys(&self) -> &KeyId {
        &self.waiting.keys
    }

    /// What has to be signed: everything that this ceremony has established.
    pub fn application(&self) -> Digest {
        let Signature { cleared, keys } = &*self.waiting;
        let read = &cleared.seen.read;
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
        let this = match self.open(ctx) {
            ControlFlow::Continue(this) => this,
            ControlFlow::Break(over) => return over,
        };
        match ctx.keys.sign(&this.waiting.keys, &pin2, &this.application()) {
            Ok(Signing::Signed(signature)) => this.check(signature, ctx),
            Ok(Signing::WrongPin) => this.fail(vec![Reason::WrongPin2], ctx),
            Err(e) => Err(Fault { state: this, error: port("signing the application", e) }),
        }
    }

    /// Takes a signature that was made elsewhere, such as on the applicant's device.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn signed(self, signature: Vec<u8>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        match self.open(ctx) {
            ControlFlow::Continue(this) => this.check(signature, ctx),
            ControlFlow::Break(over) => over,
        }
    }

    fn check(mut self, signature: Vec<u8>, ctx: &mut Context<'_>) -> StepResult<Enrolled, Signature> {
        match ctx.keys.verify(&self.waiting.keys, KeyUse::Signature, &self.application(), &signature) {
            Ok(true) => {}
            Ok(false) => return self.fail(vec![Reason::SignatureInvalid], ctx),
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

/// There is a new account.
#[derive(Debug)]
#[must_use]
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
    /// Whose it is.
    pub fn identity(&self) -> Identity {
        self.account.identity
    }

    /// Its keys.
    pub fn keys(&self) -> &KeyId {
        &self.account.keys
    }

    /// The old account that is to be deleted, as its holder consented: on renewal and upgrade.
    pub fn deletes(&self) -> Option<&AccountId> {
        self.account.deletes.as_ref()
    }

    /// What was signed.
    pub fn application(&self) -> Digest {
        self.account.application
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.account.signature
    }

    /// What happened.
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

/// It is over, without a new account.
#[derive(Debug)]
#[must_use]
pub struct Terminated {
    pub(super) core: Box<Core>,
    pub(super) end: End,
}

impl Terminated {
    /// Why.
    pub fn reason(&self) -> End {
        self.end
    }

    /// Why the last step failed, where that is what locked the document.
    pub fn reasons(&self) -> &[Reason] {
        self.core.audit.records.last().map_or(&[], |record| &record.reasons)
    }

    /// The countdown: seconds until a new ceremony can begin with this document, 0 if it can now,
    /// `None` if it never can.
    pub fn wait_s(&self, now: u64) -> Option<u64> {
        match self.end {
            End::Locked(Lock::ForGood) => None,
            End::Locked(Lock::Until(until)) => Some(until.saturating_sub(now)),
            _ => Some(0),
        }
    }

    /// What happened.
    pub fn audit(&self) -> &Audit {
        &self.core.audit
    }
}
