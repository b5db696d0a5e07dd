//! A key on a token by PKCS #11 (version 2.40): a security module, or one that is played by
//! software.

use crate::config::TokenKey;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use selfsame::digest::Digest;
use std::sync::{Mutex, PoisonError};

/// What is signed once when the service starts, so that a key of another kind is noticed then.
const PROBE: [u8; 32] = [0; 32];

/// See the module. Each signature has a session of its own, so that a token may be reset in
/// between; enrolments are few beside what a token signs in a second.
pub(crate) struct Token {
    module: Mutex<Pkcs11>,
    named: TokenKey,
    public: VerifyingKey,
}

fn failed(error: &dyn std::fmt::Display) -> String {
    format!("PKCS #11: {error}")
}

/// A session in which the key may be used.
fn session(module: &Pkcs11, named: &TokenKey) -> Result<Session, String> {
    let slots = module.get_slots_with_initialized_token().map_err(|e| failed(&e))?;
    let is_it = |slot: &cryptoki::slot::Slot| {
        module.get_token_info(*slot).is_ok_and(|token| token.label().trim_end() == named.token)
    };
    let slot = slots.into_iter().find(is_it).ok_or_else(|| failed(&format!("no token {:?}", named.token)))?;
    let session = module.open_ro_session(slot).map_err(|e| failed(&e))?;
    let pin = AuthPin::new(named.pin.as_str().into());
    session.login(UserType::User, Some(&pin)).map_err(|e| failed(&e))?;
    Ok(session)
}

/// The one object of this class that has the key's label.
fn object(session: &Session, class: ObjectClass, named: &TokenKey) -> Result<ObjectHandle, String> {
    let wanted = [Attribute::Class(class), Attribute::Label(named.key.clone().into_bytes())];
    match session.find_objects(&wanted).map_err(|e| failed(&e))?.as_slice() {
        [one] => Ok(*one),
        others => Err(failed(&format!("{} objects are a {class} {:?}, and one is needed", others.len(), named.key))),
    }
}

fn public(session: &Session, named: &TokenKey) -> Result<VerifyingKey, String> {
    let key = object(session, ObjectClass::PUBLIC_KEY, named)?;
    let read = session.get_attributes(key, &[AttributeType::EcPoint]).map_err(|e| failed(&e))?;
    let [Attribute::EcPoint(point)] = read.as_slice() else { return Err(failed(&"the key has no point")) };
    // An octet string in DER, which some tokens leave out.
    let point = point.strip_prefix(&[0x04, 0x41]).unwrap_or(point);
    VerifyingKey::from_sec1_bytes(point).map_err(|_| failed(&"the key is none of P-256"))
}

impl Token {
    /// Finds the key, and sees that it signs.
    pub(crate) fn open(named: &TokenKey) -> Result<Self, String> {
        let module = Pkcs11::new(&named.module).map_err(|e| failed(&e))?;
        module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).map_err(|e| failed(&e))?;
        let public = public(&session(&module, named)?, named)?;
        let token = Self { module: Mutex::new(module), named: named.clone(), public };
        let signature = token.signed(&PROBE)?;
        token
            .public
            .verify(&PROBE, &signature)
            .map_err(|_| failed(&"private and public key do not belong together"))?;
        Ok(token)
    }

    /// ECDSA with SHA-256, whose digest is computed here: most tokens know the curve alone.
    fn signed(&self, message: &[u8; 32]) -> Result<Signature, String> {
        let module = self.module.lock().unwrap_or_else(PoisonError::into_inner);
        let session = session(&module, &self.named)?;
        let key = object(&session, ObjectClass::PRIVATE_KEY, &self.named)?;
        let digest = Digest::of(message);
        let signature = session.sign(&Mechanism::Ecdsa, key, digest.as_bytes()).map_err(|e| failed(&e))?;
        Signature::from_slice(&signature).map_err(|_| failed(&"that is no signature"))
    }

    pub(crate) fn sign(&self, message: &[u8; 32]) -> Result<Signature, String> {
        tokio::task::block_in_place(|| self.signed(message))
    }

    pub(crate) fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }
}
