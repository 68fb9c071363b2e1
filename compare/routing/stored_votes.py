"""Stored votes as the evidence of a recommendation: who has enough of them, and which of them lean the same way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.buckets import Bucket
from compare.ratings.votes import Votes, cluster_numbers, encode, is_missing, vote_arrays
from compare.routing.aim import Aim
from compare.routing.evidence import MIN_CLUSTERS, BucketEvidence, ClusteredVotes, Guard
from compare.routing.measured import ALL, Measured

EVERYTHING = Bucket("default", 1)
"""Threads that no other route takes: weighted by the votes of all lengths together."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """One bucket's evidence from stored votes, and the counts beside it.

    Attributes:
        evidence: what a recommendation rests on.
        n_both_bad: ballots that found both answers bad.
        left_out: candidates with votes too few, or on too few threads, to be weighted, with how many votes they have.
        votes_each: votes of each candidate without both-bad ones.
        both_bad_each: ballots that found it bad, by candidate.
    """

    evidence: BucketEvidence
    n_both_bad: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    votes_each: Mapping[str, int] = field(default_factory=dict)
    both_bad_each: Mapping[str, int] = field(default_factory=dict)


def gather(
    votes: Votes,
    bucket: Bucket,
    *,
    match: str,
    aim: Aim,
    candidates: Sequence[str] = (),
    measured: Measured | None = None,
    current: Mapping[str, float] | None = None,
    experimental: frozenset[str] = frozenset(),
    rater: str = "rater",
) -> Gathered:
    """The evidence of one bucket.

    Args:
        votes: those inside the bucket.
        bucket: its range of lengths.
        match: the rule that sends threads of these lengths to its route.
        aim: limits and guard.
        candidates: those that must all be weighted; without it, all that have enough votes in the bucket and all that
            get requests now.
        measured: times, costs, errors; without it, limits on them cannot be kept.
        current: weights that run now, by the votes' names.
        experimental: names of candidates that get the floor at most.
        rater: the column that says who voted.
    """
    names = sorted(set(candidates) or {*votes.model_a, *votes.model_b})
    enough = names if candidates else _with_enough_votes(votes, names, aim.guard)
    weighted = enough if len(enough) > 1 else names
    weighted = sorted({*weighted, *(name for name, weight in (current or {}).items() if weight > 0)})
    seen = _count_ballots(_without_both_bad(votes))
    votes = _between(votes, weighted)
    arrays = vote_arrays(votes, weighted)
    told, bad = _count_ballots(_without_both_bad(votes)), _count_ballots(_only_both_bad(votes))
    n_told = _distinct_ballots(_without_both_bad(votes))
    evidence = BucketEvidence(
        name=bucket.name,
        models=tuple(weighted),
        wins=bt.count_wins(arrays.index_a, arrays.index_b, arrays.score, len(weighted)),
        limits=aim.limits,
        match=match,
        current=None if current is None else np.array([current.get(name, 0.0) for name in weighted]),
        raters=_distinct(votes, rater) if votes.has_column(rater) else None,
        threads=_distinct(votes, "thread_id") or None if votes.has_column("thread_id") else None,
        threads_each=_threads_each(_without_both_bad(votes), weighted),
        experimental=frozenset() if aim.allow_experimental else experimental & frozenset(weighted),
        rows=_rows(votes, arrays.index_a, arrays.index_b, arrays.score, rater),
        n_votes=n_told,
        votes_each=np.array([float(told.get(name, 0)) for name in weighted]),
    )
    return Gathered(
        evidence=with_columns(evidence, measured or Measured(), bucket, aim.slow_ms),
        n_both_bad=_distinct_ballots(votes) - n_told,
        left_out={name: seen.get(name, 0) for name in names if name not in weighted},
        votes_each=told,
        both_bad_each=bad,
    )


def with_columns(evidence: BucketEvidence, measured: Measured, bucket: Bucket, slow_ms: float) -> BucketEvidence:
    """The evidence with what was measured in this bucket; NaN where nothing is known."""
    found = [measured.of(name, ALL if bucket == EVERYTHING else bucket.name) for name in evidence.models]
    values = [(each.cost_usd, each.slow_share(slow_ms), each.error_share, each.cut_share) for each in found]
    known = np.array([[math.nan if x is None else x for x in row] for row in values]).reshape(len(found), 4)
    cost, slow, error, cut = known.T.copy()
    return replace(evidence, cost_usd=cost, slow_share=slow, error_share=error, cut_share=cut)


# --- counting --------------------------------------------------------------------------------------------------------


def _with_enough_votes(votes: Votes, names: Sequence[str], guard: Guard) -> list[str]:
    """Drop candidates with votes too few or on too few threads until all that remain have enough among themselves."""
    kept = list(names)
    while True:
        among = _without_both_bad(_between(votes, kept))
        counts, threads = _count_ballots(among), _threads_each(among, kept)
        enough = [name for name in kept if counts.get(name, 0) >= guard.min_battles]
        if threads is not None:
            on = dict(zip(kept, threads.tolist(), strict=True))
            enough = [name for name in enough if on[name] >= guard.min_threads]
        if len(enough) == len(kept):
            return kept
        kept = enough


def _between(votes: Votes, names: Sequence[str]) -> Votes:
    """The votes that compare two different ones of these candidates."""
    known = set(names)
    pairs = zip(votes.model_a, votes.model_b, strict=True)
    return votes.take([i for i, (a, b) in enumerate(pairs) if a != b and a in known and b in known])


def _without_both_bad(votes: Votes) -> Votes:
    return votes.take([i for i, winner in enumerate(votes.winner) if winner != "both_bad"])


def _only_both_bad(votes: Votes) -> Votes:
    return votes.take([i for i, winner in enumerate(votes.winner) if winner == "both_bad"])


def _ballots(votes: Votes) -> Sequence[object]:
    """What makes one vote: a ballot, whose several pairwise rows count once, or the row where no ballot is known."""
    if not votes.has_column("ballot_id"):
        return range(len(votes))
    return [f"row {i}" if is_missing(ballot) else ballot for i, ballot in enumerate(votes.column("ballot_id"))]


def _distinct_ballots(votes: Votes) -> int:
    return len(set(_ballots(votes)))


def _count_ballots(votes: Votes) -> dict[str, int]:
    """Ballots of each candidate."""
    ballots: dict[str, set[object]] = {}
    for a, b, ballot in zip(votes.model_a, votes.model_b, _ballots(votes), strict=True):
        ballots.setdefault(a, set()).add(ballot)
        ballots.setdefault(b, set()).add(ballot)
    return {name: len(each) for name, each in ballots.items()}


def _threads_each(votes: Votes, names: Sequence[str]) -> FloatArray | None:
    """On how many threads each candidate was voted on; None where no vote says its thread."""
    if not votes.has_column("thread_id") or _distinct(votes, "thread_id") == 0:
        return None
    threads: dict[str, set[object]] = {name: set() for name in names}
    for a, b, thread in zip(votes.model_a, votes.model_b, votes.column("thread_id"), strict=True):
        if not is_missing(thread):
            threads[a].add(thread)
            threads[b].add(thread)
    return np.array([float(len(threads[name])) for name in names])


def _distinct(votes: Votes, column: str) -> int:
    return sum(not is_missing(value) for value in encode(votes.column(column))[1])


# --- clusters --------------------------------------------------------------------------------------------------------


def _rows(votes: Votes, index_a: IntArray, index_b: IntArray, score: FloatArray, rater: str) -> ClusteredVotes | None:
    """The votes with their clusters: by rater and by thread, where there are enough of them; else by ballot."""
    by = [
        column
        for column in (rater, "thread_id")
        if votes.has_column(column) and _distinct(votes, column) >= MIN_CLUSTERS
    ]
    if not by and votes.has_column("ballot_id") and MIN_CLUSTERS <= _distinct_ballots(votes) < len(votes):
        by = ["ballot_id"]
    if not by:
        return None
    clusters = tuple(cluster_numbers(votes.column(column))[0] for column in by)
    return ClusteredVotes(index_a, index_b, score, clusters, tuple(by))
