//! [`ChallengePolicy`]: what challenges look like, and what a policy may ask for.

use super::orders::{channel_distance, linear};
use crate::error::{ErrorKind, Result};
use crate::liveness::error;
use crate::liveness::safety::{DisplayModel, MAX_LENGTH_US, MIN_INTERVAL_US};

/// The shortest slot that a policy may ask for, in microseconds. Slots of this length can't be
/// unsafe: in a second there are three edges at most, which is two flashes begun.
pub const MIN_SLOT_US: u64 = MIN_INTERVAL_US;

/// The shortest time that guards may take, in microseconds: some frames of baseline at 15 a second,
/// after exposure control had its say.
pub const MIN_GUARD_US: u64 = 500_000;

/// The smallest step by which slots may differ in length, in microseconds: one frame of a camera of
/// 15 frames a second.
pub const MIN_JITTER_US: u64 = 66_666;

const MAX_SLOTS: usize = 16;
const MAX_COLORS: usize = 16;
const MAX_JITTER_STEPS: u32 = 15;
const MAX_REQUIRED_STEPS: u8 = 3;
const MAX_LIFETIME_S: u64 = 86_400;

/// How far two colours must be apart in one channel of linear light, 0 to 1. A choice, not a
/// measurement: black and the default baseline are 0.216 apart.
const MIN_COLOR_DISTANCE: f64 = 0.2;

/// What challenges look like: a neutral baseline, `slots` random colours of random length, and the
/// baseline again.
///
/// The defaults: eight slots of 400, 467 or 533 ms (whole frames at 15, 30 and 60 a second), in the
/// eight corners of the RGB cube, between half-second guards of mid-grey; 5 s in all at most.
///
/// 400 ms rather than the shortest that is safe: in sequences of eight random colours that were
/// played to a flash analyser, slots of 300 ms gave warnings for 5 of 20, slots of 400 ms for none.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengePolicy {
    /// The colours, as sRGB: 2 to 16. Any two, and each and the baseline, are 0.2 or more apart in
    /// a channel of linear light.
    pub palette: Vec<[u8; 3]>,
    /// How many colours are shown: 1 to 16. No colour follows itself.
    pub slots: usize,
    /// The shortest slot, in microseconds; [`MIN_SLOT_US`] or more.
    pub slot_us: u64,
    /// The step by which slots differ in length, in microseconds; [`MIN_JITTER_US`] or more if
    /// there are steps.
    pub jitter_us: u64,
    /// How many steps a slot can be longer than the shortest: 0 to 15.
    pub jitter_steps: u32,
    /// The neutral colour before and behind: red, green and blue equal, 64 to 192, so that light
    /// can rise and fall from it.
    pub baseline: [u8; 3],
    /// How long the baseline is shown before, and behind, in microseconds; [`MIN_GUARD_US`] or
    /// more. It lets a verifier measure the face's own colour, and the last edge.
    pub guard_us: u64,
    /// How long a challenge may take, in microseconds; [`MAX_LENGTH_US`] or less.
    pub max_total_us: u64,
    /// How many edges between slots switch red light by half its range or more, and green, and
    /// blue: 0 to 3 of each at least. Without them a channel's response could not be measured.
    pub channel_steps: u8,
    /// How many edges between slots change relative luminance by 0.4 or more: 0 to 3 at least. Cues
    /// of shape need light and dark.
    pub luminance_steps: u8,
    /// Whether every second slot lights a half of the screen only (top, bottom, left or right;
    /// black has no half): more sequences, and half the amplitude. On phones it gained nothing
    /// for the shape, so it is off by default.
    pub regions: bool,
    /// The least entropy of the order of colours and halves, in bits. Slot lengths add to it, and
    /// don't count here: a verifier may tolerate them.
    pub min_bits: f64,
    /// How long a challenge can be answered, in seconds: 1 to 86,400.
    pub lifetime_s: u64,
    /// The display that safety is judged for.
    pub display: DisplayModel,
}

impl Default for ChallengePolicy {
    fn default() -> Self {
        let corner = |bits: u8| [4, 2, 1].map(|channel| if bits & channel > 0 { 255 } else { 0 });
        Self {
            palette: (0..8).map(corner).collect(),
            slots: 8,
            slot_us: 400_000,
            jitter_us: MIN_JITTER_US,
            jitter_steps: 2,
            baseline: [128; 3],
            guard_us: MIN_GUARD_US,
            max_total_us: MAX_LENGTH_US,
            channel_steps: 2,
            luminance_steps: 2,
            regions: false,
            min_bits: 20.0,
            lifetime_s: 120,
            display: DisplayModel::default(),
        }
    }
}

impl ChallengePolicy {
    /// How many jitter steps all slots may take together, if a challenge of shortest slots fits at
    /// all.
    pub(super) fn slack(&self) -> Option<usize> {
        let shortest = (self.slots as u64).checked_mul(self.slot_us)?.checked_add(self.guard_us.checked_mul(2)?)?;
        let left = self.max_total_us.checked_sub(shortest)?;
        let most = self.slots.saturating_mul(self.jitter_steps as usize);
        Some(left.checked_div(self.jitter_us).map_or(most, |steps| most.min(steps as usize)))
    }

    /// Whether every field is in its range, and slots and guards fit the time.
    pub(super) fn check(&self) -> Result<()> {
        let invalid = |message: String| Err(error(ErrorKind::InvalidArgument, message));
        if !(2..=MAX_COLORS).contains(&self.palette.len()) {
            return invalid(format!("a palette of {} colours: 2 to {MAX_COLORS}", self.palette.len()));
        }
        let [r, g, b] = self.baseline;
        if r != g || g != b || !(64..=192).contains(&r) {
            return invalid(format!("a baseline of {:?}: a grey from 64 to 192", self.baseline));
        }
        let shown = || self.palette.iter().chain([&self.baseline]);
        for (index, a) in shown().enumerate() {
            if let Some(b) = shown().skip(index + 1).find(|b| near(*a, **b)) {
                return invalid(format!("{a:?} and {b:?} are too much alike"));
            }
        }
        let ranges = [
            ("slots", self.slots as u64, 1, MAX_SLOTS as u64),
            ("slot_us", self.slot_us, MIN_SLOT_US, MAX_LENGTH_US),
            ("guard_us", self.guard_us, MIN_GUARD_US, MAX_LENGTH_US),
            ("max_total_us", self.max_total_us, 0, MAX_LENGTH_US),
            ("jitter_steps", self.jitter_steps.into(), 0, MAX_JITTER_STEPS.into()),
            ("channel_steps", self.channel_steps.into(), 0, MAX_REQUIRED_STEPS.into()),
            ("luminance_steps", self.luminance_steps.into(), 0, MAX_REQUIRED_STEPS.into()),
            ("lifetime_s", self.lifetime_s, 1, MAX_LIFETIME_S),
        ];
        for (name, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return invalid(format!("{name} is {value}: {least} to {most}"));
            }
        }
        if self.jitter_steps > 0 && self.jitter_us < MIN_JITTER_US {
            return invalid(format!("jitter_us is {}: {MIN_JITTER_US} or more", self.jitter_us));
        }
        if self.slack().is_none() {
            return invalid(format!("{} slots and two guards take over {} µs", self.slots, self.max_total_us));
        }
        Ok(())
    }
}

fn near(a: [u8; 3], b: [u8; 3]) -> bool {
    channel_distance(linear(a), linear(b)) < MIN_COLOR_DISTANCE
}
