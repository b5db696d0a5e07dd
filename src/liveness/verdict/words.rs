//! [`LivenessVerdict`], and the words of its reasons and its advice.

use crate::words::words;
use serde::Serialize;

/// What a session showed. Whatever is not [`LivenessVerdict::Live`] is no reason to trust it.
///
/// As JSON (`serde`), the verdict's word stands under `verdict`, and reasons and advice are lists
/// of their words:
///
/// ```json
/// { "verdict": "inconclusive", "reasons": ["flat_response"], "advice": ["go_where_it_is_darker"] }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
#[non_exhaustive]
#[must_use]
pub enum LivenessVerdict {
    /// A live face answered the challenge.
    Live,
    /// Something else than a live face answered, or what was recorded is no answer to this
    /// challenge.
    #[non_exhaustive]
    Attack {
        /// Why the session is taken for an attack: the recording's reasons first, then those of
        /// the sequence, timing, shape and identity.
        reasons: Vec<AttackReason>,
    },
    /// Neither can be told.
    #[non_exhaustive]
    Inconclusive {
        /// Why nothing can be told.
        reasons: Vec<InconclusiveReason>,
        /// What the person can do before the next attempt, without repetition.
        advice: Vec<Advice>,
    },
}

impl LivenessVerdict {
    /// The stable `snake_case` word of this verdict.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Attack { .. } => "attack",
            Self::Inconclusive { .. } => "inconclusive",
        }
    }

    /// What the person may be told to do before the next attempt. Of an attack no more than to
    /// begin again: its reasons, and the word itself, are for reviewers. On a screen they would
    /// coach an attacker, and insult an honest person.
    #[must_use]
    pub fn advice(&self) -> &[Advice] {
        match self {
            Self::Live => &[],
            Self::Attack { .. } => &[Advice::BeginAgain],
            Self::Inconclusive { advice, .. } => advice,
        }
    }

    /// The words of all reasons, for reviewers; empty for [`LivenessVerdict::Live`].
    #[must_use]
    pub fn reasons(&self) -> Vec<&'static str> {
        match self {
            Self::Live => Vec::new(),
            Self::Attack { reasons } => reasons.iter().map(|r| r.as_str()).collect(),
            Self::Inconclusive { reasons, .. } => reasons.iter().map(|r| r.as_str()).collect(),
        }
    }
}

/// Why a session is taken for an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttackReason {
    /// The response answers another challenge.
    OtherChallenge,
    /// What answers is as flat as a sheet of paper or a display.
    FlatShape,
    /// The face becomes another person's.
    OtherFace,
    /// Frames come again.
    RepeatedFrames,
    /// Single frames show something else than those before and after them.
    SwappedFrames,
    /// What lies around the face, or is mirrored before it, answers the screen before the face
    /// does.
    LateFace,
    /// What lies beside the face comes nearer as the face does, as one sheet.
    StuckSurroundings,
}

words!(AttackReason {
    OtherChallenge => "other_challenge",
    FlatShape => "flat_shape",
    OtherFace => "other_face",
    RepeatedFrames => "repeated_frames",
    SwappedFrames => "swapped_frames",
    LateFace => "late_face",
    StuckSurroundings => "stuck_surroundings",
});

/// Why nothing can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InconclusiveReason {
    /// In too many frames there is no face.
    NoFace,
    /// There is more than one face.
    SeveralFaces,
    /// The face was lost, or jumped.
    FaceLost,
    /// The head is turned away.
    TurnedAway,
    /// Parts of the face are blown out.
    TooBright,
    /// Parts of the face are black.
    TooDark,
    /// Frames come too slowly, or the camera stutters.
    TooFewFrames,
    /// Frames are missing in the middle.
    FramesMissing,
    /// The recording begins too late, or ends too early.
    Incomplete,
    /// The face does not answer the screen, or too little: strong light, a screen that is too dark,
    /// or no live face.
    FlatResponse,
    /// The edges of the challenge are not found sharply in the response.
    UnclearTiming,
    /// The response is too weak to show a shape.
    UnclearShape,
    /// Too few frames could be compared with each other.
    UnclearIdentity,
    /// The face did not follow the oval of the approach.
    NotFollowed,
    /// The challenge has expired, or is not valid yet.
    Expired,
    /// The face answers this challenge, but by a clock that is shifted against the screen's, or
    /// runs faster or slower: see [`ClockCue`](crate::liveness::ClockCue).
    ClockOff,
    /// The screen showed colours at other times than the challenge has them.
    DisplayLate,
    /// Frames of a streamed challenge arrived too late, or too unevenly: a slow network.
    ArrivedLate,
    /// Frames of a streamed challenge arrived when they can't have been taken, or none was noted.
    ImplausibleArrival,
    /// The face answers later, or earlier, than this camera does.
    UnusualLag,
    /// Something around the face may answer the screen before the face does.
    UnclearEcho,
    /// The head jumps where the colours change.
    JumpsWithColors,
}

