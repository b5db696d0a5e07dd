//! `face_pairs`: all pairs of templates that reach a bar, over packed blocks.

mod arguments;
mod block;
mod guard;
mod job;
mod plan;
mod table;

pub use guard::NoScalarPairs;
pub use plan::FacePairsExec;
pub(crate) use table::FacePairsFunction;
pub use table::FacePairsTable;
