//! [`Pool`]: where networks run. As many threads as are configured, and a queue with an end: what
//! does not fit in is told to come again, and takes no memory.
//!
//! The threads are the pool's own. Each keeps buffers for its networks, and the runtime's threads
//! for work that blocks come and go by the hundred.

use crate::metrics::Metrics;
use selfsame::engine::Engine;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PoolError {
    /// The queue is full.
    Busy,
    /// The work has panicked: a fault of the program.
    Failed,
}

type Work = Box<dyn FnOnce(&Engine) + Send>;

/// See the module.
pub(crate) struct Pool {
    /// The threads end when this does.
    work: Sender<Work>,
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

/// Does one piece of work after the other, until nobody can bring more.
fn work_through(engine: &Engine, work: &Mutex<Receiver<Work>>) {
    loop {
        // One thread waits for work, the others for its place.
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(next) = next else { return };
        // Whoever waits for an answer that never comes is told.
        if catch_unwind(AssertUnwindSafe(|| next(engine))).is_err() {
            tracing::error!("work of the engine has failed");
        }
    }
}

impl Pool {
    pub(crate) fn new(
        engine: Engine,
        threads: usize,
        queue: usize,
        flashes: usize,
        metrics: Arc<Metrics>,
    ) -> io::Result<Self> {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.max(1)));
        let (work, taken) = channel();
        let (engine, taken) = (Arc::new(engine), Arc::new(Mutex::new(taken)));
        for number in 0..threads.max(1) {
            let (engine, taken) = (engine.clone(), taken.clone());
            let name = format!("engine-{number}");
            std::thread::Builder::new().name(name).spawn(move || work_through(&engine, &taken))?;
        }
        Ok(Self {
            work,
            queue: semaphore(threads + queue),
            flashes: semaphore(flashes),
            waiting_for_flashes: AtomicUsize::new(0),
            metrics,
        })
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
        let (answer, answered) = oneshot::channel();
        let metrics = self.metrics.clone();
        let timed = move |engine: &Engine| {
            let begun = Instant::now();
            let done = work(engine);
            metrics.engine_seconds.observe(begun.elapsed().as_secs_f64());
            // A place is taken until the work is done, also when nobody waits for it any more.
            drop(place);
            let _ = answer.send(done);
        };
        self.work.send(Box::new(timed)).map_err(|_| PoolError::Failed)?;
        answered.await.map_err(|_| PoolError::Failed)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn pool(threads: usize) -> Pool {
        Pool::new(Engine::new().unwrap(), threads, 100, 1, Arc::new(Metrics::new())).unwrap()
    }

    #[tokio::test]
    async fn work_that_panics_fails_and_its_thread_goes_on() {
        let pool = pool(1);
        assert_eq!(pool.run(|_| -> u8 { panic!("as a fault of the program would") }).await, Err(PoolError::Failed));
        assert_eq!(pool.run(|_| 5).await, Ok(5));
    }

    #[tokio::test]
    async fn all_work_is_done_by_as_many_threads_as_there_are() {
        let pool = pool(2);
        let many = (0..50).map(|_| pool.run(|_| std::thread::current().id()));
        let threads: HashSet<_> = futures_util::future::join_all(many).await.into_iter().map(Result::unwrap).collect();
        assert!((1..=2).contains(&threads.len()), "{threads:?}");
    }

    #[tokio::test]
    async fn what_does_not_fit_into_the_queue_is_told_so() {
        let pool = Arc::new(Pool::new(Engine::new().unwrap(), 1, 1, 1, Arc::new(Metrics::new())).unwrap());
        let (go, wait) = channel::<()>();
        let (first, second) = (pool.clone(), pool.clone());
        let slow = tokio::spawn(async move { first.run(move |_| wait.recv().is_ok()).await });
        let next = tokio::spawn(async move { second.run(|_| true).await });
        // Both have asked once this goes on: there is one thread, and it comes last.
        tokio::task::yield_now().await;
        assert_eq!(pool.run(|_| true).await, Err(PoolError::Busy));
        go.send(()).unwrap();
        assert_eq!((slow.await.unwrap(), next.await.unwrap()), (Ok(true), Ok(true)));
    }
}
