//! How pixels become a network's numbers.

use serde::Deserialize;

/// The order of an image's three colour channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelOrder {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// How pixels become a network's numbers: `(pixel − mean) · scale` per channel, with pixels in
/// 0 ..= 255.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalisation {
    /// Which channel comes first in the result.
    pub order: ChannelOrder,
    /// Subtracted from the pixel, per channel of the result.
    pub mean: [f32; 3],
    /// Multiplied after that, per channel of the result.
    pub scale: [f32; 3],
}

impl Normalisation {
    /// Red, green and blue as stored, 0 ..= 255.
    pub const STORED_RGB: Self = Self { order: ChannelOrder::Rgb, mean: [0.0; 3], scale: [1.0; 3] };
}
