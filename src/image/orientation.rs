//! How stored pixels lie to the upright picture.

use crate::words::words;

/// How stored pixels have to be turned and mirrored to stand upright, after EXIF's tag
/// `Orientation` (CIPA DC-008, 4.6.4).
///
/// [`super::Photo::decode`] reads it from a file and applies it; a camera's frames are told theirs
/// by [`super::Frame::oriented`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Orientation {
    /// EXIF 1: as stored; also where the file says nothing, or nothing valid.
    Upright,
    /// EXIF 2: left and right exchanged.
    MirroredHorizontally,
    /// EXIF 3: turned by half.
    Rotated180,
    /// EXIF 4: top and bottom exchanged.
    MirroredVertically,
    /// EXIF 5: rows and columns exchanged.
    Transposed,
    /// EXIF 6: turned clockwise by a quarter.
    Rotated90,
    /// EXIF 7: rows and columns exchanged about the other diagonal.
    Transversed,
    /// EXIF 8: turned anticlockwise by a quarter.
    Rotated270,
}

words!(Orientation {
    Upright => "upright",
    MirroredHorizontally => "mirrored_horizontally",
    Rotated180 => "rotated_180",
    MirroredVertically => "mirrored_vertically",
    Transposed => "transposed",
    Rotated90 => "rotated_90",
    Transversed => "transversed",
    Rotated270 => "rotated_270",
});

impl Orientation {
    /// The orientation of an EXIF tag's value, 1 ..= 8; `None` for any other.
    pub const fn from_exif(value: u8) -> Option<Self> {
        match value {
            1 => Some(Self::Upright),
            2 => Some(Self::MirroredHorizontally),
            3 => Some(Self::Rotated180),
            4 => Some(Self::MirroredVertically),
            5 => Some(Self::Transposed),
            6 => Some(Self::Rotated90),
            7 => Some(Self::Transversed),
            8 => Some(Self::Rotated270),
            _ => None,
        }
    }

    /// The orientation of a camera whose pictures must be turned clockwise by `degrees` to be
    /// upright; `None` unless `degrees` is 0, 90, 180 or 270.
    ///
    /// `mirrored` says that the pixels, once turned, show the scene as a mirror does: some front
    /// cameras do, and canvases that draw a mirrored preview.
    pub const fn of_camera(degrees: u32, mirrored: bool) -> Option<Self> {
        match (degrees, mirrored) {
            (0, false) => Some(Self::Upright),
            (90, false) => Some(Self::Rotated90),
            (180, false) => Some(Self::Rotated180),
            (270, false) => Some(Self::Rotated270),
            (0, true) => Some(Self::MirroredHorizontally),
            (90, true) => Some(Self::Transposed),
            (180, true) => Some(Self::MirroredVertically),
            (270, true) => Some(Self::Transversed),
            _ => None,
        }
    }

    /// Whether stored columns are upright rows, and then whether they count from the stored right
    /// edge and from the bottom.
    pub(super) fn as_swap_and_flips(self) -> [bool; 3] {
        match self {
            Self::Upright => [false, false, false],
            Self::MirroredHorizontally => [false, true, false],
            Self::Rotated180 => [false, true, true],
            Self::MirroredVertically => [false, false, true],
            Self::Transposed => [true, false, false],
            Self::Rotated90 => [true, false, true],
            Self::Transversed => [true, true, true],
            Self::Rotated270 => [true, true, false],
        }
    }

    /// The orientation of a picture that is turned by `self` first, and then by `next`.
    pub(super) fn then(self, next: Self) -> Self {
        let ([swap, right, bottom], [next_swap, next_right, next_bottom]) =
            (self.as_swap_and_flips(), next.as_swap_and_flips());
        let (along, across) = if swap { (next_bottom, next_right) } else { (next_right, next_bottom) };
        let both = [swap != next_swap, right != along, bottom != across];
        let all = (1..=8).filter_map(Self::from_exif);
        let found = all.into_iter().find(|orientation| orientation.as_swap_and_flips() == both);
        debug_assert!(found.is_some(), "the eight orientations are all the ways to swap and flip");
        found.unwrap_or(self)
    }

    /// Whether width and height change places on the way to the upright picture.
    pub const fn swaps_sides(self) -> bool {
        matches!(self, Self::Transposed | Self::Rotated90 | Self::Transversed | Self::Rotated270)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_after_turns_add_up() {
        let of = |degrees, mirrored| Orientation::of_camera(degrees, mirrored).unwrap();
        for first in [0, 90, 180, 270] {
            for second in [0, 90, 180, 270] {
                assert_eq!(of(first, false).then(of(second, false)), of((first + second) % 360, false));
                // A mirror after a turn, and a turn the other way after a mirror, are the same.
                let back = (360 + first - second) % 360;
                assert_eq!(of(first, true).then(of(second, false)), of(back, true), "{first} {second}");
            }
            assert_eq!(of(first, true).then(of(0, true)), of(first, false));
        }
    }
}
