//! The head of a gallery's file.
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `SFGALLRY` |
//! | 8 | 4 | version, 1 |
//! | 12 | 4 | dimension, 1 to 2048 |
//! | 16 | 4 | length of the model's id, 1 to 255 |
//! | 20 | 256 | the model's id, UTF-8, then zeros |
//! | 276 | 4 | CRC-32 of everything before |
//! | 512, 1024 | 32 | two [`Commit`]s: generation, records, record being removed + 1 or 0 (8 bytes each), zero (4), CRC-32 |
//! | 1536 | … | the records |
//!
//! Little-endian. Commits are written in turns, each to a sector of its own: one that is cut short
//! leaves the other.

use super::error;
use crate::error::{ErrorKind, Result};

/// Where the records begin.
pub(crate) const RECORDS_AT: usize = 1536;
/// With more values, a sum of products might not fit 32 bits.
pub(super) const MAX_DIMENSION: usize = 2048;
const MAGIC: [u8; 8] = *b"SFGALLRY";
const VERSION: u32 = 1;
const ID_AT: usize = 20;
const MAX_ID: usize = 255;
const FIXED: usize = 276;
const COMMITS_AT: [usize; 2] = [512, 1024];
pub(super) const COMMIT_LEN: usize = 32;

/// What a gallery is of, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub model_id: String,
    pub dimension: usize,
}

/// What holds at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Counts commits; the larger is the later.
    pub generation: u64,
    /// Records that are in the file for sure.
    pub records: u64,
    /// The record that is being overwritten with zeros, or was last.
    pub removing: Option<u64>,
}

/// `N` bytes at `at`.
pub(super) fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

impl Header {
    /// Checks that there can be a gallery of this.
    pub fn check(&self) -> Result<()> {
        if !(1..=MAX_ID).contains(&self.model_id.len()) || !(1..=MAX_DIMENSION).contains(&self.dimension) {
            let message =
                format!("a gallery takes 1 to {MAX_DIMENSION} values and a model's id of 1 to {MAX_ID} bytes");
            return Err(error(ErrorKind::LimitExceeded, message));
        }
        Ok(())
    }

    /// The first [`RECORDS_AT`] bytes of a file, with `commit` in its place.
    pub fn to_bytes(&self, commit: &Commit) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(RECORDS_AT);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        // Both fit: see `check`.
        bytes.extend((self.dimension as u32).to_le_bytes());
        bytes.extend((self.model_id.len() as u32).to_le_bytes());
        bytes.extend(self.model_id.as_bytes());
        bytes.resize(FIXED, 0);
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes.resize(commit.at(), 0);
        bytes.extend(commit.to_bytes());
        bytes.resize(RECORDS_AT, 0);
        bytes
    }

    /// The header of `file`, which may go on behind it, and its last commit.
    ///
    /// # Errors
    /// [`ErrorKind::UnsupportedFormat`], [`ErrorKind::UnsupportedVersion`], or
    /// [`ErrorKind::Corrupt`].
    pub fn read(file: &[u8]) -> Result<(Self, Commit)> {
        let corrupt = |message: &str| error(ErrorKind::Corrupt, message);
        let Some(magic) = field::<8>(file, 0) else {
            let start = MAGIC.starts_with(file);
            let kind = if start { ErrorKind::Corrupt } else { ErrorKind::UnsupportedFormat };
            return Err(error(kind, "the file is too short for a gallery"));
        };
        if magic != MAGIC {
            return Err(error(ErrorKind::UnsupportedFormat, "the file is no gallery"));
        }
        if file.len() < RECORDS_AT {
            return Err(corrupt("the header ends early"));
        }
        let number = |at| field(file, at).map_or(0, u32::from_le_bytes);
        let version = number(8);
        if version != VERSION {
            let message = format!("the gallery is of version {version}, known is {VERSION}");
            return Err(error(ErrorKind::UnsupportedVersion, message));
        }
        if file.get(..FIXED).map(crc32fast::hash) != Some(number(FIXED)) {
            return Err(corrupt("the header is damaged: its checksum differs"));
        }
        let id_len = usize::try_from(number(16)).unwrap_or(usize::MAX);
        let id = file.get(ID_AT..FIXED).and_then(|area| area.split_at_checked(id_len));
        let Some((id, _)) = id.filter(|(_, rest)| rest.iter().all(|b| *b == 0)) else {
            return Err(corrupt("the header contradicts itself"));
        };
        let model_id = str::from_utf8(id).map_err(|e| corrupt("the model's id is not UTF-8").with_source(e))?;
        let header = Self { model_id: model_id.into(), dimension: number(12) as usize };
        header.check().map_err(|e| corrupt("the header contradicts itself").with_source(e))?;
        let commits = COMMITS_AT.into_iter().filter_map(|at| Commit::read(file, at));
        let last = commits.max_by_key(|commit| commit.generation);
        Ok((header, last.ok_or_else(|| corrupt("both counts of records are damaged"))?))
    }
}

impl Commit {
    /// Of a new file.
    pub const FIRST: Self = Self { generation: 0, records: 0, removing: None };

    /// Where it belongs.
    pub fn at(&self) -> usize {
        let [even, odd] = COMMITS_AT;
        if self.generation.is_multiple_of(2) { even } else { odd }
    }

    pub fn to_bytes(self) -> [u8; COMMIT_LEN] {
        let numbers = [self.generation, self.records, self.removing.map_or(0, |index| index + 1)];
        let mut bytes = [0; COMMIT_LEN];
        for (place, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
            *place = number.to_le_bytes();
        }
        let (content, sum) = bytes.split_at_mut(COMMIT_LEN - 4);
        sum.copy_from_slice(&crc32fast::hash(content).to_le_bytes());
        bytes
    }

    fn read(file: &[u8], at: usize) -> Option<Self> {
        let bytes = field::<COMMIT_LEN>(file, at)?;
        let number = |at| field(&bytes, at).map(u64::from_le_bytes);
        let commit = Self { generation: number(0)?, records: number(8)?, removing: number(16)?.checked_sub(1) };
        (commit.at() == at && commit.to_bytes() == bytes).then_some(commit)
    }
}

/// Makes the checksums of `file`'s header right; returns the bytes per record that it claims.
#[cfg(fuzzing)]
pub(crate) fn reseal(file: &mut [u8]) -> usize {
    let mut seal = |at: usize, len: usize| {
        let sum = file.get(at..at + len).map(crc32fast::hash);
        if let (Some(sum), Some(place)) = (sum, file.get_mut(at + len..at + len + 4)) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
    };
    seal(0, FIXED);
    COMMITS_AT.into_iter().for_each(|at| seal(at, COMMIT_LEN - 4));
    let dimension = field(file, 12).map_or(0, u32::from_le_bytes) as usize;
    super::format::record_len(dimension.min(MAX_DIMENSION))
}
