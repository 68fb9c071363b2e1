"""The figures of a choice of votes. Each is a function of votes, so that each can be made by itself and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.errors import CompareError
from compare.ratings.agreement import Agreement, agreement
from compare.ratings.bradley_terry import FloatArray, IntArray, strong_components
from compare.ratings.controls import ControlReport, control
from compare.ratings.crossover import Crossover, crossover
from compare.ratings.enough import Evidence, enough_votes
from compare.ratings.leaderboard import Leaderboard
from compare.ratings.shares import Share, share
from compare.ratings.votes import Votes, cluster_numbers, encode, vote_arrays
from compare.records import PRODUCTION_NAME
from compare.report.votes import CLUSTER, leaderboard

FEWEST_CLUSTERS = 8
"""Raters or threads from which on intervals count how they differ: fewer were not simulated (docs/ratings.md)."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which votes are taken to lean the same way, and why."""

    columns: tuple[str, ...]
    n_raters: int
    n_threads: int

    @property
    def why(self) -> str:
        """In a sentence."""
        few = [
            f"{n} {noun if n == 1 else noun + 's'}"
            for n, noun in ((self.n_raters, "rater"), (self.n_threads, "thread"))
            if n < FEWEST_CLUSTERS
        ]
        counted = " and ".join({"rater": "of one rater", "thread_id": "on one thread"}[c] for c in self.columns
                               if c in ("rater", "thread_id"))  # fmt: skip
        told = f"Votes {counted} lean the same way, which the intervals count." if counted else ""
        if not few:
            return told
        rest = (
            f"{' and '.join(few)}: too few to tell how others would differ (it takes {FEWEST_CLUSTERS}), so the "
            f"intervals hold for {'these' if len(few) > 1 or not few[0].startswith('1 ') else 'this one'} only."
        )
        return f"{told} {rest}".strip()


def clusters_of(votes: Votes) -> Clusters:
    """By rater and by thread where there are enough of them; else by ballot, whose pairs always lean together."""
    sizes = {name: cluster_numbers(votes.column(name))[0].max(initial=-1) + 1 for name in ("rater", "thread_id")}
    columns = tuple(name for name, n in sizes.items() if n >= FEWEST_CLUSTERS)
    return Clusters(columns or CLUSTER, int(sizes["rater"]), int(sizes["thread_id"]))


def islands_of(votes: Votes) -> list[frozenset[str]]:
    """Groups of candidates that votes connect, directly or through others; the one with the most candidates first.

    Where there are several, a prior rates them all the same, but nothing is known across groups.
    """
    arrays = vote_arrays(votes)
    at, n = ~arrays.both_bad & (arrays.index_a != arrays.index_b), len(arrays.names)
    met = np.bincount(arrays.index_a[at] * n + arrays.index_b[at], minlength=n * n).reshape(n, n).astype(np.float64)
    met += met.T
    groups = [group for group in strong_components(met) if met[group].any()] if n else []
    return sorted((frozenset(arrays.names[i] for i in group) for group in groups), key=len, reverse=True)


def board_of(votes: Votes, clusters: Clusters, by: str | None = "bucket") -> Leaderboard:
    """Ratings of all votes, and for each value of a column; with a prior where one has won or lost every pair."""
    return leaderboard(votes, by=by, cluster=clusters.columns)


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Who is preferred to whom, in direct votes.

    Attributes:
        names: the m candidates.
        n: shape (m, m), votes between two, without "both bad".
        score: shape (m, m), votes of the row's candidate; a tie is half a vote.
        both_bad: shape (m, m).
    """

    names: tuple[str, ...]
    n: FloatArray
    score: FloatArray
    both_bad: FloatArray

    def share(self, first: str, second: str) -> float | None:
        """The first one's share in the votes between the two; None where there are none."""
        i, j = self.names.index(first), self.names.index(second)
        return float(self.score[i, j] / self.n[i, j]) if self.n[i, j] else None


