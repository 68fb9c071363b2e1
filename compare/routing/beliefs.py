"""What the votes of one bucket say about its candidates: strengths, and draws of how often each would be preferred.

Nothing here knows a limit or a weight, so that a slider can move without any of it being computed again. The draws have
a fixed seed: the same votes give the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray
from compare.ratings.intervals import Spread, posterior, sandwich
from compare.ratings.win_share import win_share
from compare.routing.evidence import BUCKET_PRECISION, BucketEvidence, Evidence, Prior

N_DRAWS = 40_000
"""Standard error of a P(gain) of 0.95: 0.0011."""
_N_DRAWS_OF_MANY = 10_000
"""Of more than `_MANY` candidates, whose pairs grow with their square; standard error 0.0022."""
_MANY = 32
_SEED = 20_260


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """One bucket's posterior; arrays of shape (m,) in the order of the bucket's `models`.

    Attributes:
        theta: strengths, natural-log scale.
        shares: shape (draws, m), win shares under strengths drawn from the posterior.
        utility: mean of `shares`.
        p_best: probability of being the strongest.
        limits: shape (2, m), of the 95 % intervals of the win shares.
        clusters: columns whose votes lean the same way, as the spread takes them; empty for independent votes.
        pooled_battles: votes of each candidate in all buckets, where this one shrinks to what they have in common.
    """

    theta: FloatArray
    shares: FloatArray
    utility: FloatArray
    p_best: FloatArray
    limits: FloatArray
    clusters: tuple[str, ...] = ()
    pooled_battles: FloatArray | None = None


def believe(evidence: Evidence, *, n_draws: int | None = None) -> tuple[Belief, ...]:
    """The posterior of every bucket; several buckets shrink to what they have in common, unless one has a prior.

    Args:
        evidence: all buckets.
        n_draws: of each bucket's strengths; 40,000, and 10,000 of more than 32 candidates, where it is None.
    """
    several = len(evidence.buckets) > 1
    pooled = _pooled_strengths(evidence) if several else {}
    battles = _pooled_battles(evidence.buckets)
    found = []
    for bucket in evidence.buckets:
        prior, in_all = bucket.prior or evidence.prior, None
        if bucket.prior is None and several:
            prior = Prior(BUCKET_PRECISION, np.array([pooled[name] for name in bucket.models]))
            in_all = np.array([battles[name] for name in bucket.models])
        found.append(_believe(bucket, prior, in_all, n_draws))
    return tuple(found)


def _pooled_strengths(evidence: Evidence) -> dict[str, float]:
    """MAP strengths from the votes of all buckets together, by candidate."""
    names = sorted({name for bucket in evidence.buckets for name in bucket.models})
    wins = np.zeros((len(names), len(names)))
    for bucket in evidence.buckets:
        at = [names.index(name) for name in bucket.models]
        wins[np.ix_(at, at)] += bucket.wins
    fit = bt.fit(wins, prior_precision=evidence.prior.precision)
    return dict(zip(names, fit.theta.tolist(), strict=True))


def _pooled_battles(buckets: Sequence[BucketEvidence]) -> dict[str, float]:
    total: dict[str, float] = {}
    for bucket in buckets:
        for name, battles in zip(bucket.models, bucket.battles.tolist(), strict=True):
            total[name] = total.get(name, 0.0) + battles
    return total


def _believe(bucket: BucketEvidence, prior: Prior, in_all: FloatArray | None, n_draws: int | None) -> Belief:
    if n_draws is None:
        n_draws = N_DRAWS if len(bucket.models) <= _MANY else _N_DRAWS_OF_MANY
    fit = bt.fit(bucket.wins, prior_precision=prior.precision, prior_mean=prior.mean)
    spread, clusters = _spread(bucket, fit)
    draws = _draws(fit.theta, fit.hessian, spread, n_draws)
    shares = win_share(draws)
    return Belief(
        theta=fit.theta,
        shares=shares,
        utility=shares.mean(axis=0),
        p_best=np.bincount(draws.argmax(axis=1), minlength=len(bucket.models)) / len(draws),
        limits=np.quantile(shares, [0.025, 0.975], axis=0),
        clusters=clusters,
        pooled_battles=in_all,
    )


def _spread(bucket: BucketEvidence, fit: bt.Fit) -> tuple[Spread | None, tuple[str, ...]]:
    """The clustered sandwich where the votes of a rater or thread lean the same way; None for the posterior H^-1.

    The sandwich of few votes is too narrow, since the prior holds the strengths still; the posterior stands then.
    """
    if bucket.rows is None or not bucket.rows.clusters:
        return None, ()
    rows = bucket.rows
    clustered = sandwich(fit.theta, fit.hessian, rows.index_a, rows.index_b, rows.score, rows.clusters)
    alone = posterior(fit.hessian)

    def width(spread: Spread) -> float:
        return spread.critical * float(np.sqrt(max(np.trace(spread.covariance), 0.0)))

    return (clustered, rows.by) if width(clustered) > width(alone) else (None, ())


def _draws(theta: FloatArray, hessian: FloatArray, spread: Spread | None, n_draws: int) -> FloatArray:
    """Shape (n_draws, m): strengths from the normal approximation; Student's t where clusters are few."""
    random = np.random.default_rng(_SEED)
    noise = random.standard_normal((n_draws, len(theta)))
    if spread is None:
        return np.asarray(theta + noise @ np.linalg.cholesky(np.linalg.inv(hessian)).T)
    # The clustered covariance has no part along "all alike", which no share depends on, so it has no Cholesky factor.
    values, vectors = np.linalg.eigh((spread.covariance + spread.covariance.T) / 2)
    noise = noise @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    if spread.degrees is not None:
        noise /= np.sqrt(random.chisquare(spread.degrees, (n_draws, 1)) / spread.degrees)
    return np.asarray(theta + noise)
