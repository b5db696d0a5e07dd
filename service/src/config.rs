//! [`Config`]: everything that an operator sets, from a TOML file and the environment.

use selfsame::document::DocumentDemand;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// What an operator sets. Every field has a default, so that an empty file is a demonstration on
/// this machine alone.
///
/// A file is TOML with these names. A variable of the environment comes before the file:
/// `SELFSAME_SERVICE_LISTEN` is [`Config::listen`], `SELFSAME_SERVICE_RATE_STARTS_PER_MINUTE` is
/// [`Rates::starts_per_minute`] in the table `rate`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// Where applicants' browsers connect. Default: `127.0.0.1:8080`. A browser gives a page the
    /// camera over HTTPS or on localhost alone.
    pub listen: SocketAddr,
    /// Where metrics, health and the operator's page are. Default: `127.0.0.1:8081`. It is not for
    /// the internet.
    pub operator_listen: SocketAddr,
    /// What the operator's page asks for. Default: empty, and there is no such page.
    pub operator_token: String,
    /// The folder of the embedded store and of the service's keys. Default:
    /// `target/selfsame-service`, under the folder that the service is started in.
    pub folder: PathBuf,
    /// Which store keeps ceremonies, attempts and accounts. Default: `embedded`.
    pub store: StoreKind,
    /// How to reach PostgreSQL, as libpq writes it: `host=/run/postgresql dbname=selfsame`. The
    /// connection is not encrypted: use a socket, or a network of your own.
    pub postgres: String,
    /// Connections to PostgreSQL. Default: 8.
    pub postgres_connections: usize,
    /// Certificate chain and private key as PEM, for HTTPS; needs the feature `tls`. Default: none,
    /// a proxy does it.
    pub tls: Option<Tls>,
    /// The signing key on a token by PKCS #11 instead of in the file `signing`; needs the feature
    /// `pkcs11`. Default: none.
    pub pkcs11: Option<TokenKey>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed. Default: none.
    pub trusted_proxies: Vec<IpAddr>,
    /// Threads that run networks, at most. Default: as many as the machine has processors.
    pub engine_threads: usize,
    /// Requests that may wait for a thread; more are answered with 503. Default: 64.
    pub engine_queue: usize,
    /// Face checks whose flashes may be shown at once. Default: 2 for each engine thread, as
    /// measured in `docs/deploy.md`.
    pub flashes_at_once: usize,
    /// How documents are believed. Default: `portrait`, for demonstrations.
    pub documents: Documents,
    /// Whether a photographed page is taken whose machine-readable zone cannot be read, such as a
    /// card's front; then the form says whose it is. Default: false, the photograph is to be taken
    /// again.
    pub pages_without_zone: bool,
    /// A file, or a folder of files, of CSCA certificates (DER or PEM) for `documents =
    /// "authentic"`. Read again every ten minutes.
    pub anchors: Option<PathBuf>,
    /// A file, or a folder of files, of the authorities' lists of revoked certificates (DER or
    /// PEM): a document whose signer is on one is refused. Read again every ten minutes. Default:
    /// none.
    pub revocation_lists: Option<PathBuf>,
    /// What else is demanded of a document: `original`, so that its chip must answer a challenge,
    /// and `not_revoked`, so that there must be a current list. Default: nothing.
    pub document_demands: Vec<DocumentDemand>,
    /// Sizes and numbers of connections.
    pub limit: Limits,
    /// Requests of one client, and of all.
    pub rate: Rates,
    /// The rules of the ceremony that differ from the crate's.
    pub ceremony: CeremonyRules,
    /// What is kept for the operator.
    pub keep: Keep,
    /// Where the page's files are read from instead of the program, while it is being written.
    pub page: Option<PathBuf>,
    /// How much is logged: `error`, `warn`, `info` (the default), `debug`.
    pub log: String,
    /// Whether the log is JSON. Default: false.
    pub log_json: bool,
}

