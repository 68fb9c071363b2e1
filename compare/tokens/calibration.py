"""What each model makes of our token count, learned from its own answers: reported = a * counted + b * messages + c.

Tokenizers differ, so a reported count that differs from ours is not an error. A count that differs from what this
model's other answers lead to expect is a finding: another tokenizer, a hidden prompt, tokens that nobody sent. It is
shown, never raised.

Method: least squares with Huber weights, so that the odd answers that we look for do not pull the line towards
themselves (ordinary least squares would hide them), and with a weak pull towards what is known of tokenizers, as if
three vague observations of a, b and c had been made before. That makes one answer, two, answers of equal length, and
columns that rise together well-posed: what the data do not tell stays near the usual, with a wide band. Residuals
scale with the length of the text, because they come from what the text is (language, code); they are taken relative
to the counted tokens.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import CompareError

Judgement = Literal["expected", "outside", "too few answers"]

SETTLED_AT = 8
"""Answers from which on a gap is called a finding; before, the line has mostly seen itself."""
FLOOR_SHARE = 0.10
"""The band is never narrower than this share of the expected count, to either side ..."""
FLOOR_TOKENS = 10
"""... nor than this many tokens."""
BAND_SDS = 3.0
"""Half the band in standard deviations of a prediction."""

# Published and measured tokenizers lie between 1.0 and 1.5 of ours, framing between 0 and 8 tokens a message; a hidden
# prompt can add a hundred.
_USUAL = np.array([1.15, 4.0, 4.0])
_USUAL_SD = np.array([0.3, 4.0, 30.0])
_USUAL_RESIDUAL, _USUAL_RESIDUAL_WEIGHT = 0.05, 4.0
_SHORT_TOKENS = 100
"""Texts shorter than this have no smaller residuals in tokens: framing and rounding do not shrink with them."""
_HUBER = 1.345
_MAD_TO_SD = 1.4826
_NEARLY_ABSOLUTE = 0.002
_MAX_ROUNDS, _CLOSE_ENOUGH = 100, 1e-8


class Observation(NamedTuple):
    """One answer's input tokens: as the model reported them, and as we counted them."""

    model_id: str
    counted: int
    n_messages: int
    """Messages sent, all roles."""
    reported: int
    candidate_id: str = ""
    answer_id: str = ""


