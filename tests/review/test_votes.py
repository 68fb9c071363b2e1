"""Casting, changing and taking back a vote."""

from __future__ import annotations

import pytest

from compare.errors import CompareError
from compare.records import Ballot, BallotState, Candidate, Comparison
from compare.review.votes import Choice, cast, is_of_earlier_version, undo, votable
from tests.review.conftest import Table

A, B = Choice("best", 0), Choice("best", 1)


def states(table: Table, comparison: Comparison) -> list[BallotState]:
    return [state for _, state in table.store.ballots(comparison.id)]


def winners(table: Table) -> list[tuple[str, str, float]]:
    """What counts: (model a, model b, score)."""
    names = {c.id: c.model_id for c in table.store.candidates().values()}
    return [(names[p.candidate_a], names[p.candidate_b], p.score) for p in table.store.preferences()]


class Rater:
    """Presses buttons, each press with a key of its own."""

    def __init__(self, table: Table, name: str = "Ann") -> None:
        self.table = table
        self.id = table.store.rater(name)
        self.n = 0

    def cast(self, comparison: Comparison, choice: Choice, key: str = "") -> Ballot:
        self.n += 1
        return cast(self.table.store, comparison, self.id, choice, key=key or f"{self.id}-{self.n}")


@pytest.fixture
def ann(table: Table) -> Rater:
    return Rater(table)


# --- what can be voted on --------------------------------------------------------------------------------------------


def test_only_complete_answers_can_be_voted_on(table: Table) -> None:
    comparison = table.compare("p", "q", "r", "s", status={1: "failed", 2: "stopped"})
    can = votable(table.store, comparison)
    assert set(can.answers) == {0, 3}
    assert can.incomplete == {1: "failed", 2: "stopped"}
    assert can.open
    only_one = table.compare("p", "q", status={1: "stopped"})
    assert not votable(table.store, only_one).open


def test_the_newest_version_is_what_is_voted_on(table: Table) -> None:
    comparison = table.regenerate(table.compare("p", "q"), 1, "newer")
    assert [a.id for a in votable(table.store, comparison).answers.values()] == ["1-0", "newer"]


def test_a_vote_needs_two_answers_and_one_that_is_there(table: Table, ann: Rater) -> None:
    for status in ("failed", "stopped"):
        with pytest.raises(CompareError, match="1 of 2 answers are complete; a vote needs at least 2"):
            ann.cast(table.compare("p", "q", status={1: status}), A)
        comparison = table.compare("p", "q", "r", status={1: status})
        for place in (1, 7, -1, None):
            with pytest.raises(CompareError, match="That answer is not complete or not there"):
                ann.cast(comparison, Choice("best", place))


@pytest.mark.parametrize("verdict", ["tie", "all_bad"])
def test_a_verdict_on_all_is_about_the_complete_answers(table: Table, ann: Rater, verdict: str) -> None:
    comparison = table.compare("p", "q", "r", status={1: "stopped"})
    ballot = ann.cast(comparison, Choice(verdict))  # type: ignore[arg-type]
    assert ballot.shown_order == ("1-0", "1-2")
    assert winners(table) == [("p", "r", 0.5)]


# --- casting ---------------------------------------------------------------------------------------------------------


def test_a_ballot_remembers_what_was_shown(table: Table, ann: Rater) -> None:
    ballot = ann.cast(table.compare("p", "q", "r", status={1: "failed"}), Choice("best", 2))
    assert (ballot.verdict, ballot.ranking, ballot.shown_order) == ("best", ("1-2",), ("1-0", "1-2"))
    assert (ballot.blind, ballot.speed_visible, ballot.rater_id) == (False, True, ann.id)
    assert winners(table) == [("r", "p", 1.0)]
    assert [p.workload for p in table.store.preferences()] == ["batch"]


@pytest.mark.parametrize("verdict", ["tie", "all_bad", "skip"])
def test_other_verdicts_name_no_winner(table: Table, ann: Rater, verdict: str) -> None:
    ballot = ann.cast(table.compare("p", "q"), Choice(verdict))  # type: ignore[arg-type]
    assert (ballot.verdict, ballot.ranking) == (verdict, ())
    assert winners(table) == ([] if verdict == "skip" else [("p", "q", 0.5)])


