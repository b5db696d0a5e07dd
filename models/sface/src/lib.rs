//! The face template network SFace as a file, and its card for the crate `selfsame`.
//!
//! There is no code here. `selfsame` takes both with its feature `sface`
//! (`ModelSource::sface()`); the ONNX file runs elsewhere, too.
#![forbid(unsafe_code)]

/// The network: an ONNX file of operator set 21.
///
/// Its input `input` is (N, 3, 112, 112), RGB, (pixel − 127.5) / 128 for pixels of 0 to 255; its
/// output `embedding` is (N, 128), a face's template before it is scaled to unit length. Where the
/// face lies in the input, [`CARD`] says.
pub const NETWORK: &[u8] = include_bytes!("../sface.onnx");

/// The network's card, in TOML: its hash, its input and output, where it comes from, and what is
/// known about its training.
pub const CARD: &str = include_str!("../sface.toml");
