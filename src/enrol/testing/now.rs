//! [`Now`]: a future's output at once.

use crate::enrol::wait;

/// A future whose ports do not wait, now.
pub(crate) trait Now: Future + Sized {
    fn now(self) -> Self::Output {
        wait(self)
    }
}

impl<F: Future> Now for F {}
