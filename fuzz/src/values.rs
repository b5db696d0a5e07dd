//! Numbers from bytes: mostly ordinary ones, and all that break arithmetic.

use arbitrary::{Result, Unstructured};

/// A float: a special one, any bit pattern, or a sixteenth within ±2048.
pub fn float(u: &mut Unstructured<'_>) -> Result<f32> {
    const SPECIAL: [f32; 12] = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE,
        1e-42,
        0.0,
        -0.0,
        1.0,
        1e19,
        -1e30,
    ];
    let kind: u8 = u.arbitrary()?;
    Ok(match SPECIAL.get(usize::from(kind)) {
        Some(value) => *value,
        None if kind < 64 => f32::from_bits(u.arbitrary()?),
        None => f32::from(u.arbitrary::<i16>()?) / 16.0,
    })
}
