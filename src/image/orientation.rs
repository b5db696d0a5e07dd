//! How stored pixels lie to the upright picture.

/// How stored pixels had to be turned to stand upright, after EXIF's tag `Orientation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Orientation {
    /// 1: as stored; also where the file says nothing, or nothing valid.
    Upright,
    /// 2: left and right exchanged.
    MirroredHorizontally,
    /// 3: turned by half.
    Rotated180,
    /// 4: top and bottom exchanged.
    MirroredVertically,
    /// 5: rows and columns exchanged.
    Transposed,
    /// 6: turned clockwise by a quarter.
    Rotated90,
    /// 7: rows and columns exchanged about the other diagonal.
    Transversed,
    /// 8: turned anticlockwise by a quarter.
    Rotated270,
}

impl Orientation {
    const ALL: [Self; 8] = [
        Self::Upright,
        Self::MirroredHorizontally,
        Self::Rotated180,
        Self::MirroredVertically,
        Self::Transposed,
        Self::Rotated90,
        Self::Transversed,
        Self::Rotated270,
    ];

    /// From the value of EXIF's tag, 1 ..= 8; `None` for any other.
    pub fn from_exif(value: u8) -> Option<Self> {
        Self::ALL.get(usize::from(value).checked_sub(1)?).copied()
    }

    /// Of a camera whose pictures must be turned clockwise by `degrees` to be upright, and whose
    /// pixels, once turned, show the scene as a mirror does if `mirrored` is set (some front
    /// cameras, and canvases that draw a mirrored preview). `None` unless `degrees` is 0, 90,
    /// 180 or 270.
    pub fn of_camera(degrees: u32, mirrored: bool) -> Option<Self> {
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

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transposed | Self::Rotated90 | Self::Transversed | Self::Rotated270)
    }
}
