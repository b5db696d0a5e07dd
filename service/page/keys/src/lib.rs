//! A key from a PIN, by Argon2id (RFC 9106): browsers have no such function of their own.
//!
//! The host writes the PIN and its salt to the place that [`place`] names, calls [`derive`], and
//! reads the key from there.
#![allow(unsafe_code, reason = "names that the host finds are unsafe to the compiler; nothing else here is")]

use argon2::{Algorithm, Argon2, Params, Version};
use std::cell::RefCell;
use zeroize::Zeroize;

/// The most bytes of a PIN and of a salt.
const PIN: usize = 16;
const SALT: usize = 16;
const KEY: usize = 32;

/// 19 MiB, two passes, one lane: the least that OWASP's "Password Storage Cheat Sheet" names for
/// Argon2id. A PIN has so few digits that no cost saves it from a thief of the device's storage.
const KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

thread_local! {
    /// The PIN and the salt; afterwards the key, and zeros.
    static SHARED: RefCell<[u8; PIN + SALT]> = const { RefCell::new([0; PIN + SALT]) };
}

/// Where the host writes 16 bytes of PIN, filled up with zeros, and 16 bytes of salt; and where it
/// reads the 32 bytes of the key.
#[unsafe(no_mangle)]
pub extern "C" fn place() -> *mut u8 {
    SHARED.with_borrow_mut(|shared| shared.as_mut_ptr())
}

/// Turns the PIN of so many bytes, and the salt behind it, into a key. Returns 1; or 0, and no
/// key, if the PIN is too long or memory too short.
#[unsafe(no_mangle)]
pub extern "C" fn derive(pin_len: usize) -> u32 {
    SHARED.with_borrow_mut(|shared| {
        let mut key = [0; KEY];
        let derived = key_of(shared, pin_len, &mut key);
        shared.copy_from_slice(&key);
        key.zeroize();
        u32::from(derived)
    })
}

fn key_of(shared: &[u8; PIN + SALT], pin_len: usize, key: &mut [u8; KEY]) -> bool {
    let (place, salt) = shared.split_at(PIN);
    let (Some(pin), Ok(params)) = (place.get(..pin_len), Params::new(KIB, PASSES, 1, Some(KEY))) else {
        return false;
    };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(pin, salt, key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_hangs_on_pin_and_salt() {
        let key = |pin: &[u8], salt: u8| {
            let mut shared = [0; PIN + SALT];
            shared[..pin.len()].copy_from_slice(pin);
            shared[PIN..].fill(salt);
            let mut key = [0; KEY];
            assert!(key_of(&shared, pin.len(), &mut key));
            key
        };
        let keys = [key(b"58214", 1), key(b"58214", 2), key(b"58215", 1), key(b"5821", 1)];
        assert_eq!(keys[0], key(b"58214", 1));
        for (i, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(i + 1).all(|other| one != other));
        }
        assert!(!key_of(&[0; PIN + SALT], PIN + 1, &mut [0; KEY]));
    }
}
