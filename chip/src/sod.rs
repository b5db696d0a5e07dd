//! EF.SOD, the document security object (ICAO Doc 9303-10, section 4.6.2 and appendix D).

use crate::ber;
use crate::der::{Der, INTEGER, OCTET_STRING, SEQUENCE, head, only};
use crate::error::{ChipReason, Error, Result};
use crate::hash::HashAlgorithm;
use std::borrow::Cow;

/// Bytes of the file at most. Chosen by hand: real ones have one to ten thousand.
const MAX_BYTES: usize = 256 * 1024;
/// The file's tag.
const TAG: u32 = 0x77;

/// The version of the logical data structure, as the security object has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LdsVersion {
    /// 0, or 1, which has the other two.
    pub object: u8,
    /// The structure's version, such as `0108`.
    pub lds: Option<String>,
    /// The version of Unicode, such as `040000`.
    pub unicode: Option<String>,
}

/// The digests of data groups that a state signs.
#[derive(Debug)]
pub(crate) struct SecurityObject<'a> {
    hash: HashAlgorithm,
    /// Numbers and digests.
    digests: Vec<(u8, &'a [u8])>,
    version: LdsVersion,
}

/// The signed data in a file, with definite lengths; and whether padding follows them.
pub(crate) fn security_object(file: &[u8]) -> Result<(Cow<'_, [u8]>, bool)> {
    if file.len() > MAX_BYTES {
        return Err(ChipReason::TooLarge.into());
    }
    let (object, used) = ber::to_der(file)?;
    let padding = file.get(used..).unwrap_or_default();
    if !is_padding(padding) {
        return Err(Error::malformed("something follows the security object").at(used));
    }
    let inside = |bytes: &[u8]| {
        let value = only(bytes, TAG, "this is no security object")?.value;
        Ok::<_, Error>(bytes.len() - value.len())
    };
    let start = inside(&object)?;
    let data = match object {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(start..).unwrap_or_default()),
        Cow::Owned(mut bytes) => Cow::Owned(bytes.split_off(start)),
    };
    Ok((data, !padding.is_empty()))
}

/// Whether these bytes are what chips fill their files with.
fn is_padding(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, 0 | 0xFF))
}

impl<'a> SecurityObject<'a> {
    /// Reads what is signed.
    pub(crate) fn read(content: &'a [u8]) -> Result<Self> {
        let mut inside = only(content, SEQUENCE, "a security object is no sequence")?.inside();
        let version = inside.expect(INTEGER, "a security object has no version")?;
        let number = version.small()?;
        if number > 1 {
            return Err(Error::new(ChipReason::UnknownAlgorithm, "a security object's version").at(version.at));
        }
        let hash = HashAlgorithm::read(inside.expect(SEQUENCE, "a security object has no hash")?)?;
        let mut list = inside.expect(SEQUENCE, "a security object has no digests")?.inside();
        let mut digests: Vec<(u8, &[u8])> = Vec::new();
        while !list.is_empty() {
            let mut entry = list.expect(SEQUENCE, "a digest is no sequence")?.inside();
            let group = entry.expect(INTEGER, "a digest has no number")?;
            let digest = entry.expect(OCTET_STRING, "there is no digest")?;
            entry.end()?;
            let number = group.small()?;
            let twice = digests.iter().any(|(known, _)| *known == number);
            if !(1..=16).contains(&number) || twice || digest.value.len() != hash.len() {
                return Err(group.fault("a digest has a wrong number or length"));
            }
            digests.push((number, digest.value));
        }
        let mut version = LdsVersion { object: number, lds: None, unicode: None };
        // Version 0 has none; that one has it all the same is seen in the field.
        if let Some(info) = inside.optional(SEQUENCE)? {
            let mut info = info.inside();
            let text = |item: crate::der::Item<'_>| String::from_utf8_lossy(item.value).into_owned();
            version.lds = Some(text(info.next()?));
            version.unicode = Some(text(info.next()?));
        }
        inside.end()?;
        digests.sort_unstable();
        Ok(Self { hash, digests, version })
    }

    /// Whether a data group is the one that was signed; tells whether it has padding behind it that
    /// was not.
    pub(crate) fn check(&self, number: u8, bytes: &[u8]) -> Result<bool> {
        let (_, digest) = self.digests.iter().find(|(known, _)| *known == number).ok_or(ChipReason::DigestMissing)?;
        if self.hash.digest(&[bytes]) == *digest {
            return Ok(false);
        }
        // Readers hand out whole files, which may be longer than the element that they hold.
        let element = match head(bytes) {
            Ok((_, header, Some(length))) => header.checked_add(length).and_then(|end| bytes.split_at_checked(end)),
            _ => None,
        };
        match element {
            Some((element, padding)) if !padding.is_empty() && is_padding(padding) => {
                if self.hash.digest(&[element]) == *digest { Ok(true) } else { Err(ChipReason::DigestMismatch.into()) }
            }
            _ => Err(ChipReason::DigestMismatch.into()),
        }
    }

    /// Numbers of the data groups that have a digest, in ascending order.
    pub(crate) fn groups(&self) -> Vec<u8> {
        self.digests.iter().map(|(number, _)| *number).collect()
    }

    pub(crate) fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    pub(crate) fn version(&self) -> LdsVersion {
        self.version.clone()
    }
}

/// The first element's tag of a file.
pub(crate) fn tag_of(bytes: &[u8]) -> Option<u32> {
    Der::new(bytes).peek()
}
