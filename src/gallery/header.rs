//! The head of a gallery's file.
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `SFGALLRY` |
//! | 8 | 4 | version, 2 |
//! | 12 | 4 | dimension, 1 to 2048 |
//! | 16 | 4 | length of the model's id, 1 to 255 |
//! | 20 | 256 | the model's id, UTF-8, then zeros |
//! | 276 | 4 | CRC-32 of everything before |
//! | 512, 1024 | 32 | two [`Commit`]s |
//! | 1536 | … | the records |
//!
//! A commit holds its generation, the number of records, and the record that is being removed plus
//! 1, or 0 (8 bytes each); then zeros (4 bytes) and the CRC-32 of everything before.
//!
//! Little-endian. Commits are written in turns, each to a sector of its own: one that is cut short
//! leaves the other.

use super::fault::fault;
use crate::error::{ErrorKind, Result};

/// Where the records begin: behind the header and both commits, each in a sector of its own.
pub(crate) const RECORDS_AT: usize = 1536;
/// The largest dimension of a gallery's templates. With more values, a lane's sum of products of
/// 16-bit and 8-bit integers might not fit 32 bits.
pub(super) const MAX_DIMENSION: usize = 2048;
/// The first bytes of every gallery.
const MAGIC: [u8; 8] = *b"SFGALLRY";
/// The version of the format that is read and written.
const VERSION: u32 = 2;
/// Where the version stands.
const VERSION_AT: usize = 8;
/// Where the dimension stands.
pub(super) const DIMENSION_AT: usize = 12;
/// Where the length of the model's id stands.
const ID_LEN_AT: usize = 16;
/// Where the model's id begins.
const ID_AT: usize = 20;
/// The longest id of a model, in bytes.
const MAX_ID: usize = 255;
/// Bytes that the header's checksum is of; it follows them.
pub(super) const FIXED: usize = 276;
/// Where the commits stand. Sectors of disks have 512 bytes or a multiple.
pub(super) const COMMITS_AT: [usize; 2] = [512, 1024];
/// Bytes of a commit.
pub(super) const COMMIT_LEN: usize = 32;

/// What a gallery holds templates of, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub model_id: String,
    pub dimension: usize,
}

/// What holds of a gallery at one moment: how many records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Counts commits; the larger is the later.
    pub generation: u64,
    /// Records that are in the file for sure.
    pub records: u64,
    /// The record that is being overwritten with zeros, or was last.
    pub removing: Option<u64>,
}

/// The `N` bytes at `at`; `None` if `bytes` end before.
pub(super) fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// The number at `at` of a file's header; an error that names the byte if the file ends before.
fn number(file: &[u8], at: usize) -> Result<u32> {
    let bytes = field(file, at);
    bytes.map(u32::from_le_bytes).ok_or_else(|| fault(ErrorKind::Corrupt, format!("the header ends at byte {at}")))
}

impl Header {
    /// Checks that there can be a gallery of this model and dimension.
    pub fn check(&self) -> Result<()> {
        if !(1..=MAX_ID).contains(&self.model_id.len()) || !(1..=MAX_DIMENSION).contains(&self.dimension) {
            let message =
                format!("a gallery takes 1 to {MAX_DIMENSION} values and a model's id of 1 to {MAX_ID} bytes");
            return Err(fault(ErrorKind::LimitExceeded, message));
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
        let corrupt = |message: &str| fault(ErrorKind::Corrupt, message);
        let Some(magic) = field::<8>(file, 0) else {
            let start = MAGIC.starts_with(file);
            let kind = if start { ErrorKind::Corrupt } else { ErrorKind::UnsupportedFormat };
            return Err(fault(kind, "the file is too short for a gallery"));
        };
        if magic != MAGIC {
            return Err(fault(ErrorKind::UnsupportedFormat, "the file is no gallery"));
        }
        if file.len() < RECORDS_AT {
            return Err(corrupt("the header ends early"));
        }
        // Before the checksum: a later version may have it elsewhere, and should be told as what it
        // is.
        let version = number(file, VERSION_AT)?;
        if version != VERSION {
            let message = format!("the gallery is of version {version}, known is {VERSION}");
            return Err(fault(ErrorKind::UnsupportedVersion, message));
        }
        if file.get(..FIXED).map(crc32fast::hash) != Some(number(file, FIXED)?) {
            return Err(corrupt("the header is damaged: its checksum differs"));
        }
        // A length beyond all addresses is beyond the area, too.
        let id_len = usize::try_from(number(file, ID_LEN_AT)?).unwrap_or(usize::MAX);
        let id = file.get(ID_AT..FIXED).and_then(|area| area.split_at_checked(id_len));
        let Some((id, _)) = id.filter(|(_, rest)| rest.iter().all(|b| *b == 0)) else {
            return Err(corrupt("the header contradicts itself"));
        };
        let model_id = str::from_utf8(id).map_err(|e| corrupt("the model's id is not UTF-8").with_source(e))?;
        // A `usize` has at least 32 bits wherever files are mapped.
        let header = Self { model_id: model_id.into(), dimension: number(file, DIMENSION_AT)? as usize };
        header.check().map_err(|e| corrupt("the header contradicts itself").with_source(e))?;
        // Of the two, the later one that is whole: the other may have been cut short.
        let commits = COMMITS_AT.into_iter().filter_map(|at| Commit::read(file, at));
        let last = commits.max_by_key(|commit| commit.generation);
        Ok((header, last.ok_or_else(|| corrupt("both counts of records are damaged"))?))
    }
}

impl Commit {
    /// The commit of a new file.
    pub const FIRST: Self = Self { generation: 0, records: 0, removing: None };

    /// Where the commit belongs: in turns, so that the one before stays whole.
    pub fn at(&self) -> usize {
        let [even, odd] = COMMITS_AT;
        if self.generation.is_multiple_of(2) { even } else { odd }
    }

    /// The commit as it is stored.
    pub fn to_bytes(self) -> [u8; COMMIT_LEN] {
        // 0 stands for no removal.
        let numbers = [self.generation, self.records, self.removing.map_or(0, |index| index + 1)];
        let mut bytes = [0; COMMIT_LEN];
        // Three numbers of eight bytes; what is left is zeros and the checksum.
        for (place, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
            *place = number.to_le_bytes();
        }
        let (content, sum) = bytes.split_at_mut(COMMIT_LEN - 4);
        sum.copy_from_slice(&crc32fast::hash(content).to_le_bytes());
        bytes
    }

    /// The commit at `at`; `None` if it is damaged, or one that belongs elsewhere.
    fn read(file: &[u8], at: usize) -> Option<Self> {
        let bytes = field::<COMMIT_LEN>(file, at)?;
        let number = |at| field(&bytes, at).map(u64::from_le_bytes);
        let commit = Self { generation: number(0)?, records: number(8)?, removing: number(16)?.checked_sub(1) };
        // Written again, it has to give the same bytes: that takes in checksum and zeros.
        (commit.at() == at && commit.to_bytes() == bytes).then_some(commit)
    }
}
