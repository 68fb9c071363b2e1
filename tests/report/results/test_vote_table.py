"""The table of votes keeps up with the store, and reads nothing twice."""

from __future__ import annotations

from dataclasses import replace

from compare.ratings.votes import Votes
from compare.records import Ballot
from compare.report.results.filters import Filters, Known, choose
from compare.report.results.vote_table import VoteReader, reader_of
from compare.report.votes import VoteKind, kinds, votes_of
from compare.review.rebuild import rebuild
from compare.review.votes import Choice, cast, undo
from tests.review.conftest import Table

ALL, OPEN, BLIND = Filters(), VoteKind(False, "fixed"), VoteKind(True, "fixed")


def vote(table: Table, rater: str, choice: Choice, *models: str, blind: bool = False) -> str:
    comparison = table.compare(*(models or ("p", "q", "r")), blind=blind)
    cast(table.store, comparison, table.store.rater(rater), choice, key=comparison.id)
    return comparison.id


def chosen_votes(table: Table, reader: VoteReader, filters: Filters = ALL) -> Votes:
    chosen = choose(reader, Known.read(table.store), filters)
    assert chosen is not None
    return chosen.votes


def rows(votes: Votes) -> list[tuple[object, ...]]:
    names = ("ballot_id", "rater", "thread_id", "n_messages", "workload", "history", "blind", "position_a")
    columns = [votes.model_a, votes.model_b, votes.winner, *(votes.column(name) for name in names)]
    return list(zip(*columns, strict=True))


def test_an_empty_store_has_no_choice(table: Table) -> None:
    assert choose(VoteReader(table.store), Known.read(table.store), Filters()) is None


def test_the_table_says_what_the_store_says_of_each_kind(table: Table) -> None:
    for n, choice in enumerate((Choice("best", 0), Choice("best", 2), Choice("tie"), Choice("all_bad"))):
        vote(table, f"Rater {n}", choice, blind=n % 2 == 0)
    reader, names = VoteReader(table.store), table.store.rater_names()
    for kind in (OPEN, BLIND):
        expected = votes_of(table.store, kind)
        by_name = [names[str(i)] for i in expected.column("rater")]
        expected = Votes(expected.model_a, expected.model_b, expected.winner, {**expected.columns, "rater": by_name})
        assert rows(chosen_votes(table, reader, Filters(kind=kind))) == rows(expected)
    chosen = choose(reader, Known.read(table.store), Filters())
    assert chosen is not None
    assert dict(chosen.kinds) == kinds(table.store)


def test_a_new_vote_an_undo_and_a_change_are_seen_without_reading_again(table: Table) -> None:
    first = vote(table, "Ann", Choice("best", 0))
    reader = reader_of(table.store)
    before = reader.table()
    assert reader_of(table.store).table() is before
    vote(table, "Ann", Choice("best", 1))
    assert len(chosen_votes(table, reader)) == 4
    comparison = table.store.comparison(first)
    assert comparison is not None
    undo(table.store, comparison, table.store.rater("Ann"))
    assert len(chosen_votes(table, reader)) == 2
    cast(table.store, comparison, table.store.rater("Ann"), Choice("best", 2), key="again")
    assert [str(a) for a in chosen_votes(table, reader).model_a] == ["q", "q", "r", "r"]
    assert reader.table().generation == 0


def test_rows_derived_anew_are_read_anew(table: Table) -> None:
    for n in range(3):
        vote(table, "Ann", Choice("best", n))
    reader = VoteReader(table.store)
    before = rows(chosen_votes(table, reader))
    rebuild(table.store)
    assert sorted(rows(chosen_votes(table, reader)), key=str) == sorted(before, key=str)
    assert reader.table().generation == 1


def test_a_ballot_that_was_read_before_it_had_rows_keeps_its_own_day_and_criterion(table: Table) -> None:
    vote(table, "Ann", Choice("best", 0), "p", "q")
    late = Ballot(
        id="late", idempotency_key="late", comparison_id=None, rater_id=table.store.rater("Ann"), verdict="best",
        blind=False, criterion="tone", source="imported", created_at="2026-01-05T10:00:00.000+00:00",
    )  # fmt: skip
    table.store.cast(late, [])
    reader = VoteReader(table.store)
    assert len(reader.table()) == 1
    vote(table, "Bob", Choice("best", 0), "p", "q")
    (known, *_) = table.store.preferences()
    table.store.replace_preferences({"late": [replace(known, ballot_id="late")]})
    after = reader.table()
    assert [after.column(name)[-1] for name in ("ballot_id", "day", "criterion")] == ["late", "2026-01-05", "tone"]
    assert after.column("criterion")[0] != "tone"
    assert after.generation == 0


def test_turn_and_length_are_there_where_they_are_asked_for(table: Table) -> None:
    comparison = table.compare("p", "q")
    cast(table.store, comparison, table.store.rater("Ann"), Choice("best", 1), key="k")
    reader = VoteReader(table.store)
    answers = reader.answers(reader.table())
    assert answers.turn.tolist() == [1]
    assert len(chosen_votes(table, reader, Filters(turn=1))) == 1
    assert len(chosen_votes(table, reader, Filters(turn=2))) == 0
    vote(table, "Bob", Choice("tie"), "p", "q")
    assert reader.answers(reader.table()).turn.tolist() == [1, 1]


def test_of_a_table_that_others_have_outrun_turn_and_length_are_those_of_its_own_rows(table: Table) -> None:
    vote(table, "Ann", Choice("best", 1), "p", "q")
    reader = VoteReader(table.store)
    before = reader.table()
    vote(table, "Bob", Choice("tie"), "p", "q")
    assert reader.answers(reader.table()).turn.tolist() == [1, 1]
    assert reader.answers(before).turn.tolist() == [1]


def test_of_a_table_whose_rows_were_taken_out_turn_and_length_are_not_known(table: Table) -> None:
    for rater in ("Ann", "Bob"):
        vote(table, rater, Choice("best", 1), "p", "q")
    reader = VoteReader(table.store)
    before = reader.table()
    table.store.replace_preferences({table.store.preferences()[0].ballot_id: []})
    assert reader.answers(before).turn.tolist() == [-1, -1]
    assert reader.answers(reader.table()).turn.tolist() == [1]
    assert reader.answers(before).turn.tolist() == [-1, -1]
