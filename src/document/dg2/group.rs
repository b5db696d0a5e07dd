//! [`Dg2`]: the walk through a data group's elements, down to its records.

use super::digest::DigestAlgorithm;
use super::face::{FaceImage, MAX_FACES};
use super::fault::{corrupt, fault};
use super::header::{self, BiometricHeader};
use super::instance::{Instance, MAX_INSTANCES, RecordFormat};
use super::remark::{DocumentRemark, Remarks, TOLERANCE};
use super::tlv::{Area, Element};
use super::{iso19794, iso39794};
use crate::error::{ErrorKind, Result};

/// Tag of the data group.
const GROUP: u32 = 0x75;
/// Tag of the biometric information group, the data group's only element.
const INFORMATION: u32 = 0x7F61;
/// Tag of the number of instances.
const COUNT: u32 = 0x02;
/// Tag of an instance.
const INSTANCE: u32 = 0x7F60;
/// Tag of an instance's header; of what is wrapped around a block of ISO/IEC 39794-5, too.
const HEADER: u32 = 0xA1;
/// Tag of a record whose contents are bytes.
const RECORD: u32 = 0x5F2E;
/// Tag of a record whose contents are elements.
const CONSTRUCTED_RECORD: u32 = 0x7F2E;

/// A chip's data group 2, or a face record on its own, parsed.
///
/// Everything borrows from the bytes: parse once, and take what is needed while they live. To
/// decode the portrait inside, give the bytes to
/// [`DocumentPhoto::from_dg2`](crate::document::DocumentPhoto::from_dg2).
///
/// ```
/// use selfsame::document::{Dg2, DigestAlgorithm, ImageCoding, NewFace, write_dg2};
/// # let image = std::fs::read("datasets/portraits/obama.jpg")?;
/// # let bytes = write_dg2(&[NewFace::new(&image, ImageCoding::Jpeg, 413, 531)])?;
/// let dg2 = Dg2::parse(&bytes)?;
/// for face in dg2.faces() {
///     println!("{} of {:?} × {:?} px", face.coding.as_str(), face.width_px, face.height_px);
/// }
/// assert!(dg2.remarks().is_empty());
/// assert_eq!(dg2.digest(DigestAlgorithm::Sha256).len(), 32);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg2<'a> {
    bytes: &'a [u8],
    instances: Vec<Instance<'a>>,
    remarks: Remarks,
}

impl<'a> Dg2<'a> {
    /// Tells whether the bytes begin like something that [`Self::parse`] reads: a data group, a
    /// bare record of ISO/IEC 19794-5, or a bare block of ISO/IEC 39794-5.
    #[must_use]
    pub fn recognises(bytes: &[u8]) -> bool {
        is_record(bytes)
            || first_tags(bytes).is_some_and(|tags| {
                matches!(
                    tags,
                    (GROUP, INFORMATION)
                        | (iso39794::BLOCK, iso39794::VERSION)
                        | (CONSTRUCTED_RECORD, iso39794::BLOCK | HEADER)
                )
            })
    }

