//! [`Rule`]: what a sequence can break.

use crate::words::words;

/// A rule that a sequence of colours can break. The [module's table](super) says what each one
/// counts, and where its limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// General flashes (WCAG).
    General,
    /// Red flashes as WCAG 2.2 defines them, by chromaticity.
    Red,
    /// Red flashes as WCAG 2.0 and 2.1 define them.
    RedLegacy,
    /// Flashes by luminance in cd/m² (ITU-R BT.1702).
    Luminance,
    /// Time between leading edges (ITU-R BT.1702).
    Interval,
    /// Time in all (ITU-R BT.1702).
    Length,
}

words!(Rule {
    General => "general",
    Red => "red",
    RedLegacy => "red_legacy",
    Luminance => "luminance",
    Interval => "interval",
    Length => "length",
});
