"""Weights with few decimals that still sum to exactly 1."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

MAX_TRIES = 5000


def round_weights(
    weights: Sequence[float], *, decimals: int = 2, allowed: Callable[[Sequence[float]], bool] | None = None
) -> list[float]:
    """Round by largest remainder.

    Args:
        weights: each 0 .. 1, with sum 1.
        decimals: digits after the point.
        allowed: a condition that the result must meet as well (caps, floors). Where no rounding to so many decimals
            meets it, more are used, up to 6; where none does, the weights come back as they are.

    Returns:
        The rounded weights, in order; their sum in units of the last decimal is exact.
    """
    for digits in range(decimals, 7):
        unit = 10**digits
        # 1e-9 of a unit of slack: 0.29 * 100 is 28.999999999999996 and means 29.
        floors = [int(weight * unit + 1e-9 * unit) for weight in weights]
        spare = unit - sum(floors)
        if not 0 <= spare <= len(floors):
            continue
        remainders = [weight * unit - floor for weight, floor in zip(weights, floors, strict=True)]
        by_remainder = sorted(range(len(floors)), key=lambda i: (-remainders[i], i))
        # The first combination is the largest remainders; later ones give up the least first.
        for raised in itertools.islice(itertools.combinations(by_remainder, spare), MAX_TRIES):
            rounded = [(floor + (i in raised)) / unit for i, floor in enumerate(floors)]
            if allowed is None or allowed(rounded):
                return rounded
    return list(weights)
