//! The other device: who has the code sees what the old account is asked to confirm, and signs it
//! with the old account's keys.

use super::steps::{True, bytes};
use crate::app::App;
use crate::client::Client;
use crate::error::Refused;
use crate::limits::Limited;
use crate::session::{Moved, Opened, Place};
use axum::Json;
use axum::extract::{Path, State};
use selfsame::enrol::{Awaiting, Ceremony, Confirmation, ConfirmationToken, Phase, Word};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the old account is asked to confirm.
#[derive(Serialize)]
pub(super) struct Asked {
    old_account: String,
    keys: String,
    kind: &'static str,
    method: &'static str,
    request: String,
    time_left_s: u64,
}

/// What the other device answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
pub(super) enum Answered {
    Signed { authentication: String, signature: String },
    Refused { refuse: True },
    WrongPin { wrong_pin: True },
}

/// What came of it.
#[derive(Serialize)]
pub(super) struct Outcome {
    outcome: &'static str,
    text: String,
}

/// The ceremony behind a code, and where it is stored; codes can be tried, but not often.
async fn behind(app: &App, client: Client, code: &str) -> Result<(Place, Awaiting<Confirmation>), Refused> {
    app.allow(Limited::Code, client.0)?;
    let stored = app.store.by_code(&code.to_uppercase()).await?.ok_or_else(Refused::not_found)?;
    match Opened::new(app, stored) {
        Ok(Opened { ceremony: Ceremony::Confirmation(state), place, .. }) => Ok((place, state)),
        _ => Err(Refused::not_found()),
    }
}

pub(super) async fn look(
    State(app): State<Arc<App>>,
    client: Client,
    Path(code): Path<String>,
) -> Result<Json<Asked>, Refused> {
    let (mut place, state) = behind(&app, client, &code).await?;
    let account = app.store.find(state.old_account()).await?.ok_or_else(Refused::not_found)?;
    Ok(Json(Asked {
        old_account: account.id.to_string(),
        keys: account.keys.to_string(),
        kind: state.kind().as_str(),
        method: state.method().as_str(),
        request: state.request().to_string(),
        time_left_s: state.time_left_s(&app.context(&mut place.rng)),
    }))
}

pub(super) async fn answer(
    State(app): State<Arc<App>>,
    client: Client,
    Path(code): Path<String>,
    Json(answered): Json<Answered>,
) -> Result<Json<Outcome>, Refused> {
    let (mut place, state) = behind(&app, client, &code).await?;
    let ctx = &mut app.context(&mut place.rng);
    let moved = match answered {
        Answered::Signed { authentication, signature } => {
            let token = ConfirmationToken { authentication: bytes(&authentication)?, signature: bytes(&signature)? };
            Moved::of(state.confirm(&token, ctx).await?)
        }
        Answered::Refused { refuse: True } => Moved::to(state.refuse(ctx).into()),
        Answered::WrongPin { wrong_pin: True } => Moved::of(state.failed([Word::new("wrong_pin")?], ctx).await?),
    };
    let outcome = match moved.ceremony.phase() {
        Phase::Confirmation => "again",
        Phase::Terminated => "ended",
        _ => "confirmed",
    };
    let texts: Vec<_> = moved.notes.reasons.iter().map(|reason| reason.text.clone()).collect();
    place.store(&app, moved, None).await?;
    Ok(Json(Outcome { outcome, text: texts.join("; ") }))
}
