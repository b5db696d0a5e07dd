//! The beginning: a device, a ceremony and its token.

use crate::app::App;
use crate::client::Client;
use crate::error::Refused;
use crate::limits::Limited;
use crate::session::{Moved, Place};
use crate::step::StepView;
use crate::store::Vault;
use crate::vault::{Applicant, Bearer};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::Rng;
use selfsame::enrol::{Awaiting, Ceremony, DocumentKey, Kind, Method, SessionKey};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What begins a ceremony.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Beginning {
    kind: Kind,
    method: Method,
    issuing_state: String,
    document_number: String,
    device: Option<String>,
}

/// A ceremony that has begun.
#[derive(Serialize)]
pub(super) struct Begun {
    token: String,
    device: String,
    step: StepView,
}

/// The name that this service has given to a device: 16 random bytes, and as many of a keyed digest
/// of them. `None` if it is none.
fn known_device(app: &App, text: &str) -> Option<String> {
    let name = text.get(..22)?;
    (text == signed(app, name)).then(|| text.to_owned())
}

fn signed(app: &App, name: &str) -> String {
    let digest = app.secrets.keyed("selfsame service device 1", &[name]).to_string();
    let proof: String = digest.chars().take(32).collect();
    format!("{name}{proof}")
}

pub(super) async fn begin(
    State(app): State<Arc<App>>,
    client: Client,
    Json(beginning): Json<Beginning>,
) -> Result<(StatusCode, Json<Begun>), Refused> {
    app.allow(Limited::AllStarts, client.0)?;
    app.allow(Limited::Start, client.0)?;
    let Beginning { kind, method, issuing_state, document_number, device } = beginning;
    let document = DocumentKey::new(&app.secrets.names, &issuing_state, &document_number)
        .map_err(|error| Refused::malformed(error.to_string()))?;
    let mut rng = crate::secrets::generator().map_err(|error| Refused::fault(&error))?;
    let device = match device.as_deref().and_then(|text| known_device(&app, text)) {
        Some(device) => device,
        None => {
            app.allow(Limited::Device, client.0)?;
            let mut name = [0; 16];
            rng.fill_bytes(&mut name);
            signed(&app, &URL_SAFE_NO_PAD.encode(name))
        }
    };
    let bearer = Bearer::random(&mut rng);
    let session = SessionKey::new(&app.secrets.names, &["device", &device]);
    let begun = Awaiting::begin(kind, method, session, document, &mut app.context(&mut rng)).await?;
    let mut applicant = Applicant::default();
    (applicant.issuing_state, applicant.document_number) = (issuing_state, document_number);
    let sealed = applicant.seal(&bearer, &mut rng).map_err(|error| Refused::fault(&error))?;
    let moved = Moved { vault: Vault::Put(sealed), ..Moved::to(Ceremony::from(begun)) };
    let step = Place::new(bearer.id(), None)?.store(&app, moved, Some(&applicant)).await?;
    Ok((StatusCode::CREATED, Json(Begun { token: bearer.text(), device, step })))
}
