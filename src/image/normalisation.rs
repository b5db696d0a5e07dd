//! How pixels become a network's numbers.

use serde::Deserialize;

/// The order of the three colour channels in a network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelOrder {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// How pixels become a network's numbers: `(pixel − mean) · scale` per channel, with stored (sRGB)
/// pixels in 0 ..= 255.
///
/// A bundled network's card states its own (`models/*.toml`); `Normalisation::from` reads it there.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalisation {
    /// The order of the channels in the result.
    pub order: ChannelOrder,
    /// What is subtracted from the pixel, per channel of the result.
    pub mean: [f32; 3],
    /// What the difference is multiplied by, per channel of the result.
    pub scale: [f32; 3],
}

impl Normalisation {
    /// Red, green and blue as they are stored, 0 ..= 255.
    pub const STORED_RGB: Self = Self { order: ChannelOrder::Rgb, mean: [0.0; 3], scale: [1.0; 3] };
}
