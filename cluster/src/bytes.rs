//! Columns of bytes, whichever way Arrow lays them out.

use crate::fault::fault;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryViewArray, FixedSizeBinaryArray, LargeBinaryArray,
};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result;

/// A column of bytes.
pub(crate) enum Bytes<'a> {
    Small(&'a BinaryArray),
    Large(&'a LargeBinaryArray),
    View(&'a BinaryViewArray),
    Fixed(&'a FixedSizeBinaryArray),
}

impl<'a> Bytes<'a> {
    /// The bytes of a column; an error if it has none.
    pub(crate) fn of(array: &'a ArrayRef) -> Result<Self> {
        match array.data_type() {
            DataType::Binary => Ok(Self::Small(array.as_binary())),
            DataType::LargeBinary => Ok(Self::Large(array.as_binary())),
            DataType::BinaryView => Ok(Self::View(array.as_binary_view())),
            DataType::FixedSizeBinary(_) => Ok(Self::Fixed(array.as_fixed_size_binary())),
            other => Err(fault(format!("a column of bytes is wanted, not of {other}"))),
        }
    }

    /// A row's; `None` where it is null, or behind the end.
    pub(crate) fn get(&self, row: usize) -> Option<&'a [u8]> {
        let there = |array: &dyn Array| row < array.len() && array.is_valid(row);
        match *self {
            Self::Small(array) => there(array).then(|| array.value(row)),
            Self::Large(array) => there(array).then(|| array.value(row)),
            Self::View(array) => there(array).then(|| array.value(row)),
            Self::Fixed(array) => there(array).then(|| array.value(row)),
        }
    }
}
