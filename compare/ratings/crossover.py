"""Crossover: the thread length from which a cheap candidate is no longer good enough.

Good enough means: against the reference it is preferred in at least the share `floor` of votes, a tie counting half.
The share follows logit(share) = alpha + beta * log2(messages), fitted to the votes between the two by maximum
likelihood, with the clustered sandwich as covariance (length belongs to the thread, so cluster at least by thread).

The interval holds every length at which the fitted share cannot be told from the floor: those where
|alpha + beta * log2(messages) - logit(floor)| <= critical * its standard error. That is Fieller's interval; unlike the
ratio's delta method it may be open at an end, and says so instead of naming a limit that the votes do not give. It
is read off whole messages within the lengths voted on; nothing is said beyond them.

Source: E. C. Fieller, "Some problems in interval estimation", Journal of the Royal Statistical Society B 16 (1954).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from compare.errors import ConfigError, NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.buckets import Bucket, bucket_of, buckets
from compare.ratings.controls import fit_with_controls
from compare.ratings.prepared import prepare
from compare.ratings.shares import Share, share
from compare.ratings.votes import BoolArray, Votes

Verdict = Literal["crosses", "good_enough", "not_good_enough", "unclear"]
"""crosses: surely good enough at some length and no more at a later one as estimated; good_enough, not_good_enough:
surely so at every length voted on; unclear: the votes do not say."""

FLOOR = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The fitted share over thread length.

    Attributes:
        messages: shape (l,), whole lengths from the shortest to the longest voted on.
        value: shape (l,), the share.
        ci_low: shape (l,), lower limit.
        ci_high: shape (l,), upper limit.
        slope: beta, logits for each doubling of the length.
        slope_error: its standard error.
        n_clusters: of each cluster column.
    """

    messages: IntArray
    value: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    slope: float
    slope_error: float
    n_clusters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Crossover:
    """Where the cheap candidate stops being good enough, in messages.

    Attributes:
        verdict: in a word.
        at: the first length at which the estimated share lies below the floor; None: at none voted on.
        ci_low: the first length at which it may lie below; up to the one before, the candidate is surely good enough.
            None: at none voted on.
        ci_high: the first length from which on it surely lies below; None: at none voted on.
        shortest: length voted on.
        longest: length voted on.
        n_votes: between the two candidates.
        floor: the share that is good enough.
        line: for the chart.
        shares: the plain share in ranges of lengths, beside which the line can be judged.
        problems: what was left out.
    """

    verdict: Verdict
    at: int | None
    ci_low: int | None
    ci_high: int | None
    shortest: int
    longest: int
    n_votes: int
    floor: float
    line: Line
    shares: Mapping[str, Share] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `rate --crossover ... --json` prints it."""
        names = ("verdict", "at", "ci_low", "ci_high", "shortest", "longest", "n_votes", "floor")
        line = self.line
        return {
            **{name: getattr(self, name) for name in names},
            "slope": line.slope,
            "slope_error": line.slope_error,
            "n_clusters": list(line.n_clusters),
            "line": [
                {"messages": int(m), "share": float(v), "ci_low": float(low), "ci_high": float(high)}
                for m, v, low, high in zip(line.messages, line.value, line.ci_low, line.ci_high, strict=True)
            ],
            "shares": {name: each.to_json() for name, each in self.shares.items()},
            "problems": list(self.problems),
        }


def find_crossover(
    messages: IntArray,
    score: FloatArray,
    clusters: Sequence[IntArray] = (),
    *,
    floor: float = FLOOR,
    level: float = 0.95,
) -> Crossover:
    """Find it from votes between two candidates.

    Args:
        messages: shape (n,), thread length of each vote, from 1 upwards.
        score: shape (n,), what the vote gave the cheap candidate: 1, 0.5 or 0.
        clusters: none, one or two arrays of shape (n,) with cluster numbers 0, 1, 2 ...
        floor: between 0 and 1.
        level: of the interval.

    Raises:
        NotEnoughVotesError: fewer than two lengths or clusters, or votes that a finite line cannot follow.
        ConfigError: the floor is no share.
    """
    if not 0.0 < floor < 1.0:
        raise ConfigError(f"The share that is good enough must lie between 0 and 1, not {floor}.")
    line = _line(messages, score, clusters, level)
    below = line.value < floor
    unsure, surely_below = line.ci_low < floor, line.ci_high < floor
    at, low = _first(line.messages, below), _first(line.messages, unsure)
    high = _first(line.messages, _from_here_on(surely_below))
    return Crossover(
        verdict=_verdict(below, unsure, surely_below),
        at=at,
        ci_low=low,
        ci_high=high,
        shortest=int(line.messages[0]),
        longest=int(line.messages[-1]),
        n_votes=len(score),
        floor=floor,
        line=line,
    )


def crossover(
    votes: Votes,
    cheap: str,
    reference: str,
    *,
    cluster: Sequence[str] = (),
    floor: float = FLOOR,
    ranges: Sequence[Bucket] = (),
    level: float = 0.95,
) -> Crossover:
    """Find it from a table of votes with the column n_messages.

    Args:
        votes: of any candidates; those between the two are used.
        cheap: the candidate in question.
        reference: the one it is measured against.
        cluster: none, one or two columns whose equal values mark votes that lean the same way.
        floor: the share of votes that is good enough.
        ranges: of lengths for the plain shares; 1-8, 9-20 and 21+ where none are given.
        level: of the intervals.

    Raises:
        ConfigError: a column is not there, or the floor is no share.
        NotEnoughVotesError: as `find_crossover`.
    """
    ready = prepare(votes, cluster)
    arrays = ready.arrays
    number = {name: i for i, name in enumerate(arrays.names)}
    missing = [name for name in (cheap, reference) if name not in number]
    if missing or cheap == reference:
        named = missing[0] if missing else cheap
        raise ConfigError(f"{named!r} cannot be compared; the votes are between {', '.join(arrays.names)}.")
    first, second = number[cheap], number[reference]
    as_a = (arrays.index_a == first) & (arrays.index_b == second)
    as_b = (arrays.index_a == second) & (arrays.index_b == first)
    lengths = [_whole(value) for value in votes.column("n_messages")]
    between = np.flatnonzero(as_a | as_b)
    known = np.array([lengths[ready.at[i]] is not None for i in between], dtype=np.bool_)
    used = ready.take(between[known]) if len(between) else ready.take(between)
    problems = list(ready.problems)
    if not known.all():
        problems.append(f"{bt.counted((~known).sum())} without a readable n_messages, left out.")
    if len(used.at) == 0:
        raise NotEnoughVotesError(f"Not enough votes: none between {cheap} and {reference} with a thread length.")
    messages = np.array([lengths[i] for i in used.at], dtype=np.int64)
    score = np.where(used.arrays.index_a == first, used.arrays.score, 1.0 - used.arrays.score)
    found = find_crossover(messages, score, used.columns, floor=floor, level=level)
    shares = {}
    for bucket in ranges or buckets((8, 20)):
        inside = np.array([bucket_of(m, [bucket]) is not None for m in messages.tolist()])
        shares[bucket.label] = share(score[inside], [column[inside] for column in used.columns], level=level)
    return Crossover(
        **{name: getattr(found, name) for name in found.__slots__ if name not in ("shares", "problems")},
        shares=shares,
        problems=tuple(problems),
    )


def _line(messages: IntArray, score: FloatArray, clusters: Sequence[IntArray], level: float) -> Line:
    """Two candidates and one control, the length: the cheap one's lead over the reference is alpha."""
    if len(np.unique(messages)) < 2:
        raise NotEnoughVotesError("Not enough votes: a crossover needs threads of at least two lengths.")
    if score.max() == 0.0 or score.min() == 1.0:
        raise NotEnoughVotesError("Not enough votes: all between the two went one way, so no line can be fitted.")
    sizes = tuple(int(column.max()) + 1 for column in clusters)
    if sizes and min(sizes) < 2:
        raise NotEnoughVotesError("Not enough votes: all lie in one cluster; an interval needs at least 2.")
    x = np.log2(messages.astype(np.float64))
    middle = x.mean()
    cheap, reference = np.zeros(len(x), dtype=np.int64), np.ones(len(x), dtype=np.int64)
    try:
        fitted = fit_with_controls(cheap, reference, score, 2, (x - middle)[:, None], clusters, level=level)
    except NotEnoughVotesError as exc:
        raise NotEnoughVotesError(
            "Not enough votes: below one thread length all went one way and above it all the other, or there are "
            "hardly any, so the line would be infinitely steep. Collect votes between these lengths."
        ) from exc
    grid = np.arange(int(messages.min()), int(messages.max()) + 1)
    at = np.column_stack([np.ones(len(grid)), -np.ones(len(grid)), np.log2(grid) - middle])
    spread = fitted.spread
    eta = at @ np.append(fitted.theta, fitted.gamma)
    half = spread.critical * np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", at, spread.covariance, at), 0.0))
    value, low, high = (1.0 / (1.0 + np.exp(-each)) for each in (eta, eta - half, eta + half))
    return Line(grid, value, low, high, float(fitted.gamma[0]), float(fitted.gamma_errors[0]), sizes)


def _verdict(below: BoolArray, unsure: BoolArray, surely_below: BoolArray) -> Verdict:
    if not unsure.any():
        return "good_enough"
    if surely_below.all():
        return "not_good_enough"
    # It must hold at the short end and be estimated to fail at the long one.
    return "crosses" if not unsure[0] and below[-1] else "unclear"


def _first(messages: IntArray, where: BoolArray) -> int | None:
    found = np.flatnonzero(where)
    return int(messages[found[0]]) if len(found) else None


def _from_here_on(where: BoolArray) -> BoolArray:
    """True where `where` holds here and at every later place."""
    result: BoolArray = np.logical_and.accumulate(where[::-1])[::-1]
    return result


def _whole(value: object) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if number >= 1 else None