class Band(NamedTuple):
    """What a model is expected to report, in tokens."""

    low: int
    expected: int
    high: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """One model's line and how closely its answers follow it."""

    model_id: str
    a: float
    """Reported tokens per counted token."""
    b: float
    """Reported tokens per message, for its framing."""
    c: float
    """Reported tokens per request, for a hidden prompt and the start of the answer."""
    n: int
    """Answers it was learned from."""
    residual_sd: float
    """Standard deviation of the residuals as a share of the counted tokens (of 100, where fewer were counted)."""
    median_counted: int
    median_messages: int
    covariance: tuple[tuple[float, float, float], ...] = field(repr=False)
    """Of a, b and c."""

    @property
    def settled(self) -> bool:
        """Whether there are answers enough to call a gap a finding."""
        return self.n >= SETTLED_AT

    def expected(self, counted: int, n_messages: int) -> Band:
        """What the model is expected to report for a prompt: three standard deviations of a prediction to each side.

        Args:
            counted: tokens of all messages by the local count.
            n_messages: messages sent, all roles.
        """
        x = np.array([counted, n_messages, 1.0])
        middle = max(0.0, float(x @ np.array([self.a, self.b, self.c])))
        line_variance = float(x @ np.array(self.covariance) @ x)
        half = BAND_SDS * math.sqrt(line_variance + (self.residual_sd * max(counted, _SHORT_TOKENS)) ** 2)
        half = max(half, FLOOR_SHARE * middle, FLOOR_TOKENS)
        return Band(max(0, math.floor(middle - half)), round(middle), math.ceil(middle + half))

    def judge(self, observation: Observation) -> Judgement:
        """Whether a reported count is what this model's answers lead to expect."""
        if not self.settled:
            return "too few answers"
        band = self.expected(observation.counted, observation.n_messages)
        return "expected" if band.low <= observation.reported <= band.high else "outside"

    def to_json(self) -> dict[str, Any]:
        """As `tokens calibration --json` prints it; `band` is for this model's median prompt."""
        band = self.expected(self.median_counted, self.median_messages)
        return {
            "model_id": self.model_id,
            "a": self.a,
            "b": self.b,
            "c": self.c,
            "n": self.n,
            "settled": self.settled,
            "residual_sd": self.residual_sd,
            "band": {"counted": self.median_counted, "n_messages": self.median_messages, **band._asdict()},
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer whose reported count is not what its model's answers lead to expect."""

    observation: Observation
    band: Band

    @property
    def gap_percent(self) -> float | None:
        """Reported against counted; None where nothing was counted."""
        return _percent(self.observation.reported, self.observation.counted)

    @property
    def off_percent(self) -> float | None:
        """Reported against expected; None where nothing was expected."""
        return _percent(self.observation.reported, self.band.expected)

    @property
    def text(self) -> str:
        """The finding as a sentence."""
        seen = self.observation
        gap = "" if self.gap_percent is None else f" ({self.gap_percent:+.1f} %)"
        return (
            f"{seen.model_id} reported {seen.reported} input tokens where {seen.counted} were counted{gap}; its other "
            f"answers lead to expect {self.band.low} to {self.band.high}."
        )

    def to_json(self) -> dict[str, Any]:
        """One row of `findings` in `tokens calibration --json`."""
        return {
            **self.observation._asdict(),
            **self.band._asdict(),
            "gap_percent": self.gap_percent,
            "off_percent": self.off_percent,
            "text": self.text,
        }


def calibrate(observations: Iterable[Observation]) -> dict[str, Calibration]:
    """The calibration of every model that has answers, by model id in alphabetical order."""
    by_model: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        by_model[observation.model_id].append(observation)
    return {model_id: fit(by_model[model_id]) for model_id in sorted(by_model)}


def findings(calibrations: Mapping[str, Calibration], observations: Iterable[Observation]) -> list[Finding]:
    """The answers outside their model's band, the furthest off first; a model that is not settled has none."""
    found = []
    for observation in observations:
        calibration = calibrations.get(observation.model_id)
        if calibration is not None and calibration.judge(observation) == "outside":
            found.append(Finding(observation, calibration.expected(observation.counted, observation.n_messages)))
    return sorted(
        found, key=lambda f: abs(f.observation.reported - f.band.expected) / (f.band.expected + 1), reverse=True
    )


def fit(observations: Iterable[Observation]) -> Calibration:
    """The calibration of one model.

    Args:
        observations: at least one, all of the same model.

    Raises:
        CompareError: there is none.

    Source: Huber, "Robust Statistics", chapter 7 (weights k = 1.345; scale by the median absolute residual).
    """
    rows = list(observations)
    if not rows:
        raise CompareError("A calibration needs at least one answer with a reported and a counted number of tokens.")
    x = np.array([(row.counted, row.n_messages, 1.0) for row in rows])
    y = np.array([float(row.reported) for row in rows])
    unit = np.maximum(x[:, 0], _SHORT_TOKENS)
    line, covariance, sd = _robust_line(x / unit[:, None], y / unit)
    a, b, c = map(float, line)
    return Calibration(
        model_id=rows[0].model_id,
        a=a,
        b=b,
        c=c,
        n=len(rows),
        residual_sd=sd,
        median_counted=round(float(np.median(x[:, 0]))),
        median_messages=round(float(np.median(x[:, 1]))),
        covariance=tuple((float(p), float(q), float(r)) for p, q, r in covariance),
    )


def _robust_line(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Line (3,), its covariance (3, 3) and the residual standard deviation; x is (n, 3), both divided by the unit.

    The scale comes from a line of nearly least absolute deviations, which a third of odd answers does not move.
    """
    resistant, _ = _huber_line(x, y, _NEARLY_ABSOLUTE)
    sd = _scale(np.abs(y - x @ resistant))
    line, covariance = _huber_line(x, y, sd)
    return line, covariance, sd


def _huber_line(
    x: NDArray[np.float64], y: NDArray[np.float64], sd: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Line (3,) and covariance (3, 3) where residuals beyond 1.345 `sd` weigh less the larger they are."""
    # In units of the prior's standard deviations the prior is the identity, which keeps the solution well-posed.
    scaled, shifted = x * _USUAL_SD / sd, (y - x @ _USUAL) / sd
    weights, moved = np.ones(len(y)), np.zeros(3)
    for _ in range(_MAX_ROUNDS):
        precision = np.eye(3) + (scaled.T * weights) @ scaled
        before, moved = moved, np.linalg.solve(precision, (scaled.T * weights) @ shifted)
        weights = _HUBER / np.maximum(np.abs(shifted - scaled @ moved), _HUBER)
        if np.allclose(moved, before, rtol=_CLOSE_ENOUGH, atol=_CLOSE_ENOUGH):
            break
    return _USUAL + moved * _USUAL_SD, np.linalg.inv(precision) * np.outer(_USUAL_SD, _USUAL_SD)


def _scale(residuals: NDArray[np.float64]) -> float:
    """Standard deviation from absolute residuals: their median, drawn towards the usual while they are few."""
    n, usual = len(residuals), _USUAL_RESIDUAL_WEIGHT
    seen = _MAD_TO_SD * float(np.median(residuals))
    return math.sqrt((usual * _USUAL_RESIDUAL**2 + n * seen**2) / (usual + n))


def _percent(value: int, of: int) -> float | None:
    return (value - of) / of * 100.0 if of else None
