//! [`Now`]: a future's output at once.

use crate::enrol::wait;

/// A future whose ports do not wait, now. That all transitions have this shows that executors can
/// take them to other threads.
pub(crate) trait Now: Future + Send + Sized {
    fn now(self) -> Self::Output {
        wait(self)
    }
}

impl<F: Future + Send> Now for F {}
