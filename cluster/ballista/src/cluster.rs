//! A scheduler, executors and a client's session that know faces.

use crate::codec::{FaceLogicalCodec, FacePhysicalCodec};
use ballista::extension::{SessionConfigExt, SessionContextExt};
use ballista_core::error::{BallistaError, Result};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::execution::{FunctionRegistry, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use selfsame_datafusion::FaceFunctions;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// The largest message between machines: a task with the names of very many files. 64 MiB.
const LARGEST_MESSAGE: u32 = 64 << 20;

/// A session of DataFusion whose statements a scheduler's machines run, as `http://host:port`.
///
/// It knows the functions of one row and `face_pairs`. Tables are files that every machine reads
/// under the same name: `CREATE EXTERNAL TABLE … STORED AS PARQUET LOCATION …`. A bar that is told
/// as a false match rate is looked up here, so that `functions` has to have networks then.
///
/// # Errors
/// For an address that is none.
pub async fn session(
    scheduler: &str,
    functions: &FaceFunctions,
    config: SessionConfig,
) -> datafusion::error::Result<SessionContext> {
    let config = config
        .upgrade_for_ballista()
        .with_ballista_grpc_client_max_message_size(LARGEST_MESSAGE as usize)
        .with_ballista_logical_extension_codec(Arc::new(FaceLogicalCodec::default()))
        .with_ballista_physical_extension_codec(Arc::new(FacePhysicalCodec::default()));
    let state = functions.state(SessionStateBuilder::new_with_default_features().with_config(config));
    let context = SessionContext::remote_with_state(scheduler, state).await?;
    functions.register(&context);
    Ok(context)
}

/// Where a scheduler listens, and when it gives up an executor.
#[derive(Debug, Clone)]
pub struct Scheduler {
    /// Where clients and executors find it.
    pub address: SocketAddr,
    /// After how many seconds without a word from an executor its tasks go to others, 3 at least:
    /// executors say a word every second.
    pub lost_after: u64,
}

/// The least of [`Scheduler::lost_after`], in seconds.
const LEAST_LOST_AFTER: u64 = 3;
/// Seconds between two words from an executor, and between two looks at who has said none.
const HEARTBEAT: u64 = 1;

/// Runs a scheduler until the process ends. `functions` are planned with, and make no template
/// here.
///
/// # Errors
/// If the address is taken, or executors would be given up too soon.
pub async fn scheduler(how: &Scheduler, functions: &FaceFunctions) -> Result<()> {
    if how.lost_after < LEAST_LOST_AFTER {
        let message = format!("executors given up after {} s: {LEAST_LOST_AFTER} at least", how.lost_after);
        return Err(BallistaError::Configuration(message));
    }
    let planner = functions.clone();
    let config = SchedulerConfig {
        bind_host: how.address.ip().to_string(),
        external_host: how.address.ip().to_string(),
        bind_port: how.address.port(),
        executor_timeout_seconds: how.lost_after,
        expire_dead_executor_interval_seconds: HEARTBEAT,
        grpc_server_max_decoding_message_size: LARGEST_MESSAGE,
        grpc_server_max_encoding_message_size: LARGEST_MESSAGE,
        grpc_client_max_message_size: LARGEST_MESSAGE,
        override_logical_codec: Some(Arc::new(FaceLogicalCodec::default())),
        override_physical_codec: Some(Arc::new(FacePhysicalCodec::default())),
        override_session_builder: Some(Arc::new(move |config| {
            let mut state = planner.state(SessionStateBuilder::new_from_existing(default_session_builder(config)?));
            planner.scalar_functions().into_iter().try_for_each(|one| state.register_udf(one).map(drop))?;
            Ok(state)
        })),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, how.address, Arc::new(config)).await
}

/// Where an executor finds its scheduler, and what it may take.
#[derive(Debug, Clone)]
pub struct Executor {
    /// The scheduler's name or address.
    pub scheduler_host: String,
    /// The scheduler's port.
    pub scheduler_port: u16,
    /// Where other executors and clients fetch what was found; tasks come at the next port.
    pub address: SocketAddr,
    /// Tasks at a time. One of `face_pairs` uses all cores by itself.
    pub tasks: usize,
    /// A folder for what was found, until it is fetched.
    pub work: PathBuf,
}

/// Runs an executor until the process is asked to end (SIGTERM, or Ctrl-C), and its tasks are done.
///
/// # Errors
/// If the address is taken, or no scheduler is there within ten seconds.
pub async fn executor(how: &Executor, functions: &FaceFunctions) -> Result<()> {
    let mut registry = BallistaFunctionRegistry::default();
    registry.scalar_functions.extend(functions.scalar_functions().into_iter().map(|one| (one.name().to_owned(), one)));
    let config = ExecutorProcessConfig {
        bind_host: how.address.ip().to_string(),
        external_host: Some(how.address.ip().to_string()),
        port: how.address.port(),
        grpc_port: how.address.port().saturating_add(1),
        scheduler_host: how.scheduler_host.clone(),
        scheduler_port: how.scheduler_port,
        scheduler_connect_timeout_seconds: 10,
        vcores: how.tasks,
        work_dir: Some(how.work.to_string_lossy().into_owned()),
        executor_heartbeat_interval_seconds: HEARTBEAT,
        grpc_max_decoding_message_size: LARGEST_MESSAGE,
        grpc_max_encoding_message_size: LARGEST_MESSAGE,
        override_function_registry: Some(Arc::new(registry)),
        override_logical_codec: Some(Arc::new(FaceLogicalCodec::default())),
        override_physical_codec: Some(Arc::new(FacePhysicalCodec::default())),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await
}
