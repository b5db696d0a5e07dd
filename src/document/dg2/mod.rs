//! DG2, the data group in which a travel document's or ID card's chip keeps the holder's face (ICAO
//! Doc 9303-10, 4.7.2).
//!
//! ```text
//! 75                       the data group
//!   7F61                   biometric information group
//!     02                   number of instances, 1 to 9
//!     7F60                 an instance
//!       A1                 header: 80 version, 81 type, … 87 format owner, 88 format type
//!       5F2E or 7F2E       a record: ISO/IEC 19794-5:2005, or a block of ISO/IEC 39794-5
//! ```
//! The parser borrows: images and feature points stay where they are. It keeps at most 64 faces and
//! 64 remarks, so that it takes less than 64 KiB of memory whatever the input, and nothing that
//! grows with it.

mod codes;
mod digest;
mod face;
mod header;
mod iso19794;
mod iso39794;
mod remark;
mod tlv;
mod write;

#[cfg(test)]
mod tests;

pub use codes::{ColourSpace, Expression, EyeColour, Gender, HairColour, ImageCoding, ImageType, SourceType};
pub use digest::DigestAlgorithm;
pub use face::{Angle, FaceImage, FeaturePoint, FeaturePoints, Pose, Properties};
pub use header::BiometricHeader;
pub use remark::DocumentRemark;
pub use write::{NewFace, write_dg2, write_face_record};

use crate::error::{ErrorKind, Result};
use remark::{Remarks, TOLERANCE};
use tlv::{Area, Element, corrupt, fault};

/// Faces that are read at most, over all instances. Documents have one.
pub const MAX_FACES: usize = 64;
/// Instances that a data group holds at most (Doc 9303-10).
const MAX_INSTANCES: usize = 9;

/// The standard that a record follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordFormat {
    /// ISO/IEC 19794-5:2005.
    Iso19794,
    /// ISO/IEC 39794-5.
    Iso39794,
}

impl RecordFormat {
    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iso19794 => "iso_19794_5",
            Self::Iso39794 => "iso_39794_5",
        }
    }
}

/// One instance: a record with one face or several.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instance<'a> {
    /// Offset of the instance, or of the bare record.
    pub offset: usize,
    /// The header; `None` for a bare record.
    pub header: Option<BiometricHeader<'a>>,
    /// The standard that the record follows, told by its content.
    pub format: RecordFormat,
    /// At least one.
    pub faces: Vec<FaceImage<'a>>,
}

/// A data group, or a record on its own.
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

/// What a file looks like from its first bytes.
fn is_record(bytes: &[u8]) -> bool {
    bytes.starts_with(iso19794::MAGIC)
}

impl<'a> Dg2<'a> {
    /// Whether the bytes begin like something that [`Self::parse`] reads: a data group, a bare
    /// 19794-5 record, or a bare 39794-5 block.
    pub fn recognises(bytes: &[u8]) -> bool {
        let first = || {
            let mut outer = Area::whole(bytes);
            // Enough for the first two headers, so that the answer does not depend on whether the file is
            // whole.
            let (tag, _, at) = outer.header().ok()?;
            outer.at = at;
            Some((tag, outer.header().map(|(tag, ..)| tag).unwrap_or(0)))
        };
        let elements =
            || matches!(first(), Some((0x75, 0x7F61) | (iso39794::BLOCK, 0xA0) | (0x7F2E, iso39794::BLOCK | 0xA1)));
        is_record(bytes) || elements()
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
        if bytes.first() != Some(&0x75) && !Self::recognises(bytes) {
            let message = "the bytes are no DG2 and no face record";
            return Err(fault(ErrorKind::UnsupportedFormat, 0, message));
        }
        let mut file = Area::whole(bytes);
        let Some(outer) = file.next(&mut dg2.remarks)? else {
            return Err(corrupt(0, "there is no element"));
        };
        if outer.tag == 0x75 {
            dg2.group(outer)?;
        } else {
            dg2.add(outer.offset, None, Content::Block(outer))?;
        }
        // An inner element may reach over the outer one's end, which has been remarked on.
        let read = dg2.faces().map(|face| face.image_offset + face.image.len()).fold(file.at, usize::max);
        dg2.trailing(read, bytes.len())?;
        Ok(dg2)
    }

