//! The service from outside: journeys, hostile clients, processes that race and are killed.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, missing_docs)]

mod camera;
mod chip;
mod client;
mod documents;
mod hostile;
mod journeys;
mod kills;
mod page;
mod postgres;
mod processes;
#[cfg(feature = "pkcs11")]
mod token;
mod verify;

use selfsame_service::{Config, Service, StoreKind};

/// A configuration for tests: in memory, at free ports, with room for many clients of one address.
fn config() -> Config {
    let mut config = Config::default();
    config.listen.set_port(0);
    config.operator_listen.set_port(0);
    config.store = StoreKind::Memory;
    config.operator_token = "operator".to_owned();
    config.rate.devices_per_hour = 10_000;
    config.rate.starts_per_minute = 10_000;
    config.rate.requests_per_minute = 100_000;
    config
}

async fn service(config: Config) -> Service {
    Service::start(config).await.expect("the service starts")
}
