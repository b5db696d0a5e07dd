//! [`AuthenticDocument`]: what a state signed, and a portrait out of it.

use crate::digest::Digest;
use crate::document::photo::DocumentPhoto;
use crate::document::standing::DocumentStanding;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::Limits;
use crate::outcome::Outcome;
use rand_core::CryptoRng;
use selfsame_chip::{
    ACTIVE_CHALLENGE_LEN, Authentic, ChipChallenge, ChipFiles, ChipReason, Day, Error as ChipError, Mrz,
    PersonalDetails, Revocation, TrustStore, authenticate, verify_active,
};
use std::fmt;

/// A document whose issuing state signed what was read. There is no way to one but passive
/// authentication ([`AuthenticDocument::new`]).
///
/// Give [`AuthenticDocument::photo`] to [`Engine::verify`](crate::engine::Engine::verify), and
/// [`DocumentHolder::of_chip`](crate::enrol::DocumentHolder::of_chip) to a ceremony. It borrows the
/// files.
pub struct AuthenticDocument<'a> {
    chip: Authentic<'a>,
    photo: DocumentPhoto,
    mrz: Mrz,
    birth: Option<Day>,
}

impl fmt::Debug for AuthenticDocument<'_> {
    // Says nothing of the holder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let standing = self.photo.standing();
        f.debug_struct("AuthenticDocument").field("standing", &standing).finish_non_exhaustive()
    }
}

impl<'a> AuthenticDocument<'a> {
    /// Authenticates a chip's files and reads them: EF.SOD, data group 1 (the machine-readable
    /// zone) and data group 2 (the portrait) have to be among them; `at` is the time in seconds
    /// since 1970. The portrait is decoded within `limits`, after all else.
    ///
    /// Refused is what is not signed, not by whom `trust` leads to, or changed since, each with its
    /// reason. A check digit that is wrong in a zone that was signed is put up with
    /// ([`Mrz::wrong_digits`]); so is a document that has expired, until something demands
    /// otherwise.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] for files that contradict their format, [`ErrorKind::LimitExceeded`]
    /// for more than is read, and those of [`DocumentPhoto::from_dg2`].
    pub fn new(files: ChipFiles<'a>, trust: &TrustStore, at: u64, limits: &Limits) -> Result<Outcome<Self, ChipError>> {
        match authenticate(files, trust, at).and_then(|chip| Ok((chip.mrz()?, chip.group(2)?, chip))) {
            Err(error) => refused(error),
            Ok((mrz, portrait, chip)) => {
                let standing = DocumentStanding {
                    authentic: true,
                    original: false,
                    not_expired: mrz.expiry().is_some() && !mrz.has_expired(at),
                    not_revoked: chip.revocation() == Revocation::NotRevoked,
                    anchor: Some(Digest::of(chip.anchor().as_der())),
                };
                let photo = DocumentPhoto::from_dg2(portrait, limits)?.with_standing(standing);
                let birth = birth(&chip, &mrz, at);
                Ok(Outcome::Found(Self { chip, photo, mrz, birth }))
            }
        }
    }

    /// The portrait, whose [standing](DocumentPhoto::standing) says what was established.
    #[must_use]
    pub fn photo(&self) -> &DocumentPhoto {
        &self.photo
    }

    /// The portrait, taken out.
    #[must_use]
    pub fn into_photo(self) -> DocumentPhoto {
        self.photo
    }

    /// The machine-readable zone: number, names, expiry.
    #[must_use]
    pub fn mrz(&self) -> &Mrz {
        &self.mrz
    }

    /// The holder's full date of birth: of data group 11, or of the zone, in the last century in
    /// which it was not after the time of authentication. `None` where parts of it are unknown.
    #[must_use]
    pub fn date_of_birth(&self) -> Option<Day> {
        self.birth
    }

    /// Signer, anchor, revocation, the other data groups, and remarks.
    #[must_use]
    pub fn chip(&self) -> &Authentic<'a> {
        &self.chip
    }

    /// Active authentication: takes the chip's answer to a challenge, which the server drew for
    /// this document and takes once. If it is this chip's, the document meets
    /// [`DocumentDemand::Original`](crate::document::DocumentDemand::Original) from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] for data groups 14 and 15 that contradict their format.
    pub fn answered(
        &mut self,
        challenge: &[u8; ACTIVE_CHALLENGE_LEN],
        answer: &[u8],
    ) -> Result<Outcome<(), ChipError>> {
        let proof = verify_active(&self.chip, challenge, answer);
        self.proven(proof)
    }

    /// Begins chip authentication, with random numbers of the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] for a data group 14 that contradicts its format.
    pub fn begin_agreement(&self, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Outcome<ChipChallenge, ChipError>> {
        ChipChallenge::new(&self.chip, rng).map_or_else(refused, |challenge| Ok(Outcome::Found(challenge)))
    }

    /// Chip authentication: takes the chip's answer to what [`AuthenticDocument::begin_agreement`]
    /// has begun. If it is this chip's, the document meets
    /// [`DocumentDemand::Original`](crate::document::DocumentDemand::Original) from now on.
    ///
    /// # Errors
    /// None so far: whatever is no answer is a refusal.
    pub fn agreed(&mut self, challenge: ChipChallenge, answer: &[u8]) -> Result<Outcome<(), ChipError>> {
        let proof = challenge.verify(&self.chip, answer);
        self.proven(proof)
    }

    fn proven(&mut self, proof: Result<(), ChipError>) -> Result<Outcome<(), ChipError>> {
        match proof {
            Ok(()) => {
                self.photo.prove_original();
                Ok(Outcome::Found(()))
            }
            Err(error) => refused(error),
        }
    }
}

/// A refusal, or the fault of bytes that contradict their format.
fn refused<T>(error: ChipError) -> Result<Outcome<T, ChipError>> {
    let kind = match error.reason() {
        ChipReason::Malformed => ErrorKind::Corrupt,
        ChipReason::TooLarge => ErrorKind::LimitExceeded,
        _ => return Ok(Outcome::Refused(error)),
    };
    Err(Error::new(kind, Stage::Document, error.to_string()))
}

/// The full date of birth.
fn birth(chip: &Authentic<'_>, mrz: &Mrz, at: u64) -> Option<Day> {
    let details = chip.group(11).ok().and_then(|group| PersonalDetails::read(group).ok());
    details.and_then(|details| details.date_of_birth()).or_else(|| mrz.birth_before(at))
}
