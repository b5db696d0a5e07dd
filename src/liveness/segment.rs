//! One colour on the screen for a while: what challenges are made of.

use serde::{Deserialize, Serialize};

/// Which part of the screen is lit; the rest is black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// All of it.
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

/// A colour, when it begins, and for how long it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Microseconds after the challenge's first frame on the screen.
    pub start_us: u64,
    /// How long it is shown, in microseconds.
    pub duration_us: u64,
    /// Red, green and blue, as sRGB values.
    pub color: [u8; 3],
    /// Which part of the screen shows it.
    #[serde(default)]
    pub region: Region,
}

impl Segment {
    /// When it ends, in microseconds after the challenge's first frame; saturates.
    pub fn end_us(&self) -> u64 {
        self.start_us.saturating_add(self.duration_us)
    }
}
