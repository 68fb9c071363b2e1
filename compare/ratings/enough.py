"""Enough votes? For each pair: the chance that the order flips, and the votes still needed, by a rule.

Let d be the estimated difference of two strengths and V its clustered variance. The chance that more votes would turn
the order round is P(T > |d| / sqrt(V)), T normal or Student's t as for the interval. A further direct vote between the
two adds the information p q / D, with p = 1 / (1 + exp(-d)), q = 1 - p and D the design effect: how many times wider
the clusters make V than independent votes would be, measured on these very votes. A rule asks for a variance V*, so

    votes still needed = D / (p q) * (1 / V* - 1 / V), never below 0.

Rules: `Separate`: the interval shall exclude a target difference (0: who is better; logit of a share: good enough or
not) with the power given, if the truth is as estimated: V* = ((d - target) / (z_level + z_power))^2. `Narrow`: the
interval's half width shall be so many rating points. Both are plans by today's estimate; they move as votes come in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import ELO_PER_LOGIT
from compare.ratings.intervals import sandwich
from compare.ratings.prepared import Prepared, prepare
from compare.ratings.separation import separation
from compare.ratings.shares import Share, share
from compare.ratings.votes import Votes

TOO_MANY = 100_000
"""A plan of more votes than this is no plan: the two are as good as equal."""


@dataclass(frozen=True, slots=True)
class Separate:
    """The interval of the difference shall exclude `target` (natural-log scale) with probability `power`."""

    target: float = 0.0
    power: float = 0.8


@dataclass(frozen=True, slots=True)
class Narrow:
    """The interval of the difference shall have a half width of `points` rating points at most."""

    points: float


Rule = Separate | Narrow


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """What the votes say of two candidates; `first` is the one estimated to be better.

    Attributes:
        first: name.
        second: name.
        difference: rating points, first minus second; all votes count, also those against third candidates.
        ci_low: of the difference.
        ci_high: of the difference.
        separated: True where the interval excludes 0.
        flip_chance: that the true order is the other one.
        design_effect: clustered variance of the difference over that of independent votes, at least 1.
        direct: first's share in the votes between the two.
        votes_needed: direct votes still needed by the rule; 0: enough; None: more than TOO_MANY.
        gauge: 1 where there are enough; otherwise the information there is over that needed.
    """

    first: str
    second: str
    difference: float
    ci_low: float
    ci_high: float
    separated: bool
    flip_chance: float
    design_effect: float
    direct: Share
    votes_needed: int | None
    gauge: float

    def to_json(self) -> dict[str, Any]:
        """As `rate --pairs --json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"direct": self.direct.to_json()}


@dataclass(frozen=True, slots=True)
class Evidence:
    """All pairs, those that want the most votes first, and what could not be told."""

    pairs: tuple[PairEvidence, ...]
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `rate --pairs --json` prints it."""
        return {"pairs": [pair.to_json() for pair in self.pairs], "problems": list(self.problems)}


def enough_votes(
    votes: Votes, *, cluster: Sequence[str] = (), rule: Rule | None = None, level: float = 0.95
) -> Evidence:
    """Tell for every pair whether its votes are enough.

    Args:
        votes: pairwise votes.
        cluster: none, one or two columns whose equal values mark votes that lean the same way.
        rule: what is asked for; Separate() where it is None.
        level: of the intervals.

    Raises:
        ConfigError: there is no such column.
        NotEnoughVotesError: no two candidates can be rated, or there are too few clusters for intervals.
    """
    ready = prepare(votes, cluster)
    arrays = ready.arrays
    wins = bt.count_wins(arrays.index_a, arrays.index_b, arrays.score, len(arrays.names))
    inside = bt.largest_rateable(wins)
    if len(inside) < 2:
        raise NotEnoughVotesError("Not enough votes: no two candidates have both won from and lost to each other.")
    outside = [
        f"{name}: {bt.outside_reason(wins, i, inside)}." for i, name in enumerate(arrays.names) if i not in set(inside)
    ]
    place = np.full(len(arrays.names), -1)
    place[inside] = np.arange(len(inside))
    kept = ready.take(np.flatnonzero((place[arrays.index_a] >= 0) & (place[arrays.index_b] >= 0)))
    pairs = _pairs(kept, place, [arrays.names[i] for i in inside], rule or Separate(), level)
    order = sorted(pairs, key=lambda pair: (-math.inf if pair.votes_needed is None else -pair.votes_needed, pair.first))
    return Evidence(tuple(order), (*ready.problems, *outside))


def votes_to_plan(p: float, *, power: float = 0.8, level: float = 0.95, design_effect: float = 1.0) -> int:
    """Decisive votes that a new pair needs to separate shares p and 1 - p.

    Two-sided test with variance 1 / 4: 785 votes at 55 %, 196 at 60 %, 87 at 65 %, 49 at 70 %; clusters multiply them.

    Raises:
        ValueError: p is 1/2, or no share.
    """
    if not 0.0 < p < 1.0 or p == 0.5:
        raise ValueError(f"p must be a share other than 1/2, not {p}")
    z = NormalDist().inv_cdf(0.5 + level / 2) + NormalDist().inv_cdf(power)
    return math.ceil(round(z * z * 0.25 / (p - 0.5) ** 2 * design_effect, 6))


def still_needed(
    difference: float, variance: float, design_effect: float, critical: float, rule: Rule
) -> tuple[int | None, float]:
    """Direct votes still needed and the gauge.

    Args:
        difference: d, natural-log scale.
        variance: V of d, clusters counted.
        design_effect: D.
        critical: the quantile for the interval's level.
        rule: what is asked for.

    Returns:
        Votes (None: more than TOO_MANY), and V* / V, at most 1.
    """
    if isinstance(rule, Narrow):
        goal = (rule.points / ELO_PER_LOGIT / critical) ** 2
    else:
        goal = ((difference - rule.target) / (critical + NormalDist().inv_cdf(rule.power))) ** 2
    if variance <= goal:
        return 0, 1.0
    p = 1.0 / (1.0 + math.exp(-difference))
    lacking = math.inf if goal <= 0.0 else 1.0 / goal - 1.0 / variance
    needed = lacking * design_effect / max(p * (1.0 - p), 1e-12)
    return (math.ceil(needed) if needed <= TOO_MANY else None), goal / variance


def _pairs(kept: Prepared, place: np.ndarray, names: Sequence[str], rule: Rule, level: float) -> list[PairEvidence]:
    arrays = kept.arrays
    a, b, score = place[arrays.index_a], place[arrays.index_b], arrays.score
    fit = bt.fit(bt.count_wins(a, b, score, len(names)))
    spread = sandwich(fit.theta, fit.hessian, a, b, score, kept.columns, level=level)
    plain = sandwich(fit.theta, fit.hessian, a, b, score, level=level)
    found, alone = separation(fit.theta, spread, level=level), separation(fit.theta, plain, level=level)
    if found.standard_error.max() < 1e-9:
        raise NotEnoughVotesError("Not enough votes: every vote is a tie, or the votes of each cluster cancel exactly.")
    low, high = np.minimum(a, b), np.maximum(a, b)
    turned = np.where(a == low, score, 1.0 - score)
    between = low * len(names) + high
    pairs = []
    for i, j in combinations(range(len(names)), 2):
        sign = 1.0 if fit.theta[i] >= fit.theta[j] else -1.0
        first, second = (i, j) if sign > 0 else (j, i)
        d, error = float(found.difference[first, second]), float(found.standard_error[i, j])
        effect = max(1.0, (error / float(alone.standard_error[i, j])) ** 2) if alone.standard_error[i, j] > 0 else 1.0
        at = np.flatnonzero(between == i * len(names) + j)
        of_first = turned[at] if sign > 0 else 1.0 - turned[at]
        direct = share(of_first, [column[at] for column in kept.columns], level=level)
        needed, gauge = still_needed(d, error**2, effect, spread.critical, rule)
        pairs.append(
            PairEvidence(
                first=names[first],
                second=names[second],
                difference=d * ELO_PER_LOGIT,
                ci_low=(d - spread.critical * error) * ELO_PER_LOGIT,
                ci_high=(d + spread.critical * error) * ELO_PER_LOGIT,
                separated=bool(found.separated[i, j]),
                flip_chance=_tail(d / error, spread.degrees) if error > 0 else 0.5,
                design_effect=effect,
                direct=direct,
                votes_needed=needed,
                gauge=gauge,
            )
        )
    return pairs


def _tail(size: float, degrees: int | None) -> float:
    if degrees is None:
        return NormalDist().cdf(-size)
    from scipy.special import stdtr

    return float(stdtr(degrees, -size))
