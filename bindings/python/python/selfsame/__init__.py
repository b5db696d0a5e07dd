"""Remote biometric enrolment: is the person before this camera the person on this document?

>>> import selfsame
>>> engine = selfsame.Engine()
>>> answer = engine.verify("document.jpg", "selfie.jpg", fmr=1e-4)
>>> print(answer.decision, answer.reasons)
"""

from ._answers import (
    Compared,
    Comparison,
    ErrorRates,
    Face,
    Flash,
    FlashProgress,
    FlashReport,
    FollowedFace,
    Guidance,
    Oval,
    QualityMeasure,
    RateAtFmr,
    RateInterval,
    Side,
    Threshold,
    Verification,
)
from ._selfsame import (
    Engine,
    FlashChallenge,
    FlashSession,
    SelfsameError,
    Template,
    Templates,
    Watch,
    __version__,
    error_rates,
    hints,
    scores,
)

__all__ = [
    "Compared",
    "Comparison",
    "Engine",
    "ErrorRates",
    "Face",
    "Flash",
    "FlashChallenge",
    "FlashProgress",
    "FlashReport",
    "FlashSession",
    "FollowedFace",
    "Guidance",
    "Oval",
    "QualityMeasure",
    "RateAtFmr",
    "RateInterval",
    "SelfsameError",
    "Side",
    "Template",
    "Templates",
    "Threshold",
    "Verification",
    "Watch",
    "__version__",
    "error_rates",
    "hints",
    "scores",
]
