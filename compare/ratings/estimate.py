"""One estimate: which candidates the votes can rate, their ratings, and how uncertain these are.

Whatever cannot be rated stands as NaN with a reason; nothing is raised for thin data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings import davidson
from compare.ratings.bradley_terry import ELO_PER_LOGIT, FloatArray, IntArray
from compare.ratings.dense import dense
from compare.ratings.intervals import Spread, posterior, sandwich
from compare.ratings.separation import separation
from compare.ratings.votes import VoteArrays

Ties = Literal["half", "davidson"]
"""How ties enter the fit: as half a win for each side, or with a tie parameter."""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """What the caller chose; see `leaderboard.rate`."""

    cluster: tuple[str, ...]
    prior: float
    level: float
    listed: frozenset[str]
    """Candidates that have a row even without votes."""
    ties: Ties = "half"
    prior_mean: FloatArray | None = None
    """Shape (m,): where the prior lies; 0 where it is None."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What the fit gave; arrays of shape (m,) with NaN where there is no figure."""

    rating: FloatArray
    se: FloatArray
    critical: float
    reasons: Mapping[int, str]
    """Why a candidate has no rating, or why it is to be read with care."""
    problems: tuple[str, ...] = ()
    spread: Spread | None = None
    tied_with: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """For each candidate with an interval: those from which it is not separated."""
    nu: float | None = None
    """The tie parameter, where one was fitted."""


def estimate(arrays: VoteArrays, wins: FloatArray, columns: Sequence[IntArray], options: Options) -> Estimate:
    """Rate what can be rated.

    Args:
        arrays: the votes to rate by, without both-bad ones and without a candidate against itself.
        wins: shape (m, m), their counts, ties as half-wins.
        columns: none, one or two cluster columns of shape (n,).
        options: how.
    """
    n_models = len(arrays.names)
    rating, se = np.full(n_models, np.nan), np.full(n_models, np.nan)
    voted = np.flatnonzero((wins + wins.T).sum(axis=1) > 0)
    if len(voted) == 0:
        return Estimate(rating, se, 0.0, {}, ("not enough votes: there are none to rate by.",))
    main = bt.largest_rateable(wins)
    inside = voted if options.prior > 0 else np.array(main, dtype=np.int64)
    outside = [i for i in voted.tolist() if i not in set(main)]
    reasons = {i: f"not enough votes: {bt.outside_reason(wins, i, main)}" for i in outside}
    if len(inside) < 2:
        return Estimate(rating, se, 0.0, reasons, (_NONE_RATEABLE,))
    if options.prior > 0:
        reasons = {i: f"{reason}; only the prior keeps it finite" for i, reason in reasons.items()}

    within = _inside(arrays, columns, inside)
    try:
        fitted = _fit(within, wins[np.ix_(inside, inside)], options, inside)
    except NotEnoughVotesError as exc:
        return Estimate(rating, se, 0.0, reasons, (str(exc),))
    rating[inside] = fitted.ratings
    nu = fitted.nu if isinstance(fitted, davidson.TieFit) else None
    try:
        spreads = _spreads(fitted, within, options)
    except NotEnoughVotesError as exc:
        return Estimate(rating, se, 0.0, reasons, (f"not enough votes for intervals: {exc}",), nu=nu)
    # With a prior the posterior's errors are the least that is claimed: where all votes agree, the sandwich has none.
    errors = np.max([spread.standard_errors for spread in spreads], axis=0)
    if errors.max() < 1e-9:
        return Estimate(rating, se, 0.0, reasons, (_NO_SPREAD,), nu=nu)
    se[inside] = errors * ELO_PER_LOGIT
    tied = _tied(fitted.theta, spreads, inside, options.level)
    return Estimate(rating, se, spreads[-1].critical, reasons, (), spreads[-1], tied, nu)


_NONE_RATEABLE = "not enough votes: no two candidates have both won from and lost to each other, or tied."
_NO_SPREAD = "not enough votes for intervals: every vote is a tie, or the votes of each cluster cancel exactly."


@dataclass(frozen=True, slots=True, eq=False)
class _Within:
    """The votes among the candidates rated; indices point into `names`, arrays have shape (n,)."""

    names: tuple[str, ...]
    index_a: IntArray
    index_b: IntArray
    score: FloatArray
    columns: Sequence[IntArray]


def _inside(arrays: VoteArrays, columns: Sequence[IntArray], inside: IntArray) -> _Within:
    if len(inside) == len(arrays.names):
        return _Within(arrays.names, arrays.index_a, arrays.index_b, arrays.score, [_renumbered(c) for c in columns])
    place = np.full(len(arrays.names), -1)
    place[inside] = np.arange(len(inside))
    rows = (place[arrays.index_a] >= 0) & (place[arrays.index_b] >= 0)
    kept = [_renumbered(column[rows]) for column in columns]
    names = tuple(arrays.names[i] for i in inside)
    return _Within(names, place[arrays.index_a[rows]], place[arrays.index_b[rows]], arrays.score[rows], kept)


def _renumbered(column: IntArray) -> IntArray:
    return dense(column)


def _fit(within: _Within, wins: FloatArray, options: Options, inside: IntArray) -> bt.Fit | davidson.TieFit:
    if options.ties == "half":
        mean = None if options.prior_mean is None else options.prior_mean[inside]
        return bt.fit(wins, prior_precision=options.prior, prior_mean=mean)
    decisive, ties = davidson.count_ties(within.index_a, within.index_b, within.score, len(wins))
    return davidson.fit(decisive, ties, names=within.names)


def _spreads(fitted: bt.Fit | davidson.TieFit, within: _Within, options: Options) -> list[Spread]:
    """What is known of the uncertainty; the last says how the interval is made."""
    votes = within.index_a, within.index_b, within.score, within.columns
    if isinstance(fitted, davidson.TieFit):
        return [davidson.sandwich(fitted, *votes, level=options.level)]
    if fitted.prior_precision <= 0:
        return [sandwich(fitted.theta, fitted.hessian, *votes, level=options.level)]
    from_prior = posterior(fitted.hessian, level=options.level)
    if not within.columns:
        return [from_prior]
    return [from_prior, sandwich(fitted.theta, fitted.hessian, *votes, level=options.level)]


def _tied(theta: FloatArray, spreads: Sequence[Spread], inside: IntArray, level: float) -> dict[int, list[int]]:
    separations = [separation(theta, spread, level=level) for spread in spreads]
    return {
        int(inside[k]): [int(inside[j]) for j in sorted(set().union(*(each.tied_with(k) for each in separations)))]
        for k in range(len(theta))
    }
