"""The difference of two shares over the same things, with an interval that knows of pairs and of clusters.

Newcombe's hybrid score interval for paired data: the Wilson limits of both shares, added as squares with the
correlation of the pairs taken off. Here the Wilson limits are those of ratings/shares.py, so that clusters widen
them. Unlike the interval of a mean it is never of zero width, also where all pairs agree.

Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired
data", Statistics in Medicine 17 (1998), method 10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.ratings.bradley_terry import IntArray
from compare.ratings.shares import BoolArray, Share, share


@dataclass(frozen=True, slots=True)
class Difference:
    """First minus second, of shares of the same things."""

    first: Share
    second: Share
    value: float | None
    """-1 to 1; None without pairs."""
    ci_low: float | None
    """Lower 95 % limit; None where there are no pairs or only one cluster."""
    ci_high: float | None

    @property
    def n(self) -> int:
        """Pairs."""
        return self.first.n

    def to_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "first": self.first.to_json(), "second": self.second.to_json(), "value": self.value,
            "ci_low": self.ci_low, "ci_high": self.ci_high, "n": self.n,
        }  # fmt: skip


def paired_difference(first: BoolArray, second: BoolArray, clusters: Sequence[IntArray] = ()) -> Difference:
    """The difference of the shares of two arrays of shape (n,), whose values at one place belong together.

    Args:
        first: whether each passed.
        second: the same things under other conditions.
        clusters: as for `share`.
    """
    one = share(np.asarray(first, dtype=np.float64), clusters)
    two = share(np.asarray(second, dtype=np.float64), clusters)
    if one.value is None or two.value is None:
        return Difference(one, two, None, None, None)
    value = one.value - two.value
    if one.ci_low is None or one.ci_high is None or two.ci_low is None or two.ci_high is None:
        return Difference(one, two, value, None, None)
    phi = _correlation(np.asarray(first, dtype=np.bool_), np.asarray(second, dtype=np.bool_))
    low = value - _together(one.value - one.ci_low, two.ci_high - two.value, phi)
    high = value + _together(one.ci_high - one.value, two.value - two.ci_low, phi)
    return Difference(one, two, value, max(-1.0, low), min(1.0, high))


def _together(a: float, b: float, phi: float) -> float:
    return math.sqrt(max(0.0, a * a - 2 * phi * a * b + b * b))


def _correlation(first: BoolArray, second: BoolArray) -> float:
    """Of the pairs, drawn towards 0 by the continuity correction; 0 where either has only one value."""
    n = len(first)
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    margins = (
        (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    )  # fmt: skip
    if not margins:
        return 0.0
    product: float = both * neither - only_first * only_second
    if product > 0:
        product = max(product - n / 2, 0.0)
    return product / math.sqrt(margins)


__all__ = ["Difference", "paired_difference"]
