//! The biometric header of an instance (ISO/IEC 7816-11, table D.2; ICAO Doc 9303-10, 4.7.2.1).

use super::remark::{DocumentRemark, Remarks};
use super::tlv::Element;
use crate::error::Result;

/// What the biometric header of an instance says; `None` where it says nothing.
///
/// Bytes are as stored. Serialised, they are written in hexadecimal digits, as are version and
/// format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BiometricHeader<'a> {
    /// Version of the header (tag 80); 0x0101.
    pub version: Option<u32>,
    /// Biometric type (tag 81); 2 is facial features.
    pub biometric_type: Option<u32>,
    /// Biometric subtype (tag 82).
    pub subtype: Option<u32>,
    /// Date and time of creation (tag 83).
    pub created: Option<&'a [u8]>,
    /// Period of validity (tag 85).
    pub validity: Option<&'a [u8]>,
    /// Creator of the data (tag 86).
    pub creator: Option<&'a [u8]>,
    /// Owner of the format (tag 87); 0x0101 is ISO/IEC JTC 1/SC 37.
    pub format_owner: Option<u32>,
    /// Type of the format (tag 88); 8 is ISO/IEC 19794-5, 0x2A is ISO/IEC 39794-5.
    pub format_type: Option<u32>,
}

/// Reads the element A1. The last one of two alike elements counts; unknown ones are passed over,
/// and so is, with a remark, what is no number where one belongs, or empty.
pub(super) fn read<'a>(element: Element<'a>, remarks: &mut Remarks) -> Result<BiometricHeader<'a>> {
    let mut header = BiometricHeader::default();
    let mut inside = element.contents;
    while let Some(field) = inside.next(remarks)? {
        let (number, bytes) = (field.number().ok(), Some(field.value()).filter(|value| !value.is_empty()));
        let stated = match field.tag {
            0x80 => set(&mut header.version, number),
            0x81 => set(&mut header.biometric_type, number),
            0x82 => set(&mut header.subtype, number),
            0x83 => set(&mut header.created, bytes),
            0x85 => set(&mut header.validity, bytes),
            0x86 => set(&mut header.creator, bytes),
            0x87 => set(&mut header.format_owner, number),
            0x88 => set(&mut header.format_type, number),
            _ => true,
        };
        if !stated {
            remarks.note(DocumentRemark::HeaderField { offset: field.offset, tag: field.tag })?;
        }
    }
    Ok(header)
}

/// Sets a field, and tells whether something is stated.
fn set<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    *field = value;
    field.is_some()
}
