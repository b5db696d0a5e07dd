//! The clocks: the crate has none.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Unix seconds. A clock before 1970 is at 0.
pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Microseconds on this process's monotonic clock.
pub(crate) fn monotonic_us() -> u64 {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    // 500,000 years fit.
    u64::try_from(BEGUN.get_or_init(Instant::now).elapsed().as_micros()).unwrap_or(u64::MAX)
}
