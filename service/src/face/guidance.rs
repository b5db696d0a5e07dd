//! Guidance: hints until the face stays in the oval and the client wants to go on. Under load the
//! newest frame is looked at, and the others are dropped.

use super::inbox::{Arrived, Heard, Inbox};
use super::wire::{Frame, Purpose, Said};
use super::{Gone, Line, Over};
use crate::app::App;
use crate::error::Refused;
use crate::pool::PoolError;
use crate::time::monotonic_us;
use selfsame::capture::{CaptureOptions, CaptureSession, Guidance, Hint};
use selfsame::error::Error;
use selfsame::image::Photo;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// How long a face that was ready counts as ready, in microseconds: the client counts down
/// meanwhile. Chosen by hand.
const READY_US: u64 = 10_000_000;
/// Pictures that cannot be read, until the check is over. Chosen by hand.
const MOST_BAD: u32 = 20;
/// How long somebody waits for the flashes at most, and how often they hear of it, in seconds.
const QUEUE_S: u64 = 60;
const TOLD_S: u64 = 2;

/// Guides until the flashes may begin; what is returned is leave to show them.
pub(super) async fn guide(app: &Arc<App>, line: &mut Line, inbox: &mut Inbox) -> Result<OwnedSemaphorePermit, Over> {
    let limit = &app.config.limit;
    let (silence, until) = (Duration::from_secs(limit.silence_s), monotonic_us() + 1_000_000 * limit.oval_s);
    let mut session = Box::new(CaptureSession::new(CaptureOptions::default()).map_err(Refused::from)?);
    let mut closing = app.closing.clone();
    let (mut last_us, mut ready_us, mut hint, mut bad) = (None, None::<u64>, Hint::NoFace, 0);
    let mut held: Option<Arrived> = None;
    loop {
        let arrived = match held.take() {
            Some(arrived) => arrived,
            None => tokio::select! {
                arrived = inbox.next(silence) => arrived?.ok_or(Gone)?,
                // Nothing is lost: the client connects again, to a service that stays.
                _ = closing.wait_for(|closing| *closing) => return Err(Refused::busy().into()),
            },
        };
        if arrived.at_us > until {
            return Err(Refused::too_slow().into());
        }
        match arrived.message? {
            Heard::Said(Said::Begin) => {
                if ready_us.is_some_and(|ready| monotonic_us() <= ready + READY_US) {
                    return wait(app, line, inbox).await;
                }
                line.say(&json!({ "type": "not_ready", "hint": hint.as_str() })).await?;
            }
            Heard::Said(Said::Ping) => line.say(&json!({ "type": "pong" })).await?,
            Heard::Said(Said::Stop { .. }) => return Err(Over::Gone),
            Heard::Said(_) => return Err(Refused::malformed("this is said during the flashes").into()),
            Heard::Frame(frame) => {
                let frame = newest(app, inbox, frame, &mut held);
                let seen = frame.purpose == Purpose::Guidance && last_us.is_none_or(|last| frame.taken_us > last);
                if !seen {
                    app.metrics.frames_dropped.inc();
                    continue;
                }
                last_us = Some(frame.taken_us);
                let (number, at_us) = (frame.number, arrived.at_us);
                let guided = look(app, session, frame).await;
                let guidance = match guided {
                    Ok((back, guidance)) => {
                        session = back;
                        guidance
                    }
                    Err((Some(back), _)) => {
                        session = back;
                        app.metrics.frames_dropped.inc();
                        continue;
                    }
                    Err((None, error)) => return Err(error.into()),
                };
                app.metrics.frames.inc();
                app.metrics.frame_seconds.observe(1e-6 * monotonic_us().saturating_sub(at_us) as f64);
                match guidance {
                    Ok(guidance) => {
                        hint = guidance.hint;
                        if hint == Hint::Ready {
                            ready_us = Some(monotonic_us());
                        }
                        line.say(&json!({
                            "type": "guidance", "seq": number, "hint": hint.as_str(),
                            "urge": guidance.urge.as_str(), "progress": guidance.progress,
                            "is_ready": hint == Hint::Ready,
                        }))
                        .await?;
                    }
                    Err(error) => {
                        bad += 1;
                        if bad > MOST_BAD {
                            return Err(Refused::malformed(error.to_string()).into());
                        }
                        line.say(&json!({ "type": "bad_frame", "seq": number })).await?;
                    }
                }
            }
        }
    }
}

/// The newest frame of those that have come; what is no frame is held for the next turn.
fn newest(app: &App, inbox: &mut Inbox, mut frame: Frame, held: &mut Option<Arrived>) -> Frame {
    while let Some(arrived) = inbox.waiting() {
        match arrived {
            Arrived { message: Ok(Heard::Frame(newer)), .. } => {
                frame = newer;
                app.metrics.frames_dropped.inc();
            }
            other => {
                *held = Some(other);
                break;
            }
        }
    }
    frame
}

type Guided = Result<(Box<CaptureSession>, Result<Guidance, Error>), (Option<Box<CaptureSession>>, PoolError)>;

async fn look(app: &Arc<App>, mut session: Box<CaptureSession>, frame: Frame) -> Guided {
    let limits = app.frame_limits.clone();
    let work = move |engine: &selfsame::engine::Engine| {
        let photo = Photo::decode(&frame.picture, &limits);
        let guidance = photo.and_then(|photo| engine.guide(&mut session, &photo.frame(), frame.taken_us));
        (session, guidance)
    };
    app.pool.run_frame(work).await.map_err(|error| (None, error))
}

/// Waits for leave to show flashes, and keeps the client told. Frames that came meanwhile are old.
async fn wait(app: &Arc<App>, line: &mut Line, inbox: &mut Inbox) -> Result<OwnedSemaphorePermit, Over> {
    let mut leave = std::pin::pin!(app.pool.flashes());
    let mut told = 0;
    let permit = loop {
        match tokio::time::timeout(Duration::from_secs(if told == 0 { 0 } else { TOLD_S }), leave.as_mut()).await {
            Ok(permit) => break permit.map_err(Refused::from)?,
            Err(_) if told * TOLD_S >= QUEUE_S => return Err(Refused::busy().into()),
            Err(_) => {
                told += 1;
                line.say(&json!({ "type": "wait", "ahead": app.pool.ahead() })).await?;
            }
        }
        while inbox.waiting().is_some() {}
    };
    while inbox.waiting().is_some() {}
    Ok(permit)
}
