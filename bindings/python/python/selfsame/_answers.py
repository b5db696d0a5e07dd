"""What the engine answers: frozen dataclasses with the fields of Rust's `selfsame_facade`, whose documentation says what they mean."""

import dataclasses
import json
import typing
from typing import Any, List, Optional


@dataclasses.dataclass(frozen=True)
class Threshold:
    """The score that a match needs, and what is known of it."""

    score: float
    low: float
    high: float
    fmr: float
    extrapolated: bool
    pairing: str
    basis: str


@dataclasses.dataclass(frozen=True)
class Compared:
    """A score, in units of the cosine, and what it says."""

    score: float
    fmr: float
    fmr_bound: str
    log_likelihood_ratio: float
    marginal: bool


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The comparison of two templates."""

    decision: str
    compared: Compared
    threshold: Threshold


@dataclasses.dataclass(frozen=True)
class QualityMeasure:
    """One measure of a face's quality, after ISO/IEC 29794-5; `component` is 0 (worst) to 100."""

    name: str
    native: Optional[float]
    component: int


@dataclasses.dataclass(frozen=True)
class Face:
    """A face that was found and can be compared; its box is in pixels of the upright picture."""

    left: float
    top: float
    right: float
    bottom: float
    detection_score: float
    face_flag: float
    distance_cm: Optional[float]
    reliability: Optional[float]
    remarks: List[str]
    quality: List[QualityMeasure]


@dataclasses.dataclass(frozen=True)
class Side:
    """What was seen on one picture."""

    faces: Optional[int]
    face: Optional[Face]


@dataclasses.dataclass(frozen=True)
class Verification:
    """The answer to two pictures: `decision` is `match`, `no_match` or `refused`."""

    decision: str
    reasons: List[str]
    compared: Optional[Compared]
    threshold: Threshold
    origin: str
    same_picture: Optional[bool]
    possible_morph: Optional[bool]
    document: Side
    selfie: Side


@dataclasses.dataclass(frozen=True)
class Oval:
    """An upright oval, in pixels of the upright frame."""

    center_x: float
    center_y: float
    width: float
    height: float


@dataclasses.dataclass(frozen=True)
class FollowedFace:
    """The face that is followed."""

    oval: Optional[Oval]
    size: float
    offset_x: float
    offset_y: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    eye_openness: float
    luminance: float
    over_exposure: float
    light_balance: float
    sharpness: float


@dataclasses.dataclass(frozen=True)
class Guidance:
    """What to tell the person before the camera; `hint` is one of `hints()`."""

    hint: str
    urge: str
    progress: float
    ready: bool
    timed_out: Optional[str]
    frame_width: int
    frame_height: int
    oval: Oval
    faces: int
    face: Optional[FollowedFace]
    turned: Optional[str]


@dataclasses.dataclass(frozen=True)
class Flash:
    """One colour of a challenge, as sRGB values; times are in microseconds."""

    start_us: int
    duration_us: int
    red: int
    green: int
    blue: int
    region: str


@dataclasses.dataclass(frozen=True)
class FlashProgress:
    """How a session goes: `recording`, `complete` or `hopeless`."""

    progress: str
    reasons: List[str]


@dataclasses.dataclass(frozen=True)
class FlashReport:
    """What a session showed: `live`, `attack` or `inconclusive`."""

    verdict: str
    reasons: List[str]
    advice: List[str]
    cues_json: str


@dataclasses.dataclass(frozen=True)
class RateInterval:
    """A 95 % interval, by resampling people."""

    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class RateAtFmr:
    """What goes wrong at the threshold that keeps a false match rate."""

    fmr: float
    threshold: Optional[float]
    fnmr: Optional[float]
    fnmr_interval: Optional[RateInterval]
    gfnmr: Optional[float]


@dataclasses.dataclass(frozen=True)
class ErrorRates:
    """Error rates of a set of pictures, each compared with every other."""

    people: int
    genuine_pairs: int
    impostor_pairs: int
    equal_error_rate: Optional[float]
    at_fmr: List[RateAtFmr]


def built(name: str, text: str) -> Any:
    """The dataclass of this name from the JSON that Rust wrote."""
    return _of(globals()[name], json.loads(text))


def _of(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    inner = typing.get_args(kind)
    if isinstance(value, list):
        return [_of(inner[0], item) for item in value]
    if inner:
        kind = inner[0]
    if not dataclasses.is_dataclass(kind):
        return value
    kinds = typing.get_type_hints(kind)
    make: Any = kind
    return make(**{field: _of(kinds[field], item) for field, item in value.items()})
