//! Stores: ceremonies, attempts and accounts behind one trait, with the atomicity that
//! `docs/enrol/guide.md` asks for. [`embedded`] is one file, or memory; [`postgres`] is a database
//! that several processes share. One suite of tests holds for all (`suite`).

mod embedded;
mod postgres;
mod rows;
#[cfg(test)]
mod suite;

pub(crate) use embedded::Embedded;
pub(crate) use postgres::Postgres;

use selfsame::digest::Digest;
use selfsame::enrol::{
    AccountId, AccountRegistry, Attempt, AttemptLog, Lock, NewAccount, Policy, PortError, PortFuture, SealToken,
    Subject,
};
use serde::{Deserialize, Serialize};

/// What names a ceremony in the store: the digest of its applicant's token.
pub(crate) type SessionId = [u8; 32];

/// A ceremony between two requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub id: SessionId,
    /// The token of the sealed state.
    pub token: [u8; 16],
    pub state: Vec<u8>,
    /// What the applicant is to be told about the last step, as JSON.
    pub notes: String,
    /// The code that the other device asks by.
    pub code: Option<String>,
    /// From when on nothing of it counts, in Unix seconds.
    pub expires_at: u64,
}

/// What the operator sees of a ceremony; it stays when the ceremony is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub id: SessionId,
    pub began_at: u64,
    pub updated_at: u64,
    pub phase: String,
    /// The audit so far, as JSON.
    pub audit: String,
    /// The service's signature of the identity proofing; empty before its end.
    pub signature: Vec<u8>,
}

/// What becomes of the applicant's sealed data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Vault {
    Keep,
    Put(Vec<u8>),
    Delete,
}

/// One step of a ceremony, stored as a whole or not at all.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub row: Stored,
    /// The state that this one was made from; `None` for a ceremony that begins.
    pub replaces: Option<SealToken>,
    pub vault: Vault,
    pub record: Record,
    /// What a face check measured, as JSON.
    pub report: Option<String>,
}

/// A store of ceremonies, beside the crate's ports.
pub(crate) trait Store: AttemptLog + AccountRegistry + Send + Sync {
    /// Stores a step. False if the state that it was made from is not there any more, because
    /// another request was faster: nothing is changed.
    fn put<'a>(&'a self, change: &'a Change) -> PortFuture<'a, bool>;

    /// The ceremony of this name.
    fn get<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<Stored>>;

    /// The applicant's sealed data.
    fn vault<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<Vec<u8>>>;

    /// The ceremony that awaits another device under this code.
    fn by_code<'a>(&'a self, code: &'a str) -> PortFuture<'a, Option<Stored>>;

    /// Deletes ceremonies that have expired at `now`, with their sealed data, records that were
    /// last changed before `records_before`, and attempts that matter to no lock any more. Tells
    /// how many ceremonies.
    fn sweep<'a>(&'a self, now: u64, records_before: u64, policy: &'a Policy) -> PortFuture<'a, u64>;

    /// Records, last changed first.
    fn records(&self, limit: usize) -> PortFuture<'_, Vec<Record>>;

    /// One record, with what its face checks measured.
    fn record<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<(Record, Vec<String>)>>;

    /// Whether the store answers.
    fn ping(&self) -> PortFuture<'_, ()>;
}

/// An account as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRow {
    pub id: AccountId,
    pub account: NewAccount,
}

/// Which of a subject's attempts still matter. What has locked it for good does.
pub(crate) fn still_counted(policy: &Policy, subject: &Subject, attempts: &[Attempt], now: u64) -> Vec<Attempt> {
    let for_good = policy.lock(subject, attempts, now) == Some(Lock::ForGood);
    let counts = |attempt: &&Attempt| for_good || policy.attempts().keeps(attempt, now);
    attempts.iter().filter(counts).copied().collect()
}

/// The name of a new account: always the same for the same person and keys.
pub(crate) fn account_id(account: &NewAccount) -> Result<AccountId, PortError> {
    let parts = [account.identity.digest().as_bytes(), account.keys.as_str().as_bytes()];
    let digest = Digest::of_parts("selfsame service account 1", parts).to_string();
    let short: String = digest.chars().take(16).collect();
    Ok(AccountId::new(format!("account-{short}"))?)
}
