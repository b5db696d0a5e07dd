//! The flashes: the challenge is given away piece by piece, and every frame that answers is looked
//! at in its turn.

use super::inbox::{Heard, Inbox};
use super::wire::{Frame, Purpose, Said};
use super::{FRAMES_PER_SECOND, Gone, Line, Over};
use crate::app::App;
use crate::error::Refused;
use crate::session::{Moved, Opened};
use crate::time::{monotonic_us, now_s};
use crate::vault::Bearer;
use selfsame::enrol::Ceremony;
use selfsame::error::Error;
use selfsame::image::Photo;
use selfsame::liveness::{LivenessOptions, LivenessProgress, LivenessSession};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Frames that may wait before the client is asked for fewer. Chosen by hand: half a second.
const CROWD: usize = FRAMES_PER_SECOND as usize / 2;
/// What is waited for beyond the challenge's own length, in microseconds: a client that shows
/// pieces late, and a network. Chosen by hand.
const LATE_US: u64 = 8_000_000;

/// The word for flashes that the client stopped.
const STOPPED: &str = "stopped_by_the_client";

/// What the frames showed.
pub(super) struct Answered {
    pub(super) session: Box<LivenessSession>,
    /// Why there is nothing to judge; empty if there is.
    pub(super) words: Vec<&'static str>,
    /// Whether the person pulled back before all was shown.
    pub(super) pulled_back: bool,
    /// What the person may be told then.
    pub(super) advice: Vec<String>,
    /// The frames, where they are recorded.
    pub(super) frames: Vec<Frame>,
}

/// Puts the attempt on record, shows the challenge, and watches until it is answered.
pub(super) async fn show(
    app: &Arc<App>,
    bearer: &Bearer,
    line: &mut Line,
    inbox: &mut Inbox,
) -> Result<Answered, Over> {
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(app, bearer).await?;
    let Ceremony::Oval(state) = ceremony else { return Err(Refused::other_step().into()) };
    let challenge = app.issuer.issue_for(*state.nonce(), &mut getrandom::SysRng, now_s()).map_err(Refused::from)?;
    let begun = state.begin_flashes(challenge.id(), &mut app.context(&mut place.rng)).await;
    let moved = Moved::of(begun.map_err(Refused::from)?);
    let goes_on = matches!(moved.ceremony, Ceremony::Flashes(_));
    // The challenge is shown once this is stored, and not before.
    let step = place.store(app, moved, applicant.as_ref()).await?;
    if !goes_on {
        return Err(Over::Step(Box::new(step)));
    }
    let session = app.pool.run_frame(move |_| {
        LivenessSession::new(challenge, LivenessOptions::default())?.with_secret_draws(&mut getrandom::SysRng)
    });
    let session = Box::new(session.await.map_err(Refused::from)?.map_err(Refused::from)?);
    line.say(&json!({ "type": "flashes" })).await?;
    let mut watch =
        Watch { app, line, session: Some(session), revealed: 0, last_us: None, told_us: 0, frames: Vec::new() };
    watch.reveal().await?;
    let (words, advice) = watch.follow(inbox).await?;
    let frames = watch.frames;
    let session = watch.session.ok_or_else(|| Refused::fault(&"a session was lost"))?;
    // Whoever has seen all of it has had their attempt.
    let pulled_back = words == [STOPPED] && watch.revealed < session.challenge().segments().len();
    Ok(Answered { session, words, pulled_back, advice, frames })
}

struct Watch<'a> {
    app: &'a Arc<App>,
    line: &'a mut Line,
    /// Away while a thread of the pool looks at a frame.
    session: Option<Box<LivenessSession>>,
    /// How many segments were sent.
    revealed: usize,
    last_us: Option<u64>,
    /// When the client was last asked for fewer frames.
    told_us: u64,
    frames: Vec<Frame>,
}

