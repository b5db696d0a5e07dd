//! What a network's file asks for, without a card.

use crate::error::Result;
use crate::nn;

/// A node that the crate's own executor cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingNode {
    /// Its operator.
    pub operator: String,
    /// The node, why it cannot run, and what to do about it, for people.
    pub reason: String,
}

/// What an ONNX file asks for, and which of it the crate's own executor lacks: what to look at
/// first with a network of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkReport {
    /// The input's name.
    pub input: String,
    /// The input's shape as the file states it, with the batch axis; `None` for a side that is
    /// free.
    pub input_shape: Vec<Option<usize>>,
    /// The version of the ONNX operator set.
    pub opset: i64,
    /// How many nodes the file has.
    pub nodes: usize,
    /// How many weights, in values.
    pub weights: usize,
    /// Every node that cannot run, as far as that can be known; none if the network loads.
    pub missing: Vec<MissingNode>,
    /// How many nodes could not be looked at, because they read what a missing node gives.
    pub unseen: usize,
    /// Name and shape of each output, without a batch axis of 1, if the network loads.
    pub outputs: Vec<(String, Vec<usize>)>,
    /// Whether the file's input has its channels last, if the network loads: it begins with a
    /// Transpose to channels first.
    pub channels_last: bool,
    /// Height and width of the input in pixels, if the network loads.
    pub size: Option<(usize, usize)>,
}

impl NetworkReport {
    /// Reads an ONNX file and tries each of its nodes. `external` has the bytes of other files that
    /// keep its weights, by the names that the network gives them; `size` is the height and width
    /// in pixels that an input has where its own are free.
    ///
    /// ```
    /// use selfsame::model::NetworkReport;
    ///
    /// let report = NetworkReport::read(&std::fs::read("models/mesh.onnx")?, &[], None)?;
    /// assert!(report.missing.is_empty());
    /// assert_eq!(report.outputs[1], ("face_flag".to_owned(), vec![1]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`](crate::error::ErrorKind::InvalidModel) if the bytes are no
    /// consistent ONNX file with one image as its input,
    /// [`ErrorKind::LimitExceeded`](crate::error::ErrorKind::LimitExceeded) for a network that asks
    /// for too much.
    pub fn read(bytes: &[u8], external: &[(&str, &[u8])], size: Option<(usize, usize)>) -> Result<Self> {
        let limits = nn::Limits::default();
        let nn::Survey { input, input_shape, opset, nodes, weights, missing, unseen } =
            nn::survey(bytes, external, size, &limits)?;
        let missing: Vec<_> = missing
            .into_iter()
            .map(|nn::Missing { operator, error }| MissingNode { operator, reason: error.to_string() })
            .collect();
        let mut report = Self {
            input,
            input_shape,
            opset,
            nodes,
            weights,
            missing,
            unseen,
            outputs: Vec::new(),
            channels_last: false,
            size: None,
        };
        if report.missing.is_empty() {
            let program = nn::compile_with(bytes, external, size, &limits, nn::Precision::F32)?;
            let (height, width, channels) = program.input();
            report.size = Some((height, width));
            report.channels_last = match report.input_shape.as_slice() {
                [_, first, .., last] => *first != Some(channels) && *last == Some(channels),
                _ => false,
            };
            report.outputs = program.outputs().map(|(name, shape)| (name.to_owned(), shape.to_vec())).collect();
        }
        Ok(report)
    }
}
