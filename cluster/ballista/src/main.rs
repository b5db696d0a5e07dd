//! `selfsame-ballista`: the scheduler, an executor, or a client that asks them.

use clap::{Args, Parser, Subcommand};
use datafusion::prelude::{ParquetReadOptions, SessionConfig};
use selfsame_ballista::{Executor, Scheduler, executor, scheduler, session};
use selfsame_datafusion::FaceFunctions;
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// SQL over faces on many machines
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Hands out tasks to executors
    Scheduler {
        /// Where it listens
        #[arg(long, default_value = "127.0.0.1:50050")]
        address: SocketAddr,
        /// Seconds without a word after which an executor's tasks go to others, 3 at least
        #[arg(long, default_value_t = 60)]
        lost_after: u64,
    },
    /// Runs tasks: templates of pictures, pairs of blocks
    Executor(ExecutorArguments),
    /// Asks a scheduler, and prints the answer
    Sql {
        /// The scheduler
        #[arg(long, default_value = "http://127.0.0.1:50050")]
        scheduler: String,
        /// A table: NAME=FILE, a Parquet file or a folder of them that every machine sees
        #[arg(long = "table", value_parser = table)]
        tables: Vec<(String, String)>,
        /// The partitions that tables are cut into; P of them are P (P + 1) / 2 jobs of face_pairs
        #[arg(long, default_value_t = 16)]
        partitions: usize,
        /// Statements, one after the other
        #[arg(required = true)]
        statements: Vec<String>,
    },
}

#[derive(Args)]
struct ExecutorArguments {
    /// The scheduler's name or address
    #[arg(long, default_value = "127.0.0.1")]
    scheduler_host: String,
    /// The scheduler's port
    #[arg(long, default_value_t = 50050)]
    scheduler_port: u16,
    /// Where others fetch what was found; the next port is taken, too
    #[arg(long, default_value = "127.0.0.1:50051")]
    address: SocketAddr,
    /// Tasks at a time; one of face_pairs uses all cores
    #[arg(long, default_value_t = 1)]
    tasks: usize,
    /// A folder for what was found
    #[arg(long)]
    work: PathBuf,
}

fn table(text: &str) -> Result<(String, String), String> {
    let (name, file) = text.split_once('=').ok_or("NAME=FILE")?;
    Ok((name.to_owned(), file.to_owned()))
}

#[tokio::main]
async fn main() -> ExitCode {
    // What Ballista says goes to standard error, as RUST_LOG asks.
    env_logger::init();
    match run(Arguments::parse().role).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(role: Role) -> Result<(), Box<dyn Error>> {
    let functions = FaceFunctions::loading(selfsame::Engine::new);
    match role {
        Role::Scheduler { address, lost_after } => scheduler(&Scheduler { address, lost_after }, &functions).await?,
        Role::Executor(given) => {
            std::fs::create_dir_all(&given.work)?;
            let how = Executor {
                scheduler_host: given.scheduler_host,
                scheduler_port: given.scheduler_port,
                address: given.address,
                tasks: given.tasks,
                work: given.work,
            };
            executor(&how, &functions).await?;
            println!("templated {}", functions.templated());
        }
        Role::Sql { scheduler, tables, partitions, statements } => {
            let config = SessionConfig::new().with_target_partitions(partitions);
            let context = session(&scheduler, &functions, config).await?;
            for (name, file) in tables {
                context.register_parquet(name, file, ParquetReadOptions::default()).await?;
            }
            for statement in statements {
                context.sql(&statement).await?.show().await?;
            }
        }
    }
    Ok(())
}
