//! Selfsame's enrolment ceremony as an HTTP service.
//!
//! It runs the ceremony of [`selfsame::enrol`]: sealed states between requests, the flash challenge
//! piece by piece and frames over a WebSocket, networks on a bounded pool, ceremonies, attempts and
//! accounts in a file or in PostgreSQL. It decides nothing about a person: verdicts, evidence and
//! rules are the crate's. Applicants' keys are made and kept on their own device, and PINs never
//! come here.
//!
//! `cargo run --release --package selfsame-service` prints an address for a browser. How to run it
//! for others stands in `docs/deploy.md`, what a client says and hears in `service/openapi.json`
//! and `docs/protocol.md`.

mod api;
mod app;
mod client;
mod config;
mod error;
mod face;
mod keys;
mod limits;
mod metrics;
mod operator;
mod pool;
mod secrets;
mod serve;
mod session;
mod signing;
mod step;
mod store;
mod time;
#[cfg(feature = "pkcs11")]
mod token;
mod vault;

pub use config::{CeremonyRules, Config, Documents, Keep, Limits, Rates, StoreKind, Tls, TokenKey};
pub use serve::Service;
