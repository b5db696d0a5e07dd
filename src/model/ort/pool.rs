//! Sessions, lent one to a run: ONNX Runtime's own are not safe to run from two threads.

use super::options::{OrtOptions, Provider};
use crate::error::{Error, ErrorKind, Result, Stage};
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// All that opening one more session takes.
pub(super) struct Recipe {
    pub(super) bytes: Vec<u8>,
    pub(super) options: OrtOptions,
    pub(super) environment: Environment,
}

impl Recipe {
    /// Opens a session on the bytes: the file is read again, its weights are held once more.
    pub(super) fn open(&self) -> Result<Session> {
        let configure = || {
            let builder = Session::builder(&self.environment)?
                .with_optimization_level(GraphOptimizationLevel::All)?
                .with_intra_threads(self.options.intra_threads())?
                .with_inter_threads(1)?
                .with_intra_op_spinning(false)?;
            let cpu_allowed = self.options.providers().contains(&Provider::Cpu);
            Ok(if cpu_allowed { builder } else { builder.with_disable_cpu_fallback()? })
        };
        let mut builder = configure().map_err(|e: ort::Error| {
            Error::new(ErrorKind::Backend, Stage::Model, "ONNX Runtime refused its configuration").with_source(e)
        })?;
        for provider in self.options.providers().iter().filter(|p| **p != Provider::Cpu) {
            builder = builder.with_execution_providers([provider.dispatch()]).map_err(|e| {
                let message = format!("this ONNX Runtime, on this machine, cannot use {provider:?}");
                Error::new(ErrorKind::BackendUnavailable, Stage::Model, message).with_source(ort::Error::<()>::from(e))
            })?;
        }
        builder
            .commit_from_memory(&self.bytes)
            .map_err(|e| self.load_failure("ONNX Runtime does not load the network").with_source(e))
    }

    /// The error of a network that does not load: the file's fault on the CPU; elsewhere a provider
    /// may be at fault.
    pub(super) fn load_failure(&self, message: &str) -> Error {
        if self.options.cpu_only() {
            return Error::new(ErrorKind::InvalidModel, Stage::Model, message);
        }
        let hint = if self.options.providers().contains(&Provider::Cpu) {
            ""
        } else {
            "; with Provider::Cpu at the end of the list, nodes that a provider lacks may run on the CPU"
        };
        let message = format!("{message} on {:?}{hint}", self.options.providers());
        Error::new(ErrorKind::BackendUnavailable, Stage::Model, message)
    }
}

/// The sessions of one network, lent one to a run.
pub(super) struct Pool {
    pub(super) recipe: Recipe,
    state: Mutex<PoolState>,
    returned: Condvar,
}

/// What the pool's lock guards.
struct PoolState {
    idle: Vec<Session>,
    /// Idle and lent ones, and those that somebody is about to open.
    open: usize,
}

impl Pool {
    pub(super) fn new(recipe: Recipe, first: Session) -> Self {
        Self { recipe, state: Mutex::new(PoolState { idle: vec![first], open: 1 }), returned: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, PoolState> {
        // The state is whole between any two statements that hold the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` on an idle session, or on one that is opened for it; waits if all are lent.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let mut lent = self.lend();
        let session = match lent.session.take() {
            Some(session) => session,
            None => self.recipe.open().map_err(|e| {
                Error::new(ErrorKind::Backend, Stage::Run, "ONNX Runtime opened no further session").with_source(e)
            })?,
        };
        work(lent.session.insert(session))
    }

    /// An idle session, or the right to open one.
    fn lend(&self) -> Lent<'_> {
        let mut state = self.lock();
        loop {
            if let Some(session) = state.idle.pop() {
                return Lent { pool: self, session: Some(session) };
            }
            if state.open < self.recipe.options.max_sessions() {
                state.open += 1;
                return Lent { pool: self, session: None };
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Gives the session back, or, if none could be opened, the right to open one.
struct Lent<'p> {
    pool: &'p Pool,
    session: Option<Session>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        match self.session.take() {
            Some(session) => state.idle.push(session),
            None => state.open -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}
