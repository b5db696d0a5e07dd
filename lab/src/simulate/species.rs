//! What stands before the camera, or in its place: a live face, or one of the attacks
//! ("presentation attack instrument species" in ISO/IEC 30107-3; injected streams are those of
//! CEN/TS 18099).

use serde::{Deserialize, Serialize};

/// A live face, or a kind of attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Species {
    /// A genuine session.
    Live,
    /// A flat matt print, life-size.
    PrintFlat,
    /// The print bent about a vertical axis.
    PrintBent,
    /// The flat print with holes, live eyes behind them.
    PrintEyeHoles,
    /// A flat print on glossy paper: it mirrors the screen.
    PrintGlossy,
    /// A phone that plays a video of the live face, taken without a challenge.
    ReplayPhone,
    /// A tablet that plays that video.
    ReplayTablet,
    /// A tablet that plays a genuine session of another challenge.
    ReplayOther,
    /// The frames of a genuine session of another challenge, injected behind the camera.
    InjectedOther,
    /// An injected video of the live face that answers nothing.
    InjectedPlain,
    /// The injected video, each frame tinted as a whole with the screen's colour,
    /// [`super::Attack::delay_us`] late.
    InjectedTint,
    /// The injected video, its face relit through a mesh, [`super::Attack::delay_us`] late.
    InjectedRelight,
    /// A genuine session in which another face takes over half-way.
    FaceSwap,
    /// A print cut along the face's outline, worn before a live head.
    MaskFlat,
    /// A rigid mask of the face's own shape, printed paper.
    MaskPaper,
    /// A rigid mask of the face's own shape, silicone.
    MaskSilicone,
    /// A genuine session's first part, repeated.
    Looped,
    /// A genuine session that arrives [`super::Attack::delay_us`] late.
    Delayed,
    /// A genuine session played [`super::Attack::stretch`] times as slowly.
    Stretched,
    /// A live attacker's session in which one frame before the first colour is of the victim.
    SwappedFrame,
    /// The same with the victim in all frames before the first colour, and in one every 450 ms.
    SwappedFlicker,
    /// A live attacker's session whose frames before the first colour are half of the victim.
    Morphed,
    /// The victim, filmed earlier under every colour by itself, those frames put into the order
    /// asked.
    Spliced,
    /// A genuine session [`super::Attack::delay_us`] late, with timestamps moved by as much.
    Retimed,
    /// The injected video, a fixed shading made from another person's mesh tinted upon it at once.
    InjectedOverlay,
    /// A tablet before the camera that shows the photograph, relit, [`super::Attack::delay_us`]
    /// behind.
    RelayTablet,
    /// A tablet before the camera that shows the live victim elsewhere, as late.
    RelayLive,
    /// A flat print on a display whose still picture gives the flash's answer a face's relief.
    PrintBacklit,
    /// A live face through a lens with grease or fog on it, or out of focus.
    Veiled,
}

impl Species {
    /// All of them, the live face first.
    pub const ALL: [Self; 29] = [
        Self::Live,
        Self::PrintFlat,
        Self::PrintBent,
        Self::PrintEyeHoles,
        Self::PrintGlossy,
        Self::ReplayPhone,
        Self::ReplayTablet,
        Self::ReplayOther,
        Self::InjectedOther,
        Self::InjectedPlain,
        Self::InjectedTint,
        Self::InjectedRelight,
        Self::FaceSwap,
        Self::MaskFlat,
        Self::MaskPaper,
        Self::MaskSilicone,
        Self::Looped,
        Self::Delayed,
        Self::Stretched,
        Self::SwappedFrame,
        Self::SwappedFlicker,
        Self::Morphed,
        Self::Spliced,
        Self::Retimed,
        Self::InjectedOverlay,
        Self::RelayTablet,
        Self::RelayLive,
        Self::PrintBacklit,
        Self::Veiled,
    ];

    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::PrintFlat => "print_flat",
            Self::PrintBent => "print_bent",
            Self::PrintEyeHoles => "print_eye_holes",
            Self::PrintGlossy => "print_glossy",
            Self::ReplayPhone => "replay_phone",
            Self::ReplayTablet => "replay_tablet",
            Self::ReplayOther => "replay_other",
            Self::InjectedOther => "injected_other",
            Self::InjectedPlain => "injected_plain",
            Self::InjectedTint => "injected_tint",
            Self::InjectedRelight => "injected_relight",
            Self::FaceSwap => "face_swap",
            Self::MaskFlat => "mask_flat",
            Self::MaskPaper => "mask_paper",
            Self::MaskSilicone => "mask_silicone",
            Self::Looped => "looped",
            Self::Delayed => "delayed",
            Self::Stretched => "stretched",
            Self::SwappedFrame => "swapped_frame",
            Self::SwappedFlicker => "swapped_flicker",
            Self::Morphed => "morphed",
            Self::Spliced => "spliced",
            Self::Retimed => "retimed",
            Self::InjectedOverlay => "injected_overlay",
            Self::RelayTablet => "relay_tablet",
            Self::RelayLive => "relay_live",
            Self::PrintBacklit => "print_backlit",
            Self::Veiled => "veiled",
        }
    }

    /// Whether it is an attack.
    pub fn is_attack(self) -> bool {
        self != Self::Live
    }

    /// Whether a second person takes part: the victim of a live attacker, or whose mesh is lent.
    pub fn needs_other(self) -> bool {
        self.shows_victim() || matches!(self, Self::FaceSwap | Self::InjectedOverlay)
    }

    /// Whether a live attacker's frames alternate with those of the second person, whose document
    /// is to be matched.
    pub fn shows_victim(self) -> bool {
        matches!(self, Self::SwappedFrame | Self::SwappedFlicker | Self::Morphed)
    }

    /// Whether the first person's own head is before a camera, and not a photograph of it.
    pub fn is_filmed_alive(self) -> bool {
        matches!(
            self,
            Self::Live
                | Self::FaceSwap
                | Self::Looped
                | Self::Delayed
                | Self::Stretched
                | Self::SwappedFrame
                | Self::SwappedFlicker
                | Self::Morphed
                | Self::Spliced
                | Self::Retimed
                | Self::RelayLive
                | Self::Veiled
                | Self::InjectedOther
                | Self::InjectedPlain
                | Self::ReplayPhone
                | Self::ReplayTablet
                | Self::ReplayOther
        )
    }

    /// Whether its frames are made behind the camera, whose exposure and white balance then answer
    /// no flash.
    pub fn is_synthetic(self) -> bool {
        matches!(self, Self::InjectedPlain | Self::InjectedTint | Self::InjectedRelight | Self::InjectedOverlay)
    }
}

impl std::fmt::Display for Species {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Species {
    type Err = String;

    /// The word of [`Species::as_str`]; `print` stands for `print_flat`.
    fn from_str(word: &str) -> Result<Self, String> {
        let word = if word == "print" { "print_flat" } else { word };
        Self::ALL.into_iter().find(|species| species.as_str() == word).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|species| species.as_str()).collect();
            format!("no species {word:?}; known are {}", known.join(", "))
        })
    }
}
