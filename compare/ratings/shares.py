"""A share with an interval that knows of clusters: "preferred in 68 % [61-75] of 142 votes by 9 raters".

The variance of the mean is the cluster-robust one; its ratio to that of independent votes is the design effect, and
the interval is Wilson's for so many effective votes, which stays between 0 and 1 and is never of zero width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.dense import dense
from compare.ratings.intervals import critical_value
from compare.ratings.scores import crossed

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Share:
    """A mean of values between 0 and 1.

    Attributes:
        value: the mean; None without votes.
        ci_low: lower limit; None where there are no votes or only one cluster.
        ci_high: upper limit; None together with ci_low.
        n: votes.
        n_clusters: of each cluster column; empty for independent votes.
        design_effect: by how much clusters multiply the variance; 1 for independent votes, never below 1; None where
            it cannot be told (one cluster, or all votes alike: the interval then counts clusters for votes).
    """

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    n_clusters: tuple[int, ...] = ()
    design_effect: float | None = 1.0

    def to_json(self) -> dict[str, Any]:
        """By name."""
        return {name: getattr(self, name) for name in self.__slots__}


def share(values: FloatArray, clusters: Sequence[IntArray] = (), *, level: float = 0.95) -> Share:
    """The mean of values in 0 .. 1 with its interval.

    Args:
        values: shape (n,), such as 1 for a win, 0.5 for a tie, 0 for a loss.
        clusters: none, one or two arrays of shape (n,); equal values mark votes that lean the same way.
        level: of the interval.

    Returns:
        The share. Two columns combine as A + B - AB, and never to less than the larger of A and B.
    """
    values = np.asarray(values, dtype=np.float64)
    n = len(values)
    if n == 0:
        return Share(None, None, None, 0)
    mean = float(values.mean())
    columns = [dense(column) for column in clusters]
    sizes = tuple(int(column.max()) + 1 for column in columns)
    if sizes and min(sizes) < 2:
        return Share(mean, None, None, n, sizes, None)
    critical, _ = critical_value(min(sizes) if sizes else n + 30, level=level)
    effect = design_effect(values, columns) if columns else 1.0
    n_effective = n / effect if effect is not None else float(min(sizes))
    low, high = wilson_limits(mean, n_effective, critical)
    return Share(mean, low, high, n, sizes, effect)


def shares_by_group(
    values: FloatArray | BoolArray, group: IntArray, clusters: Sequence[IntArray] = (), *, level: float = 0.95
) -> dict[int, Share]:
    """One share for each group: `group` has shape (n,) and says where each value belongs."""
    # Small numbers are sorted by their digits, which takes a fraction of the time.
    order = np.argsort(group.astype(np.uint16) if group.max(initial=0) < 2**16 else group, kind="stable")
    numbers, starts = np.unique(group[order], return_index=True)
    found = {}
    for number, at in zip(numbers.tolist(), np.split(order, starts[1:]), strict=True):
        found[number] = share(np.asarray(values[at], dtype=np.float64), [c[at] for c in clusters], level=level)
    return found


def design_effect(values: FloatArray, clusters: Sequence[IntArray]) -> float | None:
    """Clustered variance of a mean over that of independent values, at least 1; None where all values are alike.

    Args:
        values: shape (n,).
        clusters: one or two arrays of shape (n,) with cluster numbers 0, 1, 2 ..., each with 2 clusters or more.
    """
    residual = values - values.mean()
    independent = float(np.square(residual).sum())
    if independent <= 1e-12 * len(values):
        return None

    def clustered(column: IntArray) -> float:
        sums = np.bincount(column, weights=residual)
        groups = len(sums)
        return float(np.square(sums).sum()) * groups / (groups - 1)

    found = [clustered(column) for column in clusters]
    both = sum(found) - clustered(crossed(*clusters)) if len(found) == 2 else 0.0
    return max(1.0, *(each / independent for each in (*found, both)))


def wilson_limits(mean: float, n: float, critical: float) -> tuple[float, float]:
    """Wilson's limits for a share of n votes, which need not be a whole number."""
    square = critical * critical
    centre = (mean + square / (2 * n)) / (1 + square / n)
    half = critical / (1 + square / n) * math.sqrt(mean * (1 - mean) / n + square / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
