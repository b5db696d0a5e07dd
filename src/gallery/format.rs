//! The records of a gallery's file, and what a file as a whole says.
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | id |
//! | 8 | 4 | 1 live, 2 removed |
//! | 12 | 4 | CRC-32 of the record's number (8 bytes) and everything else in the record |
//! | 16 | 32 | 8 scales in f32 |
//! | 48 | 4 | impostor level, f32 |
//! | 52 | 4 | doubt: what the reliability lacks to 1, f32 |
//! | 56 | 8 | zeros |
//! | 64 | … | the values, a signed byte each, then zeros to a multiple of 16 |
//!
//! A removed record is zero but for its state and its checksum: nothing of the person is left. 256
//! bytes for 192 values; all vectors are aligned to 16 bytes.

use super::fault::fault;
use super::header::{Commit, Header, RECORDS_AT, field};
use crate::error::{ErrorKind, Result, Stage};
use crate::template::{MAX_LEVEL, Quantised, check_quantised};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use zeroize::Zeroizing;

/// Where a record's values begin.
pub(super) const VALUES_AT: usize = 64;
/// Values per step of a comparison.
pub(super) const STEP: usize = 16;
/// Where a record's state stands.
const STATE: Range<usize> = 8..12;
/// Where a record's checksum stands.
const SUM: Range<usize> = 12..16;
/// Where a record's scales stand.
const SCALES: Range<usize> = 16..LEVEL.start;
/// Where a record's impostor level stands.
const LEVEL: Range<usize> = 48..52;
/// Where a record's doubt stands.
const DOUBT: Range<usize> = 52..56;
/// Where a record has zeros.
const UNUSED: Range<usize> = 56..VALUES_AT;
/// State of a record that holds a template.
const LIVE: u32 = 1;
/// State of a record that was overwritten.
const REMOVED: u32 = 2;

/// What a record takes from a cosine.
#[derive(Clone, Copy)]
pub(super) struct Offsets {
    /// The template's impostor level.
    pub impostor_level: f32,
    /// What its reliability lacks to 1.
    pub doubt: f32,
}

/// What is in a record: a template under an id, or nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    Live(u64),
    Removed,
}

/// Bytes per record of templates of `dimension` values.
pub(super) fn record_len(dimension: usize) -> usize {
    VALUES_AT + dimension.next_multiple_of(STEP)
}

/// The checksum of record `index`, whatever stands in its place; `None` if the record is too short
/// to have one.
fn checksum(record: &[u8], index: u64) -> Option<[u8; 4]> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&index.to_le_bytes());
    hasher.update(record.get(..SUM.start)?);
    hasher.update(record.get(SUM.end..)?);
    Some(hasher.finalize().to_le_bytes())
}

/// Puts the checksum of record `index` in its place.
pub(super) fn reseal(record: &mut [u8], index: u64) {
    let sum = checksum(record, index);
    let place = record.get_mut(SUM);
    debug_assert!(sum.is_some() && place.is_some(), "record {index} is too short for a checksum");
    if let (Some(sum), Some(place)) = (sum, place) {
        place.copy_from_slice(&sum);
    }
}

