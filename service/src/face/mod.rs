//! The face check over one WebSocket: guidance into the oval, the challenge piece by piece, frames
//! with their times of arrival, the verdict. Everything that decides is the crate's.

mod flashes;
mod guidance;
mod inbox;
mod recorder;
mod verdict;
mod wire;

use crate::app::App;
use crate::error::Refused;
use crate::session::{Moved, Opened};
use crate::step::StepView;
use crate::vault::Bearer;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use inbox::{Heard, Inbox};
use selfsame::capture::OvalSpec;
use selfsame::enrol::{Ceremony, Word};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use wire::{HEADER, Said};

/// Frames a second that are asked for. Chosen by hand: at 15 each colour is seen six times or more,
/// and a core judges twice as many checks as at 30.
pub(crate) const FRAMES_PER_SECOND: u32 = 15;
/// Seconds in which a message must be taken by the client's network.
const SEND_S: u64 = 10;

/// The oval's width as a share of the frame's.
pub(crate) fn oval_width() -> f32 {
    match OvalSpec::default() {
        OvalSpec::Centered { width } => width,
        OvalSpec::Placed { size: [width, _], .. } => width,
    }
}

pub(crate) async fn connect(State(app): State<Arc<App>>, upgrade: WebSocketUpgrade) -> Response {
    let most = app.config.limit.frame_bytes + HEADER;
    upgrade.max_message_size(most).max_frame_size(most).write_buffer_size(0).on_upgrade(move |socket| run(app, socket))
}

/// The client's end, for what is said to it.
pub(crate) struct Line(SplitSink<WebSocket, Message>);

impl Line {
    /// Says something. An error if the client has gone, or does not listen.
    pub(crate) async fn say(&mut self, message: &Value) -> Result<(), Gone> {
        let sent = self.0.send(Message::Text(message.to_string().into()));
        match tokio::time::timeout(Duration::from_secs(SEND_S), sent).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }

    async fn close(&mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(SEND_S), self.0.close()).await;
    }
}

/// The client has gone. What was begun stays as it is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gone;

/// How a check ends before its time.
pub(crate) enum Over {
    /// Nobody is there to be told.
    Gone,
    /// The client is told.
    Refused(Refused),
    /// The ceremony has gone on, or has ended.
    Step(Box<StepView>),
}

impl From<Gone> for Over {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl<E: Into<Refused>> From<E> for Over {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

async fn run(app: Arc<App>, socket: WebSocket) {
    app.metrics.face_checks.inc();
    let (sink, stream) = socket.split();
    let mut line = Line(sink);
    let mut inbox = Inbox::new(stream, app.config.limit.waiting_bytes);
    let over = match check(&app, &mut line, &mut inbox).await {
        Ok(step) => outcome(&step),
        Err(Over::Step(step)) => outcome(&step),
        Err(Over::Refused(refused)) => {
            let mut error = refused.json();
            if let Some(error) = error.as_object_mut() {
                error.insert("type".to_owned(), "error".into());
            }
            error
        }
        Err(Over::Gone) => Value::Null,
    };
    if !over.is_null() && line.say(&over).await.is_ok() {
        line.close().await;
    }
    app.metrics.face_checks.dec();
}

fn outcome(step: &StepView) -> Value {
    let passed = !matches!(step.phase, "oval" | "flashes" | "terminated");
    json!({ "type": "outcome", "passed": passed, "step": step })
}

async fn check(app: &Arc<App>, line: &mut Line, inbox: &mut Inbox) -> Result<StepView, Over> {
    let first = inbox.next(Duration::from_secs(app.config.limit.head_s)).await?.ok_or(Gone)?;
    let Heard::Said(Said::Start { token, record, .. }) = first.message? else {
        return Err(Refused::malformed("the first message is `start`").into());
    };
    let bearer = Bearer::parse(&token).ok_or_else(Refused::token)?;
    await_oval(app, &bearer).await?;
    let pull_backs = app.config.ceremony.pull_backs;
    line.say(&json!({ "type": "oval", "width": oval_width(), "pull_backs": pull_backs })).await?;
    let leave = guidance::guide(app, line, inbox).await?;
    let answered = flashes::show(app, &bearer, line, inbox).await?;
    drop(leave);
    line.say(&json!({ "type": "judging" })).await?;
    Ok(verdict::judge(app, &bearer, answered, record).await?)
}

/// Sees that the ceremony awaits a face; a check that was cut off has failed.
async fn await_oval(app: &App, bearer: &Bearer) -> Result<(), Over> {
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(app, bearer).await?;
    let ctx = &mut app.context(&mut place.rng);
    let words = [Word::new("interrupted").map_err(Refused::from)?];
    let moved = match ceremony {
        Ceremony::Oval(_) => return Ok(()),
        Ceremony::Flashes(state) => Moved::of(state.failed(words, ctx).await.map_err(Refused::from)?),
        Ceremony::Comparison(state) => Moved::of(state.failed(words, ctx).await.map_err(Refused::from)?),
        _ => return Err(Refused::other_step().into()),
    };
    let goes_on = matches!(moved.ceremony, Ceremony::Oval(_));
    let moved = moved.hushed(vec!["begin_again".to_owned()]);
    let step = place.store(app, moved, applicant.as_ref()).await?;
    if goes_on { Ok(()) } else { Err(Over::Step(Box::new(step))) }
}
