"""The next vote: which thread, pair and rater narrow the decision most.

The decision is a set of contrasts c with weights w: differences of strengths that somebody wants to know. A vote on
candidates i and j with information v lowers the variance of c by (c' S x)^2 / (1 / v + x' S x), where x = e_i - e_j and
S is the covariance of the strengths; the gain of an option is the weighted sum of that over the contrasts.

A rater's second vote on a pair tells less than the first, and so does a second vote on one thread: n votes with an
intraclass correlation rho are worth n / (1 + (n - 1) rho) independent ones. So v = p q * r(n_rater) * t(n_thread), with
r and t what the (n + 1)-th vote of that rater, or on that thread, adds for that pair. Tastes that reach across pairs
are not in it; the measured intervals are what says when to stop, this only says where to go on.

Source of the form: D-optimal and c-optimal design for logistic models; Chatbot Arena (2024), equation 9, chooses pairs
alike, without raters and threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray, IntArray

PRIOR_PRECISION = 0.5
"""Of the strengths: so that candidates without votes have a (wide) variance, and are asked about first."""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """Votes that could be asked for, k of them.

    Attributes:
        first: shape (k,), candidate.
        second: shape (k,), candidate.
        n_rater: shape (k,), votes that the rater has given on this pair.
        n_thread: shape (k,), votes that there are on this pair on the thread.
    """

    first: IntArray
    second: IntArray
    n_rater: IntArray
    n_thread: IntArray


def gains(
    wins: FloatArray,
    options: Options,
    contrasts: FloatArray,
    *,
    weights: FloatArray | None = None,
    rater_correlation: float = 0.1,
    thread_correlation: float = 0.1,
) -> FloatArray:
    """By how much each option would lower the variance of the decision.

    Args:
        wins: shape (m, m), the votes so far, as `bradley_terry.count_wins` gives them.
        options: k of them.
        contrasts: shape (q, m), each row adding up to 0; see `lead`, `best` and `neighbours`.
        weights: shape (q,); None: by how undecided each contrast's sign still is, so that settled ones are left alone.
        rater_correlation: rho of votes of one rater on one pair, 0 .. 1; see `correlation`.
        thread_correlation: rho of votes on one thread and pair.

    Returns:
        Shape (k,), squared logits; the largest is the vote to ask for.
    """
    fit = bt.fit(wins, prior_precision=PRIOR_PRECISION)
    covariance: FloatArray = np.asarray(np.linalg.inv(fit.hessian), dtype=np.float64)
    towards = contrasts @ covariance
    i, j = options.first, options.second
    across = towards[:, i] - towards[:, j]
    own = covariance[i, i] + covariance[j, j] - 2.0 * covariance[i, j]
    p = 0.5 + 0.5 * np.tanh(0.5 * (fit.theta[i] - fit.theta[j]))
    information = p * (1.0 - p)
    information = information * _worth(options.n_rater, rater_correlation)
    information = information * _worth(options.n_thread, thread_correlation)
    share = doubt(fit.theta, covariance, contrasts) if weights is None else np.asarray(weights, dtype=np.float64)
    with np.errstate(divide="ignore"):
        gain: FloatArray = (share @ across**2) / (1.0 / information + own)
    return gain


def lead(n_models: int, first: int, second: int) -> FloatArray:
    """The decision between two candidates: shape (1, m)."""
    contrast = np.zeros((1, n_models))
    contrast[0, first], contrast[0, second] = 1.0, -1.0
    return contrast


def best(theta: FloatArray) -> FloatArray:
    """Who is best: the leader (by theta, shape (m,)) against each of the others, the runner-up first; (m - 1, m)."""
    order = np.argsort(-theta).tolist()
    return np.concatenate([lead(len(theta), order[0], other) for other in order[1:]])


def neighbours(theta: FloatArray) -> FloatArray:
    """The whole order: each candidate against the next one down, shape (m - 1, m)."""
    order = np.argsort(-theta).tolist()
    return np.concatenate([lead(len(theta), i, j) for i, j in pairwise(order)])


def doubt(theta: FloatArray, covariance: FloatArray, contrasts: FloatArray) -> FloatArray:
    """Weights, shape (q,), that leave settled questions alone: how undecided the sign of each contrast is, 0 .. 1.

    Args:
        theta: shape (m,).
        covariance: shape (m, m), of theta.
        contrasts: shape (q, m).
    """
    variance = np.maximum(np.einsum("qi,ij,qj->q", contrasts, covariance, contrasts), 1e-12)
    weight: FloatArray = np.exp(-0.5 * (contrasts @ theta) ** 2 / variance)
    return weight


def correlation(design_effect: float, cluster_sizes: Sequence[int] | IntArray) -> float:
    """Intraclass correlation, 0 .. 1, that goes with a measured design effect: (D - 1) / (mean size by vote - 1).

    Args:
        design_effect: as from `enough.enough_votes` or `shares.share`.
        cluster_sizes: votes of each cluster.
    """
    sizes = np.asarray(cluster_sizes, dtype=np.float64)
    usual = float((sizes**2).sum() / sizes.sum()) if sizes.sum() else 1.0
    return float(np.clip((design_effect - 1.0) / (usual - 1.0), 0.0, 1.0)) if usual > 1.0 else 0.0


def _worth(n_before: IntArray, rho: float) -> FloatArray:
    """Shape (k,): what one more vote adds to n_before votes of equal correlation rho, in independent votes."""
    before = np.asarray(n_before, dtype=np.float64)

    def effective(n: FloatArray) -> FloatArray:
        return n / (1.0 + (n - 1.0) * rho)

    # Before the first vote there is none of it: 0 / (1 - rho) is 0, or 0 / 0 where rho is 1.
    so_far = np.where(before == 0, 0.0, effective(np.maximum(before, 1.0)))
    worth: FloatArray = effective(before + 1.0) - so_far
    return worth
