//! What is for the operator alone, at an address of its own: health, metrics, and behind a token
//! the ceremonies, what was measured in them, and locks.

use crate::app::App;
use crate::error::Refused;
use crate::store::{Record, SessionId};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use selfsame::enrol::{Audit, Lock, Subject};
use selfsame::secret::SecretBytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Ceremonies that a list shows.
const LISTED: usize = 200;
/// The page: one file, without anything from elsewhere.
const PAGE: &str = include_str!("operator.html");

/// The operator's interface and page.
pub(crate) fn router(app: Arc<App>) -> Router {
    let guarded = Router::new()
        .route("/operator/api/sessions", get(sessions))
        .route("/operator/api/sessions/{id}", get(session))
        .route("/operator/api/locks", post(locks))
        .route("/operator/api/unlock", post(unlock))
        .layer(from_fn_with_state(app.clone(), guard));
    Router::new()
        .merge(guarded)
        .route("/operator", get(async || Html(PAGE)))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .layer(from_fn_with_state(app.clone(), strict))
        .with_state(app)
}

async fn strict(State(_): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                  frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Lets in who has the token, compared in constant time.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let wanted = &app.config.operator_token;
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer "));
    let secret = |text: &str| SecretBytes::from_slice(text.as_bytes());
    if !wanted.is_empty() && given.is_some_and(|given| secret(given) == secret(wanted)) {
        next.run(request).await
    } else {
        Refused::token().into_response()
    }
}

async fn health(State(app): State<Arc<App>>) -> Response {
    match app.store.ping().await {
        Ok(()) if *app.closing.borrow() => (StatusCode::SERVICE_UNAVAILABLE, "closing\n").into_response(),
        Ok(()) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a list says of a ceremony.
fn summary(record: &Record) -> Value {
    let audit: Value = serde_json::from_str(&record.audit).unwrap_or(Value::Null); // shown as it is
    let last = audit.pointer("/records").and_then(Value::as_array).and_then(|records| records.last());
    json!({
        "id": hex(&record.id), "began_at": record.began_at, "updated_at": record.updated_at, "phase": record.phase,
        "kind": audit.get("kind"), "method": audit.get("method"),
        "reasons": last.and_then(|record| record.get("reasons")), "end": last.and_then(|record| record.get("end")),
    })
}

async fn sessions(State(app): State<Arc<App>>) -> Result<Json<Value>, Refused> {
    let records = app.store.records(LISTED).await?;
    let listed: Vec<_> = records.iter().map(summary).collect();
    Ok(Json(json!({ "sessions": listed, "public_key": app.secrets.public_key() })))
}

async fn session(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, Refused> {
    let id: SessionId = *selfsame::digest::Digest::from_hex(&id).map_err(|_| Refused::not_found())?.as_bytes();
    let (record, reports) = app.store.record(&id).await?.ok_or_else(Refused::not_found)?;
    let audit: Value = serde_json::from_str(&record.audit).map_err(|error| Refused::fault(&error))?;
    let read = |report: &String| serde_json::from_str::<Value>(report).map_err(|error| Refused::fault(&error));
    let reports = reports.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut summary = summary(&record);
    if let Some(summary) = summary.as_object_mut() {
        summary.insert("audit".to_owned(), audit);
        summary.insert("reports".to_owned(), reports.into());
        summary.insert("signature".to_owned(), hex(&record.signature).into());
    }
    Ok(Json(summary))
}

/// Whom a ceremony's attempts count against.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    id: String,
}

async fn subjects(app: &App, id: &str) -> Result<Vec<Subject>, Refused> {
    let id: SessionId = *selfsame::digest::Digest::from_hex(id).map_err(|_| Refused::not_found())?.as_bytes();
    let (record, _) = app.store.record(&id).await?.ok_or_else(Refused::not_found)?;
    let audit: Audit = serde_json::from_str(&record.audit).map_err(|error| Refused::fault(&error))?;
    let identity = audit.records.iter().find_map(|record| match &record.measure {
        Some(selfsame::enrol::AuditMeasure::Document { identity, .. }) => Some(Subject::Identity(*identity)),
        _ => None,
    });
    Ok([Subject::Session(audit.session), Subject::Document(audit.document)].into_iter().chain(identity).collect())
}

fn named(subject: &Subject) -> &'static str {
    match subject {
        Subject::Session(_) => "session",
        Subject::Document(_) => "document",
        Subject::Identity(_) => "identity",
    }
}

async fn locks(State(app): State<Arc<App>>, Json(Of { id }): Json<Of>) -> Result<Json<Value>, Refused> {
    let mut found = Vec::new();
    for subject in subjects(&app, &id).await? {
        let attempts = app.store.attempts(&subject).await?;
        let lock = app.policy.lock(&subject, &attempts, crate::time::now_s());
        let until = match lock {
            None => Value::Null,
            Some(Lock::Until(until)) => until.into(),
            Some(Lock::ForGood) => "for_good".into(),
        };
        found.push(json!({ "subject": named(&subject), "attempts": attempts.len(), "locked_until": until }));
    }
    Ok(Json(json!({ "locks": found })))
}

async fn unlock(State(app): State<Arc<App>>, Json(Of { id }): Json<Of>) -> Result<Json<Value>, Refused> {
    for subject in subjects(&app, &id).await? {
        app.store.unlock(&subject).await?;
        tracing::warn!(subject = named(&subject), session = id, "an operator has lifted locks");
    }
    Ok(Json(json!({})))
}
