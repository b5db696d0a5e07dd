//! Tensors as ONNX files store them: f32, f16, bf16 and f64, integers, and integers of 8 or 4 bits
//! for a DequantizeLinear; raw, in typed fields, or in another file whose bytes the caller gives.

use super::graph::{Constant, Values};
use super::limits::Limits;
use super::proto::{Fields, corrupt};
use crate::error::{Error, ErrorKind, Result, Stage};
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
use half::{bf16, f16};

/// Files beside the network's own, by the names under which it states them. Nothing is ever opened
/// because a network names it.
pub(crate) type ExternalData<'a> = &'a [(&'a str, &'a [u8])];

/// Values of `TensorProto.DataType`.
pub(super) mod data_type {
    pub const FLOAT: i64 = 1;
    pub const UINT8: i64 = 2;
    pub const INT8: i64 = 3;
    pub const UINT16: i64 = 4;
    pub const INT16: i64 = 5;
    pub const INT32: i64 = 6;
    pub const INT64: i64 = 7;
    pub const BOOL: i64 = 9;
    pub const FLOAT16: i64 = 10;
    pub const DOUBLE: i64 = 11;
    pub const BFLOAT16: i64 = 16;
    pub const UINT4: i64 = 21;
    pub const INT4: i64 = 22;
}

/// Reads `TensorProto`: its name and values.
pub(super) fn read_tensor(bytes: &[u8], external: ExternalData<'_>, limits: &Limits) -> Result<(String, Constant)> {
    let mut name = String::new();
    let (mut dims, mut ints, mut floats) = (Vec::new(), Vec::new(), Vec::new());
    let (mut kind, mut raw) = (0, None);
    let (mut doubles, mut elsewhere) = (Vec::new(), None);
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => field.payload.ints_into(&mut dims)?,
            2 => kind = field.payload.int()?,
            4 => field.payload.floats_into(&mut floats)?,
            5 | 7 => field.payload.ints_into(&mut ints)?,
            8 => name = field.payload.text()?.to_owned(),
            9 => raw = Some(field.payload.bytes()?),
            10 => doubles_into(field.payload.bytes()?, &mut doubles)?,
            13 => elsewhere.get_or_insert_with(External::default).read(field.payload.bytes()?)?,
            _ => {}
        }
    }
    let shape = dims
        .iter()
        .map(|d| usize::try_from(*d))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| corrupt(format!("the tensor {name:?} has a negative side")).with_source(e))?;
    let len = limits.elements(&shape)?;
    if let Some(elsewhere) = &elsewhere {
        raw = Some(elsewhere.bytes(&name, external)?);
    }
    let constant = match kind {
        data_type::FLOAT => Constant::floats(shape, raw.map_or(Ok(floats), |r| raw_values(r, f32::from_le_bytes))?),
        data_type::DOUBLE => {
            let doubles = raw.map_or(Ok(doubles), |r| raw_values(r, f64::from_le_bytes))?;
            Constant::floats(shape, doubles.iter().map(|v| *v as f32).collect())
        }
        data_type::FLOAT16 | data_type::BFLOAT16 => {
            let halves = match raw {
                Some(r) => raw_values(r, u16::from_le_bytes)?,
                // The standard keeps their bit patterns in int32_data.
                None => ints
                    .iter()
                    .map(|bits| u16::try_from(*bits))
                    .collect::<Result<_, _>>()
                    .map_err(|e| corrupt(format!("the tensor {name:?} holds no f16 values")).with_source(e))?,
            };
            let mut floats = vec![0.0; halves.len()];
            match kind {
                data_type::FLOAT16 => halves.reinterpret_cast::<f16>().convert_to_f32_slice(&mut floats),
                _ => halves.reinterpret_cast::<bf16>().convert_to_f32_slice(&mut floats),
            }
            Constant::floats(shape, floats)
        }
        data_type::INT64 => Constant::ints(shape, raw.map_or(Ok(ints), |r| raw_values(r, i64::from_le_bytes))?),
        data_type::INT32 => {
            let wide = |b: [u8; 4]| i64::from(i32::from_le_bytes(b));
            Constant::ints(shape, raw.map_or(Ok(ints), |r| raw_values(r, wide))?)
        }
        data_type::INT16 | data_type::UINT16 => {
            let wide = |b: [u8; 2]| match kind {
                data_type::INT16 => i64::from(i16::from_le_bytes(b)),
                _ => i64::from(u16::from_le_bytes(b)),
            };
            Constant::ints(shape, raw.map_or(Ok(ints), |r| raw_values(r, wide))?)
        }
        data_type::BOOL => Constant::ints(shape, raw.map_or(Ok(ints), |r| raw_values(r, |[b]| i64::from(b != 0)))?),
        data_type::UINT8 | data_type::INT8 | data_type::UINT4 | data_type::INT4 => {
            let bytes = match raw {
                Some(raw) => raw.to_vec(),
                // The standard keeps a byte of them in each entry of int32_data.
                None => ints
                    .iter()
                    .map(|v| i8::try_from(*v).map(i8::cast_unsigned).or_else(|_| u8::try_from(*v)))
                    .collect::<Result<_, _>>()
                    .map_err(|e| corrupt(format!("the tensor {name:?} holds no bytes")).with_source(e))?,
            };
            Constant { values: Values::Codes(codes(kind, &bytes, len)), shape }
        }
        other => {
            let message = format!("the tensor {name:?} has data type {other}, which is not supported");
            return Err(Error::new(ErrorKind::UnsupportedOperator, Stage::Model, message));
        }
    };
    if constant.len() != len {
        return Err(corrupt(format!("the tensor {name:?} holds {} values, its shape {len}", constant.len())));
    }
    Ok((name, constant))
}

