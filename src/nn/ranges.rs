//! Calibrated ranges, which an ONNX file carries as metadata: what the inputs of its 8-bit layers
//! take, channel by channel.
//!
//! The key is `selfsame.range.` and the value's name in the graph; the text is eight hexadecimal
//! digits per channel, low and high as little-endian f16. `models/convert/ranges.py` writes them.
//! Other keys are none of our business.

use super::kernels::int8::InputRange;
use super::limits::Limits;
use super::proto::{Fields, corrupt};
use crate::error::Result;
use half::f16;
use std::collections::HashMap;

/// What begins the key of an entry that is a range.
const PREFIX: &[u8] = b"selfsame.range.";

/// The ranges of each channel, by the name of the value in the graph.
pub(super) type Ranges = HashMap<String, Vec<InputRange>>;

/// Reads one entry of `ModelProto.metadata_props`.
pub(super) fn read(entry: &[u8], ranges: &mut Ranges, limits: &Limits) -> Result<()> {
    let (mut key, mut text) = ([].as_slice(), [].as_slice());
    for field in Fields::new(entry) {
        let field = field?;
        match field.number {
            1 => key = field.payload.bytes()?,
            2 => text = field.payload.bytes()?,
            _ => {}
        }
    }
    let Some(name) = key.strip_prefix(PREFIX) else { return Ok(()) };
    let name = std::str::from_utf8(name).map_err(|e| corrupt("a range's key is not UTF-8").with_source(e))?;
    limits.check_nodes(ranges.len() + 1)?;
    let invalid = || corrupt(format!("the range of {name:?} is not valid"));
    let (channels, rest) = text.as_chunks::<8>();
    if channels.is_empty() || !rest.is_empty() {
        return Err(invalid());
    }
    limits.check_elements(channels.len())?;
    let range = channels.iter().map(parse).collect::<Option<Vec<_>>>().ok_or_else(invalid)?;
    match ranges.insert(name.to_owned(), range) {
        Some(_) => Err(corrupt(format!("the range of {name:?} is given twice"))),
        None => Ok(()),
    }
}

/// One channel's range, if the digits are hexadecimal and the range holds 0.
fn parse(digits: &[u8; 8]) -> Option<InputRange> {
    let mut bytes = 0u32;
    for digit in digits {
        bytes = bytes << 4 | char::from(*digit).to_digit(16)?;
    }
    let [a, b, c, d] = bytes.to_be_bytes();
    InputRange::new(f16::from_le_bytes([a, b]).to_f32(), f16::from_le_bytes([c, d]).to_f32())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::nn::tests::writer;

    fn entry(key: &str, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        writer::text(&mut bytes, 1, key);
        writer::text(&mut bytes, 2, text);
        bytes
    }

    #[test]
    fn ranges_are_read_by_the_values_name() {
        let mut ranges = Ranges::new();
        // −2 and 1, then 0 and 0.5.
        let good = entry("selfsame.range.prelu_0", "00c0003C00000038");
        read(&good, &mut ranges, &Limits::default()).unwrap();
        let expected = [(-2.0, 1.0), (0.0, 0.5)].map(|(low, high)| InputRange::new(low, high).unwrap());
        assert_eq!(ranges["prelu_0"], expected);
        for key in ["", "author", "selfsame", "selfsame.rang", "SELFSAME.RANGE.x"] {
            read(&entry(key, "anything"), &mut ranges, &Limits::default()).unwrap();
        }
        assert_eq!(ranges.len(), 1);
        assert!(read(&good, &mut ranges, &Limits::default()).is_err(), "given twice");
    }

    #[test]
    fn hostile_ranges_are_refused() {
        let rows = [
            ("nothing", ""),
            ("cut short", "00c0003c0000003"),
            ("no digits", "00c0003g"),
            ("a sign", "+0c0003c"),
            ("a letter beyond ASCII", "00c000é"),
            ("NaN below", "007e003c"),
            ("NaN above", "00c0007e"),
            ("endless below", "00fc003c"),
            ("endless above", "00c0007c"),
            ("negative only", "00c000bc"),
            ("positive only", "003c0040"),
            ("upside down", "003c00c0"),
        ];
        for (what, text) in rows {
            let error = read(&entry("selfsame.range.x", text), &mut Ranges::new(), &Limits::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidModel, "{what}");
        }
        let tight = Limits { max_nodes: 1, max_elements: 2, ..Limits::default() };
        let mut ranges = Ranges::new();
        let long = entry("selfsame.range.x", &"00c0003c".repeat(3));
        assert_eq!(read(&long, &mut ranges, &tight).unwrap_err().kind(), ErrorKind::LimitExceeded);
        read(&entry("selfsame.range.x", "00c0003c"), &mut ranges, &tight).unwrap();
        let second = entry("selfsame.range.y", "00c0003c");
        assert_eq!(read(&second, &mut ranges, &tight).unwrap_err().kind(), ErrorKind::LimitExceeded);
        let mut no_utf8 = Vec::new();
        writer::bytes(&mut no_utf8, 1, b"selfsame.range.\xff");
        assert!(read(&no_utf8, &mut ranges, &Limits::default()).is_err());
    }
}
