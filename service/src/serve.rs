//! [`Service`]: the listeners, and what every connection must keep to.

use crate::app::App;
use crate::client::Peer;
use crate::config::Config;
use crate::limits::network;
use crate::time::now_s;
use crate::{api, operator};
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// How long requests under way may take to end when the service closes, in seconds: as long as a
/// face check's flashes and verdict.
const CLOSING_S: u64 = 20;
/// How often what has expired is deleted, in seconds.
const SWEEP_S: u64 = 60;
/// After how many of these the anchors and revocation lists are read again: ten minutes, little
/// beside the days after which authorities publish new lists.
const SWEEPS_OF_TRUST: u64 = 10;
/// Bytes of a request's head, at most. Chosen by hand: a browser's has a few thousand.
const HEAD_BYTES: usize = 32 << 10;

/// A service that runs: [`Service::start`], then [`Service::close`].
pub struct Service {
    address: SocketAddr,
    operator_address: SocketAddr,
    closing: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Service {
    /// Opens the store and listens. It serves until [`Service::close`].
    ///
    /// # Errors
    /// A sentence about what does not open.
    pub async fn start(config: Config) -> Result<Self, String> {
        let (closing, closed) = watch::channel(false);
        let (listen, operator_listen) = (config.listen, config.operator_listen);
        let app = Arc::new(App::open(config, closed.clone()).await?);
        let bound = async |address: SocketAddr| {
            let listener = TcpListener::bind(address).await;
            let listener = listener.map_err(|e| format!("cannot listen at {address}: {e}"))?;
            let address = listener.local_addr().map_err(|e| e.to_string())?;
            Ok::<_, String>((listener, address))
        };
        let (public, address) = bound(listen).await?;
        let (private, operator_address) = bound(operator_listen).await?;
        let tls = Tls::of(&app.config)?;
        let tasks = vec![
            tokio::spawn(accept(app.clone(), public, api::router(app.clone()), tls, closed.clone())),
            tokio::spawn(accept(app.clone(), private, operator::router(app.clone()), None, closed.clone())),
            tokio::spawn(sweep(app, closed)),
        ];
        Ok(Self { address, operator_address, closing, tasks })
    }

    /// Where applicants' browsers connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where metrics, health and the operator's page are.
    #[must_use]
    pub fn operator_address(&self) -> SocketAddr {
        self.operator_address
    }

    /// Takes no more connections, and waits until those under way have been answered, for 20 s at
    /// most.
    pub async fn close(self) {
        // Receivers live as long as the tasks.
        let _ = self.closing.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// Encryption, where the service does it itself.
#[derive(Clone)]
struct Tls(#[cfg(feature = "tls")] tokio_rustls::TlsAcceptor);

impl Tls {
    #[cfg(not(feature = "tls"))]
    fn of(config: &Config) -> Result<Option<Self>, String> {
        match config.tls {
            None => Ok(None),
            Some(_) => Err("this program was built without the feature `tls`".to_owned()),
        }
    }

    #[cfg(feature = "tls")]
    fn of(config: &Config) -> Result<Option<Self>, String> {
        use rustls_pki_types::pem::PemObject;
        use rustls_pki_types::{CertificateDer, PrivateKeyDer};
        let Some(files) = &config.tls else { return Ok(None) };
        let failed = |e: &dyn std::fmt::Display| format!("TLS: {e}");
        let certificates = CertificateDer::pem_file_iter(&files.certificates).map_err(|e| failed(&e))?;
        let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(|e| failed(&e))?;
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| failed(&e))?;
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let server = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| failed(&e))?
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .map_err(|e| failed(&e))?;
        Ok(Some(Self(Arc::new(server).into())))
    }
}

/// How many connections each address has.
#[derive(Default)]
struct Crowd(Mutex<HashMap<IpAddr, usize>>);

/// One connection of an address.
struct Member(Arc<Crowd>, IpAddr);

impl Crowd {
    fn join(self: &Arc<Self>, client: IpAddr, most: usize) -> Option<Member> {
        let mut members = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = members.entry(client).or_default();
        (*count < most).then(|| {
            *count += 1;
            Member(self.clone(), client)
        })
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut members = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = members.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                members.remove(&self.1);
            }
        }
    }
}

async fn accept(
    app: Arc<App>,
    listener: TcpListener,
    router: Router,
    tls: Option<Tls>,
    mut closing: watch::Receiver<bool>,
) {
    let crowd = Arc::new(Crowd::default());
    let limit = app.config.limit;
    let connections = Arc::new(Semaphore::new(limit.connections));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = closing.wait_for(|closing| *closing) => break,
        };
        let Ok((stream, peer)) = accepted else {
            // No file handles are left: others end meanwhile.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // A proxy's connections are many people's.
        let is_proxy = app.config.trusted_proxies.contains(&peer.ip());
        let most = if is_proxy { usize::MAX } else { limit.connections_per_client };
        let (Ok(permit), Some(member)) =
            (connections.clone().try_acquire_owned(), crowd.join(network(peer.ip()), most))
        else {
            continue;
        };
        let (app, router, tls) = (app.clone(), router.clone(), tls.clone());
        tokio::spawn(async move {
            app.metrics.connections.inc();
            serve(&app, stream, peer.ip(), router, tls).await;
            app.metrics.connections.dec();
            drop((permit, member));
        });
    }
    drop(listener);
    // All permits are back when no connection is left.
    let all = u32::try_from(limit.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(Duration::from_secs(CLOSING_S), connections.acquire_many(all)).await.is_err() {
        tracing::warn!("requests were still under way when the service closed");
    }
    // Face checks have left their connections' care: they are waited for by their number.
    for _ in 0..CLOSING_S * 10 {
        if app.metrics.face_checks.get() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn serve(app: &App, stream: TcpStream, peer: IpAddr, router: Router, tls: Option<Tls>) {
    // Small messages go at once.
    let _ = stream.set_nodelay(true);
    let head = Duration::from_secs(app.config.limit.head_s);
    let closing = app.closing.clone();
    match tls {
        None => speak(stream, peer, head, router, closing).await,
        #[cfg(not(feature = "tls"))]
        Some(Tls()) => {}
        #[cfg(feature = "tls")]
        Some(Tls(acceptor)) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(head, acceptor.accept(stream)).await {
                speak(stream, peer, head, router, closing).await;
            }
        }
    }
}

async fn speak<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: S,
    peer: IpAddr,
    head: Duration,
    router: Router,
    mut closing: watch::Receiver<bool>,
) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request.map(axum::body::Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = closing.wait_for(|closing| *closing) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            // The request under way is answered.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection has ended");
    }
}

/// Deletes what has expired, from time to time.
async fn sweep(app: Arc<App>, mut closing: watch::Receiver<bool>) {
    for round in 1_u64.. {
        let now = now_s();
        let days = u64::from(app.config.keep.record_days);
        // 0 keeps all.
        let before = if days == 0 { 0 } else { now.saturating_sub(86_400 * days) };
        match app.store.sweep(now, before, &app.policy).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "expired ceremonies were deleted"),
            Err(error) => tracing::error!(%error, "what has expired cannot be deleted"),
        }
        if round.is_multiple_of(SWEEPS_OF_TRUST) {
            let app = app.clone();
            let renewed = tokio::task::spawn_blocking(move || app.renew_trust()).await;
            if let Err(error) = renewed.unwrap_or_else(|error| Err(error.to_string())) {
                tracing::error!(error, "anchors and revocation lists stay as they were");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(SWEEP_S)) => {}
            _ = closing.wait_for(|closing| *closing) => break,
        }
    }
}
