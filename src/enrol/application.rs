//! The first steps: begin, form, document.

use super::attempts::Subject;
use super::audit::{Audit, AuditMeasure};
use super::awaiting::{Awaiting, StepResult, go_on, or_fault};
use super::common::{Core, fresh_nonce, mistake, port};
use super::facts::{Applied, OldAccount, Read};
use super::kind::{Kind, Method, needs_old_account};
use super::names::{AccountId, DocumentKey, Identity, NameKey, SessionKey};
use super::ports::Context;
use super::reasons::{End, SetbackReason};
use super::states::{Document, Form, Instructions};
use super::step::{Fault, Step};
use super::table::Event;
use super::terminated::Terminated;
use crate::digest::Digest;
use crate::document::chip::AuthenticDocument;
use crate::document::{DocumentDemand, DocumentEvidence, PagePortrait, ZoneRefusal};
use crate::error::Error;
use crate::outcome::Outcome;

/// A filled form, as far as the ceremony has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The account that the applicant has, where one has to confirm.
    pub old_account: Option<AccountId>,
    /// The digest of all that the form says: the applicant's signature covers it. What the form
    /// says can be guessed, so it is a keyed one ([`Digest::keyed`]).
    pub form: Digest,
}

/// What stands on the document that was read, and how far that can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentHolder {
    /// The document's own state and number: not what was typed, but what was read.
    pub document: DocumentKey,
    /// Who it belongs to.
    pub identity: Identity,
    /// Whether its authenticity was checked, such as a chip's signatures. If so, attempts count
    /// against the document and its holder from now on, and else against the session: nobody can
    /// lock somebody else's document with a picture of one.
    pub authenticated: bool,
    /// The digest of the portrait that it stands beside, if that is known
    /// ([`DocumentHolder::of_chip`]): evidence of another portrait does not go with it.
    pub portrait: Option<Digest>,
}

impl DocumentHolder {
    /// What stands on a document whose chip was authenticated: its issuing state and number, and
    /// the holder, by state, names and date of birth as the machine-readable zone has them.
    ///
    /// Who is told apart by something else where the service runs, such as a personal number, sets
    /// [`Self::identity`].
    ///
    /// # Errors
    /// Those of [`DocumentKey::new`], for a state that ICAO 9303-3 does not list.
    pub fn of_chip(document: &AuthenticDocument<'_>, names: &NameKey) -> Result<Self, Error> {
        let mrz = document.mrz();
        let birth = document.date_of_birth().map(|day| day.to_string()).unwrap_or_default(); // unknown parts
        let identity = Identity::new(names, &[mrz.nationality(), mrz.surname(), mrz.given_names(), &birth]);
        let key = DocumentKey::new(names, mrz.issuing_state(), mrz.number())?;
        Ok(Self { document: key, identity, authenticated: true, portrait: Some(document.photo().digest()) })
    }

    /// What stands on a photographed data page, by its machine-readable zone: the same as
    /// [`Self::of_chip`] says of the same document, but not authenticated, since anybody can print
    /// a page. It stands beside the portrait of that page alone, so that zone, portrait and the
    /// form's document number are bound. `at` is the time in seconds since 1970; the date of
    /// birth is the last one before it that the zone's two digits of the year allow.
    ///
    /// Refused is a page whose zone was not read: [`PagePortrait::zone`] says why.
    ///
    /// # Errors
    /// Those of [`DocumentKey::new`], for a state that ICAO 9303-3 does not list.
    pub fn of_page(page: &PagePortrait, names: &NameKey, at: u64) -> Result<Outcome<Self, ZoneRefusal>, Error> {
        let mrz = match &page.zone {
            Outcome::Found(zone) => &zone.mrz,
            Outcome::Refused(reason) => return Ok(Outcome::Refused(*reason)),
        };
        let birth = mrz.birth_before(at).map(|day| day.to_string()).unwrap_or_default(); // unknown parts
        let identity = Identity::new(names, &[mrz.nationality(), mrz.surname(), mrz.given_names(), &birth]);
        let key = DocumentKey::new(names, mrz.issuing_state(), mrz.number())?;
        let portrait = Some(page.document.digest());
        Ok(Outcome::Found(Self { document: key, identity, authenticated: false, portrait }))
    }
}

