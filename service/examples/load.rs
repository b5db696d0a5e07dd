//! Many applicants side by side: `cargo run --release -p selfsame-service --example load -- [N
//! [SECONDS]]`
//!
//! Starts the service as a process of its own, on an embedded store in a temporary folder, and N
//! clients (200) that each walk from the beginning to enrolled, one after the other for SECONDS
//! (60). Prints what was completed, how long frames waited for their answer, and the service's
//! memory. Clients and service share the machine: their frames are recordings, made before.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, missing_docs)]
#![allow(dead_code, reason = "the suite's client can do more")]

#[path = "../tests/suite/camera.rs"]
mod camera;
#[path = "../tests/suite/client.rs"]
mod client;

use camera::{Camera, portrait};
use client::{Client, Failure, Keys};
use selfsame::Engine;
use selfsame_lab::simulate::Species;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};

/// How long an applicant tries again. Chosen by hand.
const PATIENCE_S: u32 = 600;

/// Does something again, a second later each time, as long as the service says that it is busy: a
/// page does so, too.
async fn patiently<T>(mut act: impl AsyncFnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    for _ in 0..PATIENCE_S {
        match act().await {
            Err(error) if error.to_string().contains("busy") => tokio::time::sleep(Duration::from_secs(1)).await,
            other => return other,
        }
    }
    Err(format!("busy for {PATIENCE_S} s").into())
}

/// One applicant's way; how it ended, and how long each frame waited.
async fn walk(address: SocketAddr, number: u64, camera: &Camera) -> Result<(String, Vec<Duration>), Failure> {
    let client = patiently(async || {
        let mut client = Client::new(address);
        client.begin("new_registration", "biometrics", &format!("AB{number:07}")).await?;
        Ok(client)
    });
    let client = client.await?;
    patiently(async || client.form(&format!("Jo Example {number}"), None).await).await?;
    patiently(async || client.shows(&portrait("obama.jpg")).await).await?;
    patiently(async || client.step("/api/v1/instructions", json!({})).await).await?;
    let (mut step, mut waits) = patiently(async || client.face(camera).await).await?;
    if step["phase"] == "oval" {
        let (again, more) = patiently(async || client.face(camera).await).await?;
        step = again;
        waits.extend(more);
    }
    if step["phase"] == "on_device" {
        step = patiently(async || client.sign(&step, &Keys::numbered(number)).await).await?;
    }
    Ok((step["phase"].as_str().unwrap_or("?").to_owned(), waits))
}

/// A field of `/proc/PID/status`, in KiB.
fn memory_kib(process: u32, field: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Processor time of a process, in seconds.
fn cpu_s(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<i64> =
        text.rsplit(')').next().unwrap_or("").split_whitespace().filter_map(|f| f.parse().ok()).collect();
    // After the state: the numbers of fields 4 on; 14 and 15 are user and system ticks, a hundredth
    // each.
    (fields.get(10).unwrap_or(&0) + fields.get(11).unwrap_or(&0)) as f64 / 100.0
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let applicants = arguments.next().transpose()?.unwrap_or(200);
    let seconds = arguments.next().transpose()?.unwrap_or(60);
    let camera = Camera::new(&Engine::new()?, "obama2.jpg", Species::Live, 7);
    let folder = tempfile::tempdir()?;
    let mut program = std::env::current_exe()?;
    program.pop();
    program.pop();
    let mut command = tokio::process::Command::new(program.join("selfsame-service"));
    command.env("SELFSAME_SERVICE_LISTEN", "127.0.0.1:0").env("SELFSAME_SERVICE_OPERATOR_LISTEN", "127.0.0.1:0");
    command.env("SELFSAME_SERVICE_FOLDER", folder.path()).env("SELFSAME_SERVICE_LOG", "warn");
    command.env("SELFSAME_SERVICE_LIMIT_CONNECTIONS_PER_CLIENT", "100000");
    for rate in ["DEVICES_PER_HOUR", "STARTS_PER_MINUTE", "REQUESTS_PER_MINUTE", "ALL_STARTS_PER_MINUTE"] {
        command.env(format!("SELFSAME_SERVICE_RATE_{rate}"), "1000000");
    }
    let mut child = command.stdout(std::process::Stdio::piped()).kill_on_drop(true).spawn()?;
    let process = child.id().ok_or("the service has ended")?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let line = lines.next_line().await?.ok_or("the service says no address")?;
    let port = line.trim_end_matches('/').rsplit_once(':').ok_or("no port")?.1.parse()?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let idle_kib = memory_kib(process, "VmRSS");

    let (began, until) = (Instant::now(), Instant::now() + Duration::from_secs(seconds));
    let tasks = (0..applicants).map(async |place| {
        let mut ends = Vec::new();
        for round in 0.. {
            if Instant::now() >= until {
                break;
            }
            ends.push(walk(address, place + round * applicants, &camera).await);
        }
        ends
    });
    let (mut ends, mut waits) = (BTreeMap::<String, usize>::new(), Vec::new());
    for all in futures_util::future::join_all(tasks).await {
        for end in all {
            let word = match end {
                Ok((phase, more)) => {
                    waits.extend(more);
                    phase
                }
                Err(error) => error.to_string().chars().take(90).collect(),
            };
            *ends.entry(word).or_default() += 1;
        }
    }
    let (took, cpu) = (began.elapsed().as_secs_f64(), cpu_s(process));
    let peak_kib = memory_kib(process, "VmHWM");
    waits.sort_unstable();
    let at = |share: f64| waits.get((share * waits.len() as f64) as usize).copied().unwrap_or_default();
    let enrolled = ends.get("enrolled").copied().unwrap_or(0);
    println!("{applicants} applicants side by side for {took:.0} s:");
    for (end, count) in &ends {
        println!("  {count:5} {end}");
    }
    println!("enrolled a minute: {:.1}", 60.0 * enrolled as f64 / took);
    println!("enrolled a minute of processor time: {:.1}", 60.0 * enrolled as f64 / cpu);
    println!("frames answered: {}, median {:?}, p99 {:?}", waits.len(), at(0.5), at(0.99));
    println!("memory: {} MiB before, {} MiB at most", idle_kib >> 10, peak_kib >> 10);
    Ok(())
}
