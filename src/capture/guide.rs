//! From measurements to one instruction: which, when it may change, and when the face has been
//! still for long enough.
//!
//! Everything here is a function of (state, measurements, options): no pixels, no clock, the same
//! in, the same out. Each frame has an *urge*, the most useful hint for that frame alone. What is
//! shown follows the urge, but only once it has lasted ([`GuideOptions::settle_us`]) and what is
//! shown has been shown for [`GuideOptions::least_us`]; and a condition that holds is only given up
//! when its measure is clearly better than its limit ([`RELEASE`]): so hints neither flicker nor
//! swing at a limit.

use super::hint::Hint;
use super::measure::{FaceMeasurements, Measurements};
use super::tracker::TrackId;
use crate::error::{Error, ErrorKind, Result, Stage};

/// A condition that holds ends when its measure, as a share of its limit, falls below this.
pub const RELEASE: f32 = 0.85;
/// Weight of the hint that is given already when size and place compete.
const LOYALTY: f32 = 1.25;
/// The face's speed is averaged over about this time, in microseconds.
const SPEED_US: f32 = 150_000.0;
/// A longer time between two frames counts as this much stillness at most, in microseconds.
const LONGEST_STEP_US: u64 = 200_000;

/// What is good enough. Those marked as guesses were not measured on people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GuideLimits {
    /// Width of the face over that of the oval, at least. With the next one it keeps the ovals'
    /// overlap over 0.67 (Amplify asks for 0.6).
    pub size_min: f32,
    /// Width of the face over that of the oval, at most.
    pub size_max: f32,
    /// Distance of the centres in widths or heights of the oval. A guess.
    pub offset: f32,
    /// Turned to a side, degrees. A guess: templates bear more, but the flash's shading is measured
    /// best from the front.
    pub yaw_deg: f32,
    /// Turned up or down, degrees. A guess; phones are held low.
    pub pitch_deg: f32,
    /// Tilted, degrees. A guess.
    pub roll_deg: f32,
    /// The mesh's face flag, at least. Of 7,701 LFW faces 5 have less.
    pub flag: f32,
    /// Openness of the more closed eye, at least. No LFW face of 514 is below 0.172.
    pub eye_openness: f32,
    /// Mean luminance of the face, at least: [`crate::quality::DARK_LUMINANCE`], low enough for
    /// dark skin.
    pub luminance: f32,
    /// Share of the face that is blown out, at most. A guess; LFW's faces have 0.00 in 90 %.
    pub over_exposure: f32,
    /// Darker half over brighter half, at least. A guess.
    pub light_balance: f32,
    /// Sharpness, at least: [`crate::quality::BLURRED_SHARPNESS`].
    pub sharpness: f32,
    /// Speed in face widths per second, at most. A guess, some five times a hand's tremor.
    pub speed: f32,
}

impl Default for GuideLimits {
    fn default() -> Self {
        Self {
            size_min: 0.82,
            size_max: 1.18,
            offset: 0.12,
            yaw_deg: 15.0,
            pitch_deg: 18.0,
            roll_deg: 15.0,
            flag: 0.9,
            eye_openness: 0.16,
            luminance: crate::quality::DARK_LUMINANCE,
            over_exposure: 0.15,
            light_balance: 0.3,
            sharpness: crate::quality::BLURRED_SHARPNESS,
            speed: 0.25,
        }
    }
}

/// How guidance behaves over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GuideOptions {
    /// What is good enough.
    pub limits: GuideLimits,
    /// An urge is shown once it has lasted this long: longer than a blink is closed (100 to 150 ms)
    /// and a frame lost. In microseconds.
    pub settle_us: u64,
    /// A hint stays for this long at least. In microseconds.
    pub least_us: u64,
    /// How long the face is to be still and good before [`Hint::Ready`]; Amplify waits 1 s. In
    /// microseconds.
    pub still_us: u64,
    /// After this time without [`Hint::Ready`] guidance has timed out. A guess with room for people
    /// who need longer; Amplify gives up after 7 s. In microseconds.
    pub timeout_us: u64,
}

impl Default for GuideOptions {
    fn default() -> Self {
        Self {
            limits: GuideLimits::default(),
            settle_us: 200_000,
            least_us: 300_000,
            still_us: 1_000_000,
            timeout_us: 30_000_000,
        }
    }
}

