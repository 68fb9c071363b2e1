"""Votes are read once, and afterwards only what is new: the statements are counted, not the seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from compare.records import Ballot, Candidate, Preference
from compare.store import Store
from compare.store import database as database_module


def imported(n: int, *, rater: str, candidates: tuple[str, str], verdict: str = "best") -> tuple[Ballot, list[Any]]:
    ballot = Ballot(
        id=f"ballot-{n}", idempotency_key=f"key-{n}", comparison_id=None, rater_id=rater, verdict=verdict,  # type: ignore[arg-type]
        blind=True, source="imported", created_at=f"2026-11-{n % 28 + 1:02}T10:00:00.000+00:00",
    )  # fmt: skip
    row = Preference(
        ballot_id=ballot.id, candidate_a=candidates[0], candidate_b=candidates[1],
        score=1.0 if verdict == "best" else 0.5, verdict=ballot.verdict, pos_a=0, pos_b=1, n_messages=n % 20 + 1,
        workload="interactive", history="fixed", blind=True, rater_id=rater, thread_id=f"thread-{n % 7}",
    )  # fmt: skip
    return ballot, [row]


@pytest.fixture
def two(store: Store) -> tuple[str, tuple[str, str]]:
    first, second = (store.save_candidate(Candidate(name)) for name in ("p", "q"))
    return store.rater("Ann"), (first, second)


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that connections opened from here on run."""
    seen: list[str] = []
    open_connection = database_module.open_connection

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = open_connection(*arguments, **options)
        connection.set_trace_callback(lambda text: None if text.startswith("PRAGMA") else seen.append(text))
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database_module, "open_connection", traced)
        yield seen


def test_the_version_moves_with_every_vote_and_every_undo(store: Store, two: tuple[str, tuple[str, str]]) -> None:
    rater, candidates = two
    empty = store.vote_version()
    store.cast(*imported(1, rater=rater, candidates=candidates))
    one = store.vote_version()
    store.undo("ballot-1", rater)
    assert len({empty, one, store.vote_version()}) == 3


def test_only_rows_behind_the_known_ones_are_read(store: Store, two: tuple[str, tuple[str, str]]) -> None:
    rater, candidates = two
    store.cast_all([imported(n, rater=rater, candidates=candidates) for n in range(9)])
    with store.reading_votes() as reading:
        (everything,) = reading.rows_after(0)
        (rest,) = reading.rows_after(everything.row[6])
        assert len(everything.row) == 9
        assert list(rest.ballot_id) == ["ballot-7", "ballot-8"]
        assert reading.n_rows() == 9


def test_only_ballots_behind_the_known_ones_are_read(store: Store, two: tuple[str, tuple[str, str]]) -> None:
    rater, candidates = two
    store.cast_all([imported(n, rater=rater, candidates=candidates) for n in range(3)])
    with store.reading_votes() as reading:
        (everything,) = reading.ballots_after(0)
        (rest,) = reading.ballots_after(everything.row[1])
    assert (rest.ballot_id, rest.day) == (["ballot-2"], ["2026-11-03"])
    assert (rest.criterion, rest.source) == (["fidelity"], ["imported"])


