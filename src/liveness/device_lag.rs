//! [`DeviceLag`]: how late a kind of device's camera is, and [`DeviceLags`], which learns it.

use super::analysis::{MEDIAN_OVER_DEVIATION, middle};
use super::fault::error;
use crate::error::{ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Times that are remembered at most.
const REMEMBERED: usize = 256;
/// With fewer times nothing is said.
const LEAST: usize = 20;
/// Standard deviations to both sides that a device's own answers lie in.
const WIDTH: f64 = 3.0;
/// What a lag's own estimate is off by, in milliseconds: less than half a frame.
const ESTIMATE_MS: f64 = 15.0;
/// Lags beyond these are no camera's, in milliseconds.
const RANGE_MS: [f64; 2] = [-1_000.0, 10_000.0];

/// How late the frames of a kind of device show what its screen shows, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceLag {
    mean_ms: f64,
    spread_ms: f64,
}

impl DeviceLag {
    /// A lag of `mean_ms` with a standard deviation of `spread_ms`, in milliseconds:
    /// [`TimingCue::lag_ms`](super::TimingCue::lag_ms) of live sessions.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] unless the mean is within -1,000 ..= 10,000 and the deviation
    /// within 0 ..= 1,000.
    pub fn new(mean_ms: f64, spread_ms: f64) -> Result<Self> {
        let [least, most] = RANGE_MS;
        if (least..=most).contains(&mean_ms) && (0.0..=1_000.0).contains(&spread_ms) {
            return Ok(Self { mean_ms, spread_ms });
        }
        Err(error(ErrorKind::InvalidArgument, format!("a lag of {mean_ms} ± {spread_ms} ms is no camera's")))
    }

    /// The mean lag, in milliseconds.
    #[must_use]
    pub fn mean_ms(&self) -> f64 {
        self.mean_ms
    }

    /// The lag's standard deviation, in milliseconds.
    #[must_use]
    pub fn spread_ms(&self) -> f64 {
        self.spread_ms
    }

    /// Whether a measured lag is this device's: within three standard deviations, and 15 ms for the
    /// estimate. NaN is not.
    #[must_use]
    pub fn covers(&self, lag_ms: f64) -> bool {
        (lag_ms - self.mean_ms).abs() <= WIDTH * self.spread_ms + ESTIMATE_MS
    }
}

/// Learns the lag of a kind of device from sessions that were accepted. It is plain data (`serde`):
/// a service keeps one for each model of phone.
///
/// ```
/// use selfsame::liveness::DeviceLags;
/// let mut lags = DeviceLags::default();
/// assert!(lags.lag().is_none(), "twenty sessions at least");
/// (0..40).for_each(|i| lags.add(120.0 + f64::from(i % 5)));
/// assert!(lags.lag().is_some_and(|lag| lag.covers(125.0) && !lag.covers(200.0)));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceLags {
    /// The latest lags in milliseconds.
    lags_ms: Vec<f64>,
    /// Where the next one goes.
    next: usize,
}

impl DeviceLags {
    /// Takes the lag of a live session whose person was accepted, in milliseconds
    /// ([`TimingCue::lag_ms`](super::TimingCue::lag_ms)). The latest 256 count; what is no camera's
    /// lag is left out.
    pub fn add(&mut self, lag_ms: f64) {
        let [least, most] = RANGE_MS;
        if !(least..=most).contains(&lag_ms) {
            return;
        }
        self.lags_ms.truncate(REMEMBERED);
        let place = self.next % REMEMBERED;
        match self.lags_ms.get_mut(place) {
            Some(old) => *old = lag_ms,
            None => self.lags_ms.push(lag_ms),
        }
        self.next = (place + 1) % REMEMBERED;
    }

    /// The median lag, with a deviation from the median of distances: a few sessions of attackers
    /// move neither. `None` with fewer than 20 sessions.
    #[must_use]
    pub fn lag(&self) -> Option<DeviceLag> {
        let [least, most] = RANGE_MS;
        // What was stored comes from outside.
        let known = self.lags_ms.iter().take(REMEMBERED).copied().filter(|lag| (least..=most).contains(lag));
        let mut lags: Vec<f64> = known.collect();
        if lags.len() < LEAST {
            return None;
        }
        let mean_ms = middle(&mut lags)?;
        let mut away: Vec<f64> = lags.iter().map(|lag| (lag - mean_ms).abs()).collect();
        DeviceLag::new(mean_ms, middle(&mut away)? / MEDIAN_OVER_DEVIATION).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_late_sessions_move_nothing_and_lags_of_old_are_forgotten() {
        let mut lags = DeviceLags::default();
        (0..50).for_each(|i| lags.add(if i % 10 == 0 { 900.0 } else { 100.0 + f64::from(i % 3) }));
        let lag = lags.lag().unwrap();
        assert!((lag.mean_ms() - 101.0).abs() <= 1.0 && lag.spread_ms() < 3.0, "{lag:?}");
        assert!(lag.covers(110.0) && !lag.covers(180.0) && !lag.covers(f64::NAN));
        (0..300).for_each(|_| lags.add(50.0));
        assert_eq!(lags.lag().unwrap().mean_ms(), 50.0);
        (0..1000).for_each(|_| lags.add(f64::NAN));
        assert_eq!(lags.lag().unwrap().mean_ms(), 50.0);
    }

    #[test]
    fn lags_that_no_camera_has_are_refused() {
        for (mean, spread) in [(f64::NAN, 1.0), (1e6, 1.0), (100.0, -1.0), (100.0, f64::INFINITY)] {
            assert_eq!(DeviceLag::new(mean, spread).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        let stored: DeviceLags =
            serde_json::from_str(r#"{"lags_ms":[1e300,5.0],"next":18446744073709551615}"#).unwrap();
        assert!(stored.lag().is_none());
        let mut stored = stored;
        stored.add(7.0);
    }
}