def matrix_of(votes: Votes, order: Sequence[str]) -> Matrix:
    """The win matrix with the candidates in this order; those without votes are rows of zeros."""
    arrays = vote_arrays(votes, order)
    place = np.array([order.index(name) if name in order else -1 for name in arrays.names], dtype=np.int64)
    a, b, m = place[arrays.index_a], place[arrays.index_b], len(order)
    at = (a >= 0) & (b >= 0) & (a != b)

    def sums(weights: FloatArray, i: IntArray, j: IntArray) -> FloatArray:
        found: FloatArray = np.bincount(i[at] * m + j[at], weights=weights[at], minlength=m * m).astype(np.float64)
        return found.reshape(m, m)

    good, bad = (~arrays.both_bad).astype(float), arrays.both_bad.astype(float)
    n, both_bad = sums(good, a, b), sums(bad, a, b)
    score = sums(good * arrays.score, a, b) + sums(good * (1.0 - arrays.score), b, a)
    return Matrix(tuple(order), n + n.T, score, both_bad + both_bad.T)


@dataclass(frozen=True, slots=True)
class Direct:
    """The votes between two candidates."""

    first: str
    second: str
    share: Share
    """The first one's; a tie is half a vote, "both bad" is left out."""
    n_raters: int
    n_threads: int


def between(votes: Votes, first: str, second: str, clusters: Clusters) -> Direct:
    """What the votes between two candidates say, with the interval that counts clusters."""
    arrays = vote_arrays(votes, (first, second))
    i, j = arrays.names.index(first), arrays.names.index(second)
    straight = (arrays.index_a == i) & (arrays.index_b == j)
    at = np.flatnonzero((straight | ((arrays.index_a == j) & (arrays.index_b == i))) & ~arrays.both_bad)
    score = np.where(straight, arrays.score, 1.0 - arrays.score)[at]
    these = votes.take(at)
    columns = [cluster_numbers(these.column(name))[0] for name in clusters.columns]
    raters, threads = (len(encode(these.column(name))[1]) for name in ("rater", "thread_id"))
    # A column with one cluster gives no interval: with another beside it, that one has to do.
    useful = [column for column in columns if len(column) and column.max() > 0] or columns
    return Direct(first, second, share(score, useful), raters, threads)


def left_share(votes: Votes, clusters: Clusters) -> Share:
    """How often the answer on the left is preferred, of the votes that name a winner and say where it stood."""
    arrays = vote_arrays(votes)
    sides, words = encode(votes.column("position_a"))
    is_left = np.array([word == "left" for word in words], dtype=np.bool_)[sides]
    is_known = np.array([word in ("left", "right") for word in words], dtype=np.bool_)[sides]
    at = np.flatnonzero(is_known & ~arrays.both_bad & (arrays.score != 0.5))
    won_left = ((arrays.score == 1.0) == is_left)[at].astype(np.float64)
    these = votes.take(at)
    return share(won_left, [cluster_numbers(these.column(name))[0] for name in clusters.columns])


def both_bad_share(votes: Votes, clusters: Clusters) -> Share:
    """How often neither answer is any good."""
    arrays = vote_arrays(votes)
    columns = [cluster_numbers(votes.column(name))[0] for name in clusters.columns]
    return share(arrays.both_bad.astype(np.float64), columns)


def raters_agree(votes: Votes) -> Agreement:
    """Agreement on one turn of one thread and one pair; needs the column turn."""
    return agreement(votes, rater="rater", item=("thread_id", "turn"))


def or_why_not(make: Any, *arguments: Any, **options: Any) -> Any:
    """What a function gives, or the sentence with which it refuses: thin data is told, not raised."""
    try:
        return make(*arguments, **options)
    except CompareError as exc:
        return str(exc)


def enough(votes: Votes, clusters: Clusters) -> Evidence | str:
    """For each pair the chance that its order flips and the votes still needed, or why that cannot be told."""
    found: Evidence | str = or_why_not(enough_votes, votes, cluster=clusters.columns)
    return found


def crossing(votes: Votes, cheap: str, reference: str, clusters: Clusters) -> Crossover | str:
    """From which length on the cheap one is no longer good enough, or why that cannot be told."""
    # The length belongs to the thread: where there are threads enough, votes on one are one witness.
    columns = clusters.columns
    if "thread_id" not in columns and clusters.n_threads > 1:
        columns = ("thread_id",)
    found: Crossover | str = or_why_not(crossover, votes, cheap, reference, cluster=columns)
    return found


def controlled(votes: Votes, name: str, clusters: Clusters) -> ControlReport | str:
    """Does a control change the order, or why that cannot be told."""
    found: ControlReport | str = or_why_not(control, votes, [name], cluster=clusters.columns)
    return found


def is_production(name: str) -> bool:
    """Whether votes call whoever gave the replies of imported threads so."""
    return name == PRODUCTION_NAME
