//! Bytes of elements' heads that the reader looked at: what its work is proportional to. Counted
//! where tests and fuzzing ask for it, nowhere else.

#[cfg(any(test, fuzzing))]
mod counter {
    use std::cell::Cell;

    thread_local! {
        static VISITS: Cell<u64> = const { Cell::new(0) };
    }

    /// Counts bytes that are looked at.
    pub(in super::super) fn visit(bytes: usize) {
        VISITS.set(VISITS.get() + bytes as u64);
    }

    /// The bytes that this thread looked at since it asked last.
    pub(crate) fn take() -> u64 {
        VISITS.take()
    }
}

#[cfg(not(any(test, fuzzing)))]
mod counter {
    /// Counts nothing.
    pub(in super::super) fn visit(_: usize) {}
}

#[cfg(any(test, fuzzing))]
pub(crate) use counter::take;
pub(super) use counter::visit;
