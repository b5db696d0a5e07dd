//! The first steps: begin, form, document.

use super::audit::{Audit, AuditMeasure};
use super::awaiting::{Awaiting, StepResult};
use super::common::{Core, fresh_nonce, port};
use super::facts::{Applied, OldAccount, Read};
use super::kind::{Kind, Method, needs_old_account};
use super::names::{AccountId, DocumentKey, Identity};
use super::ports::Context;
use super::reasons::{End, SetbackReason};
use super::states::{Document, Form, Instructions};
use super::step::{Fault, Step};
use super::table::Event;
use super::terminated::Terminated;
use crate::digest::Digest;
use crate::document::DocumentEvidence;
use crate::error::Error;
use crate::outcome::Outcome;

/// A filled form, as far as the ceremony has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The account that the applicant has, where one has to confirm.
    pub old_account: Option<AccountId>,
    /// The digest of all that the form says: the applicant's signature covers it.
    pub form: Digest,
}

impl Awaiting<Form> {
    /// Begins a ceremony with the document of this number; or tells that it is locked. A fresh
    /// nonce is drawn.
    ///
    /// # Errors
    /// [`ErrorKind::Port`](crate::error::ErrorKind::Port) if the log of attempts fails,
    /// [`ErrorKind::Randomness`](crate::error::ErrorKind::Randomness) if the generator repeats
    /// itself.
    pub fn begin(
        kind: Kind,
        method: Method,
        document: DocumentKey,
        ctx: &mut Context<'_>,
    ) -> Result<Outcome<Self, Terminated>, Error> {
        let audit = Audit { kind, method, document, began_at: ctx.now, records: Vec::new() };
        let core = Box::new(Core { audit, nonce: fresh_nonce(ctx, None)?, since: ctx.now });
        let this = Self { core, waiting: Box::new(Form {}) };
        // A locked document begins nothing, but leaves an audit that says so.
        Ok(match this.lock(ctx)? {
            Some(end) => Outcome::Refused(this.end(end, ctx.now)),
            None => Outcome::Found(this),
        })
    }

    /// Accepts the form. Where an old account has to confirm ([`Kind`], [`Method`]), the form names
    /// it and it has to be active. Errors that the caller finds in the form go to
    /// [`Awaiting::failed`].
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn submit(self, application: Application, ctx: &mut Context<'_>) -> StepResult<Awaiting<Document>, Form> {
        self.when_open(ctx, |this, ctx| {
            let Application { old_account, form } = application;
            let old = match (needs_old_account(this.kind(), this.method()), old_account) {
                (false, None) => None,
                (false, Some(_)) => return this.fail(vec![SetbackReason::OldAccountUnneeded], ctx),
                (true, None) => return this.fail(vec![SetbackReason::OldAccountMissing], ctx),
                (true, Some(id)) => match ctx.registry.find(&id) {
                    Ok(Some(account)) => Some(OldAccount { id, identity: account.identity }),
                    Ok(None) => return this.fail(vec![SetbackReason::OldAccountUnknown], ctx),
                    Err(e) => return Err(Fault { state: this, error: port("looking up the old account", e) }),
                },
            };
            Ok(Step::Next(this.pass(Event::FormAccepted, None, ctx, |_| Document { applied: Applied { form, old } })))
        })
    }
}

impl Awaiting<Document> {
    /// Takes the document that was read, and who it belongs to, from what is printed or stored on
    /// it. If an old account has to confirm, it must be the same person's; otherwise the
    /// ceremony ends. A scan that failed goes to [`Awaiting::failed`], and so does a document
    /// whose own number is not the one of [`Awaiting::document_key`]: whoever could type another
    /// number each time would meet no lock.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn read(
        self,
        evidence: DocumentEvidence,
        identity: Identity,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<Instructions>, Document> {
        self.when_open(ctx, |this, ctx| {
            if let Some(reason) = this.core.objection(evidence.binding(), ctx) {
                return this.fail(vec![reason], ctx);
            }
            if this.waiting.applied.old.as_ref().is_some_and(|old| old.identity != identity) {
                return Ok(Step::Terminated(this.end(End::IdentityMismatch, ctx.now)));
            }
            let (document, measure) = (evidence.document(), AuditMeasure::Document { origin: evidence.origin() });
            Ok(Step::Next(this.pass(Event::DocumentRead, Some(measure), ctx, |waiting| Instructions {
                read: Read { applied: waiting.applied, document, identity },
            })))
        })
    }
}
