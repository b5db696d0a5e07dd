//! Templates kept between evaluations, so that a second run takes seconds.
//!
//! **A cache file holds biometric data**: one template per picture, unencrypted. It is created
//! readable by its owner alone (on Unix); delete it when the evaluation is done. It is bound to
//! what made the templates ([`CacheKey`]) and carries a checksum against damage, which is no
//! protection against someone who writes a false one on purpose.
//!
//! Layout, integers and floats little-endian: 20 bytes of magic with the format's number; the key
//! (32 bytes); values per template (u32); number of entries (u64); the entries, ordered by digest:
//! SHA-256 of the picture's bytes (32 bytes), 1 or 0 for a template or a failure to enrol,
//! magnitude, impostor level and values of a template; last the SHA-256 of all that (32 bytes).

use super::CacheKey;
use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame::template::Template;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

const MAGIC: &[u8; 20] = b"selfsame templates 2";
/// Bytes before the first entry, and of a digest.
const HEADER: usize = 20 + DIGEST + 4 + 8;
const DIGEST: usize = 32;
/// The most values per template.
const MAX_DIMENSION: usize = 1 << 14;
/// How far a stored template's length may be from 1.
const UNIT_TOLERANCE: f64 = 1e-4;

/// SHA-256 of a picture's bytes.
pub type PictureDigest = [u8; DIGEST];

/// Templates by the SHA-256 of their pictures, all made in one way.
pub struct TemplateCache {
    key: CacheKey,
    entries: BTreeMap<PictureDigest, Option<Template>>,
}

