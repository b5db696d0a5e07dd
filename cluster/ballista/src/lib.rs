//! SQL over faces on many machines: Ballista's scheduler, executors and sessions, with the
//! functions of [`selfsame_datafusion`] and its table `face_pairs`.
//!
//! [`session`] asks a scheduler, [`scheduler`] and [`executor`] are what runs on the other
//! machines; the program `selfsame-ballista` is all three. Ballista cuts a statement into tasks:
//! each job of `face_pairs`, two blocks of templates, is one, and is run again elsewhere where a
//! machine was lost. What is found is bit by bit what one process finds.
//!
//! Ballista asks nobody who they are: whoever reaches a scheduler or an executor reads templates
//! and runs statements. Keep them in a network of their own.

mod cluster;
mod codec;

pub use cluster::{Executor, Scheduler, executor, scheduler, session};
pub use codec::{FaceLogicalCodec, FacePhysicalCodec};
