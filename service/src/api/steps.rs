//! The steps that need neither pictures nor another device.

use crate::app::App;
use crate::error::Refused;
use crate::session::{Moved, Opened};
use crate::step::StepView;
use crate::store::Vault;
use crate::vault::Bearer;
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use selfsame::enrol::{
    AccountId, Application, Ceremony, Context, DeletionConsent, DeviceSignature, KeyId, Terminated, Word,
};
use serde::Deserialize;
use std::sync::Arc;

/// A step, or why there is none.
pub(super) type Answer = Result<Json<StepView>, Refused>;

/// Letters of a name, at most. Chosen by hand.
const MOST_NAME: usize = 200;

/// Nothing is said but that it is so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn step(State(app): State<Arc<App>>, bearer: Bearer) -> Answer {
    Ok(Json(Opened::of(&app, &bearer).await?.view(&app).await?))
}

/// What the form says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilledForm {
    name: String,
    date_of_birth: String,
    old_account: Option<String>,
}

pub(super) async fn form(State(app): State<Arc<App>>, bearer: Bearer, Json(form): Json<FilledForm>) -> Answer {
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(&app, &bearer).await?;
    let (Ceremony::Form(state), Some(mut applicant)) = (ceremony, applicant) else { return Err(Refused::other_step()) };
    applicant.name = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    applicant.date_of_birth = form.date_of_birth.trim().to_owned();
    applicant.old_account = form.old_account.map(|account| account.trim().to_owned()).filter(|text| !text.is_empty());
    let mut faults = Vec::new();
    if applicant.name.is_empty() || applicant.name.chars().count() > MOST_NAME {
        faults.push("name_missing");
    }
    if applicant.born().is_none() {
        faults.push("date_of_birth_malformed");
    }
    let moved = if faults.is_empty() {
        // A name that no account can have is one that there is not.
        let old_account = applicant.old_account.clone().and_then(|name| AccountId::new(name).ok());
        let said = [
            &applicant.issuing_state,
            &applicant.document_number,
            &applicant.name,
            &applicant.date_of_birth,
            // Not named where none is needed.
            applicant.old_account.as_deref().unwrap_or_default(),
        ];
        let digest = app.secrets.keyed("selfsame service form 1", &said.map(|part: &str| part));
        Moved::of(state.submit(Application { old_account, form: digest }, &mut app.context(&mut place.rng)).await?)
    } else {
        let words = faults.into_iter().map(Word::new).collect::<Result<Vec<_>, _>>()?;
        Moved::of(state.failed(words, &mut app.context(&mut place.rng)).await?)
    };
    let sealed = applicant.seal(&bearer, &mut place.rng).map_err(|error| Refused::fault(&error))?;
    let moved = Moved { vault: Vault::Put(sealed), ..moved };
    Ok(Json(place.store(&app, moved, Some(&applicant)).await?))
}

pub(super) async fn instructions(State(app): State<Arc<App>>, bearer: Bearer, Json(_): Json<Nothing>) -> Answer {
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(&app, &bearer).await?;
    let Ceremony::Instructions(state) = ceremony else { return Err(Refused::other_step()) };
    let moved = Moved::of(state.acknowledge(&mut app.context(&mut place.rng)).await?);
    Ok(Json(place.store(&app, moved, applicant.as_ref()).await?))
}

/// Consent to the old account's deletion, or none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
pub(super) enum Consented {
    To { account: String },
    Refused { refuse: True },
}

/// `true`, and nothing else.
#[derive(Deserialize)]
#[serde(try_from = "bool")]
pub(super) struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, &'static str> {
        if value { Ok(Self) } else { Err("only `true` is an answer") }
    }
}

pub(super) async fn consent(State(app): State<Arc<App>>, bearer: Bearer, Json(consented): Json<Consented>) -> Answer {
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(&app, &bearer).await?;
    let Ceremony::Consent(state) = ceremony else { return Err(Refused::other_step()) };
    let ctx = &mut app.context(&mut place.rng);
    let moved = match consented {
        Consented::To { account } => {
            let account = AccountId::new(account).map_err(|error| Refused::malformed(error.to_string()))?;
            Moved::of(state.consent(DeletionConsent { account }, ctx).await?)
        }
        Consented::Refused { refuse: True } => Moved::to(state.refuse(ctx).into()),
    };
    Ok(Json(place.store(&app, moved, applicant.as_ref()).await?))
}

/// What the applicant's device has signed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signed {
    keys: String,
    signature: String,
}

pub(super) async fn signature(State(app): State<Arc<App>>, bearer: Bearer, Json(signed): Json<Signed>) -> Answer {
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(&app, &bearer).await?;
    let Ceremony::OnDevice(state) = ceremony else { return Err(Refused::other_step()) };
    let keys = KeyId::new(signed.keys).map_err(|error| Refused::malformed(error.to_string()))?;
    if crate::keys::public_keys(&keys).is_none() {
        return Err(Refused::malformed("keys are two different points of P-256: `p256.A.B`"));
    }
    let signature = bytes(&signed.signature)?;
    let signed = DeviceSignature { keys, signature };
    let moved = Moved::of(state.signed_on_device(signed, &mut app.context(&mut place.rng)).await?);
    Ok(Json(place.store(&app, moved, applicant.as_ref()).await?))
}

/// Bytes as JSON has them.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused::malformed("bytes are in base64url without padding"))
}

pub(super) async fn abandon(State(app): State<Arc<App>>, bearer: Bearer, Json(_): Json<Nothing>) -> Answer {
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(&app, &bearer).await?;
    let terminated = abandoned(ceremony, &app.context(&mut place.rng)).ok_or_else(Refused::other_step)?;
    Ok(Json(place.store(&app, Moved::to(terminated.into()), applicant.as_ref()).await?))
}

fn abandoned(ceremony: Ceremony, ctx: &Context<'_>) -> Option<Terminated> {
    Some(match ceremony {
        Ceremony::Form(state) => state.abandon(ctx),
        Ceremony::Document(state) => state.abandon(ctx),
        Ceremony::Instructions(state) => state.abandon(ctx),
        Ceremony::Oval(state) => state.abandon(ctx),
        Ceremony::Flashes(state) => state.abandon(ctx),
        Ceremony::Comparison(state) => state.abandon(ctx),
        Ceremony::Confirmation(state) => state.abandon(ctx),
        Ceremony::Consent(state) => state.abandon(ctx),
        Ceremony::OnDevice(state) => state.abandon(ctx),
        Ceremony::Pins(state) => state.abandon(ctx),
        Ceremony::PinsAgain(state) => state.abandon(ctx),
        Ceremony::Signature(state) => state.abandon(ctx),
        Ceremony::Proofed(_) | Ceremony::Enrolled(_) | Ceremony::Terminated(_) => return None,
    })
}
