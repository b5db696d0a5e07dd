//! Bytes as hexadecimal text, for JSON.

use crate::error::{Error, ErrorKind, Result, Stage};
use serde::{Deserialize, Deserializer, Serializer};

/// `N` bytes from their hexadecimal digits, in a time that depends on their number alone.
pub(super) fn from_hex<const N: usize>(text: &str) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match base16ct::mixed::decode(text, &mut bytes) {
        Ok(read) if read.len() == N => Ok(bytes),
        _ => {
            let message = format!("{} hexadecimal digits were expected", 2 * N);
            Err(Error::new(ErrorKind::InvalidArgument, Stage::Liveness, message))
        }
    }
}

/// The hexadecimal digits of `bytes`.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

pub(super) fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hex(bytes))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
    from_hex(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}
