//! How much is done, for tests and fuzzing: time would depend on the machine.

#[cfg(any(fuzzing, feature = "count-work"))]
use std::cell::Cell;

#[cfg(any(fuzzing, feature = "count-work"))]
thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Counts `steps`: symbols that were read, blocks that were visited or transformed, rows of a block
/// that were written.
#[inline(always)]
pub(crate) fn add(steps: u64) {
    #[cfg(any(fuzzing, feature = "count-work"))]
    DONE.with(|done| done.set(done.get() + steps));
    #[cfg(not(any(fuzzing, feature = "count-work")))]
    let _ = steps;
}

/// The steps that this thread has taken since the last call.
#[cfg(any(fuzzing, feature = "count-work"))]
pub fn take() -> u64 {
    DONE.with(|done| done.replace(0))
}
