//! [`LivenessOptions`]: how sessions are recorded and judged.

use super::challenge::ChallengePolicy;
use super::verdict::LivenessLimits;
use crate::capture::TrackerOptions;
use crate::settings::settings;

settings! {
    /// How liveness sessions are recorded and judged.
    ///
    /// ```
    /// use selfsame::liveness::{ChallengePolicy, LivenessOptions};
    /// let policy = ChallengePolicy::default().with_regions(true);
    /// let options = LivenessOptions::default().with_policy(policy);
    /// assert!(options.policy().regions());
    /// ```
    #[derive(Debug, Clone, PartialEq)]
    pub struct LivenessOptions in crate::error::Stage::Liveness {
        @by_hand { policy: ChallengePolicy = ChallengePolicy::default(); }
        /// From where on cues speak for a live face, and for an attack.
        limits, with_limits: LivenessLimits = LivenessLimits::default();
        /// How the face is followed.
        tracker, with_tracker: TrackerOptions = TrackerOptions::default();
        /// The camera's focal length over its frames' longer side, if it is known: 0.5 over the
        /// tangent of half the angle of view along that side. The reference carries it
        /// ([`Photo::focal_length_px`](crate::image::Photo::focal_length_px)), so that a comparison
        /// knows from how near it was taken. If it is not, 0.9 is taken, as front cameras
        /// have it.
        focal_length, with_focal_length: Option<f32> = None;
    }
}

impl LivenessOptions {
    /// What the challenges were drawn by. Evidence is counted against all challenges that this
    /// policy could have drawn, so it must be the one that [issued](super::Issuer) the challenge.
    ///
    /// Default: `ChallengePolicy::default()`.
    #[must_use]
    pub const fn policy(&self) -> &ChallengePolicy {
        &self.policy
    }

    /// Returns these options with another [`Self::policy`].
    #[must_use]
    pub fn with_policy(mut self, policy: ChallengePolicy) -> Self {
        self.policy = policy;
        self
    }
}
