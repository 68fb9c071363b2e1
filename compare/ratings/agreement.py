"""How far raters agree: counts of agreeing pairs, and Krippendorff's alpha, which allows for chance.

An item is one thing that several raters can judge: the item columns (thread, turn) and the pair of candidates, in
either order. Pair counts use every row; alpha keeps a rater's first vote on an item, because a rater who agrees with
himself is no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from compare.errors import ConfigError
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.votes import VoteArrays, VoteRow, Votes, encode, vote_arrays

Level = Literal["nominal", "ordinal", "interval"]

FIRST, TIE, SECOND, BOTH_BAD = 0, 1, 2, 3
"""Verdicts on a pair: its first candidate, a tie, its second, neither any good."""


@dataclass(frozen=True, slots=True)
class PairCount:
    """Pairs of votes on the same item, and how many of them say the same."""

    agree: int
    total: int

    @property
    def share(self) -> float | None:
        """None where no item has two votes."""
        return self.agree / self.total if self.total else None

    def to_json(self) -> dict[str, Any]:
        """With the share, for printing."""
        return {"agree": self.agree, "total": self.total, "share": self.share}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of raters over pairwise votes.

    Attributes:
        alpha_nominal: over first, tie, second and both-bad; None where no item has votes of two raters.
        alpha_ordinal: over first < tie < second, both-bad counted as a tie, which it is as to who is better.
        pairs_with_ties: every pair of votes on one item.
        pairs_without_ties: pairs of which both votes name a winner.
        n_items_multi: items with votes of two raters or more; alpha rests on them alone.
        n_repeats: second and later votes of a rater on an item, which alpha leaves out.
    """

    alpha_nominal: float | None
    alpha_ordinal: float | None
    pairs_with_ties: PairCount
    pairs_without_ties: PairCount
    n_raters: int
    n_items: int
    n_items_multi: int
    n_votes: int
    n_repeats: int

    def to_json(self) -> dict[str, Any]:
        """As `agreement --json` prints it."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {k: v.to_json() if isinstance(v, PairCount) else v for k, v in values.items()}


def agreement(
    votes: Votes | Sequence[VoteRow], *, rater: str = "rater", item: Sequence[str] = ("thread_id", "turn")
) -> Agreement:
    """Measure how far the raters of these votes agree.

    Args:
        votes: pairwise votes; a vote on a candidate against itself is left out.
        rater: the column that says who voted.
        item: the columns that, with the pair of candidates, say what was judged.

    Raises:
        ConfigError: one of the columns is not there.
    """
    table = votes if isinstance(votes, Votes) else Votes.from_rows(votes)
    if not item:
        raise ConfigError("agreement needs at least one item column, such as thread_id: what the raters judged.")
    arrays = vote_arrays(table)
    different = arrays.index_a != arrays.index_b
    items, _ = encode(list(zip(*(table.column(name) for name in item), _pairs(arrays), strict=True)))
    raters, _ = encode(table.column(rater))
    items, raters, verdict = items[different], raters[different], _verdicts(arrays.take(different), items[different])

    decisive = (verdict == FIRST) | (verdict == SECOND)
    first = _first_votes(items, raters)
    ordinal = np.where(verdict == BOTH_BAD, TIE, verdict)
    votes_per_item = np.bincount(items[first]) if len(items) else np.zeros(0, dtype=np.int64)
    return Agreement(
        alpha_nominal=krippendorff_alpha(items[first], verdict[first], level="nominal"),
        alpha_ordinal=krippendorff_alpha(items[first], ordinal[first], level="ordinal"),
        pairs_with_ties=_count_pairs(items, verdict),
        pairs_without_ties=_count_pairs(items[decisive], verdict[decisive]),
        n_raters=len(np.unique(raters)),
        n_items=len(np.unique(items)),
        n_items_multi=int((votes_per_item > 1).sum()),
        n_votes=len(verdict),
        n_repeats=len(verdict) - len(first),
    )


@dataclass(frozen=True, slots=True)
class AgreementBetween:
    """Agreement of one group of raters with another: every vote of the one with every vote of the other on an item.

    Attributes:
        pairs_with_ties: all of them.
        pairs_without_ties: those of which both votes name a winner.
        n_items: items on which both groups voted.
    """

    pairs_with_ties: PairCount
    pairs_without_ties: PairCount
    n_items: int

    def to_json(self) -> dict[str, Any]:
        """As `agreement --against ... --json` prints it."""
        return {
            "pairs_with_ties": self.pairs_with_ties.to_json(),
            "pairs_without_ties": self.pairs_without_ties.to_json(),
            "n_items": self.n_items,
        }


def agreement_between(first: Votes, second: Votes, *, item: Sequence[str] = ("thread_id", "turn")) -> AgreementBetween:
    """Measure how far two groups of raters agree, such as people and a model that judges.

    Args:
        first: the votes of one group.
        second: the votes of the other.
        item: the columns that, with the pair of candidates, say what was judged; both must have them.

    Raises:
        ConfigError: one of the columns is not there.
    """
    if not item:
        raise ConfigError("agreement needs at least one item column, such as thread_id: what the raters judged.")
    names = sorted({*first.model_a, *first.model_b, *second.model_a, *second.model_b})
    arrays = [vote_arrays(votes, names) for votes in (first, second)]
    keys: list[tuple[object, ...]] = []
    for votes, each in zip((first, second), arrays, strict=True):
        # What one file holds as text may be a number in the other.
        columns = ([str(value) for value in votes.column(name)] for name in item)
        keys += zip(*columns, _pairs(each), strict=True)
    items, _ = encode(keys)
    sides = items[: len(first)], items[len(first) :]
    verdicts = [_by_name(each) for each in arrays]
    different = [each.index_a != each.index_b for each in arrays]
    both = [(side[kept], verdict[kept]) for side, verdict, kept in zip(sides, verdicts, different, strict=True)]
    decisive = [
        (side[named], verdict[named]) for side, verdict in both for named in [np.isin(verdict, (FIRST, SECOND))]
    ]
    return AgreementBetween(
        pairs_with_ties=_count_across(*both),
        pairs_without_ties=_count_across(*decisive),
        n_items=len(np.intersect1d(both[0][0], both[1][0])),
    )


def _by_name(arrays: VoteArrays) -> IntArray:
    """Verdicts, shape (n,), turned so that the candidate whose name comes first is the first."""
    score = np.where(arrays.index_a > arrays.index_b, 1.0 - arrays.score, arrays.score)
    verdict = np.select([arrays.both_bad, score == 1.0, score == 0.0], [BOTH_BAD, FIRST, SECOND], TIE)
    return verdict.astype(np.int64)


def _count_across(first: tuple[IntArray, IntArray], second: tuple[IntArray, IntArray]) -> PairCount:
    """Pairs of one vote of each group on one item, and those with equal verdicts; each group is (items, verdicts)."""

    def across(groups_a: IntArray, groups_b: IntArray) -> int:
        size = int(max(groups_a.max(initial=0), groups_b.max(initial=0))) + 1
        return int(np.bincount(groups_a, minlength=size) @ np.bincount(groups_b, minlength=size))

    kinds = BOTH_BAD + 1
    agree = across(first[0] * kinds + first[1], second[0] * kinds + second[1])
    return PairCount(agree=agree, total=across(first[0], second[0]))


def _pairs(arrays: VoteArrays) -> list[int]:
    """A number for each unordered pair of candidates."""
    low, high = np.minimum(arrays.index_a, arrays.index_b), np.maximum(arrays.index_a, arrays.index_b)
    pairs: list[int] = (low * len(arrays.names) + high).tolist()
    return pairs


def _verdicts(arrays: VoteArrays, items: IntArray) -> IntArray:
    """The verdicts, shape (n,), turned so that all votes on an item speak of the same first candidate.

    Where every item has its candidates in one order throughout, that order is kept: it is the scale (left, tie, right)
    that the raters used. Otherwise pairs are turned so that names ascend. Which candidate comes first does not touch
    the pair counts, and alpha only in the third decimal or so, through how common each verdict is.
    """
    swapped = arrays.index_a > arrays.index_b
    orders = np.unique(items * 2 + swapped)
    if len(orders) == len(np.unique(items)):
        swapped = np.zeros_like(swapped)
    score = np.where(swapped, 1.0 - arrays.score, arrays.score)
    verdict = np.select([arrays.both_bad, score == 1.0, score == 0.0], [BOTH_BAD, FIRST, SECOND], TIE)
    return verdict.astype(np.int64)


def krippendorff_alpha(items: IntArray, values: IntArray | FloatArray, *, level: Level = "nominal") -> float | None:
    """Krippendorff's alpha: 1 - observed disagreement / disagreement expected by chance.

    Args:
        items: shape (n,), what each value judges; at most one value of one rater an item.
        values: shape (n,), the judgements; for `ordinal` and `interval` their order counts.
        level: nominal (equal or not), ordinal (ranks), interval (squared difference).

    Returns:
        1 for perfect agreement, 0 for chance, below 0 for less; None where no item has two values. Where all values
        are equal nothing can be said about chance; the convention is 1.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), the coincidence matrix of section D.
    """
    items = np.unique(items, return_inverse=True)[1]
    per_item = np.bincount(items) if len(items) else np.zeros(0, dtype=np.int64)
    paired = per_item[items] > 1
    if not paired.any():
        return None
    items = items[paired]
    levels, code = np.unique(np.asarray(values)[paired], return_inverse=True)
    counts = np.zeros((len(per_item), len(levels)))
    np.add.at(counts, (items, code), 1.0)
    counts = counts[per_item > 1]
    weight = 1.0 / (counts.sum(axis=1) - 1.0)
    coincidences = (counts * weight[:, None]).T @ counts - np.diag(weight @ counts)
    totals = coincidences.sum(axis=1)
    distance = _distance(levels.astype(np.float64), totals, level)
    observed = (coincidences * distance).sum()
    expected = (np.outer(totals, totals) * distance).sum() / (totals.sum() - 1.0)
    return 1.0 if expected == 0 else float(1.0 - observed / expected)


def _distance(levels: FloatArray, totals: FloatArray, level: Level) -> FloatArray:
    """Shape (levels, levels): squared difference of two values."""
    if level == "nominal":
        return 1.0 - np.eye(len(levels))
    # The ordinal place of a value is the middle of the ranks that its occurrences take up.
    place = np.cumsum(totals) - totals / 2 if level == "ordinal" else levels
    squared: FloatArray = (place[:, None] - place[None, :]) ** 2
    return squared


def _count_pairs(items: IntArray, values: IntArray) -> PairCount:
    """Pairs of votes on the same item, and those with equal verdicts."""

    def pairs(groups: IntArray) -> int:
        sizes = np.unique(groups, return_counts=True)[1]
        return int((sizes * (sizes - 1) // 2).sum())

    return PairCount(agree=pairs(items * (BOTH_BAD + 1) + values), total=pairs(items))


def _first_votes(items: IntArray, raters: IntArray) -> IntArray:
    """Positions of each rater's first vote on each item, ascending."""
    if len(items) == 0:
        return np.zeros(0, dtype=np.int64)
    keys = items * (int(raters.max()) + 1) + raters
    return np.sort(np.unique(keys, return_index=True)[1]).astype(np.int64)
