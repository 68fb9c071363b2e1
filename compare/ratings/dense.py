"""Numbering anew from 0 without gaps, in one pass where the numbers are no larger than a few times their count."""

from __future__ import annotations

import numpy as np

from compare.ratings.bradley_terry import IntArray

_SPARSE = 8
"""Numbers larger than so many times their count are sorted instead of counted."""


def dense(numbers: IntArray) -> IntArray:
    """The rank of each number among the distinct ones, from 0.

    Args:
        numbers: shape (n,), none negative.

    Returns:
        Shape (n,): what numpy's `unique` calls the inverse, without its sort.
    """
    if len(numbers) == 0:
        return np.zeros(0, dtype=np.int64)
    if int(numbers.max()) > _SPARSE * len(numbers):
        return np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    rank = np.cumsum(np.bincount(numbers) > 0) - 1
    found: IntArray = rank[numbers].astype(np.int64, copy=False)
    return found
