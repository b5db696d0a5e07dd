//! The service as a program: `selfsame-service [--config FILE]`.

use clap::Parser;
use selfsame_service::{Config, Service};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Selfsame's enrolment ceremony as an HTTP service.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration, TOML; variables `SELFSAME_SERVICE_…` come before it.
    #[arg(long)]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ran = match runtime {
        Ok(runtime) => runtime.block_on(run(&arguments)),
        Err(error) => Err(error.to_string()),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "selfsame-service: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), String> {
    // The environment may hold names that are no text; they are not ours.
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let config = Config::read(arguments.config.as_deref(), environment)?;
    let level: tracing::Level = config.log.parse().map_err(|_| format!("log = {:?} is no level", config.log))?;
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    if config.log_json {
        log.json().init()
    } else {
        log.init()
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let has_page = !config.operator_token.is_empty();
    let service = Service::start(config).await?;
    let mut out = std::io::stdout();
    let mut said = writeln!(out, "The applicant's page: {scheme}://{}/", named(service.address()));
    let operator = service.operator_address();
    let what = if has_page { "The operator's page: http://" } else { "Health and metrics: http://" };
    let path = if has_page { "/operator" } else { "/metrics" };
    said = said.and_then(|()| writeln!(out, "{what}{operator}{path}")).and_then(|()| out.flush());
    if let Err(error) = said {
        // Whoever started it does not read on: it serves all the same.
        tracing::warn!(%error, "the addresses cannot be printed");
    }
    stopped().await;
    tracing::info!("closing");
    service.close().await;
    Ok(())
}

/// An address as a browser needs it for the camera: the name `localhost`, where it is this machine.
fn named(address: std::net::SocketAddr) -> String {
    if address.ip().is_loopback() { format!("localhost:{}", address.port()) } else { address.to_string() }
}

/// Waits until the process is asked to end.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
