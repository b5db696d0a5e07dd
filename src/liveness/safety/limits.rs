//! How much flashing is allowed, by the standards and here.

/// Flashes in any second that are still safe here; WCAG allows [`WCAG_FLASHES`]. The margin is for
/// displays and players that are worse than they say.
pub const MAX_FLASHES: u32 = 2;

/// Flashes in any second that WCAG 2.x, success criterion 2.3.1, allows.
pub const WCAG_FLASHES: u32 = 3;

/// The shortest time between leading edges of flashes that leaves them isolated (ITU-R BT.1702: 360
/// ms where the mains has 50 Hz, 334 ms where it has 60 Hz).
pub const MIN_INTERVAL_US: u64 = 360_000;

/// From where on ITU-R BT.1702 warns that a sequence of flashes may be a risk even if each second
/// of it is none.
pub const MAX_LENGTH_US: u64 = 5_000_000;
