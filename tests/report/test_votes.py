"""Which stored votes are looked at: those given under the same conditions."""

from __future__ import annotations

from compare.records import Candidate, History
from compare.report.votes import CLUSTER, VoteKind, kinds, leaderboard, votes_of
from compare.review.votes import Choice, cast, undo
from compare.store import Store
from tests.review.conftest import Table


def vote(table: Table, rater: str, choice: Choice, *, blind: bool = False, history: History = "fixed") -> str:
    comparison = table.compare("p", "q", "r", blind=blind, history=history)
    cast(table.store, comparison, table.store.rater(rater), choice, key=comparison.id)
    return comparison.id


def test_an_empty_database_has_no_kind_of_votes(store: Store) -> None:
    assert kinds(store) == {}


def test_kinds_are_counted_in_ballots_and_never_mixed(table: Table) -> None:
    vote(table, "Ann", Choice("best", 0), blind=True)
    vote(table, "Bob", Choice("best", 1), blind=True)
    vote(table, "Ann", Choice("best", 2))
    vote(table, "Ann", Choice("skip"))
    assert kinds(table.store) == {VoteKind(True, "fixed"): 2, VoteKind(False, "fixed"): 2}
    blind = votes_of(table.store, VoteKind(True, "fixed"))
    # Two ballots over three answers are two rows each.
    assert list(zip(blind.model_a, blind.model_b, blind.winner, strict=True)) == [
        ("p", "q", "model_a"), ("p", "r", "model_a"), ("q", "p", "model_a"), ("q", "r", "model_a"),
    ]  # fmt: skip
    assert len(votes_of(table.store, VoteKind(False, "fixed"))) == 2
    assert len(votes_of(table.store, VoteKind(False, "own"))) == 0


def test_a_vote_that_was_taken_back_is_not_looked_at(table: Table) -> None:
    comparison_id = vote(table, "Ann", Choice("best", 0))
    comparison = table.store.comparison(comparison_id)
    assert comparison is not None
    undo(table.store, comparison, table.store.rater("Ann"))
    assert kinds(table.store) == {}


def test_kinds_have_names_in_words() -> None:
    assert VoteKind(True, "fixed").name == "blind, thread as given"
    assert VoteKind(False, "own").name == "names shown, own answers"
    assert VoteKind(False, "handover").name == "names shown, handover"


def test_the_leaderboard_takes_one_ballot_as_one_cluster(table: Table) -> None:
    for n in range(12):
        vote(table, f"Rater {n}", Choice("best", 0 if n % 3 else 1))
    board = leaderboard(votes_of(table.store, VoteKind(False, "fixed")))
    assert [row.model for row in board.models] == ["p", "q", "r"]
    assert board.method["cluster"] == list(CLUSTER)
    assert board.method["n_clusters"] == [12]


def test_candidates_go_by_the_names_of_a_votes_file(table: Table) -> None:
    vote(table, "Ann", Choice("tie"))
    assert Candidate("p").id in table.store.candidates()
    votes = votes_of(table.store, VoteKind(False, "fixed"))
    assert set(votes.model_a) | set(votes.model_b) == {"p", "q", "r"}
