"""Votes, costs and latency to weights: the best that the caps allow, and a guard against acting on thin votes.

For each bucket: strengths with a prior (the pooled fit of all buckets, where there are several), the win share of each
candidate over draws from the posterior, the optimum of a linear programme, and then what the guard, the step limit and
rounding make of it. The draws have a fixed seed: the same evidence gives the same document.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray
from compare.ratings.win_share import win_share
from compare.routing.evidence import BUCKET_PRECISION, BucketEvidence, Evidence, Guard, Prior
from compare.routing.optimum import MAX_FOR_VERTICES, Cap, Feasible
from compare.routing.rounding import round_weights

N_DRAWS = 40_000
_SEED = 20_260
_NUMBERS_AT_ONCE = 4_000_000
_SAME = 0.005
"""Weights closer than half a percent in total variation are the same weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation:
    """What to do with one bucket; arrays of shape (m,) in the order of `bucket.models`.

    Attributes:
        optimal: the exact optimum within the limits; None where the limits leave no weights.
        proposed: what guard, step limit and rounding make of it.
        theta: strengths, natural-log scale.
        utility: mean win share over the posterior.
        p_best: probability of being the strongest.
        averaged: the optimum averaged over the posterior; every cap holds for it too. None for many candidates.
        gain: mean gain in win share of `optimal` over the current weights.
        p_gain: probability that the gain is above 0.
        why: one or two sentences with the figures.
        votes_needed: further votes, as a rough figure, until the guard lets the change pass; None where unknown.
    """

    bucket: BucketEvidence
    current: FloatArray
    optimal: FloatArray | None
    proposed: FloatArray
    theta: FloatArray
    utility: FloatArray
    p_best: FloatArray
    averaged: FloatArray | None
    gain: float | None
    p_gain: float | None
    verdict: Literal["change", "keep"]
    why: str
    votes_needed: int | None = None

    def to_json(self) -> dict[str, Any]:
        """One entry of `route recommend --json`."""
        bucket = self.bucket

        def mean(values: FloatArray | None) -> float | None:
            return None if values is None else float(self.proposed @ values)

        return {
            "name": bucket.name,
            "match": bucket.match,
            "models": list(bucket.models),
            "optimal": _list(self.optimal),
            "proposed": _list(self.proposed),
            "current": _list(self.current),
            "theta": _list(self.theta),
            "utility": _list(self.utility),
            "p_best": _list(self.p_best),
            "posterior_averaged": _list(self.averaged),
            "gain": self.gain,
            "p_gain": self.p_gain,
            "verdict": self.verdict,
            "why": self.why,
            "votes_needed": self.votes_needed,
            "battles": _list(bucket.battles),
            "expected_cost_usd": mean(bucket.cost_usd),
            "expected_slow_share": mean(bucket.slow_share),
        }


