//! A reader for the protobuf wire format: borrowed fields, bounded work, no recursion.
//!
//! Only what ONNX needs. A message is walked field by field; nested messages are slices that are
//! walked in turn by whoever understands them, so depth is bounded by the code that reads and not
//! by the input.

use crate::error::{Error, ErrorKind, Result, Stage};

/// The payload of a field, by its wire type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Payload<'a> {
    Varint(u64),
    Fixed32([u8; 4]),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
}

/// A field of a message: its number and payload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Field<'a> {
    pub number: u64,
    pub payload: Payload<'a>,
}

/// An iterator over the fields of one message; it ends after the first broken one.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

/// The error of a file that contradicts itself or its format.
pub(super) fn corrupt(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidModel, Stage::Model, message)
}

impl<'a> Fields<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The next `N` bytes.
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) =
            self.rest.split_first_chunk::<N>().ok_or_else(|| corrupt("a protobuf field is cut short"))?;
        self.rest = rest;
        Ok(*head)
    }

    /// A number of up to ten bytes, seven bits in each.
    fn varint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take::<1>()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(corrupt("a protobuf varint has more than ten bytes"))
    }

    /// The next field whole.
    fn field(&mut self) -> Result<Field<'a>> {
        let key = self.varint()?;
        let payload = match key & 7 {
            0 => Payload::Varint(self.varint()?),
            1 => Payload::Fixed64(self.take()?),
            2 => {
                let len = usize::try_from(self.varint()?).ok();
                let split = len.and_then(|len| self.rest.split_at_checked(len));
                let (head, rest) = split.ok_or_else(|| corrupt("a protobuf field is cut short"))?;
                self.rest = rest;
                Payload::Bytes(head)
            }
            5 => Payload::Fixed32(self.take()?),
            wire => return Err(corrupt(format!("protobuf wire type {wire} is not supported"))),
        };
        Ok(Field { number: key >> 3, payload })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

impl<'a> Payload<'a> {
    pub fn bytes(self) -> Result<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(corrupt("a protobuf field should be length-delimited")),
        }
    }

    pub fn text(self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|e| corrupt("a protobuf string is not UTF-8").with_source(e))
    }

    pub fn int(self) -> Result<i64> {
        match self {
            Self::Varint(value) => Ok(value.cast_signed()),
            _ => Err(corrupt("a protobuf field should be a varint")),
        }
    }

    pub fn float(self) -> Result<f32> {
        match self {
            Self::Fixed32(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err(corrupt("a protobuf field should be a float")),
        }
    }

    /// Appends a repeated integer field, packed or not.
    pub fn ints_into(self, out: &mut Vec<i64>) -> Result<()> {
        match self {
            Self::Bytes(packed) => {
                let mut fields = Fields::new(packed);
                while !fields.rest.is_empty() {
                    out.push(fields.varint()?.cast_signed());
                }
                Ok(())
            }
            single => {
                out.push(single.int()?);
                Ok(())
            }
        }
    }

    /// Appends a repeated float field, packed or not.
    pub fn floats_into(self, out: &mut Vec<f32>) -> Result<()> {
        match self {
            Self::Bytes(packed) => {
                let (chunks, rest) = packed.as_chunks::<4>();
                if !rest.is_empty() {
                    return Err(corrupt("a packed float field has a broken length"));
                }
                out.extend(chunks.iter().map(|c| f32::from_le_bytes(*c)));
                Ok(())
            }
            single => {
                out.push(single.float()?);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_every_wire_type() {
        let message = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 0, 0, 128, 63, 0x21, 1, 2, 3, 4, 5, 6, 7, 8];
        let fields: Vec<_> = Fields::new(&message).collect::<Result<_>>().unwrap();
        assert_eq!(fields[0], Field { number: 1, payload: Payload::Varint(150) });
        assert_eq!(fields[1].payload.text().unwrap(), "hi");
        assert_eq!(fields[2].payload.float().unwrap(), 1.0);
        assert_eq!(fields[3], Field { number: 4, payload: Payload::Fixed64([1, 2, 3, 4, 5, 6, 7, 8]) });
    }

    #[test]
    fn every_truncation_ends_in_an_error_or_at_a_field_boundary() {
        let message = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 0, 0, 128, 63];
        for len in 0..message.len() {
            let boundary = [0, 3, 7].contains(&len);
            assert_eq!(Fields::new(&message[..len]).all(|f| f.is_ok()), boundary, "cut at {len}");
        }
    }

    #[test]
    fn endless_varints_and_groups_are_errors() {
        assert!(Fields::new(&[0xff; 40]).next().unwrap().is_err());
        assert!(Fields::new(&[0x0b]).next().unwrap().is_err());
        let huge_length = [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert!(Fields::new(&huge_length).next().unwrap().is_err());
    }
}
