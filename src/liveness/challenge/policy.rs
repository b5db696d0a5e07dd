//! [`ChallengePolicy`]: what challenges look like, and what a policy may ask for.

use super::color::{channel_distance, linear};
use crate::error::{ErrorKind, Result, Stage};
use crate::liveness::fault::error;
use crate::liveness::safety::{DisplayModel, MAX_LENGTH_US, MIN_INTERVAL_US};
use crate::settings::{outside, settings};
use std::ops::RangeInclusive;

/// The shortest slot that a policy may ask for, in microseconds. Slots of this length can't be
/// unsafe: in a second there are three edges at most, which is two flashes begun.
pub const MIN_SLOT_US: u64 = MIN_INTERVAL_US;

/// The shortest time that guards may take, in microseconds: some frames of baseline at 15 a second,
/// after exposure control had its say. Chosen by hand.
pub const MIN_GUARD_US: u64 = 500_000;

/// The smallest step by which slots may differ in length, in microseconds: one frame of a camera of
/// 15 frames a second.
pub const MIN_JITTER_US: u64 = 66_666;

/// How many colours a palette may have. More than the corners of the RGB cube are hard to tell
/// apart in a face's answer; the bound keeps the count of challenges within 128 bits.
const COLORS: RangeInclusive<usize> = 2..=16;

/// How far two colours must be apart in one channel of linear light, 0 to 1. A choice, not a
/// measurement: black and the default baseline are 0.216 apart.
const MIN_COLOR_DISTANCE: f64 = 0.2;

/// Neutral colours whose red, green and blue are one value within a range.
struct Greys(RangeInclusive<u8>);

impl Greys {
    fn contains(&self, color: &[u8; 3]) -> bool {
        let [r, g, b] = color;
        r == g && g == b && self.0.contains(r)
    }
}

settings! {
    /// What challenges look like: a neutral baseline, some random colours of random length, and the
    /// baseline again.
    ///
    /// By default these are eight slots of 400, 467 or 533 ms (whole frames at 15, 30 and 60 a
    /// second) in the eight corners of the RGB cube, between half-second guards of mid-grey; 5 s in
    /// all at most.
    ///
    /// A slot takes 400 ms rather than the shortest time that is safe: in sequences of eight random
    /// colours that were played to a flash analyser, slots of 300 ms gave warnings for 5 of 20,
    /// slots of 400 ms for none.
    ///
    /// Each setter checks the range of its own field. Whether fields fit each other (slots and
    /// guards fit the time, colours differ from the baseline, enough orders of colours are left) is
    /// checked by [`Issuer::new`](super::Issuer::new).
    ///
    /// ```
    /// use selfsame::liveness::{ChallengePolicy, Issuer};
    /// let policy = ChallengePolicy::default().with_slots(7)?.with_min_bits(18.0)?;
    /// assert!(Issuer::new(&policy)?.entropy().order_bits > 18.0);
    /// // Short slots could flash too often in a second.
    /// assert!(ChallengePolicy::default().with_slot_us(200_000).is_err());
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[derive(Debug, Clone, PartialEq)]
    pub struct ChallengePolicy in Stage::Liveness {
        @by_hand { palette: Vec<[u8; 3]> = corners(); }
        /// How many colours are shown. No colour follows itself.
        slots, with_slots: usize = 8, in 1..=16;
        /// The shortest slot, in microseconds.
        slot_us, with_slot_us: u64 = 400_000, in MIN_SLOT_US..=MAX_LENGTH_US;
        /// The step by which slots differ in length, in microseconds.
        jitter_us, with_jitter_us: u64 = MIN_JITTER_US, in MIN_JITTER_US..=MAX_LENGTH_US;
        /// How many steps a slot can be longer than the shortest.
        jitter_steps, with_jitter_steps: u32 = 2, in 0..=15;
        /// The neutral colour before and behind, as sRGB: a grey that is neither dark nor bright,
        /// so that light can rise and fall from it.
        baseline, with_baseline: [u8; 3] = [128; 3], in Greys(64..=192);
        /// How long the baseline is shown before, and behind, in microseconds. It lets a verifier
        /// measure the face's own colour, and the last edge.
        guard_us, with_guard_us: u64 = MIN_GUARD_US, in MIN_GUARD_US..=MAX_LENGTH_US;
        /// How long a challenge may take in all, in microseconds.
        max_total_us, with_max_total_us: u64 = MAX_LENGTH_US, in 0..=MAX_LENGTH_US;
        /// How many edges between slots switch red light by half its range or more, and as many
        /// green, and blue, at least. Without them a channel's response could not be measured.
        channel_steps, with_channel_steps: u8 = 2, in 0..=3;
        /// How many edges between slots change relative luminance by 0.4 or more, at least. Cues of
        /// shape need light and dark.
        luminance_steps, with_luminance_steps: u8 = 2, in 0..=3;
        /// Whether every second slot lights a half of the screen only (top, bottom, left or right;
        /// black has no half): more sequences, and half the amplitude. On phones it gained nothing
        /// for the shape, so it is off by default.
        regions, with_regions: bool = false;
        /// The least entropy of the order of colours and halves, in bits. Slot lengths add to it,
        /// and don't count here: a verifier may tolerate them.
        min_bits, with_min_bits: f64 = 20.0, in 0.0..=128.0;
        /// How long a challenge can be answered, in seconds.
        lifetime_s, with_lifetime_s: u64 = 120, in 1..=86_400;
        /// The display that safety is judged for.
        display, with_display: DisplayModel = DisplayModel::default();
    }
}

