//! What is enrolled, and how the applicant shows who they are.

use serde::{Deserialize, Serialize};

/// What the ceremony is for.
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

impl Kind {
    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewRegistration => "new_registration",
            Self::Renewal => "renewal",
            Self::Upgrade => "upgrade",
        }
    }

    /// Whether the new account takes the place of an old one.
    pub fn replaces_an_account(self) -> bool {
        match self {
            Self::NewRegistration => false,
            Self::Renewal | Self::Upgrade => true,
        }
    }
}

/// How the applicant shows who they are. The face check is part of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Document and face.
    Biometrics,
    /// Document and face, and an active account on another device.
    ActiveAccount,
}

impl Method {
    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Biometrics => "biometrics",
            Self::ActiveAccount => "active_account",
        }
    }
}

/// Whether an old account has to confirm.
pub(super) fn needs_old_account(kind: Kind, method: Method) -> bool {
    kind.replaces_an_account() || method == Method::ActiveAccount
}
