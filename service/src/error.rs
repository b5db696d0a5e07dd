//! [`Refused`]: why a request is not answered with a step.

use crate::pool::PoolError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use selfsame::enrol::{Fault, PortError};
use selfsame::error::{Error, ErrorKind};
use serde_json::json;

/// A request that is not answered with a step. What it says is for the client's maker; nothing in
/// it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) retry_after_s: Option<u64>,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None }
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    pub(crate) fn token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token", "this token is unknown, or has expired")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing")
    }

    pub(crate) fn other_step() -> Self {
        Self::new(StatusCode::CONFLICT, "other_step", "the ceremony awaits something else: ask for its step")
    }

    pub(crate) fn replaced() -> Self {
        Self::new(StatusCode::CONFLICT, "replaced", "another request was faster: ask for the step")
    }

    pub(crate) fn too_many(retry_after_s: u64) -> Self {
        let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests");
        Self { retry_after_s: Some(retry_after_s), ..refused }
    }

    pub(crate) fn busy() -> Self {
        let refused = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "the service is busy");
        Self { retry_after_s: Some(2), ..refused }
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the request took too long")
    }

    /// A fault of the service's own. The log knows more than the client.
    pub(crate) fn fault(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request has failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "the service has failed")
    }

    /// As JSON, for a body or a message.
    pub(crate) fn json(&self) -> serde_json::Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(seconds), Some(error)) = (self.retry_after_s, error.as_object_mut()) {
            error.insert("retry_after_s".to_owned(), seconds.into());
        }
        json!({ "error": error })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.json())).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<PoolError> for Refused {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Busy => Self::busy(),
            PoolError::Failed => Self::fault(&"work of the engine has failed"),
        }
    }
}

impl From<PortError> for Refused {
    fn from(error: PortError) -> Self {
        tracing::error!(%error, "the store has failed");
        Self { message: "the store does not answer".to_owned(), ..Self::busy() }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Replayed => Self::replaced(),
            ErrorKind::Port => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, source, "a port has failed");
                Self { message: "the store does not answer".to_owned(), ..Self::busy() }
            }
            _ => Self::fault(&error),
        }
    }
}

impl<S> From<Fault<S>> for Refused {
    fn from(fault: Fault<S>) -> Self {
        fault.error.into()
    }
}
