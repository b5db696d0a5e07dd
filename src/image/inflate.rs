//! zlib data (RFC 1950) of which no more is inflated than is asked for.

use fdeflate::{BoundedDecompressionError, decompress_to_vec_bounded};

/// Everything that `packed` holds; `None` if that is damaged or more than `max` bytes.
pub(super) fn inflate(packed: &[u8], max: usize) -> Option<Vec<u8>> {
    decompress_to_vec_bounded(packed, max).ok()
}

/// The first `max` bytes of what `packed` holds, or all if that is less; `None` if it is damaged.
pub(super) fn inflate_start(packed: &[u8], max: usize) -> Option<Vec<u8>> {
    match decompress_to_vec_bounded(packed, max) {
        Ok(whole) => Some(whole),
        Err(BoundedDecompressionError::OutputTooLarge { partial_output }) => Some(partial_output),
        Err(BoundedDecompressionError::DecompressionError { .. }) => None,
    }
}
