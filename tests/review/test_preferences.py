"""From a ballot to pairwise rows, by tables written out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from compare.records import Answer, Ballot, Candidate, Verdict
from compare.review.preferences import derive

CANDIDATES = {name: Candidate(name).id for name in "pqr"}
NAMES = {candidate_id: name for name, candidate_id in CANDIDATES.items()}


def answer(answer_id: str, model: str, **changes: Any) -> Answer:
    values: dict[str, Any] = {"n_messages": 5, "history": "fixed", "origin": "live", "status": "done"}
    return Answer(
        id=answer_id, candidate_id=CANDIDATES[model], prompt_leaf_id="leaf", turn=1, finish="stop", text="x",
        **(values | changes),
    )  # fmt: skip


ANSWERS = {"a1": answer("a1", "p"), "a2": answer("a2", "q"), "a3": answer("a3", "r"), "a4": answer("a4", "p")}


def rows(verdict: Verdict, shown: str, ranking: str = "") -> list[tuple[str, str, float, int, int]]:
    """(candidate a, candidate b, score, place a, place b) of each row; answers are written as their digits."""
    ballot = Ballot(
        "b", "k", "c", "ann", verdict,
        ranking=tuple(f"a{n}" for n in ranking), shown_order=tuple(f"a{n}" for n in shown), blind=True,
    )  # fmt: skip
    derived = derive(ballot, ANSWERS, thread_id="t", workload="batch")
    for row in derived:
        assert (row.ballot_id, row.rater_id, row.thread_id, row.workload) == ("b", "ann", "t", "batch")
        assert (row.verdict, row.blind, row.history, row.n_messages) == (verdict, True, "fixed", 5)
    return [(NAMES[r.candidate_a], NAMES[r.candidate_b], r.score, r.pos_a, r.pos_b) for r in derived]


@pytest.mark.parametrize(
    ("verdict", "shown", "ranking", "expected"),
    [
        # The best one beats each of the others; about those it says nothing.
        ("best", "12", "1", [("p", "q", 1.0, 0, 1)]),
        ("best", "12", "2", [("q", "p", 1.0, 1, 0)]),
        ("best", "312", "1", [("p", "r", 1.0, 1, 0), ("p", "q", 1.0, 1, 2)]),
        # A ranking orders all.
        ("rank", "123", "312", [("r", "p", 1.0, 2, 0), ("r", "q", 1.0, 2, 1), ("p", "q", 1.0, 0, 1)]),
        ("rank", "123", "31", [("r", "p", 1.0, 2, 0)]),
        # A tie is half a vote for each side of every pair; all bad looks alike and says so.
        ("tie", "12", "", [("p", "q", 0.5, 0, 1)]),
        ("tie", "123", "", [("p", "q", 0.5, 0, 1), ("p", "r", 0.5, 0, 2), ("q", "r", 0.5, 1, 2)]),
        ("all_bad", "21", "", [("q", "p", 0.5, 0, 1)]),
        ("skip", "123", "", []),
        # Two answers of one candidate say how much it varies, not who is better.
        ("best", "14", "1", []),
        ("best", "124", "1", [("p", "q", 1.0, 0, 1)]),
        ("best", "124", "2", [("q", "p", 1.0, 1, 0), ("q", "p", 1.0, 1, 2)]),
        ("tie", "14", "", []),
    ],
)
def test_rows(verdict: Verdict, shown: str, ranking: str, expected: list[tuple[str, str, float, int, int]]) -> None:
    assert rows(verdict, shown, ranking) == expected


def test_the_longer_prompt_and_an_own_history_mark_the_row() -> None:
    answers = {"a1": answer("a1", "p", n_messages=7, history="own"), "a2": answer("a2", "q", n_messages=9)}
    ballot = Ballot("b", "k", "c", "ann", "best", ranking=("a2",), shown_order=("a1", "a2"))
    (row,) = derive(ballot, answers, thread_id="t", workload="interactive")
    assert (row.n_messages, row.history, row.blind) == (9, "own", False)
