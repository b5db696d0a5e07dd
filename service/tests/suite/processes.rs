//! Processes that are killed at any moment, and two that race on one database.

use super::camera::portrait;
use super::client::Client;
use super::postgres::Server;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A service in a process of its own.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

impl Process {
    pub async fn start(folder: &Path, postgres: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_selfsame-service"));
        command.env("SELFSAME_SERVICE_LISTEN", "127.0.0.1:0").env("SELFSAME_SERVICE_OPERATOR_LISTEN", "127.0.0.1:0");
        command.env("SELFSAME_SERVICE_FOLDER", folder).env("SELFSAME_SERVICE_LOG", "error");
        for rate in ["DEVICES_PER_HOUR", "STARTS_PER_MINUTE", "REQUESTS_PER_MINUTE", "ALL_STARTS_PER_MINUTE"] {
            command.env(format!("SELFSAME_SERVICE_RATE_{rate}"), "1000000");
        }
        if let Some(postgres) = postgres {
            command.env("SELFSAME_SERVICE_STORE", "postgres").env("SELFSAME_SERVICE_POSTGRES", postgres);
        }
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("the address is printed");
        let port = line.trim_end_matches('/').rsplit_once(':').unwrap().1.parse().unwrap();
        Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) }
    }

    pub async fn kill(mut self) {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap();
    }
}

/// How often a process is killed: a few times in the suite, `SELFSAME_KILLS=100` for a figure.
fn kills() -> usize {
    std::env::var("SELFSAME_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(4)
}

/// The order of an applicant's phases here.
fn rank(step: &Value) -> usize {
    let phases = ["form", "document", "instructions", "oval", "terminated"];
    let phase = step["phase"].as_str().unwrap();
    phases.iter().position(|known| *known == phase).unwrap_or_else(|| panic!("{step}"))
}

/// Walks until the service does not answer any more; remembers the last step that it was told.
async fn walk(mut client: Client, seen: Option<usize>) -> (Client, Option<usize>) {
    let mut seen = seen;
    loop {
        let told = match seen {
            None => client.begin("new_registration", "biometrics", "AB1234567").await.map(|step| rank(&step)),
            Some(0) => client.form("Jo Example", None).await.map(|step| rank(&step)),
            Some(1) => match client.document("portrait", &portrait("obama.jpg")).await {
                Ok((200, step)) => Ok(rank(&step)),
                Ok((_, answer)) => Err(answer.to_string().into()),
                Err(error) => Err(error),
            },
            Some(2) => client.step("/api/v1/instructions", json!({})).await.map(|step| rank(&step)),
            // Begin anew; a kill can spend an attempt that was under way, and enough of them lock a
            // device.
            Some(rank) => {
                client.device = client.device.filter(|_| rank < 4);
                seen = None;
                continue;
            }
        };
        match told {
            Ok(rank) => seen = Some(rank),
            Err(_) => return (client, seen),
        }
    }
}

async fn killed(folder: &Path, postgres: Option<&str>) {
    let mut walkers: Vec<(Client, Option<usize>)> = Vec::new();
    // One device fails on purpose: its attempts must not be forgotten.
    let mut failing: Option<(Client, usize)> = None;
    let (mut behind, mut ahead) = (0, 0);
    for kill in 0..kills() {
        let process = Process::start(folder, postgres).await;
        for (client, seen) in &mut walkers {
            client.address = process.address;
            let Some(before) = *seen else { continue };
            let (status, step) = client.get("/api/v1/step").await.unwrap();
            assert_eq!(status, 200, "a ceremony that was told of is lost: {step}");
            let now = rank(&step);
            assert!(now == before || now == before + 1, "told of {before}, found {now}");
            (behind, ahead) = (behind + usize::from(now == before), ahead + usize::from(now == before + 1));
            *seen = Some(now);
        }
        if let Some((client, failures)) = &mut failing {
            client.address = process.address;
            let step = client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
            assert_eq!(step["phase"] == "terminated", *failures >= 3, "{failures} failures");
            if *failures < 3 {
                let step = client.step("/api/v1/form", json!({ "name": "", "date_of_birth": "" })).await.unwrap();
                assert!(step["phase"] == "terminated" || !step["reasons"].as_array().unwrap().is_empty());
                *failures += 1;
            }
        } else {
            failing = Some((Client::new(process.address), 0));
        }
        walkers.resize_with(4, || (Client::new(process.address), None));
        let tasks: Vec<_> = walkers.drain(..).map(|(client, seen)| tokio::spawn(walk(client, seen))).collect();
        // Any moment, the same in each run of the test.
        tokio::time::sleep(Duration::from_millis(20 + (kill as u64 * 7_919) % 700)).await;
        process.kill().await;
        for task in tasks {
            walkers.push(task.await.unwrap());
        }
    }
    println!(
        "{} kills: {behind} ceremonies stood where they were told, {ahead} one step further, none was lost",
        kills()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_nothing_that_it_told() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_nothing_on_postgresql() {
    let Some(server) = Server::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), Some(&server.database("kills"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_race() {
    let Some(server) = Server::start() else { return };
    let (folder, database) = (tempfile::tempdir().unwrap(), server.database("races"));
    let (one, other) =
        tokio::join!(Process::start(folder.path(), Some(&database)), Process::start(folder.path(), Some(&database)));
    let mut client = Client::new(one.address);
    client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
    let mut elsewhere = client.clone();
    elsewhere.address = other.address;
    assert_eq!(elsewhere.get("/api/v1/step").await.unwrap().1["phase"], "form", "both share keys and states");

    // One step, taken at both: each time one is faster.
    let form = json!({ "name": "Jo Example", "date_of_birth": "1984-03-15" });
    let races = (0..8).map(|racer| {
        let (client, form) = (if racer % 2 == 0 { client.clone() } else { elsewhere.clone() }, form.clone());
        tokio::spawn(async move { client.post("/api/v1/form", form).await.unwrap().0 })
    });
    let mut statuses = Vec::new();
    for race in races.collect::<Vec<_>>() {
        statuses.push(race.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");

    // Failures side by side: no more than the lock allows.
    let mut ceremonies = Vec::new();
    for n in 0..8 {
        let mut client = if n % 2 == 0 { client.clone() } else { elsewhere.clone() };
        client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
        ceremonies.push(client);
    }
    let bad = json!({ "name": "", "date_of_birth": "" });
    let races: Vec<_> = ceremonies
        .into_iter()
        .map(|client| {
            let bad = bad.clone();
            tokio::spawn(async move { client.post("/api/v1/form", bad).await.unwrap().1 })
        })
        .collect();
    let mut looked_at = 0;
    for race in races {
        let step = race.await.unwrap();
        looked_at += usize::from(step["phase"] == "form");
    }
    assert!(looked_at <= 2, "the third failure locks: {looked_at} were told to try again");
    one.kill().await;
    other.kill().await;
}
