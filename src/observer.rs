//! [`StageObserver`]: who hears when the stages of a request begin and end.
//!
//! Nothing in this crate reads a clock, so that its results depend on its input alone. A caller who
//! wants to know how long a stage takes, or to show progress, passes an observer to
//! [`Engine::verify_observed`](crate::engine::Engine::verify_observed),
//! [`Engine::guide_observed`](crate::engine::Engine::guide_observed) or
//! [`Engine::watch_observed`](crate::engine::Engine::watch_observed), and reads a clock in it.

use crate::error::Stage;
use crate::words::words;

/// Which of a verification's two pictures a stage, a reason or a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The document's portrait.
    Document,
    /// A picture of the person who claims the document: the selfie, or a camera's frame.
    Selfie,
    /// Neither alone: the comparison of both, or a picture that was given without its role.
    Both,
}

words!(Side {
    Document => "document",
    Selfie => "selfie",
    Both => "both",
});

/// Hears when stages begin and end, for timing and progress. `()` hears nothing.
///
/// Calls come in pairs and are never nested: a stage is left before the next one is entered. One
/// stage can come more than once in a request, where a doubtful face is looked for again.
///
/// ```
/// use selfsame::error::Stage;
/// use selfsame::observer::{Side, StageObserver};
/// use std::time::{Duration, Instant};
///
/// /// Sums up the time of all stages.
/// struct Total {
///     started: Instant,
///     time: Duration,
/// }
///
/// impl StageObserver for Total {
///     fn enter(&mut self, _: Side, _: Stage) {
///         self.started = Instant::now();
///     }
///     fn leave(&mut self, _: Side, _: Stage) {
///         self.time += self.started.elapsed();
///     }
/// }
/// ```
pub trait StageObserver {
    /// `stage` begins for `side`.
    fn enter(&mut self, side: Side, stage: Stage);

    /// `stage` has ended for `side`, with a result or with an error.
    fn leave(&mut self, side: Side, stage: Stage);
}

impl StageObserver for () {
    fn enter(&mut self, _: Side, _: Stage) {}
    fn leave(&mut self, _: Side, _: Stage) {}
}

/// Does `work`, and tells `observer` when it begins and when it has ended.
pub(crate) fn observed<T>(observer: &mut dyn StageObserver, side: Side, stage: Stage, work: impl FnOnce() -> T) -> T {
    observer.enter(side, stage);
    let outcome = work();
    observer.leave(side, stage);
    outcome
}