/// Which store there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StoreKind {
    /// In memory: everything is forgotten at the end. For tests.
    Memory,
    /// One file, for one process.
    Embedded,
    /// PostgreSQL, for any number of processes.
    Postgres,
}

/// How far a document is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Documents {
    /// Any portrait will do, and the form says whose it is: for demonstrations.
    Portrait,
    /// Chips alone, which a state has signed.
    Authentic,
}

/// Files for HTTPS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate and those that lead to its root, PEM.
    pub certificates: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// A key of P-256 on a token.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// The token's library: `/usr/lib/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The label of the private and the public key.
    pub key: String,
    /// The user's PIN; better as `SELFSAME_SERVICE_PKCS11_PIN`, in quotation marks if it is a
    /// number.
    pub pin: String,
}

impl std::fmt::Debug for TokenKey {
    // Says nothing of the PIN.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKey").field("token", &self.token).field("key", &self.key).finish_non_exhaustive()
    }
}

/// Sizes and numbers of connections.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once. Default: 2,000.
    pub connections: usize,
    /// Connections of one address at once. Default: 64.
    pub connections_per_client: usize,
    /// Seconds in which a request's head must have come. Default: 10.
    pub head_s: u64,
    /// Seconds in which a request must have come and been answered. Default: 60.
    pub request_s: u64,
    /// Bytes of a document. Default: 16 MiB.
    pub document_bytes: usize,
    /// Bytes of one frame. Default: 512 KiB.
    pub frame_bytes: usize,
    /// Pixels of one frame. Default: 1.3 million.
    pub frame_pixels: u64,
    /// Bytes of frames that one face check may have waiting. Default: 2 MiB.
    pub waiting_bytes: usize,
    /// Seconds without a message after which a face check is over. Default: 10.
    pub silence_s: u64,
    /// Seconds that the oval is shown at most. Default: 300.
    pub oval_s: u64,
}

/// Requests of one client, and of all.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Rates {
    /// Requests of one address a minute. Default: 600.
    pub requests_per_minute: u32,
    /// Ceremonies that one address may begin a minute. Default: 20.
    pub starts_per_minute: u32,
    /// New devices of one address an hour: failed attempts count against devices until a document
    /// is authenticated, so these must be few. Default: 30.
    pub devices_per_hour: u32,
    /// Codes of the other device that one address may try a minute. Default: 30.
    pub codes_per_minute: u32,
    /// Ceremonies of all that may begin a minute. Default: 1,200.
    pub all_starts_per_minute: u32,
}

/// The rules of the ceremony that differ from the crate's.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CeremonyRules {
    /// The false match rate of the comparison. Default: 1e-4.
    pub fmr: f64,
    /// Seconds for each of the applicant's steps. Default: 900.
    pub step_s: u64,
    /// Seconds for the whole. Default: 3,600.
    pub total_s: u64,
    /// How often somebody may pull back when it flashes before that locks as failed checks do. Each
    /// lets an attacker see one challenge more. Default: 3.
    pub pull_backs: u16,
}

/// What is kept for the operator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
#[derive(Default)]
pub struct Keep {
    /// Where face checks of applicants who agree are recorded, as `selfsame-lab evaluate pad
    /// --recorded` reads them. Default: nowhere.
    pub recordings: Option<PathBuf>,
    /// Days after which records of ceremonies are deleted. Default: 0, never.
    pub record_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        // One thread where the machine does not say how many it has.
        let threads = std::thread::available_parallelism().map_or(1, Into::into);
        Self {
            listen: here(8080),
            operator_listen: here(8081),
            operator_token: String::new(),
            folder: PathBuf::from("target/selfsame-service"),
            store: StoreKind::Embedded,
            postgres: String::new(),
            postgres_connections: 8,
            tls: None,
            pkcs11: None,
            trusted_proxies: Vec::new(),
            engine_threads: threads,
            engine_queue: 64,
            flashes_at_once: 2 * threads,
            documents: Documents::Portrait,
            pages_without_zone: false,
            anchors: None,
            revocation_lists: None,
            document_demands: Vec::new(),
            limit: Limits::default(),
            rate: Rates::default(),
            ceremony: CeremonyRules::default(),
            keep: Keep::default(),
            page: None,
            log: "info".to_owned(),
            log_json: false,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2_000,
            connections_per_client: 64,
            head_s: 10,
            request_s: 60,
            document_bytes: 16 << 20,
            frame_bytes: 512 << 10,
            frame_pixels: 1_300_000,
            waiting_bytes: 2 << 20,
            silence_s: 10,
            oval_s: 300,
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            requests_per_minute: 600,
            starts_per_minute: 20,
            devices_per_hour: 30,
            codes_per_minute: 30,
            all_starts_per_minute: 1_200,
        }
    }
}