/// The eight corners of the RGB cube, black first and white last.
fn corners() -> Vec<[u8; 3]> {
    let corner = |bits: u8| [4, 2, 1].map(|channel| if bits & channel > 0 { 255 } else { 0 });
    (0..8).map(corner).collect()
}

impl ChallengePolicy {
    /// The colours that slots are drawn from, as sRGB. Any two, and each and the baseline, are 0.2
    /// or more apart in a channel of linear light.
    ///
    /// Default: the eight corners of the RGB cube; range: 2 to 16 colours.
    #[must_use]
    pub fn palette(&self) -> &[[u8; 3]] {
        &self.palette
    }

    /// Returns this policy with another [`Self::palette`] of 2 to 16 colours.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for fewer or more colours, and for two that are too much
    /// alike.
    pub fn with_palette(mut self, palette: impl Into<Vec<[u8; 3]>>) -> Result<Self> {
        self.palette = palette.into();
        if !COLORS.contains(&self.palette.len()) {
            return Err(outside(Stage::Liveness, "the palette's number of colours", &self.palette.len(), "2..=16"));
        }
        distinct(&self.palette)?;
        Ok(self)
    }

    /// How many jitter steps all slots may take together; `None` if a challenge of shortest slots
    /// does not fit the time at all.
    pub(super) fn slack(&self) -> Option<usize> {
        let shortest = (self.slots as u64).checked_mul(self.slot_us)?.checked_add(self.guard_us.checked_mul(2)?)?;
        let left = self.max_total_us.checked_sub(shortest)?;
        let most = self.slots * self.jitter_steps as usize;
        // `jitter_us` is never 0: its setter has a least value.
        Some(left.checked_div(self.jitter_us).map_or(most, |steps| most.min(steps as usize)))
    }

    /// Whether fields fit each other. Returns what [`Self::slack`] does.
    pub(super) fn check(&self) -> Result<usize> {
        let shown: Vec<[u8; 3]> = self.palette.iter().chain([&self.baseline]).copied().collect();
        distinct(&shown)?;
        self.slack().ok_or_else(|| {
            let message = format!("{} slots and two guards take over {} µs", self.slots, self.max_total_us);
            error(ErrorKind::InvalidArgument, message)
        })
    }
}

/// [`ErrorKind::InvalidArgument`] if two of these colours are too much alike.
fn distinct(colors: &[[u8; 3]]) -> Result<()> {
    for (index, a) in colors.iter().enumerate() {
        let near = |b: &&[u8; 3]| channel_distance(linear(*a), linear(**b)) < MIN_COLOR_DISTANCE;
        if let Some(b) = colors.iter().skip(index + 1).find(near) {
            return Err(error(ErrorKind::InvalidArgument, format!("{a:?} and {b:?} are too much alike")));
        }
    }
    Ok(())
}
