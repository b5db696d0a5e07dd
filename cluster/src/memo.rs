//! What has been made of a picture already, so that no plan makes it twice.
//!
//! An optimiser may write one call of a function into several places of a plan: a filter that is
//! pushed below a projection, two columns of one select, two branches of a join. The function
//! therefore remembers the last pictures by their digest, and what another thread is at is waited
//! for. It never computes under the lock, and never waits where it computes, so that threads that
//! steal each other's work cannot wait for themselves.

use selfsame::digest::Digest;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// What was made of a picture.
pub(crate) type Made = Arc<Zeroizing<Vec<u8>>>;

enum Entry {
    /// A thread is at it.
    Begun,
    Done(Made),
}

#[derive(Default)]
struct State {
    entries: HashMap<Digest, Entry>,
    /// Those that are done, the oldest first.
    order: VecDeque<Digest>,
}

/// The last results, `capacity` at most, and what is being made.
pub(crate) struct Memo {
    capacity: usize,
    state: Mutex<State>,
    ended: Condvar,
}

/// What a caller is told of a digest.
pub(crate) enum Claim {
    /// Here it is.
    Done(Made),
    /// The caller makes it, and ends with [`Memo::finish`].
    Mine,
    /// Another thread is at it: [`Memo::wait`] when everything of one's own is finished.
    Others,
}

impl Memo {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default(), ended: Condvar::new() }
    }

    /// A thread that panicked left nothing half done: an entry is one of two things.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a picture's result, or for the right to make it.
    pub(crate) fn claim(&self, digest: Digest) -> Claim {
        let mut state = self.lock();
        match state.entries.get(&digest) {
            Some(Entry::Done(made)) => Claim::Done(Arc::clone(made)),
            Some(Entry::Begun) => Claim::Others,
            None => {
                state.entries.insert(digest, Entry::Begun);
                Claim::Mine
            }
        }
    }

    /// Ends a claim: with a result, or without where it failed, and the next who asks tries anew.
    pub(crate) fn finish(&self, digest: Digest, made: Option<&Made>) {
        let mut state = self.lock();
        state.entries.remove(&digest);
        if let Some(made) = made {
            state.entries.insert(digest, Entry::Done(Arc::clone(made)));
            state.order.push_back(digest);
            while state.order.len() > self.capacity {
                if let Some(oldest) = state.order.pop_front() {
                    state.entries.remove(&oldest);
                }
            }
        }
        drop(state);
        self.ended.notify_all();
    }

    /// Waits until nobody is at a picture any more, and claims it.
    pub(crate) fn wait(&self, digest: Digest) -> Claim {
        let begun = |state: &mut State| matches!(state.entries.get(&digest), Some(Entry::Begun));
        // As in `lock`.
        drop(self.ended.wait_while(self.lock(), begun).unwrap_or_else(PoisonError::into_inner));
        self.claim(digest)
    }
}

/// Claims of one batch, given back if the batch ends early: by an error, or a panic.
pub(crate) struct Claims<'a> {
    pub(crate) memo: &'a Memo,
    pub(crate) open: Vec<Digest>,
}

impl Claims<'_> {
    /// Ends one claim with its result.
    pub(crate) fn finish(&mut self, digest: Digest, made: &Made) {
        self.open.retain(|open| *open != digest);
        self.memo.finish(digest, Some(made));
    }
}

impl Drop for Claims<'_> {
    fn drop(&mut self) {
        for digest in &self.open {
            self.memo.finish(*digest, None);
        }
    }
}
