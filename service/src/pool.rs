//! [`Pool`]: where networks run. As many threads as are configured, and a queue with an end: what
//! does not fit in is told to come again, and takes no memory.

use crate::metrics::Metrics;
use selfsame::engine::Engine;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PoolError {
    /// The queue is full.
    Busy,
    /// The work has panicked: a fault of the program.
    Failed,
}

/// See the module.
pub(crate) struct Pool {
    engine: Arc<Engine>,
    threads: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    flashes: Arc<Semaphore>,
    waiting_for_flashes: AtomicUsize,
    metrics: Arc<Metrics>,
}

/// Somebody in the queue before the flashes.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    pub(crate) fn new(engine: Engine, threads: usize, queue: usize, flashes: usize, metrics: Arc<Metrics>) -> Self {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.max(1)));
        Self {
            engine: Arc::new(engine),
            threads: semaphore(threads),
            queue: semaphore(threads + queue),
            flashes: semaphore(flashes),
            waiting_for_flashes: AtomicUsize::new(0),
            metrics,
        }
    }

    /// Runs work on a thread of the pool, once one is free.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, PoolError>
    where
        T: Send + 'static,
        F: FnOnce(&Engine) -> T + Send + 'static,
    {
        let place = self.queue.clone().try_acquire_owned().map_err(|_| {
            self.metrics.engine_busy.inc();
            PoolError::Busy
        })?;
        self.run_in(place, work).await
    }

    /// Runs work for a face check under way, whose number is bounded already: it waits its turn.
    pub(crate) async fn run_frame<T, F>(&self, work: F) -> Result<T, PoolError>
    where
        T: Send + 'static,
        F: FnOnce(&Engine) -> T + Send + 'static,
    {
        let place = self.queue.clone().acquire_owned().await.map_err(|_| PoolError::Failed)?;
        self.run_in(place, work).await
    }

    async fn run_in<T, F>(&self, place: OwnedSemaphorePermit, work: F) -> Result<T, PoolError>
    where
        T: Send + 'static,
        F: FnOnce(&Engine) -> T + Send + 'static,
    {
        let thread = self.threads.clone().acquire_owned().await.map_err(|_| PoolError::Failed)?;
        let (engine, metrics) = (self.engine.clone(), self.metrics.clone());
        let done = tokio::task::spawn_blocking(move || {
            let begun = Instant::now();
            let done = work(&engine);
            metrics.engine_seconds.observe(begun.elapsed().as_secs_f64());
            // A thread is taken until the work is done, also when nobody waits for it any more.
            drop((thread, place));
            done
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "work of the engine has failed");
            PoolError::Failed
        })
    }

    /// How many face checks wait for their flashes.
    pub(crate) fn ahead(&self) -> usize {
        self.waiting_for_flashes.load(Ordering::Relaxed)
    }

    /// Leave to show flashes: frames that answer a challenge are looked at as they come, or not
    /// asked for. First come, first served.
    pub(crate) async fn flashes(&self) -> Result<OwnedSemaphorePermit, PoolError> {
        self.waiting_for_flashes.fetch_add(1, Ordering::Relaxed);
        let _place = Place(&self.waiting_for_flashes);
        self.flashes.clone().acquire_owned().await.map_err(|_| PoolError::Failed)
    }
}
