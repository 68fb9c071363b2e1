"""The same ratings by something that votes differ in: thread length, turn, workload, rater, month ..."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from compare.ratings.buckets import bucket_of, buckets
from compare.ratings.columns import Coded
from compare.ratings.leaderboard import Leaderboard
from compare.ratings.votes import Votes
from compare.report.results.figures import Clusters
from compare.report.votes import leaderboard

Slice = Literal["length", "turn", "workload", "rater", "source", "month"]
SLICES: Mapping[Slice, str] = {
    "length": "thread length",
    "turn": "turn",
    "workload": "workload",
    "rater": "rater",
    "source": "where votes were given",
    "month": "month",
}
FINER_EDGES = (8, 16, 24)
"""Of thread lengths: finer than the buckets of routes, to see where lines cross."""
MOST = 12
"""Slices in one chart."""


def needs_answers(by: Slice) -> bool:
    """Whether the votes need the column turn."""
    return by == "turn"


def sliced(votes: Votes, by: Slice, clusters: Clusters) -> tuple[Leaderboard, tuple[str, ...]]:
    """A leaderboard whose groups are the slices, and the values of those, in order, with the most votes.

    Args:
        votes: with the column that `by` needs.
        by: what to slice by.
        clusters: which votes lean the same way.
    """
    column = _column(votes, by)
    board = leaderboard(
        replace(votes, columns={**votes.columns, "slice": column}), by="slice", cluster=clusters.columns
    )
    sizes = {name: sum(row.n_votes for row in group.models) for name, group in board.groups.items()}
    most = sorted(sizes, key=lambda name: -sizes[name])[:MOST]
    return board, tuple(name for name in board.groups if name in most and sizes[name])


def _column(votes: Votes, by: Slice) -> Sequence[object]:
    match by:
        case "length":
            ranges = buckets(FINER_EDGES)
            return _changed(votes.column("n_messages"), lambda n: getattr(bucket_of(n, ranges), "label", None))
        case "month":
            return _changed(votes.column("day"), lambda day: str(day)[:7] or None)
        case "turn" | "workload" | "rater" | "source":
            return votes.column(by)


def _changed(column: Sequence[object], change: Callable[[object], object]) -> Sequence[object]:
    return column.map(change) if isinstance(column, Coded) else [change(value) for value in column]
