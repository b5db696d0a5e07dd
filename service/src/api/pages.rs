//! Files: the applicant's page, the networks that it guides with, and the interface's description.

use crate::app::App;
use crate::config::Documents;
use crate::error::Refused;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::path::Component;
use std::sync::Arc;

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The networks of the crate, as its own files have them.
const MODELS: [(&str, &[u8]); 4] = [
    ("detect.onnx", include_bytes!("../../../models/detect.onnx")),
    ("mesh.onnx", include_bytes!("../../../models/mesh.onnx")),
    ("template.onnx", include_bytes!("../../../models/template.onnx")),
    ("sface.onnx", include_bytes!("../../../models/sface/sface.onnx")),
];

const OPENAPI: &str = include_str!("../../openapi.json");

fn with_type(kind: &'static str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

pub(super) async fn file(State(app): State<Arc<App>>, method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    if method != Method::GET && method != Method::HEAD {
        return Refused::not_found().into_response();
    }
    let mut response = match &app.config.page {
        None => match PAGE.iter().find(|(name, _)| *name == path) {
            Some((_, bytes)) => with_type(media_type(path), *bytes),
            None => return Refused::not_found().into_response(),
        },
        Some(folder) => {
            let path = std::path::Path::new(path);
            let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
            match is_inside.then(|| std::fs::read(folder.join(path))) {
                Some(Ok(bytes)) => with_type(media_type(&path.to_string_lossy()), bytes),
                _ => return Refused::not_found().into_response(),
            }
        }
    };
    // Asked for anew each time: page and service must be of one version.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

pub(super) async fn model(Path(file): Path<String>) -> Result<Response, Refused> {
    let (_, bytes) = MODELS.iter().find(|(name, _)| *name == file).ok_or_else(Refused::not_found)?;
    let mut response = with_type("application/octet-stream", *bytes);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    Ok(response)
}

pub(super) async fn openapi() -> Response {
    with_type("application/json", OPENAPI)
}

pub(super) async fn about(State(app): State<Arc<App>>) -> Json<Value> {
    let limit = &app.config.limit;
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "limits": {
            "frame_bytes": limit.frame_bytes,
            "frame_pixels": limit.frame_pixels,
            "document_bytes": limit.document_bytes,
            "frames_per_second": crate::face::FRAMES_PER_SECOND,
        },
        "oval": { "width": crate::face::oval_width() },
        "demonstration": app.config.documents == Documents::Portrait,
        "recorder": app.config.keep.recordings.is_some(),
        "approach": false,
    }))
}
