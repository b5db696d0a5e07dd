//! [`Guide`]: one instruction after the other, without flicker.

use super::options::GuideOptions;
use super::urge::{Held, urge};
use crate::capture::hint::Hint;
use crate::capture::measure::{FaceMeasurements, Measurements};
use crate::capture::oval::HEIGHT_OVER_WIDTH;
use crate::capture::tracker::TrackId;

/// The face's speed is averaged over about this time, in microseconds. Chosen by hand: a few
/// frames.
const SPEED_US: f32 = 150_000.0;
/// A longer time between two frames counts as this much stillness at most, in microseconds: nobody
/// saw what happened in between. Chosen by hand.
const LONGEST_STEP_US: u64 = 200_000;

/// What guidance says about one frame.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[non_exhaustive]
#[must_use]
pub struct Guidance {
    /// What to ask the person for now.
    pub hint: Hint,
    /// How much of the still phase has passed, 0 ..= 1; 0 while something is wrong in this frame.
    pub progress: f32,
    /// The most useful hint for this frame alone, before smoothing over time.
    pub urge: Hint,
    /// The measured values behind the hint.
    pub measurements: Measurements,
    /// The face's speed in face widths per second.
    pub speed: f32,
    /// The hint that stood in the way for longest, once time has run out; `None` before.
    pub timed_out: Option<Hint>,
}

/// What guidance remembers from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GuideState {
    /// When the first frame was taken.
    begun_us: Option<u64>,
    /// The last frame's time, and its face.
    last: Option<(u64, Option<FaceMeasurements>)>,
    /// Which conditions hold.
    held: Held,
    /// The face's speed in its widths per second, averaged.
    speed: f32,
    /// The hint that is shown, and since when.
    shown: Hint,
    shown_since_us: u64,
    /// The hint that would be most useful, and since when it has been.
    urge: Hint,
    urge_since_us: u64,
    /// How long the face has been still and good.
    still_us: u64,
    /// Since when this frame and those before it were not good.
    bad_since_us: Option<u64>,
    /// The track whose stillness is counted.
    track: Option<TrackId>,
    /// How long each hint was shown, by its [place](Hint::index).
    spent_us: [u64; Hint::ALL.len()],
    /// Whether the capture was ready at some time: then it can't time out.
    was_ready: bool,
}

impl Default for GuideState {
    fn default() -> Self {
        Self {
            begun_us: None,
            last: None,
            held: Held::default(),
            speed: 0.0,
            shown: Hint::NoFace,
            shown_since_us: 0,
            urge: Hint::NoFace,
            urge_since_us: 0,
            still_us: 0,
            bad_since_us: None,
            track: None,
            spent_us: [0; Hint::ALL.len()],
            was_ready: false,
        }
    }
}

/// The guidance for a frame that `measurements` describe, and the state after it. A time that does
/// not advance is taken as no time passed.
pub(super) fn step(state: &GuideState, measurements: &Measurements, options: &GuideOptions) -> (GuideState, Guidance) {
    let mut next = *state;
    // A clock that goes back stands still. Before the first frame there is no time to stand at.
    let now_us = measurements.timestamp_us.max(state.last.map_or(0, |(t, _)| t));
    let begun_us = *next.begun_us.get_or_insert(now_us);
    // Before the first frame no time has passed.
    let elapsed_us = state.last.map_or(0, |(t, _)| now_us - t);
    next.speed = speed(state, measurements, elapsed_us);
    next.last = Some((now_us, measurements.face));

    let urge = urge(&mut next.held, next.urge, next.speed, measurements, &options.limits());
    next.hold(urge, measurements.face.map(|f| f.track), now_us, elapsed_us.min(LONGEST_STEP_US), options);
    let urge = if urge == Hint::Hold && next.still_us >= options.still_us() { Hint::Ready } else { urge };
    next.show(urge, state.begun_us.is_none(), now_us, elapsed_us, options);

    next.was_ready |= next.shown == Hint::Ready;
    let timed_out = !next.was_ready && now_us - begun_us >= options.timeout_us();
    let progress = if urge.is_good() && options.still_us() > 0 {
        (next.still_us as f32 / options.still_us() as f32).min(1.0)
    } else if urge == Hint::Ready {
        1.0
    } else {
        0.0
    };
    let guidance = Guidance {
        hint: next.shown,
        progress,
        urge,
        measurements: *measurements,
        speed: next.speed,
        timed_out: timed_out.then(|| next.longest_obstacle()),
    };
    (next, guidance)
}

