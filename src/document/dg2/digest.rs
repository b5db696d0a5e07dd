//! Digests of a data group, for the comparison with the document's security object.

use crate::words::words;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash algorithm of document security objects (ICAO Doc 9303-11, 4.1; SHA-1 in documents of
/// before 2010).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-1, 20 bytes. Collisions can be made.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl DigestAlgorithm {
    /// All algorithms, in the order of their digests' lengths.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The digest of `bytes`; as many bytes as the algorithm's documentation states.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

words!(DigestAlgorithm { Sha1 => "sha1", Sha256 => "sha256", Sha384 => "sha384", Sha512 => "sha512" });

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4, example of one block.
    #[test]
    fn digests_of_abc() {
        let starts = ["a9993e36", "ba7816bf", "cb00753f", "ddaf35a1"];
        for ((algorithm, start), len) in DigestAlgorithm::ALL.into_iter().zip(starts).zip([20, 32, 48, 64]) {
            let digest = algorithm.digest(b"abc");
            let hex: String = digest.iter().take(4).map(|b| format!("{b:02x}")).collect();
            assert_eq!((hex.as_str(), digest.len()), (start, len), "{}", algorithm.as_str());
        }
    }
}