impl Watch<'_> {
    fn session(&mut self) -> Result<&mut LivenessSession, Over> {
        self.session.as_deref_mut().ok_or_else(|| Refused::fault(&"a session was lost").into())
    }

    /// Sends what may be known by now.
    async fn reveal(&mut self) -> Result<(), Over> {
        let known = self.revealed;
        let session = self.session()?;
        let count = session.challenge().segments().len();
        let segments: Vec<_> = session.reveal(monotonic_us()).iter().copied().enumerate().skip(known).collect();
        for (index, segment) in segments {
            self.line
                .say(&json!({
                    "type": "segment", "index": index, "start_us": segment.start_us, "duration_us": segment.duration_us,
                    "color": segment.color, "region": segment.region, "last": index + 1 == count,
                }))
                .await?;
            self.revealed = index + 1;
        }
        Ok(())
    }

    /// Watches until the end; why there is nothing to judge, if there is not, and advice.
    async fn follow(&mut self, inbox: &mut Inbox) -> Result<(Vec<&'static str>, Vec<String>), Over> {
        let total_us = self.session()?.challenge().total_us();
        let until = monotonic_us() + total_us + LATE_US;
        loop {
            let left_us = until.saturating_sub(monotonic_us());
            let patience = Duration::from_micros(left_us).min(Duration::from_secs(self.app.config.limit.silence_s));
            let Ok(arrived) = inbox.next(patience).await else {
                return Ok((vec!["flashes_not_answered"], vec!["find_a_better_network".to_owned()]));
            };
            let arrived = arrived.ok_or(Gone)?;
            match arrived.message? {
                Heard::Said(Said::Shown { index, at_us }) => {
                    if index >= self.revealed || at_us > total_us + LATE_US {
                        return Err(Refused::malformed("a segment is said to be shown that was not sent").into());
                    }
                    self.session()?.shown(index, at_us).map_err(Refused::from)?;
                }
                Heard::Said(Said::End) => return Ok((Vec::new(), Vec::new())),
                Heard::Said(Said::Stop { .. }) => {
                    return Ok((vec![STOPPED], vec!["hold_still".to_owned()]));
                }
                Heard::Said(Said::Ping) => self.line.say(&json!({ "type": "pong" })).await?,
                Heard::Said(_) => return Err(Refused::malformed("this is not said during the flashes").into()),
                // Sent before the client knew.
                Heard::Frame(frame) if frame.purpose == Purpose::Guidance => {}
                Heard::Frame(frame) => {
                    if self.last_us.is_some_and(|last| frame.taken_us <= last) {
                        self.app.metrics.frames_dropped.inc();
                        continue;
                    }
                    self.last_us = Some(frame.taken_us);
                    let (number, taken_us) = (frame.number, frame.taken_us);
                    if self.app.config.keep.recordings.is_some() {
                        self.frames.push(frame.clone());
                    }
                    if let Err(error) = self.session()?.arrived(taken_us, arrived.at_us) {
                        tracing::debug!(%error, "a face check has too many frames");
                        return Ok((vec!["frames_malformed"], vec!["begin_again".to_owned()]));
                    }
                    let progress = match self.look(frame).await? {
                        Ok(progress) => progress,
                        Err(error) => {
                            tracing::debug!(%error, "a frame cannot be looked at");
                            return Ok((vec!["frames_malformed"], vec!["begin_again".to_owned()]));
                        }
                    };
                    self.app.metrics.frames.inc();
                    self.app.metrics.frame_seconds.observe(1e-6 * monotonic_us().saturating_sub(arrived.at_us) as f64);
                    match progress {
                        LivenessProgress::Recording => {
                            self.line.say(&json!({ "type": "seen", "seq": number, "progress": "recording" })).await?;
                            self.reveal().await?;
                            self.ask_for_fewer(inbox.len()).await?;
                        }
                        LivenessProgress::Complete => {
                            self.line.say(&json!({ "type": "seen", "seq": number, "progress": "complete" })).await?;
                            return Ok((Vec::new(), Vec::new()));
                        }
                        LivenessProgress::Hopeless(reasons) => {
                            let advice = reasons.iter().flat_map(|reason| reason.advice());
                            let advice: Vec<_> = advice.map(|advice| advice.as_str().to_owned()).collect();
                            self.line.say(&json!({ "type": "stop", "advice": advice })).await?;
                            return Ok((reasons.iter().map(|reason| reason.as_str()).collect(), advice));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Shows one frame to the session, on a thread of the pool.
    async fn look(&mut self, frame: Frame) -> Result<Result<LivenessProgress, Error>, Over> {
        let mut session = self.session.take().ok_or_else(|| Refused::fault(&"a session was lost"))?;
        let limits = self.app.frame_limits.clone();
        let looked = self.app.pool.run_frame(move |engine| {
            let photo = Photo::decode(&frame.picture, &limits);
            let progress = photo.and_then(|photo| engine.watch(&mut session, &photo.frame(), frame.taken_us));
            (session, progress)
        });
        let (session, progress) = looked.await.map_err(Refused::from)?;
        self.session = Some(session);
        Ok(progress)
    }

    async fn ask_for_fewer(&mut self, waiting: usize) -> Result<(), Over> {
        let now = monotonic_us();
        if waiting > CROWD && now > self.told_us + 2_000_000 {
            self.told_us = now;
            self.line.say(&json!({ "type": "slow", "frames_per_second": FRAMES_PER_SECOND * 2 / 3 })).await?;
        }
        Ok(())
    }
}