    /// Parses a data group as read from the chip, or a record on its own.
    ///
    /// Length fields that are off by up to 8, up to 8 bytes behind the end and unknown elements are
    /// put up with and stand in [`Self::remarks`]; codes that a table does not have are kept as
    /// they are.
    ///
    /// # Errors
    /// In [`crate::error::Stage::Document`], each naming the offset of the byte that it is about:
    /// [`ErrorKind::UnsupportedFormat`] for what is no data group, and for records of other
    /// versions; [`ErrorKind::LimitExceeded`] for over [`MAX_FACES`] faces;
    /// [`ErrorKind::Corrupt`] for all else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut dg2 = Self { bytes, instances: Vec::new(), remarks: Remarks::default() };
        if is_record(bytes) {
            dg2.add(0, None, Content::Record(Area::whole(bytes), bytes.len()))?;
            return Ok(dg2);
        }
        if bytes.is_empty() {
            return Err(fault(ErrorKind::UnsupportedFormat, 0, "there are no bytes"));
        }
        // What begins with 75 is read as a data group even if it goes on like none: its errors say
        // more than that it was not recognised.
        if bytes.first() != Some(&0x75) && !Self::recognises(bytes) {
            let message = "the bytes are no DG2 and no face record";
            return Err(fault(ErrorKind::UnsupportedFormat, 0, message));
        }
        let mut file = Area::whole(bytes);
        let Some(outer) = file.next(&mut dg2.remarks)? else {
            return Err(corrupt(0, "there is no element"));
        };
        if outer.tag == GROUP {
            dg2.group(outer)?;
        } else {
            dg2.add(outer.offset, None, Content::Block(outer))?;
        }
        // An inner element may reach over the outer one's end, which has been remarked on.
        let read = dg2.faces().map(|face| face.image_offset + face.image.len()).fold(file.at, usize::max);
        dg2.trailing(read, bytes.len())?;
        Ok(dg2)
    }

    /// Remarks on up to eight bytes between `at` and `end`, and refuses more.
    fn trailing(&mut self, at: usize, end: usize) -> Result<()> {
        match end.saturating_sub(at) {
            0 => Ok(()),
            count if count <= TOLERANCE => {
                self.remarks.note(DocumentRemark::TrailingBytes { offset: at, count })?;
                Ok(())
            }
            count => Err(corrupt(at, &format!("{count} bytes follow the last element"))),
        }
    }

    /// Reads the contents of the data group's element.
    fn group(&mut self, outer: Element<'a>) -> Result<()> {
        let mut outside = outer.contents;
        let Some(group) = outside.next(&mut self.remarks)?.filter(|e| e.tag == INFORMATION) else {
            return Err(corrupt(outer.contents.at, "the data group does not begin with 7F61"));
        };
        self.trailing(outside.at, outside.end)?;
        let mut inside = group.contents;
        let Some(count) = inside.next(&mut self.remarks)?.filter(|e| e.tag == COUNT) else {
            return Err(corrupt(group.contents.at, "the number of instances is missing"));
        };
        // A `usize` has at least 32 bits wherever the decoders run.
        let stated = count.number()? as usize;
        if !(1..=MAX_INSTANCES).contains(&stated) {
            return Err(corrupt(
                count.offset,
                &format!("the data group states {stated} instances, not 1 to {MAX_INSTANCES}"),
            ));
        }
        for _ in 0..stated {
            let at = inside.at;
            let Some(instance) = inside.next(&mut self.remarks)?.filter(|e| e.tag == INSTANCE) else {
                let found = self.instances.len();
                return Err(corrupt(at, &format!("the data group states {stated} instances and has {found}")));
            };
            self.instance(instance)?;
        }
        self.trailing(inside.at, inside.end)
    }

    /// Reads the contents of an instance: a header, which may be missing, and one record.
    fn instance(&mut self, instance: Element<'a>) -> Result<()> {
        let (mut header, mut found) = (None, false);
        let mut inside = instance.contents;
        while inside.at < inside.end {
            let at = inside.at;
            let element = match inside.next(&mut self.remarks) {
                Ok(Some(element)) => element,
                // What is left is too little, or too broken, for an element.
                _ if found => return self.trailing(at, inside.end),
                Ok(None) => break,
                Err(error) => return Err(error),
            };
            match element.tag {
                HEADER if header.is_none() => header = Some(header::read(element, &mut self.remarks)?),
                RECORD | CONSTRUCTED_RECORD if !found => {
                    found = true;
                    let content = if is_record(element.value()) || element.tag == RECORD {
                        Content::Record(element.contents, inside.end)
                    } else {
                        Content::Block(element)
                    };
                    // A record may reach over its own element's end, whose length is short then.
                    let used = self.add(instance.offset, header, content)?;
                    inside.at = inside.at.max(used);
                }
                RECORD | CONSTRUCTED_RECORD => return Err(corrupt(element.offset, "an instance has two records")),
                tag => {
                    self.remarks.note(DocumentRemark::UnknownElement { offset: element.offset, tag })?;
                }
            }
        }
        if found { Ok(()) } else { Err(corrupt(instance.offset, "an instance has no record")) }
    }

    /// Reads a record and adds it as an instance. Returns the offset behind it.
    fn add(&mut self, offset: usize, header: Option<BiometricHeader<'a>>, content: Content<'a>) -> Result<usize> {
        let mut faces = Vec::new();
        // The faces of all instances count. None is added beyond the limit: this never wraps.
        let room = MAX_FACES.saturating_sub(self.faces().count());
        let format = match content {
            Content::Record(area, limit) => {
                iso19794::read(area, limit, room, &mut faces, &mut self.remarks)?;
                RecordFormat::Iso19794
            }
            Content::Block(element) => {
                let block = unwrap_block(element, &mut self.remarks)?;
                iso39794::read(block, room, &mut faces, &mut self.remarks)?;
                RecordFormat::Iso39794
            }
        };
        // Either reader refuses a record without a face.
        let Some(last) = faces.last() else {
            return Err(corrupt(offset, "a record holds no face"));
        };
        let used = last.image_offset + last.image.len();
        self.instances.push(Instance { offset, header, format, faces });
        Ok(used)
    }

    /// The bytes that were parsed.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// All instances, in their order; at least one.
    #[must_use]
    pub fn instances(&self) -> &[Instance<'a>] {
        &self.instances
    }

    /// The faces of all instances, in their order; at least one.
    pub fn faces(&self) -> impl Iterator<Item = &FaceImage<'a>> {
        self.instances.iter().flat_map(|instance| &instance.faces)
    }

    /// The flaws that were put up with, in the order in which they were met.
    #[must_use]
    pub fn remarks(&self) -> &[DocumentRemark] {
        &self.remarks.0
    }

    /// The digest of the bytes as they were given.
    ///
    /// The document's security object (EF.SOD) states the digest of data group 2. Both have to be
    /// equal, and the security object's signature and certificates have to be checked as well: that
    /// is passive authentication (ICAO Doc 9303-11, 5.1), and it is the caller's. Nothing in this
    /// crate says that a portrait is genuine. For the digests to be equal, exactly as many bytes
    /// have to be read from the chip as the element 75 has.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Vec<u8> {
        algorithm.digest(self.bytes)
    }
}

