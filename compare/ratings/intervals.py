"""Covariance of fitted strengths: independent votes, or votes clustered by one or two columns.

Sandwich: H^-1 G H^-1, with H the Hessian of the fit and G the sum of outer products of the scores. A score is the
gradient of one vote, or, clustered, the sum over the votes of one rater, thread or ballot: votes of one rater lean the
same way, and an interval that takes them for independent is too narrow. Checked against arena-rank (independent) and
statsmodels (clustered).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from compare.errors import NotEnoughVotesError
from compare.ratings.bradley_terry import FloatArray, IntArray

HESSIAN_RIDGE_PER_VOTE = 1e-5
"""arena-rank adds this times the number of votes to the Hessian's diagonal; so does the independent interval here, so
that both show the same figures. It narrows an interval by less than 1 %. Clustered intervals do without."""

FEW_CLUSTERS = 30
"""Below this many clusters the normal quantile is too small; Student's t with one degree less than clusters is used."""

_SCORES_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How uncertain a fit is.

    Attributes:
        covariance: shape (m, m), of theta, natural-log scale, rows and columns summing to 0.
        n_clusters: clusters of each column; empty for independent votes.
        critical: the quantile by which a standard error is multiplied for each side of the interval.
        degrees: degrees of freedom of Student's t, or None where `critical` is the normal quantile.
    """

    covariance: FloatArray
    n_clusters: tuple[int, ...]
    critical: float
    degrees: int | None = None

    @property
    def standard_errors(self) -> FloatArray:
        """Shape (m,), natural-log scale."""
        errors: FloatArray = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        return errors


def sandwich(
    theta: FloatArray,
    hessian: FloatArray,
    index_a: IntArray,
    index_b: IntArray,
    score: FloatArray,
    clusters: Sequence[IntArray] = (),
    *,
    level: float = 0.95,
) -> Spread:
    """Sandwich covariance of fitted strengths.

    Args:
        theta: shape (m,), fitted strengths.
        hessian: shape (m, m), at theta.
        index_a: shape (n,), first candidate of each row.
        index_b: shape (n,), second candidate.
        score: shape (n,), 1, 0.5 or 0, as seen from a.
        clusters: none, one or two arrays of shape (n,) with cluster numbers 0, 1, 2 ... Two give A + B - AB.
        level: of the interval.

    Returns:
        The spread. One-way factor: G / (G - 1) * (n - 1) / (n - k) with k = m - 1, as statsmodels has it.

    Raises:
        NotEnoughVotesError: fewer than two clusters, or no more votes than strengths to estimate.
    """
    p = 0.5 + 0.5 * np.tanh(0.5 * (theta[index_a] - theta[index_b]))
    residual = score - p
    n_models, n_votes = len(theta), len(score)
    if not clusters:
        bread = _inverse(hessian, HESSIAN_RIDGE_PER_VOTE * n_votes)
        meat = _independent_meat(residual, index_a, index_b, n_models)
        return Spread(bread @ meat @ bread, (), NormalDist().inv_cdf(0.5 + level / 2))
    if len(clusters) > 2:
        raise ValueError(f"at most two cluster columns, not {len(clusters)}")
    n_free = n_models - 1
    if n_votes <= n_free:
        raise NotEnoughVotesError(f"{n_votes} votes for {n_models} candidates; at least {n_free + 1} are needed.")
    bread = _inverse(hessian, 0.0)
    sizes = tuple(int(column.max()) + 1 for column in clusters)
    if min(sizes) < 2:
        raise NotEnoughVotesError("all votes lie in one cluster; an interval needs at least 2.")

    def meat_of(column: IntArray) -> FloatArray:
        groups = int(column.max()) + 1
        factor = groups / (groups - 1) * (n_votes - 1) / (n_votes - n_free)
        return factor * _clustered_meat(residual, index_a, index_b, column, n_models)

    meat = meat_of(clusters[0])
    if len(clusters) == 2:
        both = np.unique(clusters[0] * sizes[1] + clusters[1], return_inverse=True)[1].astype(np.int64)
        meat = meat + meat_of(clusters[1]) - meat_of(both)
    covariance = bread @ meat @ bread
    if len(clusters) == 2:
        covariance = _without_negative_eigenvalues(covariance)
    critical, degrees = critical_value(min(sizes), level=level)
    return Spread(covariance, sizes, critical, degrees)


def posterior(hessian: FloatArray, *, level: float = 0.95) -> Spread:
    """Normal approximation of the posterior of centred strengths: H^-1 without its common part.

    Args:
        hessian: shape (m, m), with the prior's precision on its diagonal.
        level: of the interval.
    """
    centre = np.eye(len(hessian)) - 1.0 / len(hessian)
    covariance = centre @ np.linalg.inv(hessian) @ centre
    return Spread(covariance, (), NormalDist().inv_cdf(0.5 + level / 2))


def critical_value(n_clusters: int, *, level: float = 0.95) -> tuple[float, int | None]:
    """Quantile for an interval over `n_clusters` clusters, and its degrees of freedom (None: normal)."""
    upper = 0.5 + level / 2
    if n_clusters >= FEW_CLUSTERS:
        return NormalDist().inv_cdf(upper), None
    from scipy.special import stdtrit  # far lighter to load than scipy.stats

    return float(stdtrit(n_clusters - 1, upper)), n_clusters - 1


def _inverse(hessian: FloatArray, ridge: float) -> FloatArray:
    """Inverse on the space of centred vectors; the constant direction, which no vote informs, is filled in."""
    n_models = len(hessian)
    filled = hessian + ridge * np.eye(n_models) + np.trace(hessian) / n_models**2
    return np.linalg.inv(filled)


def _independent_meat(residual: FloatArray, index_a: IntArray, index_b: IntArray, n_models: int) -> FloatArray:
    squares = np.bincount(index_a * n_models + index_b, weights=residual**2, minlength=n_models**2)
    squares = squares.reshape(n_models, n_models)
    squares = squares + squares.T
    meat: FloatArray = np.diag(squares.sum(axis=1)) - squares
    return meat


def _clustered_meat(
    residual: FloatArray, index_a: IntArray, index_b: IntArray, cluster: IntArray, n_models: int
) -> FloatArray:
    """Sum over clusters of s s', with s the summed scores of one cluster; in slices, so that memory stays bounded."""
    order = np.argsort(cluster, kind="stable")
    a, b, r, g = index_a[order], index_b[order], residual[order], cluster[order]
    n_clusters = int(g[-1]) + 1
    per_slice = max(1, _SCORES_AT_ONCE // n_models)
    meat = np.zeros((n_models, n_models))
    for first in range(0, n_clusters, per_slice):
        rows = min(per_slice, n_clusters - first)
        start, stop = np.searchsorted(g, [first, first + rows])
        base = (g[start:stop] - first) * n_models
        sums = np.bincount(base + a[start:stop], weights=r[start:stop], minlength=rows * n_models)
        sums -= np.bincount(base + b[start:stop], weights=r[start:stop], minlength=rows * n_models)
        block = sums.reshape(rows, n_models)
        meat += block.T @ block
    return meat


def _without_negative_eigenvalues(matrix: FloatArray) -> FloatArray:
    """A + B - AB need not be a covariance; the nearest one has its negative eigenvalues set to 0."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    floored: FloatArray = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return floored