@dataclass(frozen=True, slots=True)
class Recommendations:
    """All buckets of one evidence file."""

    buckets: tuple[Recommendation, ...]
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The document of `route recommend --json`."""
        return {"buckets": [each.to_json() for each in self.buckets], "problems": list(self.problems)}


def recommend(evidence: Evidence) -> Recommendations:
    """Recommend weights for every bucket."""
    pooled = _pooled_strengths(evidence) if len(evidence.buckets) > 1 else None
    battles = _pooled_battles(evidence.buckets)
    results = []
    for bucket in evidence.buckets:
        prior = bucket.prior or evidence.prior
        shrunk = bucket.prior is None and pooled is not None
        if shrunk and pooled is not None:
            prior = Prior(BUCKET_PRECISION, np.array([pooled[name] for name in bucket.models]))
        in_all = np.array([battles[name] for name in bucket.models]) if shrunk else None
        results.append(_recommend(bucket, prior, evidence.guard, in_all))
    return Recommendations(tuple(results), evidence.problems)


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


def _recommend(bucket: BucketEvidence, prior: Prior, guard: Guard, in_all: FloatArray | None) -> Recommendation:
    m = len(bucket.models)
    fit = bt.fit(bucket.wins, prior_precision=prior.precision, prior_mean=prior.mean)
    draws = _draws(fit.theta, fit.hessian)
    shares = _win_shares(draws)
    utility = shares.mean(axis=0)
    current = np.full(m, 1.0 / m) if bucket.current is None else bucket.current
    feasible = Feasible(np.full(m, bucket.limits.floor), _caps(bucket))
    optimal = feasible.best(utility)
    gains = None if optimal is None else shares @ (optimal - current)
    p_gain = None if gains is None else float((gains > 0).mean())

    reasons = [] if optimal is None else _doubts(bucket, guard, in_all, optimal, current, p_gain or 0.0)
    needed = _votes_needed(bucket, guard, gains) if reasons else None
    verdict: Literal["change", "keep"]
    if optimal is None:
        verdict, proposed, why = "keep", current, f"the limits cannot be kept: {feasible.why_empty()}"
    else:
        verdict, proposed, why = _decide(guard, feasible, optimal, current, reasons)
    if verdict == "change" and gains is not None:
        why += f" P(gain) {p_gain:.3f}, mean gain {gains.mean():+.3f} in win share at the optimum."
    return Recommendation(
        bucket=bucket,
        current=current,
        optimal=optimal,
        proposed=proposed,
        theta=fit.theta,
        utility=utility,
        p_best=np.bincount(draws.argmax(axis=1), minlength=m) / len(draws),
        averaged=_averaged(feasible, shares) if m <= MAX_FOR_VERTICES else None,
        gain=None if gains is None else float(gains.mean()),
        p_gain=p_gain,
        verdict=verdict,
        why=why if bucket.current is not None else f"{why} No current weights were given; equal ones are assumed.",
        votes_needed=needed,
    )


def _draws(theta: FloatArray, hessian: FloatArray) -> FloatArray:
    """Shape (N_DRAWS, m): strengths from the normal approximation of the posterior, N(theta, H^-1)."""
    noise = np.random.default_rng(_SEED).standard_normal((N_DRAWS, len(theta)))
    draws: FloatArray = theta + noise @ np.linalg.cholesky(np.linalg.inv(hessian)).T
    return draws


def _win_shares(draws: FloatArray) -> FloatArray:
    """Win shares of all draws, in slices: the pairs of one slice at a time fit into memory."""
    per_slice = max(1, _NUMBERS_AT_ONCE // draws.shape[1] ** 2)
    return np.concatenate([win_share(draws[i : i + per_slice]) for i in range(0, len(draws), per_slice)])


def _caps(bucket: BucketEvidence) -> tuple[Cap, ...]:
    caps = []
    if bucket.limits.cost_usd is not None and bucket.cost_usd is not None:
        caps.append(Cap("the cost of a request (USD)", bucket.cost_usd, bucket.limits.cost_usd))
    if bucket.limits.slow_share is not None and bucket.slow_share is not None:
        caps.append(Cap("the share of slow requests", bucket.slow_share, bucket.limits.slow_share))
    return tuple(caps)


def _doubts(
    bucket: BucketEvidence,
    guard: Guard,
    in_all: FloatArray | None,
    optimal: FloatArray,
    current: FloatArray,
    p_gain: float,
) -> list[str]:
    """Why the weights had better stay; empty where nothing speaks against the change."""
    doubts = _thin(bucket.models, bucket.battles, guard.min_battles, "in this bucket")
    if in_all is not None:
        doubts += _thin(bucket.models, in_all, guard.min_pooled_battles, "in all buckets")
    if bucket.raters is not None and bucket.raters < guard.min_raters:
        doubts.append(f"not enough raters: {bucket.raters}, at least {guard.min_raters} needed")
    if _distance(optimal, current) < _SAME:
        doubts.append("the current weights are the best within the limits already")
    elif p_gain < guard.p_gain:
        doubts.append(f"P(gain) is {p_gain:.3f}, at least {guard.p_gain:g} needed")
    return doubts


def _thin(models: Sequence[str], counted: FloatArray, least: float, where: str) -> list[str]:
    thin = [f"{name} has {n:g}" for name, n in zip(models, counted.tolist(), strict=True) if n < least]
    return [f"not enough votes {where}: {', '.join(thin[:5])}; at least {least:g} needed for each"] if thin else []


def _decide(
    guard: Guard, feasible: Feasible, optimal: FloatArray, current: FloatArray, doubts: Sequence[str]
) -> tuple[Literal["change", "keep"], FloatArray, str]:
    """Verdict, proposed weights and why."""
    broken = [cap for cap in feasible.caps if not cap.holds(current)]
    if doubts and not broken:
        return "keep", current, "; ".join(doubts) + "."
    distance = _distance(optimal, current)
    if doubts:
        # A broken cap is no matter of votes: the least change that keeps it is due whatever they say.
        target = current
        over = "; ".join(f"{cap.name} is {cap.used_by(current):.6g}, above {cap.limit:.6g}" for cap in broken)
        why = f"The current weights break a limit: {over}. The nearest that keep it are proposed, no more, because "
        why += "; ".join(doubts) + "."
    elif distance > guard.step:
        target = current + guard.step / distance * (optimal - current)
        why = f"The votes carry the change; one step may move {guard.step:g} of the {distance:.3f} to the optimum."
    else:
        target, why = optimal, "The votes carry the change."
    return "change", _rounded_within(feasible, target, optimal, current, guard.step), why


def _rounded_within(
    feasible: Feasible, target: FloatArray, optimal: FloatArray, current: FloatArray, step: float
) -> FloatArray:
    """The allowed weights nearest to the target, at two decimals where caps and step allow that."""
    # A candidate that starts below its floor climbs to it step by step.
    stepped = Feasible(np.minimum(feasible.floors, target), feasible.caps)
    nearest = stepped.nearest(target)
    goal = optimal if nearest is None else nearest
    furthest = max(_distance(goal, current), step) + 1e-9

    def allowed(weights: Sequence[float]) -> bool:
        rounded = np.array(weights)
        return stepped.holds(rounded) and _distance(rounded, current) <= furthest

    return np.array(round_weights(goal.tolist(), allowed=allowed))


def _votes_needed(bucket: BucketEvidence, guard: Guard, gains: FloatArray | None) -> int | None:
    """Further votes: so many that every candidate has enough, or, roughly, that the gain stands out."""
    lacking = np.maximum(guard.min_battles - bucket.battles, 0.0)
    needed = max(float(lacking.max()), float(lacking.sum()) / 2)
    if gains is not None and (gains > 0).mean() < guard.p_gain:
        mean, spread = float(gains.mean()), float(gains.std())
        if mean <= 0 or guard.p_gain >= 1:
            return None
        # The posterior's spread falls with the square root of the votes.
        factor = (NormalDist().inv_cdf(guard.p_gain) * spread / mean) ** 2
        needed = max(needed, (factor - 1.0) * float(bucket.wins.sum()))
    return math.ceil(needed) if needed > 0 else None


def _averaged(feasible: Feasible, shares: FloatArray) -> FloatArray | None:
    """Each corner weighed by the probability that it is the best one."""
    corners = feasible.vertices()
    if len(corners) == 0:
        return None
    best = (shares @ corners.T).argmax(axis=1)
    averaged: FloatArray = np.bincount(best, minlength=len(corners)) @ corners / len(shares)
    return averaged


def _distance(one: FloatArray, other: FloatArray) -> float:
    """Total variation: the share of requests that go elsewhere."""
    return float(np.abs(one - other).sum() / 2)


def _list(values: FloatArray | None) -> list[float] | None:
    return None if values is None else [float(x) for x in values]
