"""A share of answers with an interval that holds for few threads.

Answers to one thread are alike, so threads are the clusters. Their spread cannot be told well from five of them: the
clustered interval (ratings/shares.py, Student's t below 30 clusters) is then far wider than it need be. Another one
needs no spread at all: let each thread count as one answer. The mean of a thread's answers varies no more than a single
answer with the same mean does, so Wilson's interval for as many answers as threads holds whatever the repeats do. Of
the two the narrower is given: that of threads where each was asked once, or answers the same each time; the clustered
one where repeats tell more.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np

from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.shares import Share, share, wilson_limits


def thread_share(values: FloatArray, thread: IntArray, *, level: float = 0.95) -> Share:
    """The mean of values between 0 and 1, threads as clusters.

    Args:
        values: shape (n,).
        thread: shape (n,); equal numbers mark answers on one thread.
        level: of the interval.

    Returns:
        The share; without limits where all answers are on one thread.
    """
    found = share(values, [thread], level=level)
    if found.value is None or found.ci_low is None or found.ci_high is None:
        return found
    n_threads = len(np.unique(thread))
    low, high = wilson_limits(found.value, n_threads, NormalDist().inv_cdf(0.5 + level / 2))
    if high - low >= found.ci_high - found.ci_low:
        return found
    return replace(found, ci_low=low, ci_high=high, design_effect=found.n / n_threads)


__all__ = ["thread_share"]