impl std::fmt::Debug for TemplateCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemplateCache").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl TemplateCache {
    /// An empty cache for templates made as `key` says.
    pub fn new(key: CacheKey) -> Self {
        Self { key, entries: BTreeMap::new() }
    }

    /// The digest that a picture is found under.
    pub fn digest(picture: &[u8]) -> PictureDigest {
        Sha256::digest(picture).into()
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A copy of what is known about a picture: its template, or `Some(None)` if it has none.
    pub fn get(&self, picture: &PictureDigest) -> Option<Option<Template>> {
        self.entries.get(picture).cloned()
    }

    /// Adds what was found on a picture. Templates that another model made, or of another dimension
    /// than those present, are left out.
    pub fn insert(&mut self, picture: PictureDigest, template: Option<Template>) {
        let dimension = self.dimension();
        let fits = |t: &Template| t.model_id() == self.key.model_id() && [0, t.dimension()].contains(&dimension);
        if template.as_ref().is_none_or(fits) {
            self.entries.insert(picture, template);
        }
    }

    /// The values per template; 0 without any, which is what an empty cache's file says.
    fn dimension(&self) -> usize {
        self.entries.values().flatten().next().map_or(0, Template::dimension)
    }

    /// The file's bytes.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let dimension = self.dimension();
        // The exact size: a vector that grows would leave copies behind.
        let templates = self.entries.values().flatten().count();
        let size = HEADER + self.entries.len() * (DIGEST + 1) + templates * (dimension + 2) * 4 + DIGEST;
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(self.key.digest());
        bytes.extend_from_slice(&(dimension as u32).to_le_bytes());
        bytes.extend_from_slice(&(self.entries.len() as u64).to_le_bytes());
        for (digest, template) in &self.entries {
            bytes.extend_from_slice(digest);
            bytes.push(u8::from(template.is_some()));
            if let Some(template) = template {
                let numbers = [template.magnitude(), template.impostor_level()];
                let numbers = numbers.iter().chain(template.values());
                numbers.for_each(|v| bytes.extend_from_slice(&v.to_le_bytes()));
            }
        }
        let sum = Sha256::digest(bytes.as_slice());
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// Reads a file's bytes; its templates have the same bits as those that were written.
    ///
    /// # Errors
    /// [`ErrorKind::UnsupportedFormat`] if it is no such file, [`ErrorKind::ModelMismatch`] if the
    /// templates were made in another way than `key` says, [`ErrorKind::Corrupt`] if it is
    /// damaged or cut short.
    pub fn decode(bytes: &[u8], key: CacheKey) -> Result<Self> {
        let fault = |kind, message: &str| Error::new(kind, Stage::Evaluate, format!("cache of templates: {message}"));
        let corrupt = |message| fault(ErrorKind::Corrupt, message);
        let mut reader = Reader(bytes);
        if reader.array::<20>().as_ref() != Some(MAGIC) {
            return Err(fault(ErrorKind::UnsupportedFormat, "not such a file, or of another version"));
        }
        let made_by = reader.array::<DIGEST>().ok_or_else(|| corrupt("cut short"))?;
        if made_by != *key.digest() {
            return Err(fault(ErrorKind::ModelMismatch, "made with other models or options, or by another version"));
        }
        let (body, sum) = bytes.split_last_chunk::<DIGEST>().ok_or_else(|| corrupt("cut short"))?;
        if Sha256::digest(body).as_slice() != sum {
            return Err(corrupt("its checksum is wrong"));
        }
        let mut reader = Reader(body.get(20 + DIGEST..).ok_or_else(|| corrupt("cut short"))?);
        let dimension = reader.array().map(u32::from_le_bytes).ok_or_else(|| corrupt("cut short"))? as usize;
        if dimension > MAX_DIMENSION {
            return Err(corrupt("its templates are too long"));
        }
        let count = reader.array().map(u64::from_le_bytes).ok_or_else(|| corrupt("cut short"))?;
        let model_id: Arc<str> = key.model_id().into();
        let mut cache = Self::new(key);
        let mut previous = None;
        let mut numbers = Zeroizing::new(vec![0.0f32; dimension + 2]);
        for _ in 0..count {
            let entry = reader.array::<DIGEST>().zip(reader.array::<1>());
            let (digest, [present]) = entry.ok_or_else(|| corrupt("cut short"))?;
            if previous.is_some_and(|p| p >= digest) || present > 1 {
                return Err(corrupt("its entries are out of order"));
            }
            previous = Some(digest);
            let template = if present == 1 {
                for number in numbers.iter_mut() {
                    *number = reader.array().map(f32::from_le_bytes).ok_or_else(|| corrupt("cut short"))?;
                }
                Some(template(&numbers, &model_id).ok_or_else(|| corrupt("what it holds is no template"))?)
            } else {
                None
            };
            cache.entries.insert(digest, template);
        }
        if !reader.0.is_empty() {
            return Err(corrupt("longer than it says"));
        }
        Ok(cache)
    }
}

/// The template with exactly this magnitude, this level and these values, if they are those of a
/// template.
fn template(numbers: &[f32], model_id: &Arc<str>) -> Option<Template> {
    let (&[magnitude, level], values) = numbers.split_first_chunk::<2>()?;
    let square: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
    let is_unit = (square.sqrt() - 1.0).abs() < UNIT_TOLERANCE;
    let encoded = is_unit.then(|| encoded(values, magnitude, level, model_id))??;
    Template::decode(&encoded).ok()
}

/// The bytes that [`Template::encode`] would write of these numbers in full precision: the one door
/// through which a stored template comes back with the same bits. `None` if the model's id or the
/// values are too long for it.
fn encoded(values: &[f32], magnitude: f32, level: f32, model_id: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Version 1, values in f32; see the table of bytes in the product's `template::codec`.
    let (id_len, count) = (u8::try_from(model_id.len()).ok()?, u32::try_from(values.len()).ok()?);
    // The exact size: a vector that grows would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(20 + model_id.len() + 4 * values.len() + 4));
    bytes.extend_from_slice(b"SFTP");
    bytes.extend_from_slice(&[1, 0, 1, id_len]);
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&magnitude.to_le_bytes());
    bytes.extend_from_slice(&level.to_le_bytes());
    bytes.extend_from_slice(model_id.as_bytes());
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    let sum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    Some(bytes)
}

/// Takes bytes from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }
}

#[cfg(test)]
pub(in crate::evaluate) mod tests;
