//! The limits that a hostile file runs into, before anything is allocated for it.

use crate::error::{Error, ErrorKind, Result, Stage};

/// What a model may ask for. Beyond it, loading is
/// [`LimitExceeded`](crate::error::ErrorKind::LimitExceeded): no allocation is made on a file's
/// word alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How many nodes there may be, and how many initializers, inputs or outputs.
    pub max_nodes: usize,
    /// How many values one tensor may have, of all weights together as stored, and of the arena, in
    /// f32 elements.
    pub max_elements: usize,
    /// How many multiply-adds one run on one image, and values written on the way.
    pub max_multiply_adds: u64,
}

impl Default for Limits {
    /// By default 16,384 nodes, 2^28 elements (1 GiB), 2·10^11 multiply-adds: four times the
    /// largest ArcFace network.
    fn default() -> Self {
        Self { max_nodes: 1 << 14, max_elements: 1 << 28, max_multiply_adds: 200_000_000_000 }
    }
}

fn over(what: &str) -> Error {
    Error::new(ErrorKind::LimitExceeded, Stage::Model, format!("the model has too many {what}"))
}

impl Limits {
    pub fn check_nodes(&self, count: usize) -> Result<()> {
        if count > self.max_nodes { Err(over("nodes")) } else { Ok(()) }
    }

    pub fn check_elements(&self, count: usize) -> Result<()> {
        if count > self.max_elements { Err(over("elements")) } else { Ok(()) }
    }

    pub fn check_work(&self, multiply_adds: u64) -> Result<()> {
        if multiply_adds > self.max_multiply_adds { Err(over("multiply-adds")) } else { Ok(()) }
    }

    /// The number of values of a tensor of `shape`, within the limit.
    pub fn elements(&self, shape: &[usize]) -> Result<usize> {
        let product = shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side));
        let count = product.ok_or_else(|| over("elements"))?;
        self.check_elements(count).map(|()| count)
    }
}
