//! The most useful hint for one frame alone.

use super::options::GuideLimits;
use crate::capture::hint::Hint;
use crate::capture::measure::Measurements;

/// A condition that holds ends when its measure, as a share of its limit, falls below this. Chosen
/// by hand, wide enough for the measures' noise: a test holds ±3 % about each limit.
pub(super) const RELEASE: f32 = 0.85;
/// Weight of the hint that is given already when size and place compete. Chosen by hand.
const LOYALTY: f32 = 1.25;

/// Which conditions hold, by the [place](Hint::index) of their hints.
pub(super) type Held = [bool; Hint::ALL.len()];

/// The most useful hint for this frame alone, if `given` was the one of the frame before and the
/// face moves at `speed` of its widths per second. Notes in `held` which conditions hold.
pub(super) fn urge(
    held: &mut Held,
    given: Hint,
    speed: f32,
    measurements: &Measurements,
    limits: &GuideLimits,
) -> Hint {
    let Some(face) = measurements.face.filter(|_| measurements.faces > 0) else {
        *held = Held::default();
        return if measurements.turned.is_some() { Hint::TurnCamera } else { Hint::NoFace };
    };
    // Each measure as a share of its limit: 1 is the limit, more is worse. `least` is for measures
    // that must not be small.
    let least = |value: f32, limit: f32| limit / value.max(0.0);
    let (x, y) = (face.offset_x / limits.offset(), face.offset_y / limits.offset());
    let turns =
        [face.yaw_deg / limits.yaw_deg(), face.pitch_deg / limits.pitch_deg(), face.roll_deg / limits.roll_deg()]
            .map(f32::abs);
    // A maximum passes over NaN.
    let turned = if turns.iter().any(|t| t.is_nan()) { f32::NAN } else { turns.into_iter().fold(0.0, f32::max) };
    let shares = [
        (Hint::MoveCloser, face.size.ln() / limits.size_min().ln()),
        (Hint::MoveAway, face.size.ln() / limits.size_max().ln()),
        // The image's left is the person's right.
        (Hint::MoveLeft, -x),
        (Hint::MoveRight, x),
        (Hint::MoveUp, y),
        (Hint::MoveDown, -y),
        (Hint::RemoveObstruction, (1.0 - face.flag) / (1.0 - limits.flag())),
        (Hint::TooDark, least(face.luminance, limits.luminance())),
        (Hint::TooBright, face.over_exposure / limits.over_exposure()),
        (Hint::TurnStraight, turned),
        (Hint::OpenEyes, least(face.eye_openness, limits.eye_openness())),
        (Hint::UnevenLight, least(face.light_balance, limits.light_balance())),
        (Hint::Blurred, least(face.sharpness, limits.sharpness())),
        (Hint::HoldStill, speed / limits.speed()),
    ];
    let mut place: Option<(Hint, f32)> = None;
    let mut other = None;
    for (hint, share) in shares {
        #[allow(clippy::indexing_slicing, reason = "a hint's index is below the number of hints")]
        let held = &mut held[hint.index()];
        // NaN counts as bad.
        *held = share.is_nan() || share > if *held { RELEASE } else { 1.0 };
        if !*held {
            continue;
        }
        // Behind size and place the order of the list decides.
        if hint.index() > Hint::MoveDown.index() {
            other = other.or(Some(hint));
            continue;
        }
        // Size and place: the worst first, unless what is asked for is nearly as bad.
        let weight = if share.is_nan() { f32::MAX } else { share * if hint == given { LOYALTY } else { 1.0 } };
        if place.is_none_or(|(_, worst)| weight > worst) {
            place = Some((hint, weight));
        }
    }
    if measurements.faces > 1 {
        return Hint::SeveralFaces;
    }
    // Nothing holds: all is well.
    place.map(|(hint, _)| hint).or(other).unwrap_or(Hint::Hold)
}
