//! [`StepView`]: what a client is told of a ceremony. Phases, advice and countdowns; never states,
//! and no reasons of the face check, which are for reviewers.

use crate::vault::{Applicant, ChipAsked};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use selfsame::enrol::{Awaiting, Ceremony, Context, End, Method, Phase, SetbackReason, Terminated, Waiting};
use serde::{Deserialize, Serialize};

/// Why a step is to be repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reason {
    pub(crate) code: String,
    /// What was reported, for the code `reported`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) word: Option<String>,
    pub(crate) text: String,
}

impl Reason {
    fn of(reason: &SetbackReason) -> Self {
        let (code, detail) = word_of(reason);
        Self { code, word: detail.and_then(|detail| detail.as_str().map(str::to_owned)), text: reason.to_string() }
    }
}

/// The word of a value that is serialised as one, and its details.
fn word_of(value: &impl Serialize) -> (String, Option<serde_json::Value>) {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => (word, None),
        Ok(serde_json::Value::Object(object)) => match object.into_iter().next() {
            Some((word, detail)) => (word, Some(detail)),
            None => ("unknown".to_owned(), None),
        },
        _ => ("unknown".to_owned(), None),
    }
}

/// What the applicant is told about the last step, until the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub(crate) reasons: Vec<Reason>,
    /// After a failed face check.
    pub(crate) advice: Vec<String>,
}

impl Notes {
    pub(crate) fn of(reasons: &[SetbackReason]) -> Self {
        Self { reasons: reasons.iter().map(Reason::of).collect(), advice: Vec::new() }
    }
}

/// What the form said, for a page that is loaded again.
#[derive(Debug, Serialize)]
pub(crate) struct ApplicantView {
    name: String,
    date_of_birth: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_account: Option<String>,
}

/// What a document's chip is asked; all bytes in base64url.
#[derive(Debug, Serialize)]
pub(crate) struct ChipChallengeView {
    time_left_s: u64,
    /// For INTERNAL AUTHENTICATE; `null` where the chip has no key for it.
    active: Option<String>,
    agreement: Option<AgreementView>,
}

/// Chip authentication, for MSE:Set AT and GENERAL AUTHENTICATE (or MSE:Set KAT), and then a
/// protected command.
#[derive(Debug, Serialize)]
struct AgreementView {
    protocol: String,
    key_id: Option<u64>,
    public_key: String,
    command: String,
}

impl ChipChallengeView {
    /// What is asked; `None` once it is too late.
    fn of(asked: &ChipAsked, now: u64) -> Option<Self> {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let time_left_s = asked.expires_at.checked_sub(now).filter(|left| *left > 0)?;
        let agreement = asked.agreement.as_ref().map(|agreement| AgreementView {
            protocol: text(&agreement.protocol),
            key_id: agreement.key_id,
            public_key: text(&agreement.public_key),
            command: text(&agreement.command),
        });
        Some(Self { time_left_s, active: asked.active.map(|challenge| text(&challenge)), agreement })
    }
}

/// Why a ceremony ended without an account.
#[derive(Debug, Serialize)]
pub(crate) struct EndView {
    code: String,
    text: String,
    /// Seconds until a new one can begin; `null` if none can.
    wait_s: Option<u64>,
}

/// See the module.
#[derive(Debug, Serialize)]
pub(crate) struct StepView {
    pub(crate) phase: &'static str,
    kind: &'static str,
    method: &'static str,
    needs_old_account: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_left_s: Option<u64>,
    reasons: Vec<Reason>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advice: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applicant: Option<ApplicantView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chip_challenge: Option<ChipChallengeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proofing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<EndView>,
}

/// Seconds that are left for the step that is awaited; `None` where nothing is.
pub(crate) fn time_left_s(ceremony: &Ceremony, ctx: &Context<'_>) -> Option<u64> {
    fn left<W: Waiting>(state: &Awaiting<W>, ctx: &Context<'_>) -> Option<u64> {
        Some(state.time_left_s(ctx))
    }
    match ceremony {
        Ceremony::Form(state) => left(state, ctx),
        Ceremony::Document(state) => left(state, ctx),
        Ceremony::Instructions(state) => left(state, ctx),
        Ceremony::Oval(state) => left(state, ctx),
        Ceremony::Flashes(state) => left(state, ctx),
        Ceremony::Comparison(state) => left(state, ctx),
        Ceremony::Confirmation(state) => left(state, ctx),
        Ceremony::Consent(state) => left(state, ctx),
        Ceremony::OnDevice(state) => left(state, ctx),
        Ceremony::Pins(state) => left(state, ctx),
        Ceremony::PinsAgain(state) => left(state, ctx),
        Ceremony::Signature(state) => left(state, ctx),
        Ceremony::Proofed(_) | Ceremony::Enrolled(_) | Ceremony::Terminated(_) => None,
    }
}

fn end_of(terminated: &Terminated, ctx: &Context<'_>) -> EndView {
    let end: End = terminated.reason();
    EndView { code: word_of(&end).0, text: end.to_string(), wait_s: terminated.wait_s(ctx.now) }
}

impl StepView {
    /// What there is to be told. `applicant` is not known to who asks without the token.
    pub(crate) fn new(
        ceremony: &Ceremony,
        applicant: Option<&Applicant>,
        notes: Notes,
        code: Option<&str>,
        ctx: &Context<'_>,
    ) -> Self {
        let audit = ceremony.audit();
        let phase = match ceremony.phase() {
            // Both are over within seconds; found again, a face check was cut off.
            Phase::Comparison => Phase::Flashes,
            phase => phase,
        };
        let said = applicant.filter(|applicant| !applicant.name.is_empty());
        let mut view = Self {
            phase: phase.as_str(),
            kind: audit.kind.as_str(),
            method: audit.method.as_str(),
            needs_old_account: audit.kind.replaces_an_account() || audit.method == Method::ActiveAccount,
            time_left_s: time_left_s(ceremony, ctx),
            reasons: notes.reasons,
            advice: notes.advice,
            applicant: said.map(|applicant| ApplicantView {
                name: applicant.name.clone(),
                date_of_birth: applicant.date_of_birth.clone(),
                old_account: applicant.old_account.clone(),
            }),
            document_number: applicant.map(|applicant| applicant.document_number.clone()),
            chip_challenge: None,
            old_account: None,
            code: None,
            proofing: None,
            account: None,
            replaced: None,
            keys: None,
            end: None,
        };
        match ceremony {
            Ceremony::Document(_) => {
                let asked = applicant.and_then(|applicant| applicant.chip.as_ref());
                view.chip_challenge = asked.and_then(|asked| ChipChallengeView::of(asked, ctx.now));
            }
            Ceremony::Confirmation(state) => {
                view.old_account = Some(state.old_account().to_string());
                view.code = code.map(str::to_owned);
            }
            Ceremony::Consent(state) => view.old_account = Some(state.old_account().to_string()),
            Ceremony::OnDevice(_) => view.proofing = audit.proofing().map(|proofing| proofing.digest().to_string()),
            Ceremony::Enrolled(enrolled) => {
                view.account = Some(enrolled.id().to_string());
                view.replaced = enrolled.replaced().map(ToString::to_string);
                view.keys = Some(enrolled.keys().to_string());
            }
            Ceremony::Terminated(terminated) => view.end = Some(end_of(terminated, ctx)),
            _ => {}
        }
        view
    }
}
