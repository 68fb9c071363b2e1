"""What a handover loses: the candidate that took a conversation over, against the same one all the way.

Both stood in one comparison, with the same next messages. The share of votes that the handed-over branch wins is 1/2
where nothing is lost; below it, what the one before said, or how it said it, costs fidelity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from compare.ratings.leaderboard import rate
from compare.ratings.votes import Votes
from compare.records import Candidate, Preference
from compare.report.votes import CLUSTER
from compare.store.store import Store

_POINTS = 400.0 / math.log(10.0)
"""Rating points for a factor e in the odds."""


@dataclass(frozen=True, slots=True)
class Handover:
    """One candidate after another, over all turns at which it took over."""

    before_id: str
    after_id: str
    """The candidate that took over; also the one that it is measured against."""
    n_votes: int
    """Votes between the handed-over branch and the candidate's own, without those that found both bad."""
    n_both_bad: int
    share: float | None
    """0 to 1: votes for the handed-over branch, a tie counting half; None without votes."""
    low: float | None
    high: float | None
    """95 % interval of the share, votes of one ballot as one cluster; None where the votes do not carry one."""


def handovers(store: Store, *, blind: bool) -> list[Handover]:
    """Every handover that was voted on beside the candidate's own branch, most votes first."""
    candidates = store.candidates()
    rows: dict[tuple[str, str], list[Preference]] = {}
    for row in store.preferences(blind=blind, history="handover"):
        found = _as_handover(row, candidates)
        if found is not None:
            rows.setdefault(found[0], []).append(found[1])
    made = [_measured(*pair, some) for pair, some in rows.items()]
    return sorted(made, key=lambda one: -one.n_votes)


def _as_handover(row: Preference, candidates: dict[str, Candidate]) -> tuple[tuple[str, str], Preference] | None:
    """((before, after), the row with the handed-over branch first), or None where it compares something else."""
    for over_id, own_id in ((row.candidate_a, row.candidate_b), (row.candidate_b, row.candidate_a)):
        over = candidates[over_id]
        if over.handover_from and _alone(over).id == own_id:
            first = row if over_id == row.candidate_a else _turned(row)
            return (over.handover_from, own_id), first
    return None


def _alone(candidate: Candidate) -> Candidate:
    return replace(candidate, handover_from="", handover_turn=0)


def _turned(row: Preference) -> Preference:
    return replace(
        row, candidate_a=row.candidate_b, candidate_b=row.candidate_a, score=1.0 - row.score,
        pos_a=row.pos_b, pos_b=row.pos_a,
    )  # fmt: skip


def _measured(before_id: str, after_id: str, rows: list[Preference]) -> Handover:
    told = [row for row in rows if row.verdict != "all_bad"]
    share = sum(row.score for row in told) / len(told) if told else None
    low, high = _interval(told)
    return Handover(before_id, after_id, len(told), len(rows) - len(told), share, low, high)


def _interval(rows: list[Preference]) -> tuple[float | None, float | None]:
    """Of the share, from the cluster-robust interval of the two ratings' difference."""
    if not rows:
        return None, None
    named = [replace(row, candidate_a="over", candidate_b="own") for row in rows]
    board = rate(Votes.from_preferences(named), cluster=CLUSTER)
    over = next(model for model in board.models if model.model == "over")
    if over.ci_low is None or over.ci_high is None:
        return None, None
    return _share(over.ci_low), _share(over.ci_high)


def _share(rating: float) -> float:
    """Of two candidates whose ratings have the mean 1000, the chance that the one with this rating is preferred."""
    return 1.0 / (1.0 + math.exp(-2.0 * (rating - 1000.0) / _POINTS))