impl GuideOptions {
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a limit is not a positive number or the sizes contradict
    /// each other.
    pub(super) fn check(&self) -> Result<()> {
        let l = &self.limits;
        let positive = [
            l.size_min,
            l.offset,
            l.yaw_deg,
            l.pitch_deg,
            l.roll_deg,
            l.eye_openness,
            l.luminance,
            l.over_exposure,
            l.light_balance,
            l.sharpness,
            l.speed,
        ];
        let fits = positive.iter().all(|v| v.is_finite() && *v > 0.0) && (0.0..1.0).contains(&l.flag);
        if fits && l.size_min < 1.0 && l.size_max > 1.0 && l.size_max.is_finite() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidArgument, Stage::Capture, "a limit of the guidance is out of range"))
    }
}

/// One frame's outcome.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[must_use]
pub struct Guidance {
    /// What to ask for.
    pub hint: Hint,
    /// How much of the still phase has passed, 0 ..= 1; 0 while something is wrong in this frame.
    pub progress: f32,
    /// The most useful hint for this frame alone, before smoothing over time.
    pub urge: Hint,
    /// The measured values behind it.
    pub measurements: Measurements,
    /// The face's speed in face widths per second.
    pub speed: f32,
    /// Set once time has run out: the hint that stood in the way for longest.
    pub timed_out: Option<Hint>,
}

/// What guidance remembers from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GuideState {
    begun_us: Option<u64>,
    last: Option<(u64, Option<FaceMeasurements>)>,
    /// Which conditions hold, by hint.
    held: [bool; Hint::ALL.len()],
    speed: f32,
    shown: Hint,
    shown_since_us: u64,
    urge: Hint,
    urge_since_us: u64,
    still_us: u64,
    /// Since when this frame and those before it were not good.
    bad_since_us: Option<u64>,
    track: Option<TrackId>,
    /// How long each hint was shown.
    spent_us: [u64; Hint::ALL.len()],
    was_ready: bool,
}

