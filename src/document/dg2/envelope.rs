//! What lies around records: the tags, at which of them a file begins, and the way from an element
//! down to the record that it holds.

use super::fault::corrupt;
use super::remark::{DocumentRemark, Remarks};
use super::tlv::{Area, Element};
use super::{iso19794, iso39794};
use crate::error::Result;

/// Tag of the data group.
pub(super) const GROUP: u32 = 0x75;
/// Tag of the biometric information group, the data group's only element.
pub(super) const INFORMATION: u32 = 0x7F61;
/// Tag of the number of instances.
pub(super) const COUNT: u32 = 0x02;
/// Tag of an instance.
pub(super) const INSTANCE: u32 = 0x7F60;
/// Tag of an instance's header; of what is wrapped around a block of ISO/IEC 39794-5, too.
pub(super) const HEADER: u32 = 0xA1;
/// Tag of a record whose contents are bytes.
pub(super) const RECORD: u32 = 0x5F2E;
/// Tag of a record whose contents are elements.
pub(super) const CONSTRUCTED_RECORD: u32 = 0x7F2E;
/// Tag of an OCTET STRING, which some programs wrap around what they read from a chip.
pub(super) const OCTETS: u32 = 0x04;
/// Tag of an OCTET STRING in pieces, of which one is read.
pub(super) const CONSTRUCTED_OCTETS: u32 = 0x24;

/// OCTET STRINGs that are looked into at the start of a file; one is what occurs. Chosen by hand.
const MAX_WRAPPERS: usize = 2;
/// Elements between an instance and its record that are looked into: 7F2E, A1, and two OCTET
/// STRINGs. Chosen by hand.
const MAX_LEVELS: usize = 4;

/// Where a record lies, by the standard that it follows.
pub(super) enum Content<'a> {
    /// ISO/IEC 19794-5: the bytes, and the offset that they may reach to.
    Record(Area<'a>, usize),
    /// ISO/IEC 39794-5: the contents of the block.
    Block(Area<'a>),
}

/// How a file begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// OCTET STRINGs around it.
    pub(super) wrappers: usize,
    /// What comes first within.
    pub(super) with: First,
}

/// What a file begins with.
#[derive(Debug, Clone, Copy)]
pub(super) enum First {
    /// One of the elements 75, 7F61, 7F60, 5F2E, 7F2E and 65, or A1 around 65.
    Element,
    /// A record of ISO/IEC 19794-5.
    Record,
    /// The contents of 7F61: a number of instances, and them.
    Count,
    /// The contents of 7F60: a biometric header, and a record.
    Header,
    /// The contents of 65: a version block, and representations.
    Version,
}

impl Start {
    /// A file that begins with a data group's element.
    pub(super) const GROUP: Self = Self { wrappers: 0, with: First::Element };

    /// How these bytes begin; `None` if that is nothing that is read.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut area = Area::whole(bytes);
        for wrappers in 0..=MAX_WRAPPERS {
            if is_record(area.bytes()) {
                return Some(Self { wrappers, with: First::Record });
            }
            let outer = area.head().ok()?;
            let inside = Area { at: outer.contents_at, ..area };
            if is_octets(outer.tag) {
                area = inside;
                continue;
            }
            // What else has one of these tags and goes on to the end is broken, or holds no face.
            let own = matches!(outer.tag, GROUP | INFORMATION | INSTANCE | RECORD | CONSTRUCTED_RECORD);
            let broken = || (own && outer.ends_near(area.end)).then_some(First::Element);
            return first(outer.tag, inside).or_else(broken).map(|with| Self { wrappers, with });
        }
        None
    }
}

/// What begins with this tag; `inside` goes on behind its length.
fn first(tag: u32, inside: Area<'_>) -> Option<First> {
    let record = || is_record(inside.bytes());
    let inner = inside.head().ok().map(|head| head.tag);
    match (tag, inner) {
        (GROUP, Some(INFORMATION)) | (INFORMATION, Some(COUNT)) | (iso39794::BLOCK, Some(iso39794::VERSION)) => {
            Some(First::Element)
        }
        (INSTANCE, Some(HEADER | RECORD | CONSTRUCTED_RECORD)) | (HEADER, Some(iso39794::BLOCK)) => {
            Some(First::Element)
        }
        (RECORD | CONSTRUCTED_RECORD, _) if record() => Some(First::Element),
        (RECORD | CONSTRUCTED_RECORD, Some(inner)) if is_octets(inner) || holds_block(inner) => Some(First::Element),
        // A number of one digit.
        (COUNT, _) => match inside.bytes() {
            [_, rest @ ..] => (Area::whole(rest).head().ok()?.tag == INSTANCE).then_some(First::Count),
            [] => None,
        },
        (HEADER, Some(0x80..=0x88)) => Some(First::Header),
        (iso39794::VERSION, Some(0x80)) => Some(First::Version),
        _ => None,
    }
}

/// The way from `element`, behind which its surroundings end at `limit`, down to the record that it
/// is or holds.
pub(super) fn unwrap<'a>(element: Element<'a>, limit: usize, remarks: &mut Remarks) -> Result<Content<'a>> {
    let (mut element, mut limit) = (element, limit);
    for _ in 0..=MAX_LEVELS {
        if is_octets(element.tag) {
            remarks.note(DocumentRemark::Envelope { offset: element.offset, tag: element.tag })?;
        }
        let mut inside = element.contents;
        if element.tag == iso39794::BLOCK {
            return Ok(Content::Block(inside));
        }
        let inner = inside.head().ok().map(|head| head.tag);
        let goes_on = !is_record(element.value()) && inner.is_some_and(|tag| is_octets(tag) || holds_block(tag));
        if is_record(element.value()) || (element.tag == RECORD && !goes_on) {
            return Ok(Content::Record(inside, limit));
        }
        if !goes_on {
            break;
        }
        limit = inside.end;
        let Some(next) = inside.next(remarks)? else { break };
        element = next;
    }
    Err(corrupt(element.offset, "the biometric data block is none of ISO/IEC 39794-5"))
}

/// Whether it is an OCTET STRING.
fn is_octets(tag: u32) -> bool {
    matches!(tag, OCTETS | CONSTRUCTED_OCTETS)
}

/// Whether this is a block of ISO/IEC 39794-5, or is known to lie around one.
fn holds_block(tag: u32) -> bool {
    matches!(tag, iso39794::BLOCK | HEADER | RECORD | CONSTRUCTED_RECORD)
}

/// Whether a file or an element's contents begin like a record of ISO/IEC 19794-5.
fn is_record(bytes: &[u8]) -> bool {
    bytes.starts_with(iso19794::MAGIC)
}
