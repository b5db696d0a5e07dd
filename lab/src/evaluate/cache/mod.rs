//! Templates kept between evaluations, so that a second run takes seconds.
//!
//! **A cache file holds biometric data**: one template per picture, unencrypted. It is created
//! readable by its owner alone (on Unix); delete it when the evaluation is done. It is bound to
//! what made the templates ([`CacheKey`]) and carries a checksum against damage, which is no
//! protection against someone who writes a false one on purpose.
//!
//! Layout, integers and floats little-endian: 20 bytes of magic with the format's number; the key
//! (32 bytes); number of entries (u64); the entries, ordered by digest: SHA-256 of the picture's
//! bytes (32 bytes), the length (u32) of what [`Template::encode`] made of its template, 0 for a
//! failure to enrol, and those bytes; last the SHA-256 of all that (32 bytes).

use super::CacheKey;
use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame::template::{Template, TemplateEncoding};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

const MAGIC: &[u8; 20] = b"selfsame templates 3";
/// Bytes before the first entry, and of a digest.
const HEADER: usize = 20 + DIGEST + 8;
const DIGEST: usize = 32;
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
    ///
    /// # Errors
    /// Those of [`Template::encode`].
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>> {
        let encoded = |template: &Template| template.encode(TemplateEncoding::F32);
        let entries =
            self.entries.iter().map(|(digest, template)| Ok((digest, template.as_ref().map(encoded).transpose()?)));
        let entries = entries.collect::<Result<Vec<_>>>()?;
        // Without a template there are no bytes.
        let len = |template: &Option<Zeroizing<Vec<u8>>>| template.as_ref().map_or(0, |bytes| bytes.len());
        // The exact size: a vector that grows would leave copies behind.
        let size = HEADER + entries.iter().map(|(_, template)| DIGEST + 4 + len(template)).sum::<usize>() + DIGEST;
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(self.key.digest());
        bytes.extend_from_slice(&(entries.len() as u64).to_le_bytes());
        for (digest, template) in &entries {
            bytes.extend_from_slice(*digest);
            bytes.extend_from_slice(&(len(template) as u32).to_le_bytes());
            bytes.extend_from_slice(template.as_ref().map_or(&[], |bytes| bytes.as_slice()));
        }
        let sum = Sha256::digest(bytes.as_slice());
        bytes.extend_from_slice(&sum);
        Ok(bytes)
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
        let count = reader.array().map(u64::from_le_bytes).ok_or_else(|| corrupt("cut short"))?;
        let model_id: Arc<str> = key.model_id().into();
        let mut cache = Self::new(key);
        let mut previous = None;
        for _ in 0..count {
            let entry = reader.array::<DIGEST>().zip(reader.array().map(u32::from_le_bytes));
            let (digest, len) = entry.ok_or_else(|| corrupt("cut short"))?;
            if previous.is_some_and(|p| p >= digest) {
                return Err(corrupt("its entries are out of order"));
            }
            previous = Some(digest);
            let encoded = reader.take(len as usize).ok_or_else(|| corrupt("cut short"))?;
            let template = match len {
                0 => None,
                _ => {
                    let template = Template::decode_for(encoded, &model_id);
                    Some(template.map_err(|e| corrupt("what it holds is no template").with_source(e))?)
                }
            };
            cache.insert(digest, template);
            if cache.get(&digest).is_none() {
                return Err(corrupt("its templates are of several lengths"));
            }
        }
        if !reader.0.is_empty() {
            return Err(corrupt("longer than it says"));
        }
        Ok(cache)
    }
}

/// Takes bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(first)
    }
}

#[cfg(test)]
pub(in crate::evaluate) mod tests;
