"""Percentiles with an interval that assumes nothing about the distribution, and the Wilson interval of a share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from compare.ratings.bradley_terry import FloatArray


@dataclass(frozen=True, slots=True)
class Percentile:
    """One percentile of n values, in the values' unit.

    Attributes:
        q: 0.5 for the median, 0.95 for p95.
        n: how many values there are.
        value: linear between neighbours, as numpy does it; None without values.
        ci_low: lower limit, an observed value; None where n is too small for the interval.
        ci_high: upper limit; None together with ci_low.
        n_needed: the least n that gives an interval.
    """

    q: float
    n: int
    value: float | None
    ci_low: float | None
    ci_high: float | None
    n_needed: int


def percentile(values: Sequence[float] | FloatArray, q: float, *, level: float = 0.95) -> Percentile:
    """A percentile with its order-statistic interval.

    The number of values below the true percentile is binomial (n, q), so two order statistics bracket it with at least
    the level asked for, each side missing with at most half of the rest, whatever the distribution.

    Args:
        values: shape (n,), finite; any order.
        q: between 0 and 1, both excluded.
        level: of the interval.
    """
    if not 0 < q < 1:
        raise ValueError(f"q must lie between 0 and 1, not {q}")
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ordered)
    needed = least_n(q, level=level)
    if n == 0:
        return Percentile(q, 0, None, None, None, needed)
    value = float(np.quantile(ordered, q))
    if n < needed:
        return Percentile(q, n, value, None, None, needed)
    low, high = _order_statistics(n, q, level)
    return Percentile(q, n, value, float(ordered[low - 1]), float(ordered[high - 1]), needed)


def least_n(q: float, *, level: float = 0.95) -> int:
    """The least number of values for which the interval exists: 6 for the median at 95 %, 72 for p95."""
    # All n values above (or all below) the percentile must be rarer than half of what the level leaves.
    rarest = (1 - level) / 2
    return math.ceil(math.log(rarest) / math.log(max(q, 1 - q)))


def _order_statistics(n: int, q: float, level: float) -> tuple[int, int]:
    """1-based ranks l and u with P(B >= l) and P(B < u) both at least 1 - (1 - level) / 2, B binomial (n, q)."""
    from scipy.special import bdtr

    tail = (1 - level) / 2
    below = bdtr(np.arange(n + 1), n, q)
    # Largest l with P(B <= l - 1) <= tail; smallest u with P(B <= u - 1) >= 1 - tail.
    low = int(np.searchsorted(below, tail, side="right"))
    high = int(np.searchsorted(below, 1 - tail, side="left")) + 1
    return low, high


def wilson(successes: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a share: inside 0 .. 1 and never of zero width; (0, 1) where n is 0."""
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
