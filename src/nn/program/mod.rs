//! A compiled network: steps with resolved addresses, run on one arena.
//!
//! Compilation happens once, when a network is loaded; it knows every address, so that a run only
//! computes. A run allocates nothing after a thread's first (the arena is the thread's own
//! scratch), takes no lock and gives the same bits on every thread.
//!
//! The way through the files: [`pairs`] picks the operations that are computed band by band,
//! [`share`] lets sums overwrite their residuals, [`order`] says when each row is computed and how
//! long each buffer lives, [`layout`] turns operations into [`step`]s with packed weights,
//! [`bounds`] checks every address of every step, and [`run`] owns the result.

mod bounds;
mod layers;
mod layout;
mod order;
mod pairs;
mod run;
mod share;
mod step;

pub(crate) use layers::Layer;
#[cfg(test)]
pub(super) use pairs::Banding;
pub(crate) use run::Program;