words!(InconclusiveReason {
    NoFace => "no_face",
    SeveralFaces => "several_faces",
    FaceLost => "face_lost",
    TurnedAway => "turned_away",
    TooBright => "too_bright",
    TooDark => "too_dark",
    TooFewFrames => "too_few_frames",
    FramesMissing => "frames_missing",
    Incomplete => "incomplete",
    FlatResponse => "flat_response",
    UnclearTiming => "unclear_timing",
    UnclearShape => "unclear_shape",
    UnclearIdentity => "unclear_identity",
    NotFollowed => "not_followed",
    Expired => "expired",
    ClockOff => "clock_off",
    DisplayLate => "display_late",
    ArrivedLate => "arrived_late",
    ImplausibleArrival => "implausible_arrival",
    UnusualLag => "unusual_lag",
    UnclearEcho => "unclear_echo",
    JumpsWithColors => "jumps_with_colors",
});

/// What a person can do before the next attempt. Texts are the client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// Look at the camera until the flashes end.
    FaceTheCamera,
    /// Nobody else in view.
    BeAlone,
    /// Keep still.
    HoldStill,
    /// Come closer to the screen.
    MoveCloser,
    /// Find a darker place, away from windows and lamps.
    GoWhereItIsDarker,
    /// Find some light: the picture is black.
    GoWhereItIsBrighter,
    /// Set the screen to its full brightness.
    BrightenTheScreen,
    /// Close other programs: frames are missing.
    FreeTheDevice,
    /// Keep the face in the oval while it grows.
    FollowTheOval,
    /// Begin again, with a new challenge.
    BeginAgain,
    /// Find a faster connection.
    FindABetterNetwork,
}

words!(Advice {
    FaceTheCamera => "face_the_camera",
    BeAlone => "be_alone",
    HoldStill => "hold_still",
    MoveCloser => "move_closer",
    GoWhereItIsDarker => "go_where_it_is_darker",
    GoWhereItIsBrighter => "go_where_it_is_brighter",
    BrightenTheScreen => "brighten_the_screen",
    FreeTheDevice => "free_the_device",
    FollowTheOval => "follow_the_oval",
    BeginAgain => "begin_again",
    FindABetterNetwork => "find_a_better_network",
});

impl InconclusiveReason {
    /// What the person can do about this reason.
    #[must_use]
    pub fn advice(self) -> &'static [Advice] {
        use Advice::*;
        match self {
            Self::NoFace | Self::TurnedAway => &[FaceTheCamera],
            Self::SeveralFaces => &[BeAlone],
            Self::FaceLost | Self::UnclearIdentity => &[HoldStill, FaceTheCamera],
            Self::TooBright => &[GoWhereItIsDarker],
            Self::TooDark => &[GoWhereItIsBrighter],
            Self::TooFewFrames | Self::FramesMissing => &[FreeTheDevice],
            Self::Incomplete => &[FaceTheCamera],
            Self::FlatResponse | Self::UnclearShape => &[GoWhereItIsDarker, MoveCloser, BrightenTheScreen],
            Self::UnclearTiming => &[HoldStill, GoWhereItIsDarker],
            Self::Expired | Self::ClockOff | Self::ImplausibleArrival => &[BeginAgain],
            Self::JumpsWithColors | Self::UnclearEcho => &[HoldStill],
            Self::DisplayLate | Self::UnusualLag => &[FreeTheDevice, BeginAgain],
            Self::ArrivedLate => &[FindABetterNetwork],
            Self::NotFollowed => &[FollowTheOval],
        }
    }
}

impl LivenessVerdict {
    /// The verdict that follows from all reasons: an attack outweighs what can't be told, and
    /// without any it is live.
    pub(crate) fn of(attacks: Vec<AttackReason>, unclear: Vec<InconclusiveReason>) -> Self {
        match (attacks.is_empty(), unclear.is_empty()) {
            (false, _) => Self::Attack { reasons: attacks },
            (true, false) => Self::inconclusive(unclear),
            (true, true) => Self::Live,
        }
    }

    /// An inconclusive verdict with the advice that follows from its reasons.
    pub(crate) fn inconclusive(reasons: Vec<InconclusiveReason>) -> Self {
        let mut advice: Vec<Advice> = Vec::new();
        for piece in reasons.iter().flat_map(|reason| reason.advice()) {
            if !advice.contains(piece) {
                advice.push(*piece);
            }
        }
        Self::Inconclusive { reasons, advice }
    }
}
