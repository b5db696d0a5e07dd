//! What `face_template` gives for a picture, as bytes: a template with what else is known of it, or
//! why there is none.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SFFV` |
//! | 1 | version, 1 |
//! | 1 | 1 a template, 2 a refusal |
//! | 1 | unified quality, 0 ..= 100; 255 where it was not measured |
//! | 1 | length of the model's id |
//! | … | the model's id, UTF-8 |
//! | … | the template's own bytes; of a refusal its words, with commas between them |
//! | 4 | CRC-32 of everything before |
//!
//! One value and no structure of several fields: DataFusion 55 evaluates a function that returns a
//! structure once for each field that is read (its issue 23655).

use crate::fault::fault;
use datafusion::error::Result;
use selfsame::template::{Template, TemplateEncoding};
use std::borrow::Cow;

const MAGIC: &[u8; 4] = b"SFFV";
/// What a bare template begins with.
const TEMPLATE_MAGIC: &[u8; 4] = b"SFTP";
const VERSION: u8 = 1;
const TEMPLATE: u8 = 1;
const REFUSAL: u8 = 2;
/// Stands for a quality that was not measured: outside of 0 ..= 100.
const UNMEASURED: u8 = 255;
const HEAD: usize = 8;
const SUM: usize = 4;

/// A value of `face_template`, read in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaceValue<'a> {
    /// A face that can be compared.
    Template {
        /// What [`Template::encode`] wrote.
        bytes: &'a [u8],
        /// The picture's unified quality, 0 ..= 100; `None` for a template that came without.
        quality: Option<u8>,
        /// The identity of the networks that made the template.
        model: Cow<'a, str>,
    },
    /// A picture that has no template.
    Refusal {
        /// Why, as stable words with commas between them: those of
        /// [`FaceRefusal`](selfsame::engine::FaceRefusal), or of
        /// [`ErrorKind`](selfsame::ErrorKind) where the bytes are no picture.
        reasons: &'a str,
        /// The identity of the networks that refused it.
        model: &'a str,
    },
}

/// A model's id in the head. What is longer than 255 bytes no template carries either.
fn head(kind: u8, quality: u8, model: &str, content: usize) -> Result<Vec<u8>> {
    let Ok(length) = u8::try_from(model.len()) else {
        return Err(fault(format!("a model's id of {} bytes", model.len())));
    };
    let mut bytes = Vec::with_capacity(HEAD + model.len() + content + SUM);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[VERSION, kind, quality, length]);
    bytes.extend_from_slice(model.as_bytes());
    Ok(bytes)
}

fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

/// Writes a template with every bit of its values and its picture's quality.
///
/// # Errors
/// If the model's id is longer than 255 bytes.
pub fn write_template(template: &Template, quality: u8) -> Result<Vec<u8>> {
    let encoded = template.encode(TemplateEncoding::F32).map_err(fault)?;
    let mut bytes = head(TEMPLATE, quality, template.model_id(), encoded.len())?;
    bytes.extend_from_slice(&encoded);
    Ok(seal(bytes))
}

/// Writes why `model` made no template.
///
/// # Errors
/// If the model's id is longer than 255 bytes.
pub fn write_refusal(reasons: &[&str], model: &str) -> Result<Vec<u8>> {
    let reasons = reasons.join(",");
    let mut bytes = head(REFUSAL, UNMEASURED, model, reasons.len())?;
    bytes.extend_from_slice(reasons.as_bytes());
    Ok(seal(bytes))
}

impl<'a> FaceValue<'a> {
    /// Reads what [`write_template`] or [`write_refusal`] wrote, or a bare template as
    /// [`Template::encode`] writes it, whose quality is unknown.
    ///
    /// # Errors
    /// If the bytes are neither, of another version, or damaged.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        if bytes.starts_with(TEMPLATE_MAGIC) {
            // A bare template says its model only where it is read whole.
            let model = Template::decode(bytes).map_err(fault)?.model_id().to_owned();
            return Ok(Self::Template { bytes, quality: None, model: model.into() });
        }
        let damaged = || fault("a face's value is damaged or cut short");
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(fault("the bytes are no value of face_template, and no template"));
        };
        let (version, _) = rest.split_first().ok_or_else(damaged)?;
        if *version != VERSION {
            return Err(fault(format!("a face's value is of version {version}, known is {VERSION}")));
        }
        let (content, sum) = bytes.split_last_chunk::<SUM>().ok_or_else(damaged)?;
        if crc32fast::hash(content) != u32::from_le_bytes(*sum) {
            return Err(damaged());
        }
        let ([.., kind, quality, length], rest) = content.split_first_chunk::<HEAD>().ok_or_else(damaged)?;
        let (model, content) = rest.split_at_checked(usize::from(*length)).ok_or_else(damaged)?;
        let model = str::from_utf8(model).map_err(|_| damaged())?;
        match *kind {
            TEMPLATE => {
                let quality = (*quality <= 100).then_some(*quality);
                Ok(Self::Template { bytes: content, quality, model: model.into() })
            }
            REFUSAL => Ok(Self::Refusal { reasons: str::from_utf8(content).map_err(|_| damaged())?, model }),
            _ => Err(damaged()),
        }
    }

    /// The template in it, read; `None` if it is a refusal.
    ///
    /// # Errors
    /// If the template is damaged.
    pub fn template(&self) -> Result<Option<Template>> {
        match self {
            Self::Template { bytes, .. } => Template::decode(bytes).map(Some).map_err(fault),
            Self::Refusal { .. } => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Template::from_embedding(&[3.0, 4.0], "m".into()).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = write_template(&template(), 71).unwrap();
        let value = FaceValue::read(&bytes).unwrap();
        assert!(matches!(&value, FaceValue::Template { quality: Some(71), model, .. } if model == "m"));
        assert_eq!(value.template().unwrap().unwrap().values(), template().values());
        let bytes = write_refusal(&["no_face", "dark"], "m").unwrap();
        assert_eq!(FaceValue::read(&bytes).unwrap(), FaceValue::Refusal { reasons: "no_face,dark", model: "m" });
        let bare = template().encode(TemplateEncoding::I8).unwrap();
        assert!(matches!(FaceValue::read(&bare).unwrap(), FaceValue::Template { quality: None, .. }));
    }

    #[test]
    fn no_changed_bit_and_no_prefix_is_read() {
        for bytes in [write_template(&template(), 71).unwrap(), write_refusal(&["no_face"], "m").unwrap()] {
            for at in 0..bytes.len() {
                assert!(FaceValue::read(&bytes[..at]).is_err(), "{at} bytes");
                for bit in 0..8 {
                    let mut changed = bytes.clone();
                    changed[at] ^= 1 << bit;
                    assert!(FaceValue::read(&changed).is_err(), "bit {bit} of byte {at}");
                }
            }
        }
        assert!(write_refusal(&[], &"m".repeat(256)).is_err());
    }
}
