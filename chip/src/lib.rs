//! Authenticates the chips of passports and identity cards (ICAO Doc 9303).
//!
//! A chip holds files. What they say counts if the issuing state signed it, and if the chip is the
//! one that it was signed for:
//!
//! | question | answer |
//! |---|---|
//! | What do the files say? | [`DataGroup1`] and [`Mrz`], [`PersonalDetails`], [`DocumentDetails`] and others |
//! | Did the state sign them? | *passive authentication*: [`authenticate`], against a [`TrustStore`] |
//! | Is the chip a copy? | *active authentication*: [`verify_active`]; *chip authentication*: [`ChipChallenge`] |
//! | Whom to trust? | certificates of authorities, or a [`MasterList`] of them |
//!
//! Reading the chip over the air (NFC, BAC, PACE) is left to the client, and the faces and fingers
//! of data groups 2 to 4 to others: their bytes are authenticated like all. Nothing is fetched, and
//! there is no clock: bytes, time and random numbers are the caller's.
//!
//! ChipFiles of strangers are refused or read in bounded time and memory. Every cause of a refusal
//! has its own [`ChipReason`]. What is let pass is told in [`ChipRemark`]s. There is no `unsafe` in
//! this crate.
//!
//! ```
//! use selfsame_chip::{ChipFiles, ChipReason, TrustStore, authenticate};
//!
//! let mut files = ChipFiles::default();
//! files.add(b"\x61\x00")?; // what the chip's files held
//! let trust = TrustStore::default(); // nobody
//! // Nothing is signed here.
//! let refused = authenticate(files, &trust, 1_790_000_000).unwrap_err();
//! assert_eq!(refused.reason(), ChipReason::FileMissing);
//! # Ok::<(), selfsame_chip::Error>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod active;
mod agreement;
mod ber;
mod certificate;
mod cms;
mod crl;
mod curve;
mod der;
mod error;
mod hash;
mod lds;
mod masterlist;
mod name;
mod oid;
mod passive;
mod pem;
mod signature;
mod sod;
mod states;
mod time;
mod trust;

pub use active::{ACTIVE_CHALLENGE_LEN, verify_active};
pub use agreement::ChipChallenge;
pub use certificate::Certificate;
pub use crl::RevocationList;
pub use curve::Curve;
pub use error::{ChipReason, Error, Result};
pub use hash::HashAlgorithm;
pub use lds::{
    ActiveKey, CheckDigit, ChipFile, ChipFiles, CommonData, DataGroup1, DocumentDetails, EmergencyContact, Mrz,
    MrzDate, MrzFormat, PersonalDetails, SecurityInfo, SecurityInfos, Sex, emergency_contacts, transliterate,
};
pub use masterlist::MasterList;
pub use passive::{Authentic, ChipRemark, authenticate};
pub use sod::LdsVersion;
pub use time::Day;
pub use trust::{Revocation, TrustStore};
