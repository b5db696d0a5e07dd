//! The routes, and what every request passes: the rate of its client, the time that it may take,
//! and headers that tell browsers to be strict.

use super::{begin, chip, confirmation, document, pages, steps};
use crate::app::App;
use crate::client::Client;
use crate::error::Refused;
use crate::face;
use crate::limits::Limited;
use crate::metrics::Answered;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a body of JSON, at most. Chosen by hand: a signed answer has a tenth of it.
const JSON_BYTES: usize = 16 << 10;

/// All routes, with their methods: `openapi.json` describes these and no others.
pub(crate) const ROUTES: [(&str, &str); 15] = [
    ("get", "/api/v1/about"),
    ("post", "/api/v1/enrolments"),
    ("get", "/api/v1/step"),
    ("post", "/api/v1/form"),
    ("post", "/api/v1/document"),
    ("post", "/api/v1/document/challenge"),
    ("post", "/api/v1/instructions"),
    ("get", "/api/v1/face"),
    ("get", "/api/v1/confirmations/{code}"),
    ("post", "/api/v1/confirmations/{code}"),
    ("post", "/api/v1/consent"),
    ("post", "/api/v1/signature"),
    ("post", "/api/v1/abandon"),
    ("get", "/openapi.json"),
    ("get", "/models/{file}"),
];

fn route(method: &str, path: &str, app: &App) -> MethodRouter<Arc<App>> {
    match (method, path) {
        ("get", "/api/v1/about") => get(pages::about),
        ("post", "/api/v1/enrolments") => post(begin::begin),
        ("get", "/api/v1/step") => get(steps::step),
        ("post", "/api/v1/form") => post(steps::form),
        ("post", "/api/v1/document") => {
            post(document::document).layer(DefaultBodyLimit::max(app.config.limit.document_bytes))
        }
        ("post", "/api/v1/document/challenge") => {
            post(chip::challenge).layer(DefaultBodyLimit::max(app.config.limit.document_bytes))
        }
        ("post", "/api/v1/instructions") => post(steps::instructions),
        ("get", "/api/v1/face") => get(face::connect),
        ("get", "/api/v1/confirmations/{code}") => get(confirmation::look),
        ("post", "/api/v1/confirmations/{code}") => post(confirmation::answer),
        ("post", "/api/v1/consent") => post(steps::consent),
        ("post", "/api/v1/signature") => post(steps::signature),
        ("post", "/api/v1/abandon") => post(steps::abandon),
        ("get", "/openapi.json") => get(pages::openapi),
        ("get", "/models/{file}") => get(pages::model),
        _ => MethodRouter::new(),
    }
}

/// The applicant's interface and page.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for (method, path) in ROUTES {
        router = router.route(path, route(method, path, &app));
    }
    router
        .fallback(pages::file)
        .method_not_allowed_fallback(async || {
            Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this method is not known here")
        })
        .layer(DefaultBodyLimit::max(JSON_BYTES))
        .layer(from_fn_with_state(app.clone(), watched))
        .with_state(app)
}

/// What is said with every answer. `wasm-unsafe-eval` lets the guidance's module run, and nothing
/// from elsewhere.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
         media-src 'self' blob:; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'; object-src 'none'",
    ),
    (HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(), geolocation=()"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

async fn watched(State(app): State<Arc<App>>, client: Client, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let is_api = route != "page";
    let limit = Duration::from_secs(app.config.limit.request_s);
    let mut response = match app.allow(Limited::Request, client.0) {
        Err(refused) => refused.into_response(),
        Ok(()) => match tokio::time::timeout(limit, next.run(request)).await {
            Err(_) => Refused::too_slow().into_response(),
            Ok(response) => plain_words(response).await,
        },
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    app.metrics.requests.get_or_create(&Answered { route, status: response.status().as_u16() }).inc();
    response
}

/// What axum itself refuses, in this interface's words.
async fn plain_words(response: Response) -> Response {
    let status = response.status();
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if is_json || !status.is_client_error() {
        return response;
    }
    // Their text names what was expected, and repeats nothing of what was sent but its place.
    let text = axum::body::to_bytes(response.into_body(), 1 << 10).await;
    let message = text.ok().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    let message = message.filter(|text| !text.is_empty()).unwrap_or_else(|| "the request cannot be read".to_owned());
    let (status, code) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => (status, "too_large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (status, "media_type"),
        StatusCode::NOT_FOUND => (status, "not_found"),
        _ => (StatusCode::BAD_REQUEST, "malformed"),
    };
    Refused::new(status, code, message).into_response()
}

#[cfg(test)]
mod tests {
    use super::ROUTES;
    use serde_json::Value;

    #[test]
    fn the_description_and_the_routes_are_the_same() {
        let description: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
        let paths = description["paths"].as_object().unwrap();
        let described = paths.iter().flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| (method.as_str(), path.as_str()))
        });
        let mut described: Vec<_> = described.collect();
        described.sort_unstable();
        let mut routes = ROUTES.to_vec();
        routes.sort_unstable();
        assert_eq!(described, routes);
        // What is referred to is there.
        let text = description.to_string();
        for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(description["components"]["schemas"].get(name).is_some(), "{name}");
        }
    }
}
