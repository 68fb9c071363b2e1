"""How many more votes a bucket needs until every guard lets a change of weights pass."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from compare.ratings.bradley_terry import FloatArray
from compare.routing.beliefs import Belief
from compare.routing.evidence import BucketEvidence, Guard

_OUT_OF_SIGHT = 10_000
"""Where more votes than this are needed, no number is told: the candidates are as good as equal."""


def n_votes_of(bucket: BucketEvidence) -> float:
    """Votes of one bucket: ballots, where they are known; else pairs."""
    return float(bucket.wins.sum()) if bucket.n_votes is None else bucket.n_votes


def votes_needed(bucket: BucketEvidence, belief: Belief, guard: Guard, gains: FloatArray | None) -> int | None:
    """Further votes that satisfy every guard: so many of each candidate, and, roughly, that the gain stands out.

    A vote in this bucket counts in all buckets too and may be on a new thread by a new rater, so the guards' needs do
    not add up: the greatest is enough. Missing raters alone are no matter of votes, and give no number.
    """
    needed = max(_of_pairs(guard.min_battles - bucket.battles), _missing_threads(bucket, guard))
    if belief.pooled_battles is not None:
        needed = max(needed, _of_pairs(guard.min_pooled_battles - belief.pooled_battles))
    if gains is not None and (gains > 0).mean() < guard.p_gain:
        mean, spread = float(gains.mean()), float(gains.std())
        if mean <= 0 or guard.p_gain >= 1:
            return None
        # The posterior's spread falls with the square root of the votes.
        factor = (NormalDist().inv_cdf(guard.p_gain) * spread / mean) ** 2
        needed = max(needed, (factor - 1.0) * n_votes_of(bucket))
    if needed > 0 and bucket.raters is not None:
        needed = max(needed, float(guard.min_raters - bucket.raters))
    return math.ceil(needed) if 0 < needed <= _OUT_OF_SIGHT else None


def _missing_threads(bucket: BucketEvidence, guard: Guard) -> float:
    """Votes that it takes to reach the missing threads: at least one on each."""
    missing = 0.0 if bucket.threads is None else float(guard.min_threads - bucket.threads)
    return missing if bucket.threads_each is None else max(missing, _of_pairs(guard.min_threads - bucket.threads_each))


def _of_pairs(lacking: FloatArray) -> float:
    """The fewest votes, each about two candidates, that give every candidate what it lacks."""
    lacking = np.maximum(lacking, 0.0)
    return max(float(lacking.max()), float(lacking.sum()) / 2)
