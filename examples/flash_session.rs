//! A recorded flash session: frames and times in, a liveness verdict with its reasons out.
//!
//! ```sh
//! cargo run --release -p selfsame-lab -- \
//!     simulate datasets/portraits/obama.jpg --species live --out out/session
//! cargo run --release --example flash_session -- out/session
//! ```

use selfsame::liveness::{LivenessOptions, LivenessSession, SessionManifest};
use selfsame::{Engine, Limits, Photo};
use std::path::PathBuf;

mod support;
use support::{Failure, read, say};

fn main() -> Result<(), Failure> {
    let Some(folder) = std::env::args().nth(1).map(PathBuf::from) else {
        return Err("a folder with session.json and its frames".into());
    };
    let manifest = SessionManifest::parse(&read(folder.join("session.json"))?)?;
    let engine = Engine::new()?;
    // A server judges against the challenge that it issued, never against one that a client sends.
    let mut session = LivenessSession::new(manifest.challenge.clone(), LivenessOptions::default())?
        .with_secret_draws(&mut getrandom::SysRng)?;
    // What the client says about its display. The verifier's own randomness draws the frames that
    // are compared, and a live client's frames come with their time of arrival
    // (`LivenessSession::reveal` and `arrived`).
    for shown in &manifest.display {
        session.shown(shown.segment, shown.shown_us)?;
    }
    for frame in &manifest.frames {
        let photo = Photo::decode(&read(folder.join(&frame.file))?, &Limits::default())?;
        let _progress = engine.watch(&mut session, &photo.frame(), frame.timestamp_us)?;
    }
    // `LivenessSession::finish` gives evidence, too, if the verdict is live.
    let report = session.report();
    say!("{} {}", report.verdict.as_str(), report.verdict.reasons().join(", "));
    say!("{:#}", serde_json::to_value(&report.cues)?);
    Ok(())
}
