//! For fuzzing: checksums made right, so that what they guard is reached.

use super::format::{record_len, reseal as reseal_record};
use super::header::{COMMIT_LEN, COMMITS_AT, DIMENSION_AT, FIXED, MAX_DIMENSION, RECORDS_AT, field};

/// Makes the checksums of `file` right, those of its header and those of its records.
pub(crate) fn reseal(file: &mut [u8]) {
    let mut seal = |at: usize, len: usize| {
        let sum = file.get(at..at + len).map(crc32fast::hash);
        // A file that ends before has nothing to seal there.
        if let (Some(sum), Some(place)) = (sum, file.get_mut(at + len..at + len + 4)) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
    };
    seal(0, FIXED);
    COMMITS_AT.into_iter().for_each(|at| seal(at, COMMIT_LEN - 4));
    let Some(dimension) = field(file, DIMENSION_AT).map(u32::from_le_bytes) else { return };
    let len = record_len((dimension as usize).min(MAX_DIMENSION));
    if let Some(records) = file.get_mut(RECORDS_AT..) {
        records.chunks_exact_mut(len).enumerate().for_each(|(index, record)| reseal_record(record, index as u64));
    }
}