    /// Up to eight bytes may lie between `at` and `end`.
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

    /// The contents of 75.
    fn group(&mut self, outer: Element<'a>) -> Result<()> {
        let mut outside = outer.contents;
        let Some(group) = outside.next(&mut self.remarks)?.filter(|e| e.tag == 0x7F61) else {
            return Err(corrupt(outer.contents.at, "the data group does not begin with 7F61"));
        };
        self.trailing(outside.at, outside.end)?;
        let mut inside = group.contents;
        let Some(count) = inside.next(&mut self.remarks)?.filter(|e| e.tag == 0x02) else {
            return Err(corrupt(group.contents.at, "the number of instances is missing"));
        };
        let stated = count.number()? as usize;
        if !(1..=MAX_INSTANCES).contains(&stated) {
            return Err(corrupt(
                count.offset,
                &format!("the data group states {stated} instances, not 1 to {MAX_INSTANCES}"),
            ));
        }
        for _ in 0..stated {
            let at = inside.at;
            let Some(instance) = inside.next(&mut self.remarks)?.filter(|e| e.tag == 0x7F60) else {
                let found = self.instances.len();
                return Err(corrupt(at, &format!("the data group states {stated} instances and has {found}")));
            };
            self.instance(instance)?;
        }
        self.trailing(inside.at, inside.end)
    }

    /// The contents of 7F60.
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
                0xA1 if header.is_none() => header = Some(header::read(element, &mut self.remarks)?),
                0x5F2E | 0x7F2E if !found => {
                    found = true;
                    let content = if is_record(element.value()) || element.tag == 0x5F2E {
                        Content::Record(element.contents, inside.end)
                    } else {
                        Content::Block(element)
                    };
                    let used = self.add(instance.offset, header, content)?;
                    inside.at = inside.at.max(used);
                }
                0x5F2E | 0x7F2E => return Err(corrupt(element.offset, "an instance has two records")),
                tag => {
                    self.remarks.note(DocumentRemark::UnknownElement { offset: element.offset, tag })?;
                }
            }
        }
        if found { Ok(()) } else { Err(corrupt(instance.offset, "an instance has no record")) }
    }

    /// Reads a record and adds it as an instance. Returns the offset behind it.
    fn add(&mut self, offset: usize, header: Option<BiometricHeader<'a>>, content: Content<'a>) -> Result<usize> {
        // Faces of all instances count.
        let mut faces = Vec::new();
        let room = MAX_FACES - self.faces().count();
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
        let used = faces.last().map_or(0, |face| face.image_offset + face.image.len());
        self.instances.push(Instance { offset, header, format, faces });
        Ok(used)
    }

    /// The bytes that were parsed.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// All instances, in their order; at least one.
    pub fn instances(&self) -> &[Instance<'a>] {
        &self.instances
    }

    /// The faces of all instances, in their order; at least one.
    pub fn faces(&self) -> impl Iterator<Item = &FaceImage<'a>> {
        self.instances.iter().flat_map(|instance| &instance.faces)
    }

    /// What was put up with, in the order in which it was met.
    pub fn remarks(&self) -> &[DocumentRemark] {
        &self.remarks.0
    }

    /// The digest of the bytes as they were given.
    ///
    /// It has to equal the one for data group 2 in the document's security object (EF.SOD), whose
    /// signature and certificates have to be checked as well: passive authentication (ICAO Doc
    /// 9303-11, 5.1). That is the caller's: nothing here says that a portrait is genuine. Read
    /// exactly as many bytes from the chip as the element 75 has.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Vec<u8> {
        algorithm.digest(self.bytes)
    }
}

/// Where a record lies.
enum Content<'a> {
    /// ISO/IEC 19794-5: the bytes, and the offset that they may reach to.
    Record(Area<'a>, usize),
    /// ISO/IEC 39794-5: the block, or what is wrapped around it.
    Block(Element<'a>),
}

/// 65 itself, or within 7F2E, or within A1 within 7F2E.
fn unwrap_block<'a>(element: Element<'a>, remarks: &mut Remarks) -> Result<Element<'a>> {
    let mut element = element;
    for wrapping in [0x7F2E, 0xA1] {
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