impl Awaiting<Form> {
    /// Begins a ceremony in this session, with the document of this number; or tells that one of
    /// them is locked. A fresh nonce is drawn. Until the document is authenticated, failed attempts
    /// count against the session alone.
    ///
    /// # Errors
    /// [`ErrorKind::Port`](crate::error::ErrorKind::Port) if the log of attempts fails,
    /// [`ErrorKind::Randomness`](crate::error::ErrorKind::Randomness) if the generator repeats
    /// itself.
    pub async fn begin(
        kind: Kind,
        method: Method,
        session: SessionKey,
        document: DocumentKey,
        ctx: &mut Context<'_>,
    ) -> Result<Outcome<Self, Terminated>, Error> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let audit = Audit { version, kind, method, session, document, began_at: ctx.now, records: Vec::new() };
        let core = Box::new(Core {
            audit,
            nonce: fresh_nonce(ctx, None)?,
            since: ctx.now,
            subjects: vec![Subject::Session(session), Subject::Document(document)],
            authenticated: false,
            held: None,
            token: None,
        });
        let this = Self { core, waiting: Box::new(Form {}) };
        // What is locked begins nothing, but leaves an audit that says so.
        Ok(match this.lock(ctx).await? {
            Some(end) => Outcome::Refused(this.end(end, ctx)),
            None => Outcome::Found(this),
        })
    }

    /// Accepts the form. Where an old account has to confirm ([`Kind`], [`Method`]), the form names
    /// it and it has to be active. Errors that the caller finds in the form go to
    /// [`Awaiting::failed`].
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn submit(self, application: Application, ctx: &mut Context<'_>) -> StepResult<Awaiting<Document>, Form> {
        let this = go_on!(self.open(ctx));
        // Names of accounts can be guessed here: that is an attempt.
        let mut this = go_on!(this.attempt(ctx));
        let Application { old_account, form } = application;
        let old = match (needs_old_account(this.kind(), this.method()), old_account) {
            (false, None) => None,
            (false, Some(_)) => return this.fail(vec![SetbackReason::OldAccountUnneeded], ctx).await,
            (true, None) => return this.fail(vec![SetbackReason::OldAccountMissing], ctx).await,
            (true, Some(id)) => {
                let found = ctx.registry.find(&id).await.map_err(port("looking up the old account"));
                match or_fault!(this, found) {
                    Some(account) => Some(OldAccount { id, identity: account.identity }),
                    None => return this.fail(vec![SetbackReason::OldAccountUnknown], ctx).await,
                }
            }
        };
        or_fault!(this, this.release(ctx).await);
        let measure = AuditMeasure::Form { form, old_account: old.as_ref().map(|old| old.id.clone()) };
        let next = |_| Document { applied: Applied { form, old } };
        Ok(Step::Next(this.pass(Event::FormAccepted, Some(measure), ctx, next)))
    }
}

impl Awaiting<Document> {
    /// Takes the document that was read, and what stands on it. It must be the one that the form
    /// names ([`Awaiting::document_key`]); another one is a failed attempt. If an old account has
    /// to confirm, it must be the same person's; otherwise the ceremony ends. A scan that failed
    /// goes to [`Awaiting::failed`].
    ///
    /// A document that does not meet what the policy demands
    /// ([`Policy::document`](super::Policy::document)) is a failed attempt, too, which counts
    /// against the session: it is not yet known whose document it is.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails, the clock went back, or the evidence is another attempt's, of
    /// another time, or of another portrait than the holder's; or if the policy demands an
    /// authentic document and the holder was not read from it ([`DocumentHolder::of_chip`]).
    pub async fn read(
        self,
        evidence: &DocumentEvidence,
        holder: DocumentHolder,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<Instructions>, Document> {
        let this = go_on!(self.open(ctx));
        if let Some(error) = this.core.mixed_up("the evidence of the document", evidence.binding(), ctx) {
            return Err(Fault { state: this, error });
        }
        let DocumentHolder { document: key, identity, authenticated, portrait } = holder;
        if portrait.is_some_and(|portrait| portrait != evidence.document()) {
            let error = mistake("the evidence is of another portrait than the document's holder".to_owned());
            return Err(Fault { state: this, error });
        }
        let (standing, origin) = (evidence.standing(), evidence.origin());
        let authentic = ctx.policy.document().contains(&DocumentDemand::Authentic);
        if authentic && standing.meets(DocumentDemand::Authentic, origin) && portrait.is_none() {
            let error = mistake("the document is authentic, and its holder was not read from it".to_owned());
            return Err(Fault { state: this, error });
        }
        let mut this = go_on!(this.attempt(ctx));
        let failed = ctx.policy.document().iter().filter(|demand| !standing.meets(**demand, origin));
        let failed: Vec<_> = failed.map(|demand| unmet(*demand)).collect();
        if !failed.is_empty() {
            return this.fail(failed, ctx).await;
        }
        if key != this.document_key() {
            return this.fail(vec![SetbackReason::OtherDocument], ctx).await;
        }
        if this.waiting.applied.old.as_ref().is_some_and(|old| old.identity != identity) {
            return Ok(Step::Terminated(this.end(End::IdentityMismatch, ctx)));
        }
        or_fault!(this, this.release(ctx).await);
        let core = &mut this.core;
        if authenticated {
            core.subjects.retain(|subject| !matches!(subject, Subject::Session(_)));
        }
        core.authenticated = authenticated;
        core.subjects.push(Subject::Identity(identity));
        let (document, origin) = (evidence.document(), evidence.origin());
        let (met, anchor) = (standing.met(origin), standing.anchor());
        let measure = AuditMeasure::Document { document, identity, authenticated, origin, met, anchor };
        Ok(Step::Next(this.pass(Event::DocumentRead, Some(measure), ctx, |waiting| Instructions {
            read: Read { applied: waiting.applied, document, identity },
        })))
    }
}

/// The reason for the applicant.
fn unmet(demand: DocumentDemand) -> SetbackReason {
    match demand {
        DocumentDemand::Format => SetbackReason::DocumentNotFromChip,
        DocumentDemand::Authentic => SetbackReason::DocumentNotAuthentic,
        DocumentDemand::Original => SetbackReason::DocumentNotOriginal,
        DocumentDemand::NotExpired => SetbackReason::DocumentExpired,
        DocumentDemand::NotRevoked => SetbackReason::DocumentMaybeRevoked,
    }
}
