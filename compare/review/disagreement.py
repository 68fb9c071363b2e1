"""Where raters differ: the items of a study by how far their ballots fall apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from compare.records import Ballot
from compare.store.study_values import StudyBallot, StudyItem


class Divided(NamedTuple):
    """An item whose raters do not all say the same."""

    item: StudyItem
    share_apart: float
    """Pairs of raters that differ, over all pairs of raters on the item: 0 to 1."""
    said: tuple[tuple[str, int], ...]
    """What was said (an answer's id, tie or all_bad) and by how many, the most frequent first."""


def verdict_of(ballot: Ballot) -> str:
    """What a ballot says whatever stood where: the best answer's id, or tie or all_bad."""
    return ballot.ranking[0] if ballot.verdict in ("best", "rank") else ballot.verdict


def divided(ballots: Sequence[StudyBallot]) -> tuple[Divided, ...]:
    """Items with counted ballots that differ, the most divided first."""
    said: dict[str, list[str]] = defaultdict(list)
    items: dict[str, StudyItem] = {}
    for one in ballots:
        if one.is_counted_verdict:
            said[one.item.comparison_id].append(verdict_of(one.ballot))
            items[one.item.comparison_id] = one.item
    found = []
    for comparison_id, verdicts in said.items():
        pairs = [a != b for a, b in combinations(verdicts, 2)]
        if any(pairs):
            counts = sorted(Counter(verdicts).items(), key=lambda each: (-each[1], each[0]))
            found.append(Divided(items[comparison_id], sum(pairs) / len(pairs), tuple(counts)))
    return tuple(sorted(found, key=lambda one: (-one.share_apart, one.item.comparison_id)))
