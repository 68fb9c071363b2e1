"""The band in which a share must lie: four standard deviations of its own number of requests to either side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

SIGMAS = 4.0
"""A share that is right falls outside about once in 16,000 times."""


class Band(NamedTuple):
    """Where the share of one model must lie among `n` requests."""

    expected: float
    low: float
    high: float

    def holds(self, count: int, n: int) -> bool:
        """Whether so many of n lie inside; a share of exactly 0 or 1 has no room."""
        # The limits are compared as counts: a share that is a limit exactly must not fail by rounding.
        return self.low * n - 1e-9 <= count <= self.high * n + 1e-9


def band(share: float, n: int) -> Band:
    """The band of a share.

    Args:
        share: what the file says, 0 to 1.
        n: requests, at least 1.
    """
    half = SIGMAS * math.sqrt(share * (1.0 - share) / n)
    return Band(share, max(0.0, share - half), min(1.0, share + half))


def expected_shares(weights: Mapping[str, float], names: list[str] | tuple[str, ...]) -> dict[str, float]:
    """The share of every model, 0 for those without a weight."""
    return {name: float(weights.get(name, 0.0)) for name in dict.fromkeys([*weights, *names])}


def can_tell_apart(one: Mapping[str, float], other: Mapping[str, float], n: int) -> bool:
    """Whether n requests by each of two weights end in bands that do not overlap for some model."""
    for name in {*one, *other}:
        first, second = sorted((band(one.get(name, 0.0), n), band(other.get(name, 0.0), n)))
        if first.high < second.low:
            return True
    return False


__all__ = ["SIGMAS", "Band", "band", "can_tell_apart", "expected_shares"]
