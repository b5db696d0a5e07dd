//! Templates as bytes, for a database or a message.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SFTP` |
//! | 2 | version, 3 |
//! | 1 | encoding: 1 f32, 2 f16, 3 8-bit integers |
//! | 1 | length of the model's id, 1 to 255 |
//! | 4 | dimension, at least 1 |
//! | 4 | impostor level, f32 |
//! | 1 | number of magnitudes, 1 to 8 |
//! | 3 | zeros |
//! | 8 | reliability and the least that suffices, f32 each; −1 twice where it is not measured |
//! | … | magnitudes, f32 each |
//! | … | the model's id, UTF-8 |
//! | … | values: f32 or f16 each; or 8 scales in f32, then one signed byte each |
//! | 4 | CRC-32 of everything before |
//!
//! Little-endian. Nothing is optional or padded: no two byte strings carry the same numbers, and
//! one template and encoding give one byte string. The checksum finds damage, not forgery: sign or
//! encrypt what leaves your hands.

use super::encoding::TemplateEncoding;
use super::quantise::{LANES, NORM_TOLERANCE, Quantised, check_quantised};
use super::reliability::Reliability;
use super::vector::{MAX_LEVEL, Template};
use crate::error::{Error, ErrorKind, Result, Stage};
use half::f16;
use zeroize::{Zeroize, Zeroizing};

const MAGIC: [u8; 4] = *b"SFTP";
const VERSION: u16 = 3;
/// Bytes before the magnitudes.
pub(super) const HEAD: usize = 28;
/// The most magnitudes: as many as an ensemble has networks.
const MAX_MAGNITUDES: usize = 8;

fn error(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, Stage::Template, message)
}

impl Template {
    /// The template as bytes, which are overwritten when they are dropped: they are biometric data.
    ///
    /// ```
    /// use selfsame::template::{TemplateEncoding, Template};
    /// let template = Template::from_embedding(&[3.0, 4.0], "some-model".into())?;
    /// let bytes = template.encode(TemplateEncoding::F32)?;
    /// let back = Template::decode(&bytes)?;
    /// assert_eq!(selfsame::compare::score(&template, &back)?.value(), 1.0);
    /// assert!(Template::decode_for(&bytes, "another-model").is_err());
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] if the model's id is empty or longer than 255 bytes, or there
    /// are more than 2³² values.
    pub fn encode(&self, encoding: TemplateEncoding) -> Result<Zeroizing<Vec<u8>>> {
        let id = self.model_id().as_bytes();
        let dimension = self.dimension();
        let magnitudes = self.magnitudes();
        let lens = (u8::try_from(id.len()).ok().filter(|len| *len > 0), u32::try_from(dimension).ok());
        let of_magnitudes = u8::try_from(magnitudes.len()).ok();
        let ((Some(id_len), Some(count)), Some(lengths), Some(payload)) =
            (lens, of_magnitudes, encoding.payload(dimension))
        else {
            return Err(error(ErrorKind::LimitExceeded, "the model's id or the template is too long to encode"));
        };
        // Never grown: a vector that moves leaves its old content behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEAD + 4 * magnitudes.len() + id.len() + payload + 4));
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&[encoding.code(), id_len]);
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&self.impostor_level().to_le_bytes());
        bytes.extend_from_slice(&[lengths, 0, 0, 0]);
        bytes.extend(Reliability::stored(self.reliability()).iter().flat_map(|v| v.to_le_bytes()));
        bytes.extend(magnitudes.iter().flat_map(|v| v.to_le_bytes()));
        bytes.extend_from_slice(id);
        match encoding {
            TemplateEncoding::F32 => bytes.extend(self.values().iter().flat_map(|v| v.to_le_bytes())),
            TemplateEncoding::F16 => bytes.extend(self.values().iter().flat_map(|v| f16::from_f32(*v).to_le_bytes())),
            TemplateEncoding::I8 => {
                let quantised = Quantised::new(self.values());
                bytes.extend(quantised.scales.iter().flat_map(|scale| scale.to_le_bytes()));
                bytes.extend(quantised.values.iter().flat_map(|v| v.to_le_bytes()));
            }
        }
        let sum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        Ok(bytes)
    }

    /// Reads the template that [`Self::encode`] wrote. Never holds more memory than a few times
    /// `bytes`.
    ///
    /// # Errors
    /// [`ErrorKind::UnsupportedFormat`] if the bytes are no template or in an unknown encoding,
    /// [`ErrorKind::UnsupportedVersion`] if they are of another version, [`ErrorKind::NonFinite`]
    /// if a value is NaN or infinite, and [`ErrorKind::Corrupt`] for everything else: cut
    /// short, too long, a changed bit, no unit length.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let corrupt = |message: &str| error(ErrorKind::Corrupt, message);
        let short = || corrupt("the template ends early");
        let Some((magic, rest)) = bytes.split_first_chunk() else {
            return Err(if MAGIC.starts_with(bytes) { short() } else { not_a_template() });
        };
        if *magic != MAGIC {
            return Err(not_a_template());
        }
        // Before the checksum: a later version may have it elsewhere, and should be told as what it
        // is.
        let (version, _) = rest.split_first_chunk().ok_or_else(short)?;
        let version = u16::from_le_bytes(*version);
        if version != VERSION {
            let message = format!("the template is of version {version}, known is {VERSION}");
            return Err(error(ErrorKind::UnsupportedVersion, message));
        }
        let (content, sum) = bytes.split_last_chunk().ok_or_else(short)?;
        if crc32fast::hash(content) != u32::from_le_bytes(*sum) {
            return Err(corrupt("the template is damaged: its checksum differs"));
        }
        // Anybody can compute a checksum: what it guards is checked all the same.
        let (head, rest) = content.split_first_chunk::<HEAD>().ok_or_else(short)?;
        let [.., code, id_len, d0, d1, d2, d3, l0, l1, l2, l3, lengths, z0, z1, z2, r0, r1, r2, r3, s0, s1, s2, s3] =
            *head;
        let Some(encoding) = TemplateEncoding::from_code(code) else {
            return Err(error(ErrorKind::UnsupportedFormat, format!("unknown encoding {code}")));
        };
        if [z0, z1, z2] != [0; 3] || !(1..=MAX_MAGNITUDES).contains(&lengths.into()) {
            return Err(corrupt("the template states no number of magnitudes that can be"));
        }
        let (magnitudes, rest) = rest.split_at_checked(4 * usize::from(lengths)).ok_or_else(short)?;
        let (id, payload) = rest.split_at_checked(id_len.into()).ok_or_else(short)?;
        let id = str::from_utf8(id).map_err(|e| corrupt("the model's id is not UTF-8").with_source(e))?;
        // More values than addresses are more than the payload, whatever its length.
        let dimension = usize::try_from(u32::from_le_bytes([d0, d1, d2, d3])).unwrap_or(usize::MAX);
        if id.is_empty() || dimension == 0 || encoding.payload(dimension) != Some(payload.len()) {
            return Err(corrupt("the template's parts do not add up to its length"));
        }
        let magnitudes: Box<[f32]> = magnitudes.as_chunks().0.iter().map(|v| f32::from_le_bytes(*v)).collect();
        let level = f32::from_le_bytes([l0, l1, l2, l3]);
        if !(magnitudes.iter().all(|v| v.is_finite()) && level.is_finite()) {
            return Err(error(ErrorKind::NonFinite, "a magnitude or the impostor level is NaN or infinite"));
        }
        if magnitudes.iter().any(|v| *v <= 0.0) || level.abs() > MAX_LEVEL {
            return Err(corrupt("a magnitude or the impostor level is out of range"));
        }
        let stored = [[r0, r1, r2, r3], [s0, s1, s2, s3]].map(f32::from_le_bytes);
        let reliability = Reliability::read_back(stored).ok_or_else(|| corrupt("the reliability is out of range"))?;
        Ok(Self::from_unit(values(encoding, payload)?, magnitudes, level, reliability, id.into()))
    }

    /// Reads the template that [`Self::encode`] wrote, as [`Self::decode`] does, if it is one of
    /// the model `model_id`.
    ///
    /// # Errors
    /// [`ErrorKind::ModelMismatch`] if it is of another model; else those of [`Self::decode`].
    pub fn decode_for(bytes: &[u8], model_id: &str) -> Result<Self> {
        let template = Self::decode(bytes)?;
        if template.model_id() != model_id {
            let message = format!("a template of {:?}, wanted is one of {model_id:?}", template.model_id());
            return Err(error(ErrorKind::ModelMismatch, message));
        }
        Ok(template)
    }
}

