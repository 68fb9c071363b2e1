"""The leaderboard: votes in, ratings with intervals and shared ranks out; thin data is named, never hidden.

What cannot be rated (a candidate without votes, one that never lost) is a row without a rating and a line in
`problems`, not an exception: a page with three good candidates and a newcomer shows all four. "Both bad" says nothing
about which of two answers is better, so it is left out of the fit and counted beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from compare.errors import ConfigError
from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import IntArray
from compare.ratings.dense import dense
from compare.ratings.estimate import Estimate, Options, Ties
from compare.ratings.estimate import estimate as make_estimate
from compare.ratings.ranks import ranks
from compare.ratings.shares import Share, shares_by_group
from compare.ratings.votes import (
    VoteArrays,
    VoteRow,
    Votes,
    cluster_numbers,
    encode,
    is_missing,
    vote_arrays,
)

POOLED_PRECISION = 0.5
"""Of the prior on the fit of all votes, towards which thin groups are drawn."""

FEW_VOTES = 10
"""A candidate with fewer votes is rated but marked: normal intervals are not to be trusted there."""


@dataclass(frozen=True, slots=True)
class ModelRating:
    """One row. None means that the votes do not carry the figure; `problem` says why."""

    model: str
    rating: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    rank: int | None
    n_votes: int
    """Votes without "both bad"."""
    wins: int
    losses: int
    ties: int
    both_bad: int
    both_bad_share: float | None
    """Of all its votes."""
    problem: str = ""
    tied_with: tuple[str, ...] = ()
    """Candidates from which it is not separated: the interval of the difference holds 0."""
    good_enough: float | None = None
    """Share of its votes in which the rater did not find both answers bad; None where no vote of the table says "both
    bad", so that nobody knows whether it was offered. The other answer may have been the good one: an upper limit."""
    good_enough_low: float | None = None
    good_enough_high: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As `rate --json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"tied_with": list(self.tied_with)}


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Ratings, how they were made, and what is wrong with them.

    Attributes:
        models: best first; those without a rating last.
        method: the choices behind the figures, in words and numbers.
        groups: one leaderboard for each value of the column that `by` names.
        problems: sentences for the reader; empty where all is well.
    """

    models: tuple[ModelRating, ...]
    method: Mapping[str, Any]
    groups: Mapping[str, Leaderboard] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The document of `rate --json`."""
        return {
            "models": [model.to_json() for model in self.models],
            "method": dict(self.method),
            "groups": {name: board.to_json() for name, board in self.groups.items()},
            "problems": list(self.problems),
        }


def rate(
    votes: Votes | Sequence[VoteRow],
    *,
    cluster: Sequence[str] = (),
    by: str | None = None,
    prior: float = 0.0,
    models: Sequence[str] = (),
    level: float = 0.95,
    ties: Ties = "half",
    shrink: float | None = None,
) -> Leaderboard:
    """Rate candidates by their votes.

    Args:
        votes: the votes; their order does not matter.
        cluster: none, one or two columns whose equal values mark votes that lean the same way (rater, thread_id).
        by: a column; every value of it gets a leaderboard of its own under `groups`.
        prior: precision lambda of a normal prior on every strength; 0 for plain Bradley-Terry.
        models: candidates to list even where they have no votes.
        level: of the intervals.
        ties: half (a tie is half a win for each side) or davidson (with a tie parameter; see davidson.py).
        shrink: each group of `by` is drawn towards the fit of all votes together, as if its strengths lay around these
            with this standard deviation (natural-log scale; 0.3 is usual for thread lengths). The votes of a group are
            also in the fit of all, so this is for thin groups and for weights, not for proving a difference. None: each
            group by its own votes alone.

    Returns:
        The leaderboard; whatever could not be rated is named in `problems`.

    Raises:
        ConfigError: the votes have no column of a name given, or a prior is to go with a tie parameter.
    """
    if ties == "davidson" and prior > 0:
        raise ConfigError("A tie parameter is fitted without a prior; leave out one of the two (--ties, --prior).")
    if shrink is not None and (by is None or shrink <= 0 or ties != "half" or prior > 0):
        raise ConfigError(
            "Groups can be drawn towards all votes together where they are named (by), with a standard deviation above "
            "0, with ties as half-wins and without another prior."
        )
    table = votes if isinstance(votes, Votes) else Votes.from_rows(votes)
    arrays = vote_arrays(table, models)
    numbered = [cluster_numbers(table.column(name)) for name in cluster]
    options = Options(tuple(cluster), prior, level, frozenset(models), ties)
    columns = [numbers for numbers, _ in numbered]
    notes = [
        f"{bt.counted(missing)} without a {name}; each counts as a cluster of its own."
        for name, (_, missing) in zip(cluster, numbered, strict=True)
        if missing
    ]
    board = _board(arrays, columns, options)
    of_groups = options if shrink is None else _shrinking(arrays, options, shrink)
    groups, more = _groups(table, arrays, columns, of_groups, by) if by else ({}, [])
    return replace(board, groups=groups, problems=(*notes, *more, *board.problems))


def _shrinking(arrays: VoteArrays, options: Options, sd: float) -> Options:
    """A prior around the fit of all votes, itself with a weak prior, so that every candidate has a place."""
    used = arrays.take(~arrays.both_bad & (arrays.index_a != arrays.index_b))
    wins = bt.count_wins(used.index_a, used.index_b, used.score, len(arrays.names))
    pooled = bt.fit(wins, prior_precision=POOLED_PRECISION)
    return replace(options, prior=1.0 / (2.0 * sd**2), prior_mean=pooled.theta)


def _groups(
    table: Votes, arrays: VoteArrays, columns: Sequence[IntArray], options: Options, by: str
) -> tuple[dict[str, Leaderboard], list[str]]:
    numbers, values = encode(table.column(by))
    groups = {}
    for number in sorted(range(len(values)), key=lambda i: _natural(values[i])):
        at = np.flatnonzero(numbers == number)
        own = [dense(column[at]) for column in columns]
        if not is_missing(values[number]):
            groups[str(values[number])] = _board(arrays.take(at), own, options)
    n_missing = int(np.isin(numbers, [i for i, value in enumerate(values) if is_missing(value)]).sum())
    return groups, [f"{bt.counted(n_missing)} without a {by}, in no group."] if n_missing else []


def _natural(value: object) -> tuple[int, float, str]:
    """Numbers by size, ranges such as "9-20" by their start, then words."""
    text = str(value)
    head = text.split("-")[0].rstrip("+")
    try:
        return 0, float(head), text
    except ValueError:
        return 1, 0.0, text


def _board(arrays: VoteArrays, columns: Sequence[IntArray], options: Options) -> Leaderboard:
    n_models = len(arrays.names)
    itself = arrays.index_a == arrays.index_b
    used = ~arrays.both_bad & ~itself
    fitted = arrays.take(used)
    wins = bt.count_wins(fitted.index_a, fitted.index_b, fitted.score, n_models)
    counts = _Counts.of(arrays.take(~itself), n_models)
    acceptable = _acceptable(arrays.take(~itself), [column[~itself] for column in columns], options.level)
    shown = [i for i in range(n_models) if counts.total[i] or arrays.names[i] in options.listed]
    estimate = make_estimate(fitted, wins, [column[used] for column in columns], options)
    rows = _rows(shown, arrays.names, counts, estimate, acceptable)
    problems = [*estimate.problems, *(f"{row.model}: {row.problem}." for row in rows if row.problem)]
    if itself.any():
        problems.insert(0, f"{bt.counted(itself.sum())} on a candidate against itself, left out.")
    method = _method(options, estimate, n_votes=len(fitted.score), n_both_bad=int((arrays.both_bad & ~itself).sum()))
    return Leaderboard(tuple(rows), method, {}, tuple(problems))


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """Votes of each candidate; all arrays of shape (m,)."""

    wins: IntArray
    losses: IntArray
    ties: IntArray
    both_bad: IntArray

    @property
    def rated(self) -> IntArray:
        return self.wins + self.losses + self.ties

    @property
    def total(self) -> IntArray:
        return self.rated + self.both_bad

    @classmethod
    def of(cls, arrays: VoteArrays, n_models: int) -> _Counts:
        kind = np.where(arrays.both_bad, 3, np.rint(2.0 * arrays.score)).astype(np.int64)
        of_a, of_b = (
            np.bincount(4 * index + kind, minlength=4 * n_models).reshape(n_models, 4).astype(np.int64)
            for index in (arrays.index_a, arrays.index_b)
        )
        # As b, a score of 0 is a win.
        return cls(of_a[:, 2] + of_b[:, 0], of_a[:, 0] + of_b[:, 2], of_a[:, 1] + of_b[:, 1], of_a[:, 3] + of_b[:, 3])


def _acceptable(arrays: VoteArrays, columns: Sequence[IntArray], level: float) -> Mapping[int, Share]:
    """For each candidate the share of its votes that are not "both bad"; empty where none is."""
    if not arrays.both_bad.any():
        return {}
    sides = np.concatenate([arrays.index_a, arrays.index_b])
    twice = [np.tile(column, 2) for column in columns]
    return shares_by_group(np.tile(~arrays.both_bad, 2), sides, twice, level=level)


def _rows(
    shown: Sequence[int],
    names: Sequence[str],
    counts: _Counts,
    estimate: Estimate,
    acceptable: Mapping[int, Share],
) -> list[ModelRating]:
    half = estimate.critical * estimate.se
    low, high = estimate.rating - half, estimate.rating + half
    ranked = np.flatnonzero(np.isfinite(low))
    rank = dict(zip(ranked.tolist(), ranks(low[ranked], high[ranked]).tolist(), strict=True))
    rows = [
        ModelRating(
            model=names[i],
            rating=_number(estimate.rating[i]),
            se=_number(estimate.se[i]),
            ci_low=_number(low[i]),
            ci_high=_number(high[i]),
            rank=rank.get(i),
            n_votes=int(counts.rated[i]),
            wins=int(counts.wins[i]),
            losses=int(counts.losses[i]),
            ties=int(counts.ties[i]),
            both_bad=int(counts.both_bad[i]),
            both_bad_share=int(counts.both_bad[i]) / int(counts.total[i]) if counts.total[i] else None,
            problem=_problem(i, counts, estimate),
            tied_with=tuple(names[j] for j in estimate.tied_with.get(i, ())),
            good_enough=acceptable[i].value if i in acceptable else None,
            good_enough_low=acceptable[i].ci_low if i in acceptable else None,
            good_enough_high=acceptable[i].ci_high if i in acceptable else None,
        )
        for i in shown
    ]
    return sorted(rows, key=lambda row: (row.rating is None, -(row.rating or 0.0), row.model))


def _problem(i: int, counts: _Counts, estimate: Estimate) -> str:
    if i in estimate.reasons:
        return estimate.reasons[i]
    if counts.rated[i] == 0:
        bad = counts.both_bad[i]
        return (
            f"not enough votes: {bt.counted(bad)}, both answers bad each time"
            if bad
            else "not enough votes: it has none"
        )
    if counts.rated[i] < FEW_VOTES:
        return f"not enough votes to trust its interval: {counts.rated[i]}, at least {FEW_VOTES} needed"
    return ""


def _number(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None


def _method(options: Options, estimate: Estimate, *, n_votes: int, n_both_bad: int) -> dict[str, Any]:
    spread = estimate.spread
    if spread is None:
        interval = "none"
    elif options.cluster:
        quantile = "normal" if spread.degrees is None else f"Student's t, {spread.degrees} degrees of freedom"
        interval = f"cluster-robust sandwich, {quantile}"
    else:
        interval = "posterior, normal" if options.prior > 0 else "sandwich of independent votes, normal"
    return {
        "model": "bradley-terry" if options.ties == "half" else "bradley-terry-davidson",
        "scale": "1000 + 400/ln(10) * theta, mean 1000",
        "ties": "half a win for each side" if options.ties == "half" else "Davidson's tie parameter",
        "nu": estimate.nu,
        "both_bad": "left out of the fit, reported apart",
        "prior": options.prior,
        "prior_mean": "0" if options.prior_mean is None else "the fit of all groups together",
        "interval": interval,
        "level": options.level,
        "cluster": list(options.cluster),
        "n_clusters": list(spread.n_clusters) if spread else [],
        "tied_with": "candidates whose difference to this one has an interval that holds 0, each pair by itself",
        "rank": "1 + candidates whose lower limit is above this one's upper limit",
        "n_votes": n_votes,
        "n_both_bad": n_both_bad,
    }
