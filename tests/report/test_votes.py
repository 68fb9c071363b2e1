"""Which stored votes are looked at: those given under the same conditions."""

from __future__ import annotations

from compare.ratings.votes import Votes
from compare.records import Candidate, History
from compare.report.votes import (
    CLUSTER,
    VoteKind,
    board_problems,
    kinds,
    leaderboard,
    n_of_earlier_versions,
    note,
    tally,
    votes_of,
)
from compare.review.votes import Choice, cast, undo
from compare.store import Store
from tests.review.conftest import Table
from tests.review.study_scene import StudyScene

OPEN = VoteKind(False, "fixed")


def vote(table: Table, rater: str, choice: Choice, *, blind: bool = False, history: History = "fixed") -> str:
    comparison = table.compare("p", "q", "r", blind=blind, history=history)
    cast(table.store, comparison, table.store.rater(rater), choice, key=comparison.id)
    return comparison.id


def test_an_empty_database_has_no_kind_of_votes(store: Store) -> None:
    assert kinds(store) == {}


def test_a_vote_is_a_ballot_and_a_pair_is_what_follows_from_it(table: Table) -> None:
    for choice in (Choice("best", 0), Choice("best", 0), Choice("tie"), Choice("all_bad")):
        vote(table, "Ann", choice)
    found = tally(votes_of(table.store, OPEN))
    assert found.sentence == "7 pairs from 4 votes, 1 of them all bad"
    assert (found.n_votes, found.n_all_bad, found.n_pairs) == (4, 1, 2 + 2 + 3)
    assert found.votes_each == {"p": 3, "q": 3, "r": 3}
    assert found.all_bad_each == {"p": 1, "q": 1, "r": 1}
    # The switch between kinds, the board and the tally say the same number of votes and pairs.
    assert kinds(table.store) == {OPEN: found.n_votes}
    assert leaderboard(votes_of(table.store, OPEN)).method["n_votes"] == found.n_pairs


def test_ballots_that_check_raters_are_no_votes_anywhere(store: Store) -> None:
    scene = StudyScene(store)
    study = scene.study(10, scene.check("training"), scene.check("gold"), overlap=1, swap_share=0.2, gold_every=2)
    assert len(scene.rate_all(study, "Ann")) == 10 + 1 + 1 + 2
    (kind, n), *others = kinds(store).items()
    assert others == []
    assert n == tally(votes_of(store, kind)).n_votes == 10


def test_no_votes_are_no_votes() -> None:
    assert tally(Votes([], [], [])).sentence == "0 pairs from 0 votes"


def test_a_vote_on_an_answer_that_was_asked_for_again_is_counted_and_told(table: Table) -> None:
    comparison = table.compare("p", "q", "r")
    cast(table.store, comparison, table.store.rater("Ann"), Choice("best", 0), key="k")
    vote(table, "Ann", Choice("best", 1))
    assert n_of_earlier_versions(table.store, OPEN) == 0
    table.regenerate(comparison, 2, "newer")
    assert n_of_earlier_versions(table.store, OPEN) == 1
    assert n_of_earlier_versions(table.store, VoteKind(True, "fixed")) == 0
    assert kinds(table.store) == {OPEN: 2}


def test_who_lost_every_pair_has_a_rating_and_a_rank_by_a_prior_that_is_named(table: Table) -> None:
    for n in range(12):
        vote(table, f"Rater {n}", Choice("best", 0 if n % 3 else 1))
    board = leaderboard(votes_of(table.store, OPEN), by="bucket")
    last = board.models[-1]
    assert (last.model, last.wins, last.losses) == ("r", 0, 12)
    assert last.rating is not None
    assert last.rank == 2
    assert note(last) == "lost every pair (12)"
    assert board.method["prior"] == board.groups["1-8"].method["prior"] == 0.5


def test_where_all_have_won_and_lost_there_is_no_prior(table: Table) -> None:
    for n in range(12):
        vote(table, f"Rater {n}", Choice("best", n % 3))
    assert leaderboard(votes_of(table.store, OPEN)).method["prior"] == 0.0


def test_what_is_said_beside_a_candidate_is_not_said_again_below(table: Table) -> None:
    for n in range(4):
        vote(table, f"Rater {n}", Choice("best", n % 2))
    board = leaderboard(votes_of(table.store, OPEN))
    assert [note(model) for model in board.models] == [
        "fewer than 10 pairs: too few to trust", "fewer than 10 pairs: too few to trust", "lost every pair (4)",
    ]  # fmt: skip
    assert board_problems(board) == []


def test_kinds_are_counted_in_ballots_and_never_mixed(table: Table) -> None:
    vote(table, "Ann", Choice("best", 0), blind=True)
    vote(table, "Bob", Choice("best", 1), blind=True)
    vote(table, "Ann", Choice("best", 2))
    vote(table, "Ann", Choice("skip"))
    # Who skips has not voted.
    assert kinds(table.store) == {VoteKind(True, "fixed"): 2, VoteKind(False, "fixed"): 1}
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
