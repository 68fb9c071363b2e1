"""What a handover loses, from votes on handed-over branches beside the candidate's own."""

from __future__ import annotations

import pytest

from compare.records import Candidate
from compare.report.handover import handovers
from compare.review.votes import Choice, cast
from tests.review.conftest import Table

BEFORE, AFTER = Candidate("small"), Candidate("large")


def taken_over(turn: int) -> Candidate:
    return Candidate("large", handover_from=BEFORE.id, handover_turn=turn)


def vote(table: Table, choice: Choice, *candidates: Candidate, rater: str = "Ann", blind: bool = False) -> None:
    comparison = table.compare(*candidates, history="handover", blind=blind)
    cast(table.store, comparison, table.store.rater(rater), choice, key=comparison.id)


def test_no_votes_measure_no_handover(table: Table) -> None:
    assert handovers(table.store, blind=False) == []


def test_the_share_is_of_the_handed_over_branch_wherever_it_stood(table: Table) -> None:
    for n in range(3):
        vote(table, Choice("best", 0), AFTER, taken_over(2 + n), rater=f"r{n}")
    vote(table, Choice("best", 0), taken_over(4), AFTER)
    vote(table, Choice("tie"), taken_over(4), AFTER)
    vote(table, Choice("all_bad"), AFTER, taken_over(4))
    [found] = handovers(table.store, blind=False)
    assert (found.before_id, found.after_id) == (BEFORE.id, AFTER.id)
    assert (found.n_votes, found.n_both_bad) == (5, 1)
    assert found.share == pytest.approx(1.5 / 5)
    assert found.low is not None
    assert found.high is not None
    assert 0.0 < found.low < 0.3 < found.high < 1.0
    assert handovers(table.store, blind=True) == []


def test_only_the_same_candidate_all_the_way_is_the_yardstick(table: Table) -> None:
    vote(table, Choice("best", 0), taken_over(2), Candidate("other"))
    vote(table, Choice("best", 0), taken_over(2), Candidate("large", context_policy="last:4"))
    assert handovers(table.store, blind=False) == []


def test_votes_that_all_go_one_way_carry_no_interval(table: Table) -> None:
    vote(table, Choice("best", 1), AFTER, taken_over(2))
    [found] = handovers(table.store, blind=False)
    assert (found.share, found.low, found.high) == (1.0, None, None)
