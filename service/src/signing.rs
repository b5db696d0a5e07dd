//! The key that signs what was proofed: in a file, or on a token that never gives it away.

#[cfg(feature = "pkcs11")]
use crate::token::Token;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use selfsame::digest::Digest;

/// See the module.
pub(crate) enum Signing {
    File(SigningKey),
    #[cfg(feature = "pkcs11")]
    Token(Token),
}

impl Signing {
    /// The signature of a digest: ECDSA, P-256, SHA-256, as DER.
    pub(crate) fn sign(&self, digest: &Digest) -> Result<Vec<u8>, String> {
        let signature: Signature = match self {
            Self::File(key) => key.sign(digest.as_bytes()),
            #[cfg(feature = "pkcs11")]
            Self::Token(token) => token.sign(digest.as_bytes())?,
        };
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn verifying_key(&self) -> &VerifyingKey {
        match self {
            Self::File(key) => key.verifying_key(),
            #[cfg(feature = "pkcs11")]
            Self::Token(token) => token.verifying_key(),
        }
    }

    /// The public key, in hexadecimal digits.
    pub(crate) fn public_key(&self) -> String {
        let point = self.verifying_key().to_sec1_point(false);
        point.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