/// Appends record `index` to `bytes`, which is not moved if it has room.
pub(super) fn write_live(bytes: &mut Vec<u8>, index: u64, id: u64, offsets: Offsets, template: &Quantised) {
    let start = bytes.len();
    bytes.extend_from_slice(&id.to_le_bytes());
    bytes.extend_from_slice(&LIVE.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend(template.scales.iter().flat_map(|scale| scale.to_le_bytes()));
    bytes.extend_from_slice(&offsets.impostor_level.to_le_bytes());
    bytes.extend_from_slice(&offsets.doubt.to_le_bytes());
    bytes.extend_from_slice(&[0; UNUSED.end - UNUSED.start]);
    bytes.extend(template.values.iter().map(|v| v.cast_unsigned()));
    bytes.resize(start + record_len(template.values.len()), 0);
    let (_, record) = bytes.split_at_mut(start);
    reseal(record, index);
}

/// Record `index` as it is after its removal.
pub(super) fn removed(index: u64, dimension: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(record_len(dimension));
    bytes.resize(STATE.start, 0);
    bytes.extend_from_slice(&REMOVED.to_le_bytes());
    bytes.resize(record_len(dimension), 0);
    reseal(&mut bytes, index);
    bytes
}

/// The id of a record that was checked before, if it is live.
pub(super) fn id_if_live(record: &[u8]) -> Option<u64> {
    let live = field(record, STATE.start).map(u32::from_le_bytes) == Some(LIVE);
    field(record, 0).map(u64::from_le_bytes).filter(|_| live)
}

/// What record `index` holds; an error says what is wrong with it.
fn read_record(record: &[u8], index: u64, dimension: usize) -> Result<Record> {
    let corrupt = |what: &str| fault(ErrorKind::Corrupt, format!("record {index} {what}"));
    if record.get(SUM) != checksum(record, index).as_ref().map(<[u8; 4]>::as_slice) {
        return Err(corrupt("is damaged: its checksum differs"));
    }
    // Anybody can compute a checksum: what it guards is checked all the same.
    match field(record, STATE.start).map(u32::from_le_bytes) {
        // Zero all over, but for state and checksum: nothing of a person is left.
        Some(REMOVED) if record == removed(index, dimension) => return Ok(Record::Removed),
        Some(LIVE) => {}
        _ => return Err(corrupt("is neither live nor removed")),
    }
    let mut scales = Zeroizing::new([0.0; 8]);
    // Four bytes for each of the eight scales.
    let bytes = record.get(SCALES).ok_or_else(|| corrupt("ends within its scales"))?;
    for (scale, bytes) in scales.iter_mut().zip(bytes.as_chunks().0) {
        *scale = f32::from_le_bytes(*bytes);
    }
    let values = record.get(VALUES_AT..).and_then(|v| v.split_at_checked(dimension));
    let Some((values, _)) = values.filter(|(_, padding)| padding.iter().all(|b| *b == 0)) else {
        return Err(corrupt("has values where there are none"));
    };
    if !field(record, LEVEL.start).map(f32::from_le_bytes).is_some_and(|level| level.abs() <= MAX_LEVEL) {
        return Err(corrupt("has an impostor level out of range"));
    }
    if !field(record, DOUBT.start).map(f32::from_le_bytes).is_some_and(|doubt| (0.0..=1.0).contains(&doubt)) {
        return Err(corrupt("has a doubt out of range"));
    }
    if record.get(UNUSED).is_none_or(|unused| unused.iter().any(|b| *b != 0)) {
        return Err(corrupt("has values where there are none"));
    }
    check_quantised(&scales, values, Stage::Gallery).map_err(|e| corrupt("holds no template").with_source(e))?;
    id_if_live(record).map(Record::Live).ok_or_else(|| corrupt("has no id"))
}

/// What a gallery's file says.
#[derive(Debug)]
pub(crate) struct Contents {
    pub header: Header,
    pub commit: Commit,
    /// Whole records: those that are committed, and complete ones behind them.
    pub records: usize,
    /// The record of each live id.
    pub ids: HashMap<u64, usize>,
    /// The record whose removal was begun and not finished: it counts as removed.
    pub unfinished: Option<usize>,
    /// Bytes behind the records: what is left of an append that was cut short.
    pub torn: usize,
}

impl Contents {
    /// Bytes that header and records take.
    pub fn len(&self) -> usize {
        RECORDS_AT + self.records * record_len(self.header.dimension)
    }
}

/// Reads a file. Holds memory for the ids of records that are there, whatever the header claims.
///
/// # Errors
/// Those of [`Header::read`]; [`ErrorKind::Corrupt`], which names the record, if a committed record
/// is missing or damaged or an id is there twice.
pub(crate) fn read(file: &[u8]) -> Result<Contents> {
    let (header, commit) = Header::read(file)?;
    let body = file.get(RECORDS_AT..).ok_or_else(|| fault(ErrorKind::Corrupt, "the header ends early"))?;
    let len = record_len(header.dimension);
    let whole = body.chunks_exact(len);
    // What the header counts must be there, whole; what lies behind the count may be anything.
    let committed = usize::try_from(commit.records).ok().filter(|n| *n <= whole.len());
    let Some(committed) = committed else {
        let message = format!("{} records were written, {} are there", commit.records, whole.len());
        return Err(fault(ErrorKind::Corrupt, message));
    };
    let mut contents = Contents { header, commit, records: 0, ids: HashMap::new(), unfinished: None, torn: 0 };
    for (index, record) in whole.enumerate() {
        let removing = commit.removing == Some(index as u64);
        match read_record(record, index as u64, contents.header.dimension) {
            Ok(Record::Removed) => {}
            // Half zeros, or none yet: the removal was cut short, and its record is no damage.
            Ok(Record::Live(_)) | Err(_) if removing => contents.unfinished = Some(index),
            Ok(Record::Live(id)) => match contents.ids.entry(id) {
                Entry::Vacant(place) => {
                    place.insert(index);
                }
                Entry::Occupied(_) => {
                    return Err(fault(ErrorKind::Corrupt, format!("record {index} repeats the id {id}")));
                }
            },
            Err(error) if index < committed => return Err(error),
            // An append that was cut short.
            Err(_) => break,
        }
        contents.records = index + 1;
    }
    contents.torn = body.len() - contents.records * len;
    Ok(contents)
}
