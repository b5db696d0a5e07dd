//! What a file asks for, whether it can run or not.

use super::limits::Limits;
use super::lower::lower_and_note;
use super::onnx;
use super::precision::Precision;
use super::weights::ExternalData;
use crate::error::{Error, ErrorKind, Result};

/// A node that cannot run.
#[derive(Debug)]
pub(crate) struct Missing {
    pub operator: String,
    pub error: Error,
}

/// What a file asks for.
#[derive(Debug)]
pub(crate) struct Survey {
    pub input: String,
    /// `None` for a symbolic side.
    pub input_shape: Vec<Option<usize>>,
    pub opset: i64,
    pub nodes: usize,
    /// Values of all weights.
    pub weights: usize,
    /// Every node that cannot run and that can be known not to.
    pub missing: Vec<Missing>,
    /// How many nodes were not looked at, because they read what such nodes give.
    pub unseen: usize,
}

/// Reads a file and tries each of its nodes.
///
/// # Errors
/// As [`super::compile`], but for nodes that cannot run.
pub(crate) fn survey(
    bytes: &[u8],
    external: ExternalData<'_>,
    size: Option<(usize, usize)>,
    limits: &Limits,
) -> Result<Survey> {
    let mut graph = onnx::read(bytes, external, limits)?;
    graph.size = size;
    let mut survey = Survey {
        input: graph.input.clone(),
        input_shape: graph.input_shape.clone(),
        opset: graph.opset,
        nodes: graph.nodes.len(),
        weights: graph.constants.values().map(|constant| constant.len()).sum(),
        missing: Vec::new(),
        unseen: 0,
    };
    let mut missing = Vec::new();
    let lowered = lower_and_note(graph, limits, Precision::F32, Some(&mut missing), &mut survey.unseen);
    survey.missing = missing.into_iter().map(|(operator, error)| Missing { operator, error }).collect();
    // What is beyond the limits is not the fault of one node.
    if let Some(at) = survey.missing.iter().position(|m| m.error.kind() == ErrorKind::LimitExceeded) {
        return Err(survey.missing.swap_remove(at).error);
    }
    lowered.map(|_| survey)
}
