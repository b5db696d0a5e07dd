//! What a ceremony has established so far, one type for each step of the way.
//!
//! Each type holds the one before it, so that a later fact cannot be had without the earlier ones:
//! what was seen ([`Seen`]) rests on a document that was read ([`Read`]), and that on a form
//! ([`Applied`]).

use super::names::{AccountId, Identity};
use crate::digest::Digest;
use serde::{Deserialize, Serialize};

/// The old account that the form names, as the registry knew it when the form was accepted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OldAccount {
    pub(super) id: AccountId,
    pub(super) identity: Identity,
}

/// The form was accepted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Applied {
    pub(super) form: Digest,
    pub(super) old: Option<OldAccount>,
}

/// The form was accepted, and the document was read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Read {
    pub(super) applied: Applied,
    pub(super) document: Digest,
    pub(super) identity: Identity,
}

/// The document was read, and a live face answered the flashes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Live {
    pub(super) read: Read,
    pub(super) capture: Digest,
    /// From when on the evidence of life no longer counts, in Unix seconds.
    pub(super) expires_at: u64,
}

/// A live face answered the flashes and matched the document, while the evidence of its life still
/// counted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) read: Read,
    pub(super) capture: Digest,
}

/// The face was seen, and the old account confirmed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Confirmed {
    pub(super) seen: Seen,
    pub(super) old: AccountId,
}

/// The face was seen, and everybody who has to has confirmed and consented: a new account may be
/// made. It is what the last steps need to know of that, on the applicant's device, too.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cleared {
    pub(super) identity: Identity,
    /// The old account that confirmed. If the ceremony's kind replaces an account, its holder
    /// consented to that.
    pub(super) old: Option<AccountId>,
    /// The digest of the audit so far.
    pub(super) proofing: Digest,
}
