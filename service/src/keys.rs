//! Applicants' keys: two points of P-256 whose name is the keys themselves, so that nothing need
//! be stored to check a signature. They are made on the applicant's device, which signs as
//! WebCrypto does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use selfsame::digest::Digest;
use selfsame::enrol::{KeyId, KeyStore, KeyUse, Pin, PortFuture, Signing, ready};

/// What the name of a pair of keys begins with.
const PREFIX: &str = "p256.";

/// Checks signatures of keys whose name is `p256.A.B`: the public keys under PIN1 and PIN2, 65
/// bytes each, in base64url. It makes none and signs nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeviceKeys;

/// Both public keys of a name; `None` if it is no such name.
pub(crate) fn public_keys(keys: &KeyId) -> Option<[VerifyingKey; 2]> {
    let (first, second) = keys.as_str().strip_prefix(PREFIX)?.split_once('.')?;
    let key = |text: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 65)?;
        VerifyingKey::from_sec1_bytes(&bytes).ok()
    };
    let pair = [key(first)?, key(second)?];
    // One key under both PINs would make PIN1 sign.
    let [authentication, signature] = &pair;
    (authentication != signature).then_some(pair)
}

fn is_valid(keys: &KeyId, by: KeyUse, message: &Digest, signature: &[u8]) -> bool {
    let Some([authentication, signing]) = public_keys(keys) else { return false };
    let key = match by {
        KeyUse::Authentication => authentication,
        KeyUse::Signature => signing,
    };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify(message.as_bytes(), &signature).is_ok())
}

impl KeyStore for DeviceKeys {
    fn generate<'a>(&'a self, _: &'a Pin<1>, _: &'a Pin<2>) -> PortFuture<'a, KeyId> {
        ready(Err("keys are made on the applicant's device".into()))
    }

    fn sign<'a>(&'a self, _: &'a KeyId, _: &'a Pin<2>, _: &'a Digest) -> PortFuture<'a, Signing> {
        ready(Err("the applicant's device signs".into()))
    }

    fn verify<'a>(&'a self, keys: &'a KeyId, by: KeyUse, message: &'a Digest, made: &'a [u8]) -> PortFuture<'a, bool> {
        ready(Ok(is_valid(keys, by, message, made)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    fn name(first: &SigningKey, second: &SigningKey) -> KeyId {
        let text = |key: &SigningKey| URL_SAFE_NO_PAD.encode(key.verifying_key().to_sec1_point(false).as_bytes());
        KeyId::new(format!("{PREFIX}{}.{}", text(first), text(second))).unwrap()
    }

    #[test]
    fn a_signature_counts_by_its_own_key_alone() {
        let [first, second] = [[1; 32], [2; 32]].map(|bytes| SigningKey::from_slice(&bytes).unwrap());
        let (keys, message) = (name(&first, &second), Digest::of(b"message"));
        let made: Signature = second.sign(message.as_bytes());
        let made = made.to_bytes();
        assert!(is_valid(&keys, KeyUse::Signature, &message, &made));
        assert!(!is_valid(&keys, KeyUse::Authentication, &message, &made));
        assert!(!is_valid(&keys, KeyUse::Signature, &Digest::of(b"other"), &made));
        assert!(!is_valid(&keys, KeyUse::Signature, &message, &made[1..]));
        assert!(!is_valid(&name(&second, &second), KeyUse::Signature, &message, &made), "PIN1 must not sign");
        for bad in ["p256.", "p256.AA.AA", "keys-1"] {
            assert!(!is_valid(&KeyId::new(bad).unwrap(), KeyUse::Signature, &message, &made), "{bad}");
        }
    }
}