/// Integers of 8 bits, or of 4, of which a byte holds two, the lower bits first. An odd number of
/// those leaves half a byte over.
fn codes(kind: i64, bytes: &[u8], len: usize) -> Vec<i16> {
    let signed = |byte: u8, bits: u32| i16::from((byte << (8 - bits)).cast_signed() >> (8 - bits));
    let halves = |byte: &u8| [byte & 15, byte >> 4];
    match kind {
        data_type::UINT8 => bytes.iter().map(|b| i16::from(*b)).collect(),
        data_type::INT8 => bytes.iter().map(|b| signed(*b, 8)).collect(),
        _ => {
            let signed = |half| if kind == data_type::INT4 { signed(half, 4) } else { i16::from(half) };
            // A whole byte too many shows in the length, as with the other types.
            let odd = usize::from(len % 2 == 1 && bytes.len() == len.div_ceil(2));
            bytes.iter().flat_map(halves).take(2 * bytes.len() - odd).map(signed).collect()
        }
    }
}

/// Values of `N` bytes each, little-endian, as `raw_data` has them.
fn raw_values<const N: usize, T>(raw: &[u8], decode: impl Fn([u8; N]) -> T) -> Result<Vec<T>> {
    let (chunks, rest) = raw.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(corrupt("a tensor's raw data has a broken length"));
    }
    Ok(chunks.iter().map(|c| decode(*c)).collect())
}

/// Appends packed f64 values.
fn doubles_into(packed: &[u8], out: &mut Vec<f64>) -> Result<()> {
    out.extend(raw_values(packed, f64::from_le_bytes)?);
    Ok(())
}

/// Where in another file a tensor's data lies.
#[derive(Debug, Default)]
struct External {
    location: String,
    offset: usize,
    /// To the file's end, if it is not stated.
    length: Option<usize>,
}

impl External {
    /// Reads one `StringStringEntryProto` of `external_data`.
    fn read(&mut self, bytes: &[u8]) -> Result<()> {
        let (mut key, mut value) = ("", "");
        for field in Fields::new(bytes) {
            let field = field?;
            match field.number {
                1 => key = field.payload.text()?,
                2 => value = field.payload.text()?,
                _ => {}
            }
        }
        let number =
            || value.parse().map_err(|e| corrupt(format!("an {key} of external data is no number")).with_source(e));
        match key {
            "location" => self.location = value.to_owned(),
            "offset" => self.offset = number()?,
            "length" => self.length = Some(number()?),
            // A checksum, which nobody needs to believe.
            _ => {}
        }
        Ok(())
    }

    /// The bytes, if the caller has given the file.
    fn bytes<'a>(&self, name: &str, files: ExternalData<'a>) -> Result<&'a [u8]> {
        let location = &self.location;
        let (_, file) = files.iter().find(|(file, _)| file == location).ok_or_else(|| {
            corrupt(format!(
                "the tensor {name:?} keeps its data in another file, {location:?}: give that file's bytes, or save the \
                 network in one file (onnx.save(onnx.load(path), path))"
            ))
        })?;
        let rest = file.get(self.offset..);
        let part = rest.and_then(|rest| rest.get(..self.length.unwrap_or(rest.len())));
        part.ok_or_else(|| corrupt(format!("the tensor {name:?} lies outside of the file {location:?}")))
    }
}
