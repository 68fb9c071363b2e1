"""How many requests a canary needs: what the test of sequential.py finds, and after how many, before anything runs.

Simulated with a fixed seed, since no formula tells when a test that looks again and again stops: the same question gets
the same answer.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compare.errors import ConfigError
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.routing.sequential import MIN_REQUESTS

POWER = 0.9
"""The share of bad canaries that should be found."""
EARLY = 5_000
"""Requests within which the share that is found is told."""
N_CANARIES = 4_000
"""Standard error of a share of 0.9: 0.005."""
_LOOKS = 400
_MOST_REQUESTS = 20_000_000
_SEED = 20_264


@dataclass(frozen=True, slots=True)
class CanarySize:
    """What one size of canary finds; requests are those of both arms together.

    Attributes:
        share: of the requests, to the canary.
        harm_rate: of the present candidate.
        worse: the harm rate that is to be found.
        tau: what the test is told; the counts file needs the same.
        alpha: rate of false alarms, over all looks together.
        first_look: requests until both arms have enough for the first look, on average.
        needed: requests within which 90 % of such canaries are rolled back; None beyond 20 million.
        found_early: the share that is rolled back within 5,000 requests.
    """

    share: float
    harm_rate: float
    worse: float
    tau: float
    alpha: float
    first_look: int
    needed: int | None
    found_early: float

    @property
    def sentence(self) -> str:
        """The figures in words."""
        change = f"harms that go from {_percent(self.harm_rate)} to {_percent(self.worse)}"
        if self.needed is None:
            return f"With {_percent(self.share)} of the requests, {change} are too small a change to be found."
        said = f"With {_percent(self.share)} of the requests, {change} are found in {POWER:.0%} of canaries within "
        said += f"{self.needed:,} requests."
        if self.needed > EARLY:
            why = f": the first look comes after about {self.first_look:,}" if self.first_look > EARLY / 3 else ""
            said += f" Within {EARLY:,} only {self.found_early:.0%} are{why}."
        return said

    def to_json(self) -> dict[str, Any]:
        """The document of `canary --share`."""
        return {**asdict(self), "power": POWER, "early": EARLY, "sentence": self.sentence}


def canary_size(
    share: float, harm_rate: float, *, worse: float | None = None, tau: float | None = None, alpha: float = 0.05
) -> CanarySize:
    """How many requests until a canary that does harm is surely found.

    Args:
        share: of the requests, to the canary.
        harm_rate: of the present candidate.
        worse: the harm rate that is to be found; twice the present one where it is None.
        tau: the difference that the test is told; half of the one that is to be found where it is None.
        alpha: rate of false alarms.

    Raises:
        ConfigError: a share or rate is out of range, or `worse` is not above `harm_rate`.
    """
    worse = min(2 * harm_rate, 1.0) if worse is None else worse
    for name, value in (("share", share), ("harm rate", harm_rate), ("alpha", alpha)):
        if not 0 < value < 1:
            raise ConfigError(f"The {name} is {value:g}; it must lie between 0 and 1.")
    if not harm_rate < worse <= 1:
        raise ConfigError(f"The harm rate to be found is {worse:g}; it must be above the present {harm_rate:g}.")
    tau = (worse - harm_rate) / 2 if tau is None else tau
    if not 0 < tau < 1:
        raise ConfigError(f"tau is {tau:g}; it is a difference of two shares and must lie between 0 and 1.")
    smaller = min(share, 1 - share)
    first_look = math.ceil(MIN_REQUESTS / smaller)
    needed, horizon = None, max(2 * first_look, EARLY)
    while needed is None and horizon <= _MOST_REQUESTS:
        stops = _stops(share, harm_rate, worse, tau, alpha, horizon)
        reached = float(np.quantile(stops, POWER, method="higher"))
        needed = int(reached) if math.isfinite(reached) else None
        horizon *= 3
    early = _stops(share, harm_rate, worse, tau, alpha, EARLY)
    return CanarySize(share, harm_rate, worse, tau, alpha, first_look, needed, float(np.isfinite(early).mean()))


def _stops(share: float, harm_rate: float, worse: float, tau: float, alpha: float, horizon: int) -> FloatArray:
    """Requests after which each simulated canary is rolled back; infinite where it is not; shape (canaries,)."""
    random = np.random.default_rng(_SEED)
    each = max(1, horizon // _LOOKS)
    n_c = np.zeros(N_CANARIES, dtype=np.int64)
    s_c, s_0, stops = n_c.copy(), n_c.copy(), np.full(N_CANARIES, np.inf)
    for look in range(1, horizon // each + 1):
        here = random.binomial(each, share, N_CANARIES)
        n_c += here
        s_c += random.binomial(here, worse)
        s_0 += random.binomial(each - here, harm_rate)
        n_0 = look * each - n_c
        seen = (np.minimum(n_c, n_0) >= MIN_REQUESTS) & np.isinf(stops)
        if not seen.any():
            continue
        ratio, z = log_ratios(n_c, s_c, n_0, s_0, tau)
        stops[seen & (z > 0) & (ratio >= math.log(1 / alpha))] = look * each
    return stops


def log_ratios(n_c: IntArray, s_c: IntArray, n_0: IntArray, s_0: IntArray, tau: float) -> tuple[FloatArray, FloatArray]:
    """Log likelihood ratio and plain z of many looks at once: the formula of sequential.look.

    Args:
        n_c: requests to each canary; all arrays have one shape.
        s_c: those that ended in harm.
        n_0: requests to the other arm.
        s_0: those that ended in harm.
        tau: as there.
    """
    n_c, n_0 = np.maximum(n_c, 1), np.maximum(n_0, 1)
    difference = s_c / n_c - s_0 / n_0
    pooled = (s_c + s_0 + 0.5) / (n_c + n_0 + 1)
    variance = pooled * (1 - pooled) * (1 / n_c + 1 / n_0)
    mixed = variance + tau**2
    ratio = 0.5 * np.log(variance / mixed) + tau**2 * difference**2 / (2 * variance * mixed)
    return ratio, difference / np.sqrt(variance)


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"