/// The error of bytes that begin like no template.
fn not_a_template() -> Error {
    error(ErrorKind::UnsupportedFormat, "the bytes are no template")
}

/// The values in `payload`, checked: finite, and a vector of unit length.
fn values(encoding: TemplateEncoding, payload: &[u8]) -> Result<Box<[f32]>> {
    let broken = || error(ErrorKind::Corrupt, "the template's last value ends early");
    let mut values: Box<[f32]> = match encoding {
        TemplateEncoding::F32 => {
            let (values, []) = payload.as_chunks() else { return Err(broken()) };
            values.iter().map(|v| f32::from_le_bytes(*v)).collect()
        }
        TemplateEncoding::F16 => {
            let (values, []) = payload.as_chunks() else { return Err(broken()) };
            values.iter().map(|v| f16::from_le_bytes(*v).to_f32()).collect()
        }
        TemplateEncoding::I8 => {
            let (scales, integers) = payload.split_first_chunk::<{ 4 * LANES }>().ok_or_else(broken)?;
            let mut quantised =
                Quantised { scales: [0.0; LANES], values: integers.iter().map(|v| v.cast_signed()).collect() };
            // Four bytes for each lane, by the array's length.
            for (scale, bytes) in quantised.scales.iter_mut().zip(scales.as_chunks().0) {
                *scale = f32::from_le_bytes(*bytes);
            }
            check_quantised(&quantised.scales, integers, Stage::Template)?;
            return Ok(quantised.to_floats());
        }
    };
    let square: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
    let result = if !square.is_finite() {
        Err(error(ErrorKind::NonFinite, "a value is NaN or infinite"))
    } else if (square.sqrt() - 1.0).abs() > NORM_TOLERANCE {
        Err(error(ErrorKind::Corrupt, "the values are no vector of unit length"))
    } else {
        return Ok(values);
    };
    // What is refused may be a template all the same.
    values.zeroize();
    result
}