impl GuideState {
    /// Counts stillness. A bad frame pauses it, bad frames for longer than an urge takes to settle
    /// and another face end it.
    fn hold(&mut self, urge: Hint, track: Option<TrackId>, now_us: u64, elapsed_us: u64, options: &GuideOptions) {
        // A frame without a face is no other face; it is a bad frame below.
        let same = track.is_none() || track == self.track;
        if !same {
            self.still_us = 0;
            self.track = track;
        }
        if urge == Hint::Hold {
            // The time before a first good frame was not good.
            if same && self.bad_since_us.is_none() {
                self.still_us = self.still_us.saturating_add(elapsed_us).min(options.still_us());
            }
            self.bad_since_us = None;
        } else {
            let since = *self.bad_since_us.get_or_insert(now_us);
            // A blink, a blurred frame or a twitch passes; everything else ends stillness at once.
            let passing = matches!(urge, Hint::OpenEyes | Hint::Blurred | Hint::HoldStill);
            if now_us - since >= options.settle_us() || !passing {
                self.still_us = 0;
            }
        }
    }

    /// Lets what is shown follow the urge.
    fn show(&mut self, urge: Hint, first: bool, now_us: u64, elapsed_us: u64, options: &GuideOptions) {
        // `Hint::ALL` has a place for every hint.
        #[allow(clippy::indexing_slicing, reason = "a hint's index is below the number of hints")]
        let spent = &mut self.spent_us[self.shown.index()];
        *spent = spent.saturating_add(elapsed_us);
        // The urge's own age, whatever is shown meanwhile.
        if urge != self.urge || first {
            (self.urge, self.urge_since_us) = (urge, now_us);
        }
        // Stillness has taken its time already.
        let settled = now_us - self.urge_since_us >= options.settle_us() || urge == Hint::Ready;
        let shown_enough = now_us - self.shown_since_us >= options.least_us();
        if first || (urge != self.shown && settled && shown_enough) {
            (self.shown, self.shown_since_us) = (urge, now_us);
        }
    }

    /// The hint that was shown for longest of those that ask for something.
    fn longest_obstacle(&self) -> Hint {
        let obstacles = Hint::ALL.into_iter().zip(self.spent_us).filter(|(hint, _)| !hint.is_good());
        // There are obstacles among the hints, so the default never counts.
        obstacles.max_by_key(|(_, spent)| *spent).map_or(Hint::NoFace, |(hint, _)| hint)
    }
}

/// The face's speed in its widths per second, averaged; 0 where there was no face before.
fn speed(state: &GuideState, now: &Measurements, elapsed_us: u64) -> f32 {
    let (Some((_, Some(before))), Some(face)) = (state.last, now.face) else {
        return 0.0;
    };
    // Without time there is no speed, and between two tracks no movement.
    if elapsed_us == 0 || before.track != face.track {
        return state.speed;
    }
    // Offsets are in widths and heights of the oval; a growing face moves, too.
    let (dx, dy) = (face.offset_x - before.offset_x, HEIGHT_OVER_WIDTH * (face.offset_y - before.offset_y));
    let moved = dx.hypot(dy).max((face.size - before.size).abs()) / face.size.max(1e-3);
    let latest = moved / (1e-6 * elapsed_us as f32);
    // An exponential average, whatever the frame rate.
    let weight = 1.0 - (-(elapsed_us as f32) / SPEED_US).exp();
    let speed = state.speed + weight * (latest - state.speed);
    // Values that are no numbers are a movement that is too fast.
    if speed.is_finite() { speed } else { f32::MAX }
}

/// From measurements to one instruction: which, when it may change, and when the face has been
/// still for long enough.
///
/// A guide sees no pixels: what a frame shows comes as [`Measurements`]. The same measurements in
/// the same order give the same guidance. [`CaptureSession`](crate::capture::CaptureSession) has
/// one inside.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    options: GuideOptions,
    state: GuideState,
}

impl Guide {
    /// Guidance from the beginning.
    #[must_use]
    pub fn new(options: GuideOptions) -> Self {
        Self { options, state: GuideState::default() }
    }

    /// The guidance for the next frame.
    pub fn update(&mut self, measurements: &Measurements) -> Guidance {
        let (state, guidance) = step(&self.state, measurements, &self.options);
        self.state = state;
        guidance
    }
}