impl Default for CeremonyRules {
    fn default() -> Self {
        Self { fmr: 1e-4, step_s: 900, total_s: 3_600, pull_backs: 3 }
    }
}

/// The tables whose fields a variable of the environment may name.
const TABLES: [&str; 6] = ["limit", "rate", "ceremony", "keep", "tls", "pkcs11"];
/// What variables of the environment begin with.
const PREFIX: &str = "SELFSAME_SERVICE_";

impl Config {
    /// Reads a file, if one is named, and then the environment.
    ///
    /// # Errors
    /// A sentence about a file that cannot be read, an unknown name or a value of another kind.
    pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, String> {
        let mut table = match file {
            None => toml::Table::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
                text.parse::<toml::Table>().map_err(|e| format!("{}: {e}", path.display()))?
            }
        };
        for (name, value) in environment {
            let Some(name) = name.strip_prefix(PREFIX) else { continue };
            let name = name.to_lowercase();
            let inner = TABLES.iter().find_map(|table| Some((*table, name.strip_prefix(table)?.strip_prefix('_')?)));
            let (target, field) = match inner {
                None => (&mut table, name.as_str()),
                Some((inner, field)) => {
                    let entry = table.entry(inner).or_insert_with(|| toml::Table::new().into());
                    (entry.as_table_mut().ok_or_else(|| format!("{inner} is no table"))?, field)
                }
            };
            target.insert(field.to_owned(), value_of(&value));
        }
        toml::Value::Table(table).try_into().map_err(|e: toml::de::Error| format!("configuration: {e}"))
    }
}

/// A variable's value: as TOML writes it, or else text.
fn value_of(text: &str) -> toml::Value {
    let read = format!("value = {text}").parse::<toml::Table>().ok();
    read.and_then(|mut table| table.remove("value")).unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_comes_before_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "engine_threads = 3\nengine_queue = 5\n[rate]\nstarts_per_minute = 7\n").unwrap();
        let environment = [
            ("SELFSAME_SERVICE_ENGINE_THREADS", "4"),
            ("SELFSAME_SERVICE_STORE", "postgres"),
            ("SELFSAME_SERVICE_POSTGRES", "host=/tmp/x dbname=y"),
            ("SELFSAME_SERVICE_RATE_CODES_PER_MINUTE", "9"),
            ("SELFSAME_SERVICE_LISTEN", "0.0.0.0:1"),
            ("HOME", "/"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let read = Config::read(Some(file.path()), environment.into_iter()).unwrap();
        assert_eq!((read.engine_threads, read.engine_queue), (4, 5));
        assert_eq!((read.rate.starts_per_minute, read.rate.codes_per_minute), (7, 9));
        assert_eq!((read.store, read.postgres.as_str()), (StoreKind::Postgres, "host=/tmp/x dbname=y"));
        assert_eq!(read.listen.port(), 1);
        let unknown = [("SELFSAME_SERVICE_LISTENN".to_owned(), "1".to_owned())];
        assert!(Config::read(None, unknown.into_iter()).unwrap_err().contains("listenn"));
    }
}
