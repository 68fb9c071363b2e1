"""Votes, costs and latency to weights: the best that the caps allow, and a guard against acting on thin votes.

For each bucket: what the votes say (beliefs.py), the optimum of a linear programme, and then what the guard, the step
limit and rounding make of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from compare.ratings.bradley_terry import FloatArray
from compare.routing.beliefs import Belief, believe
from compare.routing.evidence import BucketEvidence, Evidence, Guard, Limits
from compare.routing.optimum import MAX_FOR_VERTICES, Cap, Feasible
from compare.routing.rounding import round_weights
from compare.routing.votes_needed import n_votes_of, votes_needed

ASSUMED = "No current weights were given; equal ones are assumed."
_SAME = 0.005
"""Weights closer than half a percent in total variation are the same weights."""
_CAPS = {
    "cost_usd": ("cost", "the cheapest mix costs"),
    "slow_share": ("the share of slow requests", "the fastest mix has"),
    "error_share": ("the share of errors", "the soundest mix has"),
    "cut_share": ("the share of cut answers", "the mix that is cut least has"),
}
_UNKNOWN = {
    "cost_usd": "cost",
    "slow_share": "time",
    "error_share": "error rate",
    "cut_share": "cut rate",
}


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation:
    """What to do with one bucket; arrays of shape (m,) in the order of `bucket.models`.

    Attributes:
        belief: what the votes say.
        optimal: the exact optimum within the limits; None where the limits leave no weights.
        proposed: what guard, step limit and rounding make of it.
        averaged: the optimum averaged over the posterior ("how sure"); every cap holds for it too. None for many
            candidates.
        gain: mean gain in win share of `optimal` over the current weights; None without a vote in the bucket, for it
            would be what other buckets or the prior say.
        p_gain: probability that the gain is above 0; None where `gain` is.
        why: one or two sentences with the figures.
        votes_needed: further votes, as a rough figure, until the guard lets the change pass; None where unknown.
        doubts: the parts of `why` that say what speaks against a change.
    """

    bucket: BucketEvidence
    belief: Belief
    current: FloatArray
    optimal: FloatArray | None
    proposed: FloatArray
    averaged: FloatArray | None
    gain: float | None
    p_gain: float | None
    verdict: Literal["change", "keep"]
    why: str
    votes_needed: int | None = None
    doubts: tuple[str, ...] = ()

    @property
    def has_votes(self) -> bool:
        """False where strengths, shares and the optimum rest on other buckets or the prior alone."""
        return n_votes_of(self.bucket) > 0

    @property
    def theta(self) -> FloatArray:
        """Strengths, natural-log scale."""
        return self.belief.theta

    @property
    def utility(self) -> FloatArray:
        """Mean win share over the posterior."""
        return self.belief.utility

    @property
    def p_best(self) -> FloatArray:
        """Probability of being the strongest."""
        return self.belief.p_best

    def to_json(self) -> dict[str, Any]:
        """One entry of `route recommend --json`."""
        bucket = self.bucket
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
            "clusters": list(self.belief.clusters),
            "expected_cost_usd": mean_of(bucket.cost_usd, self.proposed),
            "expected_slow_share": mean_of(bucket.slow_share, self.proposed),
            "expected_error_share": mean_of(bucket.error_share, self.proposed),
            "expected_cut_share": mean_of(bucket.cut_share, self.proposed),
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
    found = zip(evidence.buckets, believe(evidence), strict=True)
    return Recommendations(tuple(decide(bucket, belief, evidence.guard) for bucket, belief in found), evidence.problems)


def decide(
    bucket: BucketEvidence,
    belief: Belief,
    guard: Guard,
    limits: Limits | None = None,
    *,
    forced: bool = False,
    labels: Sequence[str] = (),
) -> Recommendation:
    """What the limits, the guard and the step make of what is believed; a few milliseconds, for sliders.

    Args:
        bucket: the candidates, what they cost, and what runs now.
        belief: of this bucket.
        guard: what must hold before weights are changed.
        limits: in place of the bucket's own.
        forced: go all the way to the optimum in one step.
        labels: what reasons call the candidates; their names where there are none.
    """
    labels = labels or bucket.models
    if limits is not None:
        bucket = replace(bucket, limits=limits)
    if forced:
        guard = replace(guard, step=1.0)
    m = len(bucket.models)
    current = np.full(m, 1.0 / m) if bucket.current is None else bucket.current
    unknown = _unknown(bucket, labels)
    feasible = Feasible(np.full(m, bucket.limits.floor), () if unknown else _caps(bucket), _ceilings(bucket))
    optimal = None if unknown else feasible.best(belief.utility)
    gains = None if optimal is None else belief.shares @ (optimal - current)
    p_gain = None if gains is None else float((gains > 0).mean())

    doubts = [] if optimal is None else _doubts(bucket, labels, belief, guard, optimal, current, p_gain or 0.0)
    needed = votes_needed(bucket, belief, guard, gains) if doubts else None
    verdict: Literal["change", "keep"] = "keep"
    if optimal is None:
        proposed, why = current, f"keep: {unknown or feasible.why_empty()}."
    else:
        verdict, proposed, why = _decide(bucket, guard, feasible, optimal, current, doubts, needed)
    if verdict == "change" and gains is not None:
        why += f" P(gain) {p_gain:.3f}, mean gain {gains.mean():+.3f} in win share at the optimum."
    return Recommendation(
        bucket=bucket,
        belief=belief,
        current=current,
        optimal=optimal,
        proposed=proposed,
        averaged=_averaged(feasible, belief.shares[::2]) if m <= MAX_FOR_VERTICES and optimal is not None else None,
        gain=None if gains is None or not n_votes_of(bucket) else float(gains.mean()),
        p_gain=p_gain if n_votes_of(bucket) else None,
        verdict=verdict,
        why=why if bucket.current is not None else f"{why} {ASSUMED}",
        votes_needed=needed,
        doubts=tuple(doubts),
    )


def mean_of(values: FloatArray | None, weights: FloatArray) -> float | None:
    """What the weights make of a column; None where a candidate that gets requests is not known."""
    if values is None:
        return None
    used = weights > 0
    mean = float(weights[used] @ values[used])
    return None if math.isnan(mean) else mean


def _unknown(bucket: BucketEvidence, labels: Sequence[str]) -> str:
    """Which candidate a limit cannot be held against; empty where all is known."""
    for column, what in _UNKNOWN.items():
        values = getattr(bucket, column)
        if getattr(bucket.limits, column) is None or values is None:
            continue
        names = [name for name, value in zip(labels, values.tolist(), strict=True) if math.isnan(value)]
        if names:
            return (
                f"the {what} of {', '.join(names[:5])} is not known in this bucket, so the limit on it cannot be kept; "
                "run it on threads of this length, or lift the limit"
            )
    return ""


def _caps(bucket: BucketEvidence) -> tuple[Cap, ...]:
    caps = []
    for column, (name, least) in _CAPS.items():
        limit, values = getattr(bucket.limits, column), getattr(bucket, column)
        if limit is not None and values is not None:
            caps.append(Cap(name, values, limit, least))
    return tuple(caps)


def _ceilings(bucket: BucketEvidence) -> FloatArray | None:
    """Experimental candidates get the floor at most."""
    if not bucket.experimental:
        return None
    return np.array([bucket.limits.floor if name in bucket.experimental else 1.0 for name in bucket.models])


def _doubts(
    bucket: BucketEvidence,
    labels: Sequence[str],
    belief: Belief,
    guard: Guard,
    optimal: FloatArray,
    current: FloatArray,
    p_gain: float,
) -> list[str]:
    """Why the weights had better stay; empty where nothing speaks against the change."""
    doubts = _thin(labels, bucket.battles, guard.min_battles, "in this bucket")
    if belief.pooled_battles is not None:
        doubts += _thin(labels, belief.pooled_battles, guard.min_pooled_battles, "in all buckets")
    if bucket.raters is not None and bucket.raters < guard.min_raters:
        doubts.append(f"not enough raters: {bucket.raters}, at least {guard.min_raters} needed")
    doubts += _few_threads(labels, bucket, guard.min_threads)
    if distance(optimal, current) < _SAME:
        doubts.append("the current weights are the best within the limits already")
    elif p_gain < guard.p_gain and n_votes_of(bucket):
        doubts.append(f"P(gain) is {p_gain:.3f}, at least {guard.p_gain:g} needed")
    elif p_gain < guard.p_gain and not doubts:
        doubts.append("there are no votes in this bucket")
    return doubts


def _thin(models: Sequence[str], counted: FloatArray, least: float, where: str) -> list[str]:
    thin = [f"{name} has {n:g}" for name, n in zip(models, counted.tolist(), strict=True) if n < least]
    return [f"not enough votes {where}: {', '.join(thin[:5])}; at least {least:g} needed for each"] if thin else []


def _few_threads(labels: Sequence[str], bucket: BucketEvidence, least: int) -> list[str]:
    """Many votes on few threads say how those threads went, not how the next ones will."""
    if bucket.threads is not None and bucket.threads < least:
        return [f"not enough threads: {bucket.threads}, at least {least} needed"]
    if bucket.threads_each is None:
        return []
    few = [f"{name} has {n:g}" for name, n in zip(labels, bucket.threads_each.tolist(), strict=True) if n < least]
    return [f"not enough threads with votes: {', '.join(few[:5])}; at least {least} needed for each"] if few else []


def _decide(
    bucket: BucketEvidence,
    guard: Guard,
    feasible: Feasible,
    optimal: FloatArray,
    current: FloatArray,
    doubts: Sequence[str],
    needed: int | None,
) -> tuple[Literal["change", "keep"], FloatArray, str]:
    """Verdict, proposed weights and why."""
    broken = [cap for cap in feasible.caps if not cap.holds(current)]
    if doubts and not broken:
        return "keep", current, f"keep: {_counted(bucket, needed)}{'; '.join(doubts)}."
    moved = distance(optimal, current)
    over = "; ".join(f"{cap.name} is {cap.used_by(current):.6g}, above {cap.limit:.6g}" for cap in broken)
    if doubts:
        # A broken cap is no matter of votes: the least change that keeps it is due whatever they say.
        target = current
        why = f"The current weights break a limit: {over}. The nearest that keep it are proposed, no more, because "
        why += "; ".join(doubts) + "."
    elif broken and moved > guard.step:
        # A step may be longer than allowed where nothing nearer keeps the limits.
        target = current + guard.step / moved * (optimal - current)
        why = f"The current weights break a limit: {over}. The votes carry the change; the step goes towards the "
        why += "optimum, and at least as far as the limits need."
    elif moved > guard.step + 1e-9:
        target = current + guard.step / moved * (optimal - current)
        why = f"The votes carry the change; one step may move {guard.step:g} of the {moved:.3f} to the optimum."
    else:
        target, why = optimal, "The votes carry the change."
    return "change", _rounded_within(feasible, target, optimal, current, guard.step), why


def _counted(bucket: BucketEvidence, needed: int | None) -> str:
    """How many votes there are and about how many more are needed, where more would help."""
    n = n_votes_of(bucket)
    return "" if needed is None else f"{n:g} {'vote' if n == 1 else 'votes'}, about {needed:,} more needed; "


def _rounded_within(
    feasible: Feasible, target: FloatArray, optimal: FloatArray, current: FloatArray, step: float
) -> FloatArray:
    """The allowed weights nearest to the target, at two decimals where caps and step allow that."""
    # A candidate that starts below its floor (or above its ceiling) goes there step by step.
    stepped = Feasible(np.minimum(feasible.floors, target), feasible.caps, np.maximum(feasible.highs, target))
    nearest = stepped.nearest(target)
    goal = optimal if nearest is None else nearest
    furthest = max(distance(goal, current), step) + 1e-9

    def allowed(weights: Sequence[float]) -> bool:
        rounded = np.array(weights)
        return stepped.holds(rounded) and distance(rounded, current) <= furthest

    return np.array(round_weights(goal.tolist(), allowed=allowed))


def _averaged(feasible: Feasible, shares: FloatArray) -> FloatArray | None:
    """Each corner weighed by the probability that it is the best one."""
    corners = feasible.vertices()
    if len(corners) == 0:
        return None
    best = (shares @ corners.T).argmax(axis=1)
    averaged: FloatArray = np.bincount(best, minlength=len(corners)) @ corners / len(shares)
    return averaged


def distance(one: FloatArray, other: FloatArray) -> float:
    """Total variation: the share of requests that go elsewhere."""
    return float(np.abs(one - other).sum() / 2)


def _list(values: FloatArray | None) -> list[float | None] | None:
    return None if values is None else [None if math.isnan(x) else float(x) for x in values]
