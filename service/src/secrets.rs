//! The service's own keys, one file each in the folder `keys`, readable by its owner alone.
//!
//! | file | what it does | if it is lost |
//! |---|---|---|
//! | `name` | digests names in attempts and accounts | nobody's attempts and accounts are found |
//! | `seal-N` | seals states; the newest seals, all open | ceremonies under way begin anew |
//! | `device` | signs the names of devices | devices get new names |
//! | `signing` | signs what was proofed, or a token | earlier signatures stay valid |

use crate::config::TokenKey;
use crate::signing::Signing;
use p256::ecdsa::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use selfsame::digest::Digest;
use selfsame::enrol::{NameKey, SealKey};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

type Key = Zeroizing<[u8; 32]>;

/// See the module.
pub(crate) struct Secrets {
    pub(crate) names: NameKey,
    /// Newest first.
    pub(crate) seals: Vec<SealKey>,
    device: Key,
    signing: Signing,
}

/// A generator from the system's randomness, for one request.
pub(crate) fn generator() -> Result<ChaCha20Rng, String> {
    ChaCha20Rng::try_from_rng(&mut getrandom::SysRng).map_err(|e| format!("the system gives no random numbers: {e}"))
}

impl Secrets {
    /// Keys that are forgotten at the end.
    pub(crate) fn forgotten() -> Result<Self, String> {
        let signing = in_file(&drawn()?)?;
        let (names, seal) = (NameKey::from_bytes(&*drawn()?), SealKey::from_bytes(1, &*drawn()?));
        Ok(Self { names, seals: vec![seal], device: drawn()?, signing })
    }

    /// Reads the keys of a folder, and makes those that are not there.
    pub(crate) fn open(folder: &Path, token: Option<&TokenKey>) -> Result<Self, String> {
        // The store lies beside the keys: all of it is the service's alone.
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
        let names = kept(&folder.join("name"))?;
        let numbers = numbers(folder)?;
        let seals = if numbers.is_empty() { vec![1] } else { numbers };
        let seal = |number: &u32| Ok(SealKey::from_bytes(*number, &*kept(&folder.join(format!("seal-{number}")))?));
        let seals = seals.iter().map(seal).collect::<Result<_, String>>()?;
        let signing = match token {
            None => in_file(&kept(&folder.join("signing"))?)?,
            Some(token) => on_token(token)?,
        };
        Ok(Self { names: NameKey::from_bytes(&names), seals, device: kept(&folder.join("device"))?, signing })
    }

    /// A keyed digest of what can be guessed, such as what a form says.
    pub(crate) fn keyed(&self, purpose: &str, parts: &[&str]) -> Digest {
        Digest::keyed(&self.device, purpose, parts.iter().map(|part| part.as_bytes()))
    }

    /// The service's signature of a digest: ECDSA, P-256, SHA-256, as DER.
    pub(crate) fn sign(&self, digest: &Digest) -> Result<Vec<u8>, String> {
        self.signing.sign(digest)
    }

    /// The public key of [`Self::sign`], in hexadecimal digits.
    pub(crate) fn public_key(&self) -> String {
        self.signing.public_key()
    }
}

fn in_file(key: &Key) -> Result<Signing, String> {
    let key = SigningKey::from_slice(&**key).map_err(|_| "the signing key is no key of P-256")?;
    Ok(Signing::File(key))
}

#[cfg(feature = "pkcs11")]
fn on_token(named: &TokenKey) -> Result<Signing, String> {
    crate::token::Token::open(named).map(Signing::Token)
}

#[cfg(not(feature = "pkcs11"))]
fn on_token(_: &TokenKey) -> Result<Signing, String> {
    Err("this program was built without the feature `pkcs11`".to_owned())
}

/// The numbers of the keys that states are sealed under, newest first.
fn numbers(folder: &Path) -> Result<Vec<u32>, String> {
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", folder.display());
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.strip_prefix("seal-")?.parse::<u32>().ok()));
    }
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    Ok(numbers)
}

fn drawn() -> Result<Key, String> {
    let mut key = Zeroizing::new([0; 32]);
    generator()?.fill_bytes(&mut *key);
    Ok(key)
}

/// The key of this file. A new one is written aside and linked into place, so that of two processes
/// that start together both read one.
fn kept(path: &Path) -> Result<Key, String> {
    let failed = |e: std::io::Error| format!("the key {}: {e}", path.display());
    match File::open(path) {
        Ok(file) => {
            let mut text = Zeroizing::new(String::new());
            file.take(1024).read_to_string(&mut text).map_err(failed)?;
            let digest = Digest::from_hex(text.trim()).map_err(|e| format!("the key {}: {e}", path.display()))?;
            Ok(Zeroizing::new(*digest.as_bytes()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let aside = path.with_extension(format!("new-{}", std::process::id()));
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let text = Zeroizing::new(Digest::from_bytes(*drawn()?).to_string());
            let mut file = options.open(&aside).map_err(failed)?;
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            let linked = std::fs::hard_link(&aside, path);
            std::fs::remove_file(&aside).map_err(failed)?;
            match linked {
                Ok(()) => kept(path),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => kept(path),
                Err(error) => Err(failed(error)),
            }
        }
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_the_newest_seals() {
        let folder = tempfile::tempdir().unwrap();
        let first = Secrets::open(folder.path(), None).unwrap();
        std::fs::write(folder.path().join("seal-2"), "22".repeat(32)).unwrap();
        let second = Secrets::open(folder.path(), None).unwrap();
        assert_eq!(first.public_key(), second.public_key());
        assert_eq!(first.keyed("x", &["y"]), second.keyed("x", &["y"]));
        assert_eq!((first.seals.len(), second.seals.len()), (1, 2));
        assert_eq!(numbers(folder.path()).unwrap(), [2, 1]);
        std::fs::write(folder.path().join("name"), "short").unwrap();
        assert!(Secrets::open(folder.path(), None).is_err());
    }
}
