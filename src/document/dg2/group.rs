//! [`Dg2`]: the walk through a data group's elements, down to its records.

use super::digest::DigestAlgorithm;
use super::envelope::{
    CONSTRUCTED_OCTETS, CONSTRUCTED_RECORD, COUNT, Content, First, GROUP, HEADER, INFORMATION, INSTANCE, OCTETS,
    RECORD, Start, unwrap,
};
use super::face::{FaceImage, MAX_FACES};
use super::fault::{corrupt, fault};
use super::header::{self, BiometricHeader};
use super::instance::{Instance, MAX_INSTANCES, RecordFormat};
use super::remark::{DocumentRemark, Remarks, TOLERANCE};
use super::tlv::{Area, Element};
use super::{iso19794, iso39794};
use crate::error::{ErrorKind, Result};

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
    /// Tells whether the bytes begin like something that [`Self::parse`] reads.
    ///
    /// Only the heads of the first elements are looked at: the answer does not depend on whether
    /// the file is whole.
    #[must_use]
    pub fn recognises(bytes: &[u8]) -> bool {
        Start::of(bytes).is_some()
    }

    /// Parses a data group as read from the chip, a template of it, or a record on its own: the
    /// whole element 75, what lies in it from any level on down, a record of ISO/IEC 19794-5 or a
    /// block of ISO/IEC 39794-5, each also within OCTET STRINGs.
    ///
    /// What is put up with stands in [`Self::remarks`]: length fields that are off by up to 8;
    /// lengths that are indefinite or have over four bytes; bytes 00 and FF between elements and
    /// behind the last one, and up to 8 of any value there; unknown elements; fields of the
    /// biometric header that are empty or too long; a beginning with an inner element. Codes that a
    /// table does not have are kept as they are. The work is linear in the number of bytes.
    ///
    /// # Errors
    /// In [`crate::error::Stage::Document`], each naming the offset of the byte that it is about:
    /// [`ErrorKind::UnsupportedFormat`] for what is no data group, and for records of other
    /// versions; [`ErrorKind::LimitExceeded`] for over [`MAX_FACES`] faces;
    /// [`ErrorKind::Corrupt`] for all else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(fault(ErrorKind::UnsupportedFormat, 0, "there are no bytes"));
        }
        // What begins with 75 is read as a data group even if it goes on like none: its errors say
        // more than that it was not recognised.
        let start = Start::of(bytes).or_else(|| bytes.starts_with(&[0x75]).then_some(Start::GROUP));
        let start = start.ok_or_else(|| {
            fault(ErrorKind::UnsupportedFormat, 0, "the bytes are no DG2, no template of it and no face record")
        })?;
        let mut dg2 = Self { bytes, instances: Vec::new(), remarks: Remarks::default() };
        let mut file = Area::whole(bytes);
        for _ in 0..start.wrappers {
            let Some(wrapper) = file.next(&mut dg2.remarks)? else { break };
            dg2.remarks.note(DocumentRemark::Envelope { offset: wrapper.offset, tag: wrapper.tag })?;
            dg2.rest(file)?;
            file = wrapper.contents;
        }
        dg2.begin(start.with, file)?;
        Ok(dg2)
    }

    /// Reads the area whose first element is of this kind.
    fn begin(&mut self, with: First, mut area: Area<'a>) -> Result<()> {
        let inner = |tag| DocumentRemark::Envelope { offset: area.at, tag };
        match with {
            First::Record => {
                self.add(area.at, None, Content::Record(area, area.end))?;
                return Ok(());
            }
            First::Count => {
                self.remarks.note(inner(COUNT))?;
                return self.information(area);
            }
            First::Header => {
                self.remarks.note(inner(HEADER))?;
                return self.instance(area.at, area);
            }
            First::Version => {
                self.remarks.note(inner(iso39794::VERSION))?;
                self.add(area.at, None, Content::Block(area))?;
                return Ok(());
            }
            First::Element => {}
        }
        let Some(outer) = area.next(&mut self.remarks)? else {
            return Err(corrupt(area.at, "there is no element"));
        };
        let offset = outer.offset;
        if matches!(outer.tag, INFORMATION | INSTANCE | RECORD) {
            self.remarks.note(DocumentRemark::Envelope { offset, tag: outer.tag })?;
        }
        match outer.tag {
            GROUP => self.group(outer)?,
            INFORMATION => self.information(outer.contents)?,
            INSTANCE => self.instance(offset, outer.contents)?,
            _ => {
                let content = unwrap(outer, area.end, &mut self.remarks)?;
                self.add(offset, None, content)?;
            }
        }
        // An inner element may reach over the outer one's end, which has been remarked on.
        area.at = self.faces().map(|face| face.image_offset + face.image.len()).fold(area.at, usize::max);
        self.rest(area)
    }

    /// Steps over what follows the last element that is read: elements, padding, and up to eight
    /// bytes that are neither.
    fn rest(&mut self, mut area: Area<'a>) -> Result<()> {
        while area.end.saturating_sub(area.at) > TOLERANCE {
            let at = area.at;
            match area.next(&mut self.remarks) {
                Ok(None) => return Ok(()),
                Ok(Some(Element { offset, tag, .. })) => {
                    self.remarks.note(DocumentRemark::UnknownElement { offset, tag })?;
                }
                Err(_) => {
                    let count = area.end.saturating_sub(at);
                    return Err(corrupt(at, &format!("{count} bytes follow the last element")));
                }
            }
        }
        match area.end.saturating_sub(area.at) {
            0 => Ok(()),
            count => self.remarks.note(DocumentRemark::TrailingBytes { offset: area.at, count }),
        }
    }

    /// Reads the contents of the data group's element.
    fn group(&mut self, outer: Element<'a>) -> Result<()> {
        let mut outside = outer.contents;
        let Some(group) = outside.next(&mut self.remarks)?.filter(|e| e.tag == INFORMATION) else {
            return Err(corrupt(outer.contents.at, "the data group does not begin with 7F61"));
        };
        self.rest(outside)?;
        self.information(group.contents)
    }

    /// Reads the contents of the biometric information group: how many instances, and them.
    fn information(&mut self, mut inside: Area<'a>) -> Result<()> {
        let at = inside.at;
        let Some(count) = inside.next(&mut self.remarks)?.filter(|e| e.tag == COUNT) else {
            return Err(corrupt(at, "the number of instances is missing"));
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
            self.instance(instance.offset, instance.contents)?;
        }
        self.rest(inside)
    }

    /// Reads the contents of the instance at `offset`: a header, which may be missing, and one
    /// record.
    fn instance(&mut self, offset: usize, mut inside: Area<'a>) -> Result<()> {
        let (mut header, mut found) = (None, false);
        while inside.at < inside.end {
            let at = inside.at;
            let element = match inside.next(&mut self.remarks) {
                Ok(Some(element)) => element,
                // What is left is too little, or too broken, for an element.
                Err(_) if found => return self.rest(Area { at, ..inside }),
                Ok(None) => break,
                Err(error) => return Err(error),
            };
            match element.tag {
                HEADER if header.is_none() => header = Some(header::read(element, &mut self.remarks)?),
                RECORD | CONSTRUCTED_RECORD | OCTETS | CONSTRUCTED_OCTETS if !found => {
                    found = true;
                    let content = unwrap(element, inside.end, &mut self.remarks)?;
                    // A record may reach over its own element's end, whose length is short then.
                    let used = self.add(offset, header, content)?;
                    inside.at = inside.at.max(used);
                }
                RECORD | CONSTRUCTED_RECORD => return Err(corrupt(element.offset, "an instance has two records")),
                tag => {
                    self.remarks.note(DocumentRemark::UnknownElement { offset: element.offset, tag })?;
                }
            }
        }
        if found { Ok(()) } else { Err(corrupt(offset, "an instance has no record")) }
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
            Content::Block(block) => {
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
    /// is passive authentication (ICAO Doc 9303-11, 5.1), which
    /// [`AuthenticDocument`](crate::document::chip::AuthenticDocument) does. For the digests to be
    /// equal, exactly as many bytes have to be read from the chip as the element 75 has.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Vec<u8> {
        algorithm.digest(self.bytes)
    }
}
