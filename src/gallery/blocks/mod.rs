//! Many against many: the pairs of two blocks of templates that reach a bar, and the best of each.

mod block;
mod clusters;
mod float;
mod integer;
mod pairs;
mod ranking;
#[cfg(test)]
mod tests;
mod tiles;

pub use block::{FirstPass, TemplateBlock};
pub use clusters::{Cluster, clusters};
pub use pairs::{PairBatch, TemplatePair};
