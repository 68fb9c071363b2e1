"""Bootstrap of Bradley-Terry strengths, by votes or by clusters: a check on the sandwich, and ranks with their odds.

Votes are first counted by pair; a replicate draws new counts (independent votes: multinomial; clustered: whole clusters
with replacement), so its cost does not depend on the number of votes. All replicates of a batch are fitted at once by
Newton steps with the Hessian of the whole data, which needs a few more steps and no matrix to invert for each. A
replicate that does not settle so is fitted alone; one that has no finite fit is left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray, IntArray

_AT_ONCE = 100
_STEPS = 60
_TOLERANCE = 1e-7
"""Largest last step, natural-log scale: a hundred-thousandth of a rating point."""

Draw = Callable[[int], tuple[FloatArray, FloatArray]]
"""Replicates wanted -> wins of each pair's first candidate, and votes of each pair, both (replicates, pairs)."""


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """Bootstrap replicates.

    Attributes:
        theta: shape (b, m), natural-log scale, each row with mean 0.
        n_without_fit: replicates in which a strength would have been infinite; they are not among the b.
    """

    theta: FloatArray
    n_without_fit: int

    @property
    def standard_errors(self) -> FloatArray:
        """Shape (m,)."""
        errors: FloatArray = self.theta.std(axis=0, ddof=1)
        return errors

    def limits(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Percentile interval: lower and upper limits, each of shape (m,)."""
        low, high = np.quantile(self.theta, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        return low, high

    def best_share(self) -> FloatArray:
        """Shape (m,): in what share of the replicates each candidate comes first."""
        first = np.bincount(self.theta.argmax(axis=1), minlength=self.theta.shape[1])
        share: FloatArray = first / len(self.theta)
        return share


def bootstrap(
    index_a: IntArray,
    index_b: IntArray,
    score: FloatArray,
    n_models: int,
    *,
    cluster: IntArray | None = None,
    replicates: int = 1000,
    seed: int = 0,
) -> Replicates:
    """Draw and fit replicates.

    Args:
        index_a: shape (n,), first candidate of each vote.
        index_b: shape (n,), second candidate.
        score: shape (n,), 1, 0.5 or 0, as seen from a.
        n_models: m.
        cluster: shape (n,), cluster numbers 0, 1, 2 ...: whole clusters are drawn; None: single votes.
        replicates: how many.
        seed: of the random numbers; equal seeds give equal replicates.

    Raises:
        NotEnoughVotesError: the votes themselves have no finite fit, or no replicate has.
    """
    fitted = bt.fit(bt.count_wins(index_a, index_b, score, n_models))
    random = np.random.default_rng(seed)
    first, second = np.minimum(index_a, index_b), np.maximum(index_a, index_b)
    turned = np.where(index_a == first, score, 1.0 - score)
    keys, pair = np.unique(first * n_models + second, return_inverse=True)
    draw = (
        _by_vote(pair, turned, len(keys), random)
        if cluster is None
        else _by_cluster(pair, turned, len(keys), cluster, random)
    )
    pairs = _Pairs(keys // n_models, keys % n_models, n_models, fitted)
    batches = [pairs.fit(*draw(min(_AT_ONCE, replicates - done))) for done in range(0, replicates, _AT_ONCE)]
    theta = np.concatenate(batches)
    finite = np.isfinite(theta[:, 0])
    if not finite.any():
        raise NotEnoughVotesError(f"None of {replicates} bootstrap replicates has a finite fit; collect more votes.")
    return Replicates(theta[finite], int((~finite).sum()))


def _by_vote(pair: IntArray, score: FloatArray, n_pairs: int, random: np.random.Generator) -> Draw:
    """Counts of (pair, outcome) are multinomial."""
    outcome = np.rint(2.0 * score).astype(np.int64)
    counts = np.bincount(pair * 3 + outcome, minlength=3 * n_pairs)
    there = np.flatnonzero(counts)
    worth = (there % 3) / 2.0
    begins = np.searchsorted(there // 3, np.arange(n_pairs))  # the cells lie in the order of their pairs

    def draw(n: int) -> tuple[FloatArray, FloatArray]:
        drawn = random.multinomial(len(pair), counts[there] / len(pair), size=n).astype(np.float64)
        return np.add.reduceat(drawn * worth, begins, axis=1), np.add.reduceat(drawn, begins, axis=1)

    return draw


def _by_cluster(
    pair: IntArray, score: FloatArray, n_pairs: int, cluster: IntArray, random: np.random.Generator
) -> Draw:
    """Each of the G clusters is drawn a multinomial number of times, G in all."""
    from scipy.sparse import csr_array

    n_clusters = int(cluster.max()) + 1
    shape = (n_clusters, n_pairs)
    wins = csr_array((score, (cluster, pair)), shape=shape)
    votes = csr_array((np.ones(len(pair)), (cluster, pair)), shape=shape)

    def draw(n: int) -> tuple[FloatArray, FloatArray]:
        times = random.multinomial(n_clusters, np.full(n_clusters, 1.0 / n_clusters), size=n).astype(np.float64)
        drawn_wins, drawn_votes = ((table.T @ times.T).T for table in (wins, votes))
        return np.asarray(drawn_wins, dtype=np.float64), np.asarray(drawn_votes, dtype=np.float64)

    return draw


class _Pairs:
    """The pairs that have votes, and Newton steps over many replicates of their counts."""

    def __init__(self, first: IntArray, second: IntArray, n_models: int, fitted: bt.Fit) -> None:
        self.first, self.second, self.n_models = first, second, n_models
        self.theta = fitted.theta
        self.design = np.zeros((len(first), n_models))
        self.design[np.arange(len(first)), first] = 1.0
        self.design[np.arange(len(first)), second] = -1.0
        filled = fitted.hessian + np.trace(fitted.hessian) / n_models**2
        self.step: FloatArray = np.linalg.inv(filled)

    def fit(self, wins: FloatArray, votes: FloatArray) -> FloatArray:
        """Shape (replicates, m); rows of NaN where there is no finite fit."""
        theta = np.tile(self.theta, (len(wins), 1))
        moving = np.arange(len(wins))
        for _ in range(_STEPS):
            gap = theta[moving][:, self.first] - theta[moving][:, self.second]
            residual = wins[moving] - votes[moving] * (0.5 + 0.5 * np.tanh(0.5 * gap))
            step = (residual @ self.design) @ self.step
            theta[moving] += step
            size = np.abs(step).max(axis=1)
            moving = moving[~(size < _TOLERANCE)]
            if not len(moving):
                return theta
            if not np.isfinite(size).all() or size.max() > 50.0:
                break
        for row in moving:
            theta[row] = self._alone(wins[row], votes[row])
        return theta

    def _alone(self, wins: FloatArray, votes: FloatArray) -> FloatArray:
        matrix = np.zeros((self.n_models, self.n_models))
        matrix[self.first, self.second] = wins
        matrix[self.second, self.first] = votes - wins
        try:
            return bt.fit(matrix).theta
        except NotEnoughVotesError:
            return np.full(self.n_models, np.nan)
