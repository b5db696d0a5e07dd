//! [`Instrument`]: heads, and what attackers hold in their place.

/// What is before the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// A head.
    Live,
    /// A rigid head of the person's shape and skin.
    Mask,
    /// A print.
    Print,
    /// A print that is bent about both axes, and more while it comes.
    Bent,
    /// A display that shows a face.
    Tablet,
    /// A still picture, zoomed into and injected.
    Zoom,
    /// A face cut out of paper, before the attacker's own head.
    CutOut,
    /// A print over a dome.
    Dome,
}

impl Instrument {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Live, Self::Mask, Self::Print, Self::Bent, Self::Tablet, Self::Zoom, Self::CutOut, Self::Dome];

    /// The word of this instrument.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Mask => "mask",
            Self::Print => "print",
            Self::Bent => "bent",
            Self::Tablet => "tablet",
            Self::Zoom => "zoom",
            Self::CutOut => "cut_out",
            Self::Dome => "dome",
        }
    }
}
