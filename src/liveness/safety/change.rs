//! Which change from one colour to another counts, by each definition.

use super::display::DisplayModel;
use super::rule::Rule;
use crate::image::{linear_rgb, luminance_linear};

/// What the definitions look at in a colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Light {
    /// Luminance relative to white, 0 ..= 1.
    luminance: f64,
    /// Whether R/(R+G+B) ≥ 0.8 in linear light.
    saturated_red: bool,
    /// (R−G−B)·320, not below 0.
    redness: f64,
    /// CIE 1976 u′v′; black has none.
    chromaticity: Option<[f64; 2]>,
}

impl Light {
    /// The light of an sRGB colour.
    pub(super) fn of(color: [u8; 3]) -> Self {
        // WCAG first put the curve's threshold at 0.03928 and now has 0.04045. No 8-bit level lies
        // between the two, so this crate's one conversion serves all definitions.
        let linear = linear_rgb(color);
        let [r, g, b] = linear.map(f64::from);
        let sum = r + g + b;
        // sRGB to XYZ, IEC 61966-2-1.
        let x = 0.4124 * r + 0.3576 * g + 0.1805 * b;
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let z = 0.0193 * r + 0.1192 * g + 0.9505 * b;
        let weight = x + 15.0 * y + 3.0 * z;
        Self {
            luminance: luminance_linear(linear).into(),
            saturated_red: sum > 0.0 && r >= 0.8 * sum,
            redness: 320.0 * (r - g - b).max(0.0),
            chromaticity: (weight > 0.0).then(|| [4.0 * x / weight, 9.0 * y / weight]),
        }
    }

    /// The distance of two lights' chromaticities in u′v′.
    ///
    /// Black has no chromaticity; its distance from any colour counts as large, as a light that
    /// goes out is seen to change.
    pub(super) fn chromaticity_distance(&self, other: &Self) -> f64 {
        match (self.chromaticity, other.chromaticity) {
            (Some([u, v]), Some([u2, v2])) => (u - u2).hypot(v - v2),
            (None, None) => 0.0,
            _ => f64::INFINITY,
        }
    }
}

/// The direction of a change. A flash is a change and one in the opposite direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Brighter, or redder.
    Up,
    /// Darker, or less red.
    Down,
}

/// A definition of changes that count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    General,
    Red,
    RedLegacy,
    Luminance,
}

impl Change {
    /// Every definition, with the rule that it is about.
    pub(super) const ALL: [(Rule, Self); 4] = [
        (Rule::General, Self::General),
        (Rule::Red, Self::Red),
        (Rule::RedLegacy, Self::RedLegacy),
        (Rule::Luminance, Self::Luminance),
    ];

    /// The direction of the change from `a` to `b`, if it counts.
    pub(super) fn between(self, a: &Light, b: &Light, display: &DisplayModel) -> Option<Direction> {
        let (counts, up) = match self {
            Self::General => {
                let counts = (a.luminance - b.luminance).abs() >= 0.10 && a.luminance.min(b.luminance) < 0.80;
                (counts, b.luminance > a.luminance)
            }
            // Two saturated reds are never 0.2 apart (a test holds that), so exactly one of the two
            // is saturated, and the direction is towards red or away.
            Self::Red => {
                let counts = a.saturated_red != b.saturated_red && a.chromaticity_distance(b) > 0.2;
                (counts, b.saturated_red)
            }
            Self::RedLegacy => {
                let counts = (a.saturated_red || b.saturated_red) && (a.redness - b.redness).abs() > 20.0;
                (counts, b.redness > a.redness)
            }
            Self::Luminance => {
                let [a, b] = [a, b].map(|light| light.luminance * display.peak_cd_m2());
                let (darker, difference) = (a.min(b), (a - b).abs());
                let counts = if darker < 160.0 { difference >= 20.0 } else { difference >= (a + b) / 17.0 };
                (counts, b > a)
            }
        };
        counts.then_some(if up { Direction::Up } else { Direction::Down })
    }
}