/// Where a record lies, by the standard that it follows.
enum Content<'a> {
    /// ISO/IEC 19794-5: the bytes, and the offset that they may reach to.
    Record(Area<'a>, usize),
    /// ISO/IEC 39794-5: the block, or what is wrapped around it.
    Block(Element<'a>),
}

/// The face image data block that `element` is or holds: 65 itself, or within 7F2E, or within A1
/// within 7F2E.
fn unwrap_block<'a>(element: Element<'a>, remarks: &mut Remarks) -> Result<Element<'a>> {
    let mut element = element;
    for wrapping in [CONSTRUCTED_RECORD, HEADER] {
        if element.tag == wrapping {
            let mut inside = element.contents;
            let inner = inside.next(remarks)?;
            element = inner.ok_or_else(|| corrupt(element.offset, "a biometric data block is empty"))?;
        }
    }
    if element.tag != iso39794::BLOCK {
        return Err(corrupt(element.offset, "the biometric data block is none of ISO/IEC 39794-5"));
    }
    Ok(element)
}

/// Whether a file or an element's contents begin like a record of ISO/IEC 19794-5.
fn is_record(bytes: &[u8]) -> bool {
    bytes.starts_with(iso19794::MAGIC)
}

/// The tags of the first element and of the first one within; `None` if there are no such.
///
/// Only both headers are read, so that the answer does not depend on whether the file is whole.
fn first_tags(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut outer = Area::whole(bytes);
    let (tag, _, contents_at) = outer.header().ok()?;
    outer.at = contents_at;
    let (inner, ..) = outer.header().ok()?;
    Some((tag, inner))
}
