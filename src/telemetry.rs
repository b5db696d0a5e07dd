//! What the crate tells a log, if the feature `tracing` is on.
//!
//! Events name what was decided by the machine (an instruction set, a hypothesis, a recovery),
//! never what was seen: no pixels, templates, scores of people, PINs, numbers of documents, or
//! names.

/// [`tracing::debug!`] with the feature `tracing`, nothing without it.
macro_rules! debug_event {
    ($($event:tt)+) => {
        #[cfg(feature = "tracing")]
        tracing::debug!($($event)+);
    };
}

pub(crate) use debug_event;
