"""Weights as whole numbers, for gateways that want parts of a total and for cohorts of sessions."""

from __future__ import annotations

import math
from collections.abc import Mapping

PARTS = 10_000
"""A hundredth of a percent."""


def whole_parts(weights: Mapping[str, float], total: int = PARTS) -> dict[str, int]:
    """Parts of `total` by largest remainder: their sum is exact, and each is off by less than one part.

    Args:
        weights: above 0, with sum 1.
        total: how many parts there are.

    Returns:
        By name, each at least 1: a candidate that is weighed at all gets some requests.
    """
    exact = {name: weight * total for name, weight in weights.items()}
    parts = {name: max(1, math.floor(value + 1e-9)) for name, value in exact.items()}
    spare = total - sum(parts.values())
    by_remainder = sorted(parts, key=lambda name: parts[name] - exact[name])
    for name in by_remainder[: max(0, spare)]:
        parts[name] += 1
    # Only where a weight below one part was raised to one: the heaviest gives it.
    parts[max(parts, key=lambda name: parts[name])] += min(0, spare)
    return parts


def differences(weights: Mapping[str, float], parts: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """Weight asked for and weight given, by name, where rounding changed it."""
    total = sum(parts.values())
    given = {name: (weight, parts[name] / total) for name, weight in weights.items()}
    return {name: pair for name, pair in given.items() if not math.isclose(*pair, abs_tol=1e-9)}
