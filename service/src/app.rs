//! [`App`]: what all requests share.

use crate::config::{Config, Documents, StoreKind};
use crate::keys::DeviceKeys;
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::secrets::Secrets;
use crate::store::{Embedded, Postgres, Store};
use crate::time::now_s;
use rand_chacha::ChaCha20Rng;
use selfsame::document::DocumentDemand;
use selfsame::document::chip::TrustStore;
use selfsame::engine::Engine;
use selfsame::enrol::{Attempts, Context, Ladder, Policy, Rung, TimeLimits};
use selfsame::image::Limits;
use selfsame::liveness::{Issuer, LivenessOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// What all requests share.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) secrets: Secrets,
    pub(crate) policy: Policy,
    pub(crate) pool: Pool,
    pub(crate) limiter: Limiter,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) issuer: Issuer,
    trust: RwLock<Arc<TrustStore>>,
    /// Of documents' pictures.
    pub(crate) document_limits: Limits,
    /// Of a camera's frames.
    pub(crate) frame_limits: Limits,
    /// True once the service is closing.
    pub(crate) closing: watch::Receiver<bool>,
}

impl App {
    pub(crate) async fn open(config: Config, closing: watch::Receiver<bool>) -> Result<Self, String> {
        let told = |e: selfsame::error::Error| e.to_string();
        let secrets = match config.store {
            StoreKind::Memory => Secrets::forgotten()?,
            _ => Secrets::open(&config.folder.join("keys"), config.pkcs11.as_ref())?,
        };
        let failed = |e: selfsame::enrol::PortError| format!("the store does not open: {e}");
        let store: Arc<dyn Store> = match config.store {
            StoreKind::Memory => Arc::new(Embedded::in_memory().map_err(failed)?),
            StoreKind::Embedded => Arc::new(Embedded::open(&config.folder.join("store.redb")).map_err(failed)?),
            StoreKind::Postgres => {
                Arc::new(Postgres::connect(&config.postgres, config.postgres_connections).await.map_err(failed)?)
            }
        };
        let metrics = Arc::new(Metrics::new());
        let engine = Engine::new().map_err(told)?;
        let (threads, queue) = (config.engine_threads, config.engine_queue);
        let pool = Pool::new(engine, threads, queue, config.flashes_at_once, metrics.clone())
            .map_err(|e| format!("the engine's threads do not start: {e}"))?;
        let limits = Limits::default();
        let frame_limits = limits
            .clone()
            .with_max_pixels(config.limit.frame_pixels)
            .and_then(|limits| limits.with_max_bytes(config.limit.frame_bytes))
            .and_then(|limits| limits.with_max_memory_bytes(64 << 20))
            .map_err(told)?;
        Ok(Self {
            store,
            secrets,
            policy: policy(&config).map_err(told)?,
            pool,
            limiter: Limiter::new(config.rate),
            metrics,
            issuer: Issuer::new(LivenessOptions::default().policy()).map_err(told)?,
            trust: RwLock::new(Arc::new(trust(&config)?)),
            document_limits: limits,
            frame_limits,
            closing,
            config,
        })
    }

    /// Whom documents are believed by.
    pub(crate) fn trust(&self) -> Arc<TrustStore> {
        self.trust.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads anchors and lists again; what cannot be read leaves all as it was.
    pub(crate) fn renew_trust(&self) -> Result<(), String> {
        let renewed = Arc::new(trust(&self.config)?);
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }

    /// What a transition needs, now.
    pub(crate) fn context<'a>(&'a self, rng: &'a mut ChaCha20Rng) -> Context<'a> {
        let store = self.store.as_ref();
        Context { now: now_s(), rng, policy: &self.policy, log: store, registry: store, keys: &DeviceKeys }
    }
}

/// The crate's rules, with what the operator has set. What the service can keep it demands: a
/// challenge that was streamed, and frames that were drawn secretly.
fn policy(config: &Config) -> selfsame::error::Result<Policy> {
    let rules = config.ceremony;
    let times = TimeLimits::default()
        .with_form_s(rules.step_s)?
        .with_document_s(rules.step_s)?
        .with_instructions_s(rules.step_s)?
        .with_oval_s(rules.step_s)?
        .with_confirmation_s(rules.step_s)?
        .with_consent_s(rules.step_s)?
        .with_on_device_s(rules.step_s)?
        .with_total_s(rules.total_s)?;
    // As all ladders are, with so many free at each rung.
    let rungs = Ladder::default().rungs().to_vec();
    let free =
        |(place, rung): (usize, Rung)| Rung { failures: (place + 1) * (usize::from(rules.pull_backs) + 1), ..rung };
    let pulled_back = Ladder::new(rungs.into_iter().enumerate().map(free).collect())?;
    let policy = Policy::default()
        .with_attempts(Attempts::default().with_pulled_back(pulled_back))
        .with_times(times)
        .with_max_fmr(rules.fmr)?
        .with_require_streamed(true)
        .with_require_secret_draws(true);
    let policy = match config.documents {
        Documents::Portrait => policy,
        Documents::Authentic => {
            policy.with_document(DocumentDemand::Authentic).with_document(DocumentDemand::NotExpired)
        }
    };
    Ok(config.document_demands.iter().fold(policy, |policy, demand| policy.with_document(*demand)))
}

/// Certificates of issuing states, and their lists of revoked ones.
fn trust(config: &Config) -> Result<TrustStore, String> {
    let mut trust = TrustStore::default();
    for (file, bytes) in files(config.anchors.as_deref())? {
        trust.add_anchors(&bytes).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    for (file, bytes) in files(config.revocation_lists.as_deref())? {
        trust.add_revocation_lists(&bytes).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(trust)
}

/// A file, or all of a folder.
fn files(path: Option<&Path>) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", path.display());
    let files = if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(failed)?;
        entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect::<Result<Vec<_>, String>>()?
    } else {
        vec![path.to_owned()]
    };
    let read = |file: PathBuf| match std::fs::read(&file) {
        Ok(bytes) => Ok((file, bytes)),
        Err(e) => Err(format!("cannot read {}: {e}", file.display())),
    };
    files.into_iter().map(read).collect()
}
