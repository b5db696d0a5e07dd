//! An ICC profile (ICC.1:2022, section 7) reduced to the tags that a conversion to sRGB needs.
//!
//! A reader of whole profiles does what they state: a table of 300,000 tags that all point to one
//! text, or a text of 8,000 languages that overlap, take gigabytes. What is left here is at most
//! one of each tag that is needed, so that memory and work are bounded by the profile's length.

use super::super::bytes::be32;
use std::ops::Range;

/// The longest profile that is read, in bytes. Large profiles of printers have about two megabytes;
/// chosen by hand.
const MAX_BYTES: usize = 4 << 20;
/// Bytes that reading a profile and converting take for each of its bytes, and besides: copies of
/// it, its table as `f32`, and the tables of the conversion. Counted from the code of `moxcms`
/// 0.8.1.
const MEMORY: [u64; 2] = [12, 4 << 20];
/// The most tags that are looked through: those of profiles in use have below 40; chosen by hand.
const MAX_TAGS: usize = 200;
/// The longest curve that is read, in bytes: 40,000 values, as many as `moxcms` takes.
const MAX_CURVE_BYTES: usize = 12 + 2 * 40_000;
/// The header's length (7.2).
const HEADER: usize = 128;

/// The longest profile that is read where so much memory is left.
pub(in crate::image) fn max_icc_bytes(spare_bytes: u64) -> usize {
    let [each, besides] = MEMORY;
    let most = spare_bytes.saturating_sub(besides) / each;
    usize::try_from(most).map_or(MAX_BYTES, |most| most.min(MAX_BYTES))
}

/// The channels that a profile is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    Gray,
    Rgb,
}

/// A profile with nothing in it that is not needed.
pub(super) struct Reduced {
    pub(super) channels: Channels,
    /// The profile, as a file.
    pub(super) bytes: Vec<u8>,
    /// Whether its colours come out of a table and not of a matrix.
    pub(super) has_table: bool,
}

/// Reads header and tags, and writes a profile of those that a conversion needs; `None` if the
/// bytes are no such profile, or one of other channels than grey or red, green and blue.
pub(super) fn reduce(icc: &[u8]) -> Option<Reduced> {
    let header = icc.get(..HEADER).filter(|h| h.get(36..40) == Some(b"acsp") && icc.len() <= MAX_BYTES)?;
    let count = usize::try_from(be32(icc, HEADER)?).ok().filter(|n| *n <= MAX_TAGS)?;
    let table = icc.get(HEADER + 4..HEADER + 4 + 12 * count)?.as_chunks::<12>().0;
    // The first of a kind counts, as for all that a file says twice.
    let find = |name: &[u8; 4]| table.iter().find(|entry| entry.starts_with(name)).and_then(place);
    let tables: [&[u8; 4]; 2] = [b"A2B1", b"A2B0"];
    // A table comes before matrix and curves (8.10.2). The colorimetric one comes before the
    // perceptual one, which may move colours to make them pleasing.
    let table = tables.into_iter().find_map(|name| Some((name, find(name)?)));
    let (channels, needed): (_, &[&[u8; 4]]) = match header.get(16..20)? {
        b"GRAY" => (Channels::Gray, &[b"kTRC"]),
        b"RGB " if table.is_some() => (Channels::Rgb, &[]),
        b"RGB " => (Channels::Rgb, &[b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"cicp"]),
        _ => return None,
    };
    // Colours and curves may share their data, but stand once for each.
    let short = |place: Range<usize>| place.start..place.end.min(place.start.saturating_add(MAX_CURVE_BYTES));
    let mut tags: Vec<_> = needed.iter().filter_map(|name| Some((*name, short(find(name)?)))).collect();
    let has_table = channels == Channels::Rgb && table.is_some();
    // The reader takes the perceptual table unless it is told otherwise: one name for both.
    tags.extend(table.filter(|_| has_table).map(|(_, place)| (b"A2B0", place)));
    Some(Reduced { channels, bytes: write(icc, header, &tags)?, has_table })
}

/// Where the data of an entry of the tag table lie.
fn place(entry: &[u8; 12]) -> Option<Range<usize>> {
    let start = usize::try_from(be32(entry, 4)?).ok()?;
    let length = usize::try_from(be32(entry, 8)?).ok()?;
    Some(start..start.checked_add(length)?)
}

/// Writes header, tag table and data; `None` if the data of a tag lie outside `icc`.
fn write(icc: &[u8], header: &[u8], tags: &[(&[u8; 4], Range<usize>)]) -> Option<Vec<u8>> {
    let mut data_at = HEADER + 4 + 12 * tags.len();
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for (name, place) in tags {
        let body = icc.get(place.clone())?;
        entries.extend_from_slice(*name);
        entries.extend(u32::try_from(data_at).ok()?.to_be_bytes());
        entries.extend(u32::try_from(body.len()).ok()?.to_be_bytes());
        data.extend_from_slice(body);
        // Data begin at multiples of four bytes (7.3.1).
        data.resize(data.len().next_multiple_of(4), 0);
        data_at = HEADER + 4 + 12 * tags.len() + data.len();
    }
    let count = u32::try_from(tags.len()).ok()?.to_be_bytes();
    let mut profile = [header, &count, &entries, &data].concat();
    // The intent is the caller's to choose; a value that does not exist makes readers give up.
    profile.get_mut(64..68)?.fill(0);
    let length = u32::try_from(profile.len()).ok()?.to_be_bytes();
    profile.get_mut(..4)?.copy_from_slice(&length);
    Some(profile)
}
