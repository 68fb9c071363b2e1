"""Means and ratios of sums with an interval that knows of clusters.

Answers of one thread lean the same way, so an interval that takes them for independent is too narrow. A ratio is the
sum of numerators over the sum of denominators; a mean is the ratio to the number of values.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from compare.ratings.intervals import critical_value


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean or ratio in the values' unit.

    Attributes:
        value: None without values, or where the denominators add up to 0.
        ci_low: lower limit of the 95 % interval; None with fewer than two clusters.
        ci_high: upper limit; None together with ci_low.
        n: values.
        n_clusters: clusters among them.
    """

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    n_clusters: int


def clustered_mean(values: Sequence[float], clusters: Sequence[Hashable], *, level: float = 0.95) -> Mean:
    """The mean of values, with the interval of values that lean alike within a cluster.

    Args:
        values: shape (n,), finite.
        clusters: shape (n,), the cluster of each value.
        level: of the interval.
    """
    return clustered_ratio(values, [1.0] * len(values), clusters, level=level)


def clustered_ratio(
    above: Sequence[float], below: Sequence[float], clusters: Sequence[Hashable], *, level: float = 0.95
) -> Mean:
    """sum(above) / sum(below), with its linearised interval over clusters.

    With R the ratio and A_g, B_g the sums of cluster g, the variance is G / (G - 1) * sum((A_g - R B_g)^2) /
    sum(below)^2; the quantile is Student's t below 30 clusters (Cochran, Sampling Techniques, 6.3).

    Args:
        above: shape (n,), finite.
        below: shape (n,), finite, none negative.
        clusters: shape (n,), the cluster of each pair.
        level: of the interval.
    """
    n, whole = len(above), float(np.sum(below)) if len(below) else 0.0
    numbers: dict[Hashable, int] = {}
    index = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters], dtype=np.int64)
    if n == 0 or whole == 0.0:
        return Mean(None, None, None, n, len(numbers))
    ratio = float(np.sum(above)) / whole
    groups = len(numbers)
    if groups < 2:
        return Mean(ratio, None, None, n, groups)
    residual = np.asarray(above, dtype=np.float64) - ratio * np.asarray(below, dtype=np.float64)
    sums = np.bincount(index, weights=residual, minlength=groups)
    error = math.sqrt(groups / (groups - 1) * float(np.sum(sums**2))) / whole
    half = critical_value(groups, level=level)[0] * error
    return Mean(ratio, ratio - half, ratio + half, n, groups)
