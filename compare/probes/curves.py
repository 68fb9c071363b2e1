"""From results to one curve for each candidate, with the shares by type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from compare.probes.curve import EDGES, Asked, Curve, fit_curve
from compare.probes.results import Result
from compare.probes.thread_share import thread_share
from compare.ratings.shares import Share

FACTUAL = ("recall", "update", "multi", "coherence", "instruction")
"""Types that need an earlier message."""


def curves_of(results: Sequence[Result], *, edges: Sequence[int] = EDGES) -> dict[str, Curve]:
    """A curve by candidate name, in the order in which they first come. Answers that failed are in none."""
    found: dict[str, list[Result]] = {}
    for one in results:
        if one.passed is not None:
            found.setdefault(one.name, []).append(one)
    return {name: curve_of(some, edges=edges) for name, some in found.items()}


def curve_of(results: Sequence[Result], *, edges: Sequence[int] = EDGES) -> Curve:
    """The curve of one candidate from its recall probes and their controls; shares by type from all."""
    numbers: dict[str, int] = {}
    asked = [one for one in results if one.probe.type == "recall" and one.probe.distance_messages is not None]
    controls = [one for one in results if one.probe.type == "control" and one.probe.of == "recall"]

    def threads(some: Iterable[Result]) -> list[int]:
        return [numbers.setdefault(one.probe.thread_id, len(numbers)) for one in some]

    values = Asked(
        distance=np.array([one.probe.distance_messages for one in asked], dtype=np.int64),
        tokens=np.array([one.probe.distance_tokens or 0 for one in asked], dtype=np.int64),
        passed=np.array([one.passed for one in asked], dtype=np.bool_),
        cut=np.array([one.cut_by_us for one in asked], dtype=np.bool_),
        thread=np.array(threads(asked), dtype=np.int64),
        depth=np.array([one.probe.depth or 0.0 for one in asked], dtype=np.float64),
    )
    curve = fit_curve(
        values, np.array([one.passed for one in controls], dtype=np.bool_),
        np.array(threads(controls), dtype=np.int64), edges=edges,
    )  # fmt: skip
    return replace(curve, types=_types(results), controls=_controls(results))


def _types(results: Sequence[Result]) -> dict[str, Share]:
    found: dict[str, Share] = {}
    for one in results:
        if one.probe.type not in found:
            found[one.probe.type] = passed_share([r for r in results if r.probe.type == one.probe.type])
    updates = [one for one in results if one.probe.type == "update"]
    if updates:
        found["stale"] = _share([one.verdict == "stale" for one in updates], updates)
    return found


def _controls(results: Sequence[Result]) -> dict[str, Share]:
    found: dict[str, list[Result]] = {}
    for one in results:
        if one.probe.type == "control":
            found.setdefault(one.probe.of, []).append(one)
    return {of: passed_share(some) for of, some in found.items()}


def passed_share(results: Sequence[Result]) -> Share:
    """The share that passed, threads as clusters."""
    return _share([bool(one.passed) for one in results], results)


def _share(values: Sequence[bool], results: Sequence[Result]) -> Share:
    numbers: dict[str, int] = {}
    threads = [numbers.setdefault(one.probe.thread_id, len(numbers)) for one in results]
    return thread_share(np.array(values, dtype=np.float64), np.array(threads, dtype=np.int64))


__all__ = ["FACTUAL", "curve_of", "curves_of", "passed_share"]
