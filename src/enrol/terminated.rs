//! [`Terminated`]: a ceremony that ended without a new account.

use super::attempts::Lock;
use super::audit::Audit;
use super::common::Core;
use super::reasons::{End, SetbackReason};

/// A ceremony that is over, without a new account.
#[derive(Debug)]
#[must_use = "it says why, and when a new ceremony can begin"]
pub struct Terminated {
    pub(super) core: Box<Core>,
    pub(super) end: End,
}

impl Terminated {
    /// Why the ceremony ended.
    pub fn reason(&self) -> End {
        self.end
    }

    /// Why the last step failed, where that is what locked; empty otherwise.
    pub fn reasons(&self) -> &[SetbackReason] {
        // The end is the last record. A ceremony that was refused at its beginning has that one
        // alone.
        self.core.audit.records.last().map_or(&[], |record| &record.reasons)
    }

    /// The countdown: seconds until a new ceremony can begin, 0 if it can now, `None` if it never
    /// can.
    pub fn wait_s(&self, now: u64) -> Option<u64> {
        match self.end {
            End::Locked(Lock::ForGood) => None,
            End::Locked(Lock::Until(until)) => Some(until.saturating_sub(now)),
            _ => Some(0),
        }
    }

    /// The record of what happened in the ceremony.
    pub fn audit(&self) -> &Audit {
        &self.core.audit
    }
}