impl Default for GuideState {
    fn default() -> Self {
        Self {
            begun_us: None,
            last: None,
            held: [false; Hint::ALL.len()],
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
pub fn step(state: &GuideState, measurements: &Measurements, options: &GuideOptions) -> (GuideState, Guidance) {
    let mut next = *state;
    let now_us = measurements.timestamp_us.max(state.last.map_or(0, |(t, _)| t));
    let begun_us = *next.begun_us.get_or_insert(now_us);
    let elapsed_us = state.last.map_or(0, |(t, _)| now_us - t);
    next.speed = speed(state, measurements, elapsed_us);
    next.last = Some((now_us, measurements.face));

    let urge = urge(&mut next, measurements, &options.limits);
    next.hold(urge, measurements.face.map(|f| f.track), now_us, elapsed_us.min(LONGEST_STEP_US), options);
    let urge = if urge == Hint::Hold && next.still_us >= options.still_us { Hint::Ready } else { urge };
    next.show(urge, state.begun_us.is_none(), now_us, elapsed_us, options);

    next.was_ready |= next.shown == Hint::Ready;
    let timed_out = !next.was_ready && now_us - begun_us >= options.timeout_us;
    let progress = if urge.is_good() && options.still_us > 0 {
        (next.still_us as f32 / options.still_us as f32).min(1.0)
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
        let same = track.is_none() || track == self.track;
        if !same {
            self.still_us = 0;
            self.track = track;
        }
        if urge == Hint::Hold {
            // The time before a first good frame was not good.
            if same && self.bad_since_us.is_none() {
                self.still_us = self.still_us.saturating_add(elapsed_us).min(options.still_us);
            }
            self.bad_since_us = None;
        } else {
            let since = *self.bad_since_us.get_or_insert(now_us);
            if now_us - since >= options.settle_us || !matches!(urge, Hint::OpenEyes | Hint::Blurred | Hint::HoldStill)
            {
                self.still_us = 0;
            }
        }
    }

    /// Lets what is shown follow the urge.
    fn show(&mut self, urge: Hint, first: bool, now_us: u64, elapsed_us: u64, options: &GuideOptions) {
        if let Some(spent) = self.spent_us.get_mut(self.shown.index()) {
            *spent = spent.saturating_add(elapsed_us);
        }
        if urge != self.urge || first {
            (self.urge, self.urge_since_us) = (urge, now_us);
        }
        // Stillness has taken its time already.
        let settled = now_us - self.urge_since_us >= options.settle_us || urge == Hint::Ready;
        let shown_enough = now_us - self.shown_since_us >= options.least_us;
        if first || (urge != self.shown && settled && shown_enough) {
            (self.shown, self.shown_since_us) = (urge, now_us);
        }
    }

    fn longest_obstacle(&self) -> Hint {
        let obstacles = Hint::ALL.into_iter().zip(self.spent_us).filter(|(hint, _)| !hint.is_good());
        obstacles.max_by_key(|(_, spent)| *spent).map_or(Hint::NoFace, |(hint, _)| hint)
    }
}

/// The face's speed in its widths per second, averaged; 0 where there was no face before.
fn speed(state: &GuideState, now: &Measurements, elapsed_us: u64) -> f32 {
    let (Some((_, Some(before))), Some(face)) = (state.last, now.face) else {
        return 0.0;
    };
    if elapsed_us == 0 || before.track != face.track {
        return state.speed;
    }
    // Offsets are in widths and heights of the oval; a growing face moves, too.
    let (dx, dy) = (face.offset_x - before.offset_x, 1.618 * (face.offset_y - before.offset_y));
    let moved = dx.hypot(dy).max((face.size - before.size).abs()) / face.size.max(1e-3);
    let latest = moved / (1e-6 * elapsed_us as f32);
    let weight = 1.0 - (-(elapsed_us as f32) / SPEED_US).exp();
    let speed = state.speed + weight * (latest - state.speed);
    if speed.is_finite() { speed } else { f32::MAX }
}

/// The most useful hint for this frame alone. Notes in `state` which conditions hold.
fn urge(state: &mut GuideState, measurements: &Measurements, limits: &GuideLimits) -> Hint {
    let Some(face) = measurements.face.filter(|_| measurements.faces > 0) else {
        state.held = [false; Hint::ALL.len()];
        return Hint::NoFace;
    };
    // Each measure as a share of its limit: 1 is the limit, more is worse. `least` is for measures that
    // must not be small.
    let least = |value: f32, limit: f32| limit / value.max(0.0);
    let (x, y) = (face.offset_x / limits.offset, face.offset_y / limits.offset);
    let turns = [face.yaw_deg / limits.yaw_deg, face.pitch_deg / limits.pitch_deg, face.roll_deg / limits.roll_deg]
        .map(f32::abs);
    // A maximum passes over NaN.
    let turned = if turns.iter().any(|t| t.is_nan()) { f32::NAN } else { turns.into_iter().fold(0.0, f32::max) };
    let shares = [
        (Hint::MoveCloser, face.size.ln() / limits.size_min.ln()),
        (Hint::MoveAway, face.size.ln() / limits.size_max.ln()),
        // The image's left is the person's right.
        (Hint::MoveLeft, -x),
        (Hint::MoveRight, x),
        (Hint::MoveUp, y),
        (Hint::MoveDown, -y),
        (Hint::RemoveObstruction, (1.0 - face.flag) / (1.0 - limits.flag)),
        (Hint::TooDark, least(face.luminance, limits.luminance)),
        (Hint::TooBright, face.over_exposure / limits.over_exposure),
        (Hint::TurnStraight, turned),
        (Hint::OpenEyes, least(face.eye_openness, limits.eye_openness)),
        (Hint::UnevenLight, least(face.light_balance, limits.light_balance)),
        (Hint::Blurred, least(face.sharpness, limits.sharpness)),
        (Hint::HoldStill, state.speed / limits.speed),
    ];
    let mut place: Option<(Hint, f32)> = None;
    let mut other = None;
    for (hint, share) in shares {
        let Some(held) = state.held.get_mut(hint.index()) else { continue };
        // NaN counts as bad.
        *held = share.is_nan() || share > if *held { RELEASE } else { 1.0 };
        if !*held {
            continue;
        }
        if hint.index() > Hint::MoveDown.index() {
            other = other.or(Some(hint));
            continue;
        }
        // Size and place: the worst first, unless what is asked for is nearly as bad.
        let weight = if share.is_nan() { f32::MAX } else { share * if hint == state.urge { LOYALTY } else { 1.0 } };
        if place.is_none_or(|(_, worst)| weight > worst) {
            place = Some((hint, weight));
        }
    }
    if measurements.faces > 1 {
        return Hint::SeveralFaces;
    }
    place.map(|(hint, _)| hint).or(other).unwrap_or(Hint::Hold)
}

/// [`step`] with its state and options.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    options: GuideOptions,
    state: GuideState,
}

impl Guide {
    /// Guidance from the beginning.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a limit is out of range.
    pub fn new(options: GuideOptions) -> Result<Self> {
        options.check()?;
        Ok(Self { options, state: GuideState::default() })
    }

    /// The guidance for the next frame.
    pub fn update(&mut self, measurements: &Measurements) -> Guidance {
        let (state, guidance) = step(&self.state, measurements, &self.options);
        self.state = state;
        guidance
    }
}

#[cfg(test)]
mod tests;
