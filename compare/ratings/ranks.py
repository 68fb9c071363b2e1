"""Ranks that admit what is not known: candidates whose intervals overlap may share a rank."""

from __future__ import annotations

import numpy as np

from compare.ratings.bradley_terry import FloatArray, IntArray


def ranks(ci_low: FloatArray, ci_high: FloatArray) -> IntArray:
    """Rank of each candidate: 1 + the number of candidates whose lower limit lies above its upper limit.

    Args:
        ci_low: shape (m,), lower limits, without NaN.
        ci_high: shape (m,), upper limits.

    Returns:
        Shape (m,); several candidates may hold rank 1.
    """
    above = len(ci_low) - np.searchsorted(np.sort(ci_low), ci_high, side="right")
    result: IntArray = (1 + above).astype(np.int64)
    return result
