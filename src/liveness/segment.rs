//! [`Segment`]: one colour on the screen for a while, of which challenges are made.

use super::fault::error;
use crate::error::{ErrorKind, Result};
use crate::words::words;
use serde::{Deserialize, Serialize};

/// How many segments one challenge may hold at most: [`Issuer`](super::Issuer) makes 18 at most.
pub const MAX_SEGMENTS: usize = 64;

/// How long one challenge may take at most, in microseconds. [`Issuer`](super::Issuer) stays within
/// 5 s; the bound keeps what is read from elsewhere small. Chosen by hand.
pub const MAX_TOTAL_US: u64 = 60_000_000;

/// Which part of the screen is lit; the rest is black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The whole screen.
    #[default]
    Full,
    /// The upper half.
    Top,
    /// The lower half.
    Bottom,
    /// The left half, as the person before the screen sees it.
    Left,
    /// The right half.
    Right,
}

words!(Region {
    Full => "full",
    Top => "top",
    Bottom => "bottom",
    Left => "left",
    Right => "right",
});

/// One colour of a challenge, when it begins, and for how long it is shown. Between segments the
/// screen is black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Microseconds after the challenge's first frame on the screen.
    pub start_us: u64,
    /// How long the colour is shown, in microseconds.
    pub duration_us: u64,
    /// Red, green and blue, as sRGB values.
    pub color: [u8; 3],
    /// Which part of the screen shows the colour; absent from JSON it is [`Region::Full`].
    #[serde(default)]
    pub region: Region,
}

impl Segment {
    /// When the segment ends, in microseconds after the challenge's first frame. Saturates at the
    /// largest number.
    #[must_use]
    pub fn end_us(&self) -> u64 {
        self.start_us.saturating_add(self.duration_us)
    }
}

/// Checks that `segments` can be played: there are some, not too many, each takes time, and they
/// are in order without overlap.
pub(super) fn check(segments: &[Segment]) -> Result<()> {
    if segments.len() > MAX_SEGMENTS {
        let message = format!("{} segments, over the limit of {MAX_SEGMENTS}", segments.len());
        return Err(error(ErrorKind::LimitExceeded, message));
    }
    let corrupt = |message: String| Err(error(ErrorKind::Corrupt, message));
    if segments.is_empty() {
        return corrupt("a challenge without segments".into());
    }
    let mut free_from_us = 0;
    for (index, segment) in segments.iter().enumerate() {
        if segment.duration_us == 0 {
            return corrupt(format!("segment {index} takes no time"));
        }
        if segment.start_us < free_from_us {
            return corrupt(format!("segment {index} begins before the one before it ends"));
        }
        free_from_us = segment.end_us();
        if free_from_us > MAX_TOTAL_US {
            let message = format!("segment {index} ends after the limit of {} s", MAX_TOTAL_US / 1_000_000);
            return Err(error(ErrorKind::LimitExceeded, message));
        }
    }
    Ok(())
}
