//! Floats as integers of the same order, for halving an interval of thresholds.

/// The place of a finite float among all floats.
pub(super) fn key(value: f32) -> i64 {
    let bits = i64::from(value.to_bits() & 0x7FFF_FFFF);
    if value.is_sign_negative() { -bits } else { bits }
}

/// The float at a place that [`key`] gave.
pub(super) fn value(key: i64) -> f32 {
    let magnitude = f32::from_bits(key.unsigned_abs() as u32 & 0x7FFF_FFFF);
    if key < 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_is_kept_and_undone(a in -1e30f32..1e30, b in -1e30f32..1e30) {
            prop_assert_eq!(a < b, key(a) < key(b));
            prop_assert_eq!(value(key(a)), a);
            prop_assert_eq!(value(key(a) + 1), a.next_up());
        }
    }
}
