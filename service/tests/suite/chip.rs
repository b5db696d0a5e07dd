//! A chip that the tests play, with the keys of `chip/tests/fixtures/whole`.

use super::camera::project;
use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cmac::{Cmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{ProjectivePoint, PublicKey};
use selfsame::digest::Digest;
use serde_json::Value;

/// A file of the chip's, or around it.
pub fn file(name: &str) -> Vec<u8> {
    let folder = if name == "dg2" { "datasets/documents/astronaut.dg2" } else { "chip/tests/fixtures/whole" };
    let path = if name == "dg2" { project(folder) } else { project(folder).join(name) };
    std::fs::read(path).expect("the file is there")
}

fn key(name: &str) -> SigningKey {
    SigningKey::from_slice(&file(name)).expect("a key of P-256")
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().expect("bytes")).expect("base64url")
}

/// Active authentication: the chip signs the challenge.
pub fn active(asked: &Value) -> Vec<u8> {
    let signature: Signature = key("active-private").sign(&bytes(&asked["active"]));
    signature.to_bytes().to_vec()
}

/// The code of a protected message: over the counter and the message, padded (ICAO Doc 9303-11).
fn code(key: &[u8], counter: u8, message: &[u8]) -> Vec<u8> {
    let mut text = vec![0; 15];
    text.push(counter);
    text.extend_from_slice(message);
    text.push(0x80);
    text.resize(text.len().next_multiple_of(16), 0);
    let mut mac = <Cmac<Aes256> as KeyInit>::new_from_slice(key).expect("a key of AES-256");
    mac.update(&text);
    mac.finalize().into_bytes()[..8].to_vec()
}

/// Chip authentication: the chip agrees on keys, and answers the command under them.
pub fn agreement(asked: &Value) -> Vec<u8> {
    let asked = &asked["agreement"];
    assert_eq!((&asked["key_id"], bytes(&asked["command"])[0]), (&1.into(), 0x0C));
    let theirs = PublicKey::from_sec1_bytes(&bytes(&asked["public_key"])).expect("a point");
    let own = key("agreement-private");
    let point = (ProjectivePoint::from(theirs) * **own.as_nonzero_scalar()).to_affine();
    let shared = PublicKey::from_affine(point).expect("not the neutral one").to_sec1_point(false);
    let secret = &shared.as_bytes()[1..33];
    let key = Digest::of(&[secret, &[0, 0, 0, 2]].concat());
    let data = [&[0x87, 17, 1][..], &[5; 16], &[0x99, 2, 0x90, 0]].concat();
    let code = code(key.as_bytes(), 2, &data);
    [&data[..], &[0x8E, 8], &code].concat()
}
