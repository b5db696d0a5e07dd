//! A document that proves itself: its chip's files, signed by the issuing state (ICAO Doc 9303).
//!
//! An [`AuthenticDocument`] comes from passive authentication alone: the portrait of data group 2,
//! the machine-readable zone of data group 1, who signed them and which trust anchor that rests on.
//! Its chip may then answer a challenge, by which a copy is told. The cryptography is that of the
//! crate `selfsame-chip`, whose types are named here.
//!
//! What the client does: it reads the chip over the air, for which libraries exist (JMRTD on
//! Android, NFCPassportReader on iOS), sends the files' bytes as they are, and passes challenges
//! and answers between chip and server. It is not trusted with any of it.
//!
//! ```
//! use selfsame::document::chip::{AuthenticDocument, ChipFiles, TrustStore};
//! use selfsame::image::Limits;
//!
//! let read = |name: &str| std::fs::read(format!("datasets/documents/chip/{name}"));
//! let (sod, zone, portrait) = (read("EF.SOD")?, read("DG1")?, read("../astronaut.dg2")?);
//! let mut files = ChipFiles::default();
//! for file in [&sod, &zone, &portrait] {
//!     files.add(file)?;
//! }
//! // Whom to trust: states' authorities, from files or from a master list.
//! let mut trust = TrustStore::default();
//! trust.add_anchors(&read("csca.der")?)?;
//! // The time is the caller's: 1 January 2027.
//! let document = AuthenticDocument::new(files, &trust, 1_798_761_600, &Limits::default())?;
//! let document = document.found().expect("the state of this specimen signed it");
//! assert_eq!(document.mrz().number(), "L898902C3");
//! assert_eq!(document.chip().signer().country(), Some(*b"UT"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authentic;

pub use authentic::AuthenticDocument;
/// Why a chip was refused: a reason, the file, and the place in it.
pub use selfsame_chip::Error as ChipError;
pub use selfsame_chip::{
    ACTIVE_CHALLENGE_LEN, ActiveKey, Authentic, Certificate, CheckDigit, ChipChallenge, ChipFile, ChipFiles,
    ChipReason, ChipRemark, CommonData, Curve, DataGroup1, Day, DocumentDetails, EmergencyContact, HashAlgorithm,
    LdsVersion, MasterList, Mrz, MrzDate, MrzFormat, PersonalDetails, Revocation, RevocationList, SecurityInfo,
    SecurityInfos, Sex, TrustStore, emergency_contacts, transliterate,
};
