//! Contents of object identifiers.

pub(crate) const SIGNED_DATA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
/// ICAO's LDS security object (Doc 9303-10, appendix D).
pub(crate) const LDS_SECURITY_OBJECT: &[u8] = b"\x67\x81\x08\x01\x01\x01";
/// ICAO's master list of authorities (Doc 9303-12, section 8).
pub(crate) const MASTER_LIST: &[u8] = b"\x67\x81\x08\x01\x01\x02";
/// ICAO's extended key usage of who signs master lists.
pub(crate) const MASTER_LIST_SIGNING: &[u8] = b"\x67\x81\x08\x01\x01\x03";
/// ICAO's active authentication (Doc 9303-11, section 9.2.6).
pub(crate) const ACTIVE_AUTHENTICATION: &[u8] = b"\x67\x81\x08\x01\x01\x05";

pub(crate) const CONTENT_TYPE: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x03";
pub(crate) const MESSAGE_DIGEST: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x04";
pub(crate) const SIGNING_TIME: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x05";

pub(crate) const SHA1: &[u8] = b"\x2B\x0E\x03\x02\x1A";
pub(crate) const SHA224: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x04";
pub(crate) const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
pub(crate) const SHA384: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02";
pub(crate) const SHA512: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03";

pub(crate) const RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
pub(crate) const MGF1: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x08";
pub(crate) const RSA_PSS: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A";
pub(crate) const SHA1_RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x05";
pub(crate) const SHA224_RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0E";
pub(crate) const SHA256_RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B";
pub(crate) const SHA384_RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C";
pub(crate) const SHA512_RSA: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D";

pub(crate) const EC: &[u8] = b"\x2A\x86\x48\xCE\x3D\x02\x01";
pub(crate) const PRIME_FIELD: &[u8] = b"\x2A\x86\x48\xCE\x3D\x01\x01";
pub(crate) const SHA1_ECDSA: &[u8] = b"\x2A\x86\x48\xCE\x3D\x04\x01";
pub(crate) const SHA224_ECDSA: &[u8] = b"\x2A\x86\x48\xCE\x3D\x04\x03\x01";
pub(crate) const SHA256_ECDSA: &[u8] = b"\x2A\x86\x48\xCE\x3D\x04\x03\x02";
pub(crate) const SHA384_ECDSA: &[u8] = b"\x2A\x86\x48\xCE\x3D\x04\x03\x03";
pub(crate) const SHA512_ECDSA: &[u8] = b"\x2A\x86\x48\xCE\x3D\x04\x03\x04";
/// ECDSA whose signature is two numbers of fixed length (BSI TR-03111, section 5.2.1.1), behind
/// which comes the hash: 1 to 5 are SHA-1, 224, 256, 384 and 512.
pub(crate) const PLAIN_ECDSA: &[u8] = b"\x04\x00\x7F\x00\x07\x01\x01\x04\x01";

/// Diffie and Hellman's key of ANSI X9.42.
pub(crate) const DH: &[u8] = b"\x2A\x86\x48\xCE\x3E\x02\x01";
/// Diffie and Hellman's key of PKCS #3.
pub(crate) const DH_PKCS3: &[u8] = b"\x2A\x86\x48\x86\xF7\x0D\x01\x03\x01";
/// A public key for chip authentication (BSI TR-03110-3, appendix A.1.1): 1 is DH, 2 is ECDH.
pub(crate) const CHIP_KEY: &[u8] = b"\x04\x00\x7F\x00\x07\x02\x02\x01";
/// Chip authentication: 1 is DH, 2 is ECDH, and behind that the cipher.
pub(crate) const CHIP_AUTHENTICATION: &[u8] = b"\x04\x00\x7F\x00\x07\x02\x02\x03";

pub(crate) const DH_TRIPLE_DES: &[u8] = b"\x04\x00\x7F\x00\x07\x02\x02\x03\x01\x01";
pub(crate) const ECDH_TRIPLE_DES: &[u8] = b"\x04\x00\x7F\x00\x07\x02\x02\x03\x02\x01";

pub(crate) const COUNTRY: &[u8] = b"\x55\x04\x06";
pub(crate) const SUBJECT_KEY_ID: &[u8] = b"\x55\x1D\x0E";
pub(crate) const KEY_USAGE: &[u8] = b"\x55\x1D\x0F";
pub(crate) const PRIVATE_KEY_PERIOD: &[u8] = b"\x55\x1D\x10";
pub(crate) const BASIC_CONSTRAINTS: &[u8] = b"\x55\x1D\x13";
pub(crate) const AUTHORITY_KEY_ID: &[u8] = b"\x55\x1D\x23";
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = b"\x55\x1D\x25";
