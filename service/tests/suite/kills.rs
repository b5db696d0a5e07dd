//! Processes that are killed during a face check and while an account is opened: what was shown
//! costs an attempt and no more, and nobody gets two accounts. It takes minutes, so that it runs
//! with `SELFSAME_KILLS` alone.

use super::camera::{Camera, portrait};
use super::client::{Client, Keys};
use super::postgres::Server;
use super::processes::Process;
use selfsame::Engine;
use selfsame_lab::simulate::Species;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// From the camera's first frame to the verdict, in milliseconds, with some time for what is killed
/// after it.
const FACE_MS: u64 = 14_000;

/// How often each kind of process is killed; `None` where nobody asks.
fn kills() -> Option<u64> {
    std::env::var("SELFSAME_KILLS").ok()?.parse().ok()
}

/// Walks to the oval, with a device of its own.
async fn at_the_oval(process: &Process) -> Client {
    let mut client = Client::new(process.address);
    client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
    client.to_the_oval("Jo Example", None, &portrait("obama.jpg")).await.unwrap();
    client
}

/// Kills a process during face checks, at moments that are the same in each run.
async fn during_face_checks(count: u64, camera: &Camera, folder: &Path, postgres: Option<&str>) {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut process = Process::start(folder, postgres).await;
    for kill in 0..count {
        let mut client = at_the_oval(&process).await;
        let check = client.face(camera);
        let moment = tokio::time::sleep(Duration::from_millis(kill * 7_919 % FACE_MS));
        let told = tokio::select! {
            told = check => told.ok().map(|(step, _)| step),
            () = moment => None,
        };
        process.kill().await;
        process = Process::start(folder, postgres).await;
        client.address = process.address;
        let (status, step) = client.get("/api/v1/step").await.unwrap();
        assert_eq!(status, 200, "a ceremony that was told of is lost: {step}");
        let phase = step["phase"].as_str().unwrap().to_owned();
        match &told {
            Some(told) => assert_eq!(phase, told["phase"], "what was told stands"),
            // Before the flashes, cut off in them, or past them and not told.
            None => assert!(["oval", "flashes", "on_device"].contains(&phase.as_str()), "{step}"),
        }
        *found.entry(format!("{phase}{}", if told.is_some() { ", told" } else { "" })).or_default() += 1;
    }
    println!("{count} kills during face checks: {found:?}");
    process.kill().await;
}

/// Kills a process while an account is opened, until it is; then nobody may open another.
async fn during_openings(count: u64, camera: &Camera, folder: &Path, postgres: Option<&str>) {
    let mut process = Process::start(folder, postgres).await;
    let mut client = at_the_oval(&process).await;
    let step = client.live_face(camera).await.unwrap();
    assert_eq!(step["phase"], "on_device", "{step}");
    let keys = Keys::numbered(1);
    let (mut before, mut after) = (0, 0);
    let mut account = Value::Null;
    for kill in 0..count {
        let moment = tokio::time::sleep(Duration::from_micros(kill * 7_919 % 30_000));
        let told = tokio::select! {
            told = client.sign(&step, &keys) => told.ok(),
            () = moment => None,
        };
        process.kill().await;
        process = Process::start(folder, postgres).await;
        client.address = process.address;
        let (status, now) = client.get("/api/v1/step").await.unwrap();
        assert_eq!(status, 200, "{now}");
        if now["phase"] == "enrolled" {
            assert!(account.is_null() || account == now["account"], "one account: {now}");
            account = now["account"].clone();
            after += 1;
        } else {
            assert_eq!((&now["phase"], told.is_some()), (&"on_device".into(), false), "{now}");
            assert!(account.is_null(), "an account that was told of stays");
            before += 1;
        }
    }
    if account.is_null() {
        account = client.sign(&step, &keys).await.unwrap()["account"].clone();
    }
    println!("{count} kills around an account's opening: {before} before it, {after} after it; {account}");
    process.kill().await;
}

async fn killed(folder: &Path, postgres: Option<&str>) {
    let Some(count) = kills() else {
        println!("skipped: SELFSAME_KILLS says how many");
        return;
    };
    let camera = Camera::new(&Engine::new().unwrap(), "obama2.jpg", Species::Live, 7);
    during_openings(count, &camera, folder, postgres).await;
    during_face_checks(count, &camera, folder, postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_check_and_an_opening_survive_kills() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_check_and_an_opening_survive_kills_on_postgresql() {
    let Some(server) = Server::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), Some(&server.database("kills"))).await;
}