def test_the_same_press_delivered_twice_is_one_ballot(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q")
    assert ann.cast(comparison, A, key="k") == ann.cast(comparison, A, key="k")
    # Even where another vote came in between.
    ann.cast(comparison, B)
    assert ann.cast(comparison, A, key="k").ranking == ("1-0",)
    assert states(table, comparison) == ["undone", "counted"]
    assert winners(table) == [("q", "p", 1.0)]


def test_the_same_choice_twice_is_one_ballot(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q", blind=True)
    first = ann.cast(comparison, A)
    assert ann.cast(comparison, A) == first
    assert first.blind
    assert states(table, comparison) == ["counted"]
    tie = ann.cast(comparison, Choice("tie"))
    assert ann.cast(comparison, Choice("tie")) == tie
    assert states(table, comparison) == ["undone", "counted"]


def test_the_same_choice_on_other_answers_is_another_ballot(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q")
    first = ann.cast(comparison, Choice("tie"))
    second = ann.cast(table.regenerate(comparison, 1, "newer"), Choice("tie"))
    assert second.id != first.id
    assert second.shown_order == ("1-0", "newer")
    assert second.supersedes_id == first.id


def test_raters_do_not_replace_each_other(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q")
    ann.cast(comparison, A)
    Rater(table, "Bob").cast(comparison, A)
    assert states(table, comparison) == ["counted", "counted"]
    assert winners(table) == [("p", "q", 1.0)] * 2


def test_a_ballot_is_of_an_earlier_version_once_one_of_its_answers_was_asked_for_again(
    table: Table, ann: Rater
) -> None:
    comparison = table.compare("p", "q")
    ballot = ann.cast(comparison, A)
    assert not is_of_earlier_version(ballot, comparison)
    comparison = table.regenerate(comparison, 1, "newer")
    assert is_of_earlier_version(ballot, comparison)
    # It counts for what it was cast on.
    assert winners(table) == [("p", "q", 1.0)]


# --- changing and taking back ----------------------------------------------------------------------------------------


def test_a_change_supersedes_and_erases_nothing(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q")
    first = ann.cast(comparison, A)
    second = ann.cast(comparison, B)
    assert second.supersedes_id == first.id
    assert states(table, comparison) == ["undone", "counted"]
    assert winners(table) == [("q", "p", 1.0)]


def test_taking_back_restores_the_vote_before(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q")
    ann.cast(comparison, A)
    second = ann.cast(comparison, B)
    assert undo(table.store, comparison, ann.id) == second
    assert states(table, comparison) == ["counted", "undone"]
    assert winners(table) == [("p", "q", 1.0)]
    assert undo(table.store, comparison, ann.id) is not None
    assert winners(table) == []
    assert undo(table.store, comparison, ann.id) is None


def test_a_vote_that_was_taken_back_can_be_given_again(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q")
    first = ann.cast(comparison, A)
    undo(table.store, comparison, ann.id)
    again = ann.cast(comparison, A)
    assert again.id != first.id
    assert winners(table) == [("p", "q", 1.0)]


# --- blindness -------------------------------------------------------------------------------------------------------


def test_the_first_vote_on_a_blind_comparison_is_blind_and_every_later_one_is_open(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "q", blind=True)
    first = ann.cast(comparison, A)
    assert (first.blind, first.speed_visible) == (True, False)
    second = ann.cast(comparison, B)
    assert (second.blind, second.speed_visible) == (False, True)
    undo(table.store, comparison, ann.id)
    undo(table.store, comparison, ann.id)
    third = ann.cast(comparison, A)
    assert (third.blind, third.speed_visible) == (False, True)
    assert Rater(table, "Bob").cast(comparison, A).blind


def test_a_blind_vote_says_where_speed_could_be_told(table: Table, ann: Rater) -> None:
    again = table.regenerate(table.compare("p", "q", blind=True), 1, "newer")
    voted = ann.cast(again, A)
    assert (voted.blind, voted.speed_visible) == (True, True)
    stopped = ann.cast(table.compare("p", "q", "r", status={1: "stopped"}, blind=True), A)
    assert (stopped.blind, stopped.speed_visible) == (True, True)
    failed = ann.cast(table.compare("p", "q", "r", status={1: "failed"}, blind=True), A)
    assert (failed.blind, failed.speed_visible) == (True, False)


def test_a_vote_under_another_name_where_the_names_were_on_screen_is_open(table: Table) -> None:
    comparison = table.compare("p", "q", blind=True)
    bob = table.store.rater("Bob")
    ballot = cast(table.store, comparison, bob, A, key="k", names_seen=True)
    assert (ballot.blind, ballot.speed_visible) == (False, True)


def test_a_vote_on_what_continues_a_revealed_comparison_is_open(table: Table, ann: Rater) -> None:
    first = table.compare("p", "q", blind=True)
    second = table.compare("p", "q", blind=True, continues_id=first.id)
    third = table.compare("p", "q", blind=True, continues_id=second.id)
    assert ann.cast(first, A).blind
    assert not ann.cast(third, A).blind
    assert Rater(table, "Bob").cast(third, A).blind


def test_a_candidate_is_not_better_than_itself(table: Table, ann: Rater) -> None:
    comparison = table.compare("p", "p", "q")
    assert len({slot.candidate.id for slot in comparison.current}) == 2
    assert Candidate("p").id in table.store.candidates()
    ann.cast(comparison, A)
    assert winners(table) == [("p", "q", 1.0)]
