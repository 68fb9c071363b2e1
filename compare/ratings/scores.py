"""Scores: the gradient of each vote's log likelihood, and the sums of their outer products that sandwiches need.

In every model here a vote between a and b has the score r for a's strength and -r for b's, with r its residual; models
with further parameters (a tie parameter, control terms) add columns. This sparse form is all that the sums need, so
that a hundred candidates and two million votes fit into memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from compare.errors import NotEnoughVotesError
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.dense import dense

_SCORES_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of n votes over m strengths and k further parameters.

    Attributes:
        index_a: shape (n,), first candidate of each vote.
        index_b: shape (n,), second candidate.
        residual: shape (n,), what the vote gave a minus what the model expected.
        n_models: m.
        extra: shape (n, k), scores of the further parameters; None where there are none.
    """

    index_a: IntArray
    index_b: IntArray
    residual: FloatArray
    n_models: int
    extra: FloatArray | None = None

    @property
    def n_votes(self) -> int:
        """How many votes there are."""
        return len(self.residual)

    @property
    def n_parameters(self) -> int:
        """Strengths and further parameters: m + k."""
        return self.n_models + (0 if self.extra is None else self.extra.shape[1])


def independent_meat(scores: Scores) -> FloatArray:
    """Shape (m + k, m + k): sum over votes of s s'."""
    m, a, b, r = scores.n_models, scores.index_a, scores.index_b, scores.residual
    squares = np.bincount(a * m + b, weights=r**2, minlength=m * m).reshape(m, m)
    squares = squares + squares.T
    strengths: FloatArray = np.diag(squares.sum(axis=1)) - squares
    if scores.extra is None:
        return strengths
    crossed = _summed_by_candidate(a, b, r[:, None] * scores.extra, m)
    corner = scores.extra.T @ scores.extra
    return np.block([[strengths, crossed], [crossed.T, corner]])


def clustered_meat(scores: Scores, cluster: IntArray) -> FloatArray:
    """Sum over clusters of s s', with s the summed scores of one cluster; in slices, so that memory stays bounded.

    Args:
        scores: of n votes.
        cluster: shape (n,), cluster numbers 0, 1, 2 ...

    Returns:
        Shape (m + k, m + k).
    """
    m, size = scores.n_models, scores.n_parameters
    n_clusters = int(cluster.max()) + 1
    per_slice = max(1, _SCORES_AT_ONCE // size)
    a, b, r, g, extra = scores.index_a, scores.index_b, scores.residual, cluster, scores.extra
    if n_clusters > per_slice:
        order = np.argsort(cluster, kind="stable")
        a, b, r, g = a[order], b[order], r[order], g[order]
        extra = None if extra is None else extra[order]
    meat = np.zeros((size, size))
    for first in range(0, n_clusters, per_slice):
        rows = min(per_slice, n_clusters - first)
        start, stop = np.searchsorted(g, [first, first + rows]) if n_clusters > per_slice else (0, len(g))
        here = g[start:stop] - first
        base = here * m
        sums = np.bincount(base + a[start:stop], weights=r[start:stop], minlength=rows * m)
        sums -= np.bincount(base + b[start:stop], weights=r[start:stop], minlength=rows * m)
        block = sums.reshape(rows, m)
        if extra is not None:
            further = [np.bincount(here, weights=column[start:stop], minlength=rows) for column in extra.T]
            block = np.column_stack([block, *further])
        meat += block.T @ block
    return meat


def robust_meat(scores: Scores, clusters: Sequence[IntArray], n_free: int) -> FloatArray:
    """The meat of one or two cluster columns, with the small-sample factor of each.

    Two columns give A + B - AB (Cameron, Gelbach and Miller, "Robust inference with multiway clustering", 2011), where
    AB clusters by the pairs of values. Factor of a column with G clusters: G / (G - 1) * (n - 1) / (n - k).

    Args:
        scores: of n votes.
        clusters: one or two arrays of shape (n,) with cluster numbers 0, 1, 2 ...
        n_free: k, free parameters.

    Raises:
        NotEnoughVotesError: fewer than two clusters, or no more votes than parameters.
    """
    n = scores.n_votes
    if n <= n_free:
        raise NotEnoughVotesError(
            f"{n} votes for {scores.n_models} candidates and {n_free} free parameters; "
            f"at least {n_free + 1} are needed."
        )
    sizes = [int(column.max()) + 1 for column in clusters]
    if min(sizes) < 2:
        raise NotEnoughVotesError("all votes lie in one cluster; an interval needs at least 2.")

    def meat_of(column: IntArray) -> FloatArray:
        groups = int(column.max()) + 1
        factor = groups / (groups - 1) * (n - 1) / (n - n_free)
        return factor * clustered_meat(scores, column)

    return _over_columns(clusters, meat_of)


def crossed(first: IntArray, second: IntArray) -> IntArray:
    """Number the pairs of values of two cluster columns: shape (n,), 0, 1, 2 ..."""
    both = first * (int(second.max()) + 1) + second
    return dense(both)


def _over_columns(clusters: Sequence[IntArray], meat_of: Callable[[IntArray], FloatArray]) -> FloatArray:
    if len(clusters) == 1:
        return meat_of(clusters[0])
    if len(clusters) > 2:
        raise ValueError(f"at most two cluster columns, not {len(clusters)}")
    return meat_of(clusters[0]) + meat_of(clusters[1]) - meat_of(crossed(*clusters))


def _summed_by_candidate(a: IntArray, b: IntArray, columns: FloatArray, n_models: int) -> FloatArray:
    """Shape (m, k): each column summed over the votes of a candidate as a, less those as b."""
    sums = [
        np.bincount(a, weights=column, minlength=n_models) - np.bincount(b, weights=column, minlength=n_models)
        for column in columns.T
    ]
    return np.column_stack(sums)