def test_reading_all_votes_takes_as_many_statements_as_reading_few(
    store: Store, two: tuple[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rater, candidates = two
    counts = []
    for start, end in ((0, 5), (5, 400)):
        store.cast_all([imported(n, rater=rater, candidates=candidates) for n in range(start, end)])
        with statements(monkeypatch) as seen, store.reading_votes() as reading:
            assert sum(len(batch.row) for batch in reading.rows_after(0)) == end
            assert sum(len(batch.row) for batch in reading.ballots_after(0)) == end
        counts.append(len([text for text in seen if text.lstrip().startswith("SELECT")]))
    assert counts == [2, 2]


def test_many_batches_hold_every_row_once_in_order_with_what_it_says(
    store: Store, two: tuple[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rater, (p, q) = two
    verdicts = ("best", "tie", "all_bad")
    votes = [imported(n, rater=rater, candidates=(p, q), verdict=verdicts[n % 3]) for n in range(20)]
    for n, (_, pairs) in enumerate(votes):
        pairs[0] = replace(pairs[0], pos_a=n % 4 // 2, pos_b=n % 2, thread_id='no "plain", text\x1f\x00\n')
    store.cast_all(votes)
    for n in (4, 5):  # gaps at the start of a batch and in one
        row = next(each for each in store.preferences() if each.ballot_id == f"ballot-{n}")
        store.replace_preferences({f"ballot-{n}": [row]})
    monkeypatch.setattr("compare.store.vote_rows._AT_ONCE", 5)
    with store.reading_votes() as reading:
        batches = list(reading.rows_after(0))
        ballots = [ballot_id for batch in reading.ballots_after(0) for ballot_id in batch.ballot_id]
    assert [len(batch.row) for batch in batches] == [5, 5, 5, 5]
    assert ballots == [f"ballot-{n}" for n in range(20)]
    expected = [
        (
            row.ballot_id, row.candidate_a, row.candidate_b, 2 * row.score, row.verdict == "all_bad",
            0 if row.pos_a < row.pos_b else 1 if row.pos_a > row.pos_b else 2, row.n_messages, row.workload,
            row.history, row.blind, row.rater_id, row.thread_id, None,
        )
        for row in store.preferences()
    ]  # fmt: skip
    assert [row[1:] for batch in batches for row in zip(*batch, strict=True)] == expected


def test_rows_that_are_derived_anew_come_behind_all_others_and_the_old_ones_are_told(
    store: Store, two: tuple[str, tuple[str, str]]
) -> None:
    rater, candidates = two
    store.cast_all([imported(n, rater=rater, candidates=candidates) for n in range(3)])
    before = store.vote_version()
    for removed, ballot_id in enumerate(("ballot-0", "ballot-1"), start=1):
        row = next(each for each in store.preferences() if each.ballot_id == ballot_id)
        store.replace_preferences({ballot_id: [row]})
        assert store.vote_version() == before._replace(row=before.row + removed, removed=removed)


def test_the_newest_row_taken_out_and_its_number_given_again_is_another_version(
    store: Store, two: tuple[str, tuple[str, str]]
) -> None:
    rater, candidates = two
    store.cast_all([imported(n, rater=rater, candidates=candidates) for n in range(3)])
    before = store.vote_version()
    store.replace_preferences({"ballot-2": []})
    store.cast(*imported(3, rater=rater, candidates=candidates))
    after = store.vote_version()
    assert (after.row, after.removed) == (before.row, before.removed + 1)


def test_a_row_written_over_by_hand_is_another_version_but_not_one_that_stops_counting(
    store: Store, two: tuple[str, tuple[str, str]]
) -> None:
    rater, candidates = two
    store.cast_all([imported(n, rater=rater, candidates=candidates) for n in range(3)])
    store.undo("ballot-1", rater)
    assert store.vote_version().removed == 0
    with store._database.writing() as connection:
        connection.execute("UPDATE preferences SET workload = 'batch' WHERE ballot_id = 'ballot-2'")
    assert store.vote_version().removed == 1


def test_rows_that_do_not_count_are_found_by_themselves(store: Store, two: tuple[str, tuple[str, str]]) -> None:
    rater, candidates = two
    store.cast_all([imported(n, rater=rater, candidates=candidates) for n in range(6)])
    store.undo("ballot-1", rater)
    store.set_aside("ballot-4", rater, "leaked")
    with store.reading_votes() as reading:
        (everything,) = reading.rows_after(0)
        assert [list(each) for each in reading.not_counted()] == [[everything.row[1], everything.row[4]]]
    with store._database.reading() as connection:
        (plan,) = connection.execute("EXPLAIN QUERY PLAN SELECT rowid FROM preferences WHERE counted = 0").fetchall()
    assert "COVERING INDEX preferences_not_counted" in plan["detail"]


def test_what_an_imported_vote_does_not_say_is_not_known(store: Store, two: tuple[str, tuple[str, str]]) -> None:
    rater, candidates = two
    store.cast(*imported(1, rater=rater, candidates=candidates))
    with store.reading_votes() as reading:
        (answers,) = reading.answers_after(0)
    assert (answers.turn[0], answers.length_a[0], answers.length_b[0]) == (None, None, None)
