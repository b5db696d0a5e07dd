//! [`Inbox`]: messages as they come, with the time of their arrival. A task of its own reads them,
//! so that work on one frame does not make the next look late; what waits has a limit in bytes, and
//! beyond it the connection is not read.

use super::wire::{Frame, Said};
use crate::error::Refused;
use crate::time::monotonic_us;
use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Messages that wait at most, however small they are. Chosen by hand.
const MOST_MESSAGES: usize = 128;

/// One message.
pub(crate) enum Heard {
    Said(Said),
    Frame(Frame),
}

/// A message, and when it came.
pub(crate) struct Arrived {
    pub(crate) at_us: u64,
    pub(crate) message: Result<Heard, Refused>,
    /// Its part of what may wait.
    _bytes: Option<OwnedSemaphorePermit>,
}

/// See the module.
pub(crate) struct Inbox {
    receiver: mpsc::Receiver<Arrived>,
    reader: tokio::task::JoinHandle<()>,
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

fn parsed(message: Message) -> Option<Result<Heard, Refused>> {
    match message {
        Message::Text(text) => {
            let said = serde_json::from_str(&text).map_err(|error| Refused::malformed(error.to_string()));
            Some(said.map(Heard::Said))
        }
        Message::Binary(bytes) => Some(Frame::parse(bytes).map(Heard::Frame)),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    }
}

async fn read(mut stream: SplitStream<WebSocket>, sender: mpsc::Sender<Arrived>, budget: Arc<Semaphore>) {
    while let Some(Ok(message)) = stream.next().await {
        let at_us = monotonic_us();
        let len = match &message {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) => bytes.len(),
            Message::Close(_) => return,
            _ => continue,
        };
        let Some(message) = parsed(message) else { continue };
        // A message is smaller than the budget: the server's limits say so.
        let share = u32::try_from(len).unwrap_or(u32::MAX);
        let Ok(permit) = budget.clone().acquire_many_owned(share).await else { return };
        if sender.send(Arrived { at_us, message, _bytes: Some(permit) }).await.is_err() {
            return;
        }
    }
}

impl Inbox {
    /// Reads `stream`; at most `waiting_bytes` wait.
    pub(crate) fn new(stream: SplitStream<WebSocket>, waiting_bytes: usize) -> Self {
        let (sender, receiver) = mpsc::channel(MOST_MESSAGES);
        let reader = tokio::spawn(read(stream, sender, Arc::new(Semaphore::new(waiting_bytes))));
        Self { receiver, reader }
    }

    /// The next message. An error if none comes in time; `None` if the client has gone.
    pub(crate) async fn next(&mut self, patience: Duration) -> Result<Option<Arrived>, Refused> {
        tokio::time::timeout(patience, self.receiver.recv()).await.map_err(|_| Refused::too_slow())
    }

    /// A message that has come already.
    pub(crate) fn waiting(&mut self) -> Option<Arrived> {
        self.receiver.try_recv().ok()
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.receiver.len()
    }
}
