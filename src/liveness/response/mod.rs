//! What a face and its surroundings answer: measured frame by frame, kept as a [`Trace`].

mod layout;
mod measure;
mod trace;

pub use trace::Trace;
pub(crate) use trace::{Arrivals, CELLS, Rgb, SECTORS, Sample};
