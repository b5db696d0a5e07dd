import os
from typing import Callable, Iterable, List, Optional, Sequence, Tuple, Union

import numpy
from numpy.typing import NDArray

from ._answers import (
    Comparison,
    ErrorRates,
    Face,
    Flash,
    FlashProgress,
    FlashReport,
    Guidance,
    Verification,
)

Picture = Union[str, "os.PathLike[str]", bytes, NDArray[numpy.uint8]]
Frame = NDArray[numpy.uint8]
Progress = Callable[[int, int], Optional[bool]]

__version__: str

class SelfsameError(Exception):
    code: str
    stage: str
    advice: str

class Engine:
    def __init__(
        self,
        profile: str = "standard",
        precision: str = "float32",
        threads: int = 0,
        *,
        refuse_same_picture: bool = False,
        refuse_covered: bool = False,
        refuse_possible_morph: bool = False,
    ) -> None: ...
    @property
    def model_id(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def verify(self, document: Picture, selfie: Picture, fmr: float = 1e-4) -> Verification: ...
    def template(self, picture: Picture) -> Tuple[Optional[Template], Optional[Face], List[str]]: ...
    def templates(self, pictures: Iterable[Picture], progress: Optional[Progress] = None) -> Templates: ...
    def compare(self, document: Template, selfie: Template, fmr: float = 1e-4) -> Comparison: ...
    def guide(
        self,
        frame: Frame,
        format: Optional[str] = None,
        *,
        rotation_degrees: int = 0,
        mirrored: bool = False,
        color: str = "bt709",
    ) -> Guidance: ...
    def watch(
        self,
        *,
        oval_width: Optional[float] = None,
        still_us: Optional[int] = None,
        timeout_us: Optional[int] = None,
        kept_frames: Optional[int] = None,
    ) -> Watch: ...
    def flash_session(self, challenge: FlashChallenge) -> FlashSession: ...

class Template:
    @staticmethod
    def from_bytes(bytes: bytes) -> Template: ...
    def to_bytes(self) -> bytes: ...
    @property
    def values(self) -> NDArray[numpy.float32]: ...
    @property
    def model_id(self) -> str: ...

class Templates(Sequence[Optional[Template]]):
    def __init__(self, templates: Sequence[Optional[Template]]) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> Optional[Template]: ...  # type: ignore[override]
    @property
    def reasons(self) -> List[List[str]]: ...
    @property
    def values(self) -> NDArray[numpy.float32]: ...

class Watch:
    def frame(
        self,
        frame: Frame,
        timestamp_us: int,
        format: Optional[str] = None,
        *,
        rotation_degrees: int = 0,
        mirrored: bool = False,
        color: str = "bt709",
    ) -> Guidance: ...
    def best_pictures(self) -> List[NDArray[numpy.uint8]]: ...

class FlashChallenge:
    def __init__(self, json: str) -> None: ...
    def flashes(self) -> List[Flash]: ...
    @property
    def total_us(self) -> int: ...
    def shown_at(self, at_us: int) -> Optional[Flash]: ...

class FlashSession:
    def frame(
        self,
        frame: Frame,
        timestamp_us: int,
        format: Optional[str] = None,
        *,
        rotation_degrees: int = 0,
        mirrored: bool = False,
        color: str = "bt709",
    ) -> FlashProgress: ...
    def shown(self, flash: int, shown_us: int) -> None: ...
    def report(self) -> FlashReport: ...

def hints() -> List[str]: ...
def scores(
    rows: Templates,
    columns: Optional[Templates] = None,
    *,
    threads: int = 0,
    progress: Optional[Progress] = None,
) -> NDArray[numpy.float32]: ...
def error_rates(
    scores: NDArray[numpy.float32],
    subjects: Sequence[int],
    fmrs: Sequence[float] = ...,
    *,
    replicates: int = 1000,
    seed: int = 1,
) -> ErrorRates: ...
