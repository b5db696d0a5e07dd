//! Why a step is to be repeated, and why a ceremony ended.

use super::attempts::Lock;
use super::pin::WhichPin;
use super::weak::Weakness;
use super::word::Word;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a step is to be repeated. Its display is a sentence for the applicant; none of them tells a
/// digit of a PIN. It is serialised as a word, or as an object of a word and its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SetbackReason {
    /// What the caller reported: an error in the form, a refusal of the engine, a liveness verdict.
    Reported(Word),
    /// The step took too long.
    TooSlow,
    /// The form names no old account, and one is needed.
    OldAccountMissing,
    /// The form names an old account, and none is needed.
    OldAccountUnneeded,
    /// The old account does not exist, or is not active.
    OldAccountUnknown,
    /// The consent is to another account's deletion.
    OtherAccount,
    /// The evidence of life no longer counts.
    Expired,
    /// The document that was read is not the one that the form names.
    OtherDocument,
    /// There are fewer bits of evidence of liveness than the policy asks for.
    TooLittleEvidence,
    /// The comparison's decision was marginal, and the policy does not accept that.
    Marginal,
    /// The old account's confirmation is not valid.
    ConfirmationInvalid,
    /// A PIN has fewer digits than this least number.
    PinTooShort(WhichPin, usize),
    /// A PIN has more digits than this largest number.
    PinTooLong(WhichPin, usize),
    /// A PIN is too easy to guess.
    WeakPin(WhichPin, Weakness),
    /// A PIN that was entered again is not the one that was chosen.
    PinDiffers(WhichPin),
    /// PIN2 is not the new account's.
    WrongPin2,
    /// The signature over the application is not valid.
    SignatureInvalid,
    /// The document's portrait did not come from a chip, and the policy demands one.
    DocumentNotFromChip,
    /// It was not shown that the issuing state signed the document, and the policy demands that.
    DocumentNotAuthentic,
    /// It was not shown that the document's chip is no copy, and the policy demands that.
    DocumentNotOriginal,
    /// The document has expired, or it is not known whether it has, and the policy demands one that
    /// has not.
    DocumentExpired,
    /// It is not known whether the document's signer was revoked, and the policy demands that.
    DocumentMaybeRevoked,
}

impl fmt::Display for SetbackReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pin = |which: &WhichPin| match which {
            WhichPin::Pin1 => "PIN1",
            WhichPin::Pin2 => "PIN2",
        };
        match self {
            Self::Reported(word) => f.write_str(&word.as_str().replace('_', " ")),
            Self::TooSlow => f.write_str("this step took too long"),
            Self::OldAccountMissing => f.write_str("the form has to name the account that you have"),
            Self::OldAccountUnneeded => f.write_str("the form names an account, and none is needed"),
            Self::OldAccountUnknown => f.write_str("there is no active account of that name"),
            Self::OtherAccount => f.write_str("this is consent to another account's deletion"),
            Self::Expired => f.write_str("the face check took too long"),
            Self::OtherDocument => f.write_str("this is not the document whose number you gave"),
            Self::TooLittleEvidence => f.write_str("it is not certain enough that a live face was before the camera"),
            Self::Marginal => f.write_str("the faces are only just alike enough"),
            Self::ConfirmationInvalid => f.write_str("the confirmation on the other device is not valid"),
            Self::PinTooShort(which, least) => write!(f, "{} needs at least {least} digits", pin(which)),
            Self::PinTooLong(which, most) => write!(f, "{} can have at most {most} digits", pin(which)),
            Self::WeakPin(which, weakness) => {
                let why = match weakness {
                    Weakness::Repeated => "repeats the same digits",
                    Weakness::Sequential => "counts up or down",
                    Weakness::KeypadLine => "follows lines of the keypad",
                    Weakness::Doubled => "doubles its digits",
                    Weakness::Year => "is a year",
                    Weakness::DateOfBirth => "holds a date of birth",
                    Weakness::PersonalNumber => "holds digits of one of your numbers",
                    Weakness::HoldsPin1 => "holds PIN1",
                };
                write!(f, "{} is too easy: it {why}", pin(which))
            }
            Self::PinDiffers(which) => write!(f, "{} is not the one that you chose", pin(which)),
            Self::WrongPin2 => f.write_str("PIN2 is wrong"),
            Self::SignatureInvalid => f.write_str("the signature is not valid"),
            Self::DocumentNotFromChip => f.write_str("the document's chip has to be read"),
            Self::DocumentNotAuthentic => f.write_str("it could not be checked who issued the document"),
            Self::DocumentNotOriginal => f.write_str("it could not be checked that the document's chip is no copy"),
            Self::DocumentExpired => f.write_str("the document has expired"),
            Self::DocumentMaybeRevoked => f.write_str("it could not be checked that the document still counts"),
        }
    }
}

/// Why a ceremony ended without an account. Its display is a sentence for the applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum End {
    /// Too many attempts failed: no ceremony before the lock's time, or at all.
    Locked(Lock),
    /// The ceremony as a whole took too long.
    TimeUp,
    /// The old account belongs to somebody else than the document.
    IdentityMismatch,
    /// The old account is no longer there.
    OldAccountGone,
    /// The person has an account.
    AlreadyEnrolled,
    /// The holder refused on the other device.
    ConfirmationRefused,
    /// The applicant did not consent to the old account's deletion.
    ConsentRefused,
    /// The applicant gave up.
    Abandoned,
    /// The ceremony had more steps than an honest one needs.
    TooManySteps,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Locked(Lock::Until(_)) => "too many failed attempts: try again later",
            Self::Locked(Lock::ForGood) => "too many failed attempts: registration is refused for good",
            Self::TimeUp => "the time for the application is over",
            Self::IdentityMismatch => "the document and the old account belong to different people",
            Self::OldAccountGone => "the old account is no longer active",
            Self::AlreadyEnrolled => "you have an account already",
            Self::ConfirmationRefused => "the confirmation was refused on the other device",
            Self::ConsentRefused => "without consent to the old account's deletion there is no new one",
            Self::Abandoned => "the application was abandoned",
            Self::TooManySteps => "the application took too many steps",
        })
    }
}
