//! What is enrolled, and how the applicant shows who they are.

use crate::words::sealed_words;
use serde::{Deserialize, Serialize};

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A first account.
    NewRegistration,
    /// A new account in place of one that runs out.
    Renewal,
    /// A new account in place of one of a lower level.
    Upgrade,
}

sealed_words!(Kind {
    NewRegistration => "new_registration",
    Renewal => "renewal",
    Upgrade => "upgrade",
});

impl Kind {
    /// Whether the new account takes the place of an old one.
    pub fn replaces_an_account(self) -> bool {
        match self {
            Self::NewRegistration => false,
            Self::Renewal | Self::Upgrade => true,
        }
    }
}

/// How the applicant shows who they are. The face check is part of every way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Document and face.
    Biometrics,
    /// Document and face, and an active account on another device.
    ActiveAccount,
}

sealed_words!(Method {
    Biometrics => "biometrics",
    ActiveAccount => "active_account",
});

/// Whether an old account has to confirm: where the new one takes its place, and where it is how
/// the applicant shows who they are.
pub(super) fn needs_old_account(kind: Kind, method: Method) -> bool {
    kind.replaces_an_account() || method == Method::ActiveAccount
}
