"""A new process takes most votes from parts that another kept, and has what the database says, whatever was done."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from compare.records import Ballot, Candidate, Preference
from compare.report.results.vote_table import VoteReader, VoteTable
from compare.store import Store, open_store
from compare.store.vote_rows import VoteReading
from tests.review.conftest import Table

EXPECTED = """
SELECT p.ballot_id, p.candidate_a, p.candidate_b,
    CASE WHEN p.verdict = 'all_bad' THEN 'both_bad' WHEN p.score = 1 THEN 'model_a' WHEN p.score = 0 THEN 'model_b'
        ELSE 'tie' END,
    CASE WHEN p.pos_a < p.pos_b THEN 'left' WHEN p.pos_a > p.pos_b THEN 'right' END,
    p.n_messages, p.workload, p.history, p.blind, p.rater_id, p.thread_id, p.comparison_id, b.criterion, b.source,
    substr(b.created_at, 1, 10), p.counted
FROM preferences p JOIN ballots b ON b.id = p.ballot_id ORDER BY p.rowid
"""
COLUMNS = (
    "ballot_id", "candidate_a", "candidate_b", "winner", "position_a", "n_messages", "workload", "history", "blind",
    "rater_id", "thread_id", "comparison_id", "criterion", "source", "day",
)  # fmt: skip


def rows(table: VoteTable) -> list[tuple[object, ...]]:
    return list(zip(*(table.column(name) for name in COLUMNS), table.counted.tolist(), strict=True))


def expected(store: Store) -> list[tuple[object, ...]]:
    with store._database.reading() as connection:
        return [tuple(row) for row in connection.execute(EXPECTED)]


def n_parts(store: Store) -> int:
    with store._database.reading() as connection:
        return int(connection.execute("SELECT count(*) FROM vote_parts").fetchone()[0])


@dataclass
class Votes:
    """Casts made-up votes and does to them what can be done."""

    table: Table
    random: random.Random
    cast: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    comparisons: list[str | None] = field(default_factory=lambda: [None])

    @property
    def store(self) -> Store:
        return self.table.store

    def vote(self, n_pairs: int = 1, supersedes_id: str | None = None) -> tuple[Ballot, list[Preference]]:
        draw, number = self.random, len(self.cast)
        if draw.random() < 0.3:
            self.comparisons.append(self.table.compare("p", "q").id)
        comparison_id = draw.choice(self.comparisons)
        if not self.candidates or draw.random() < 0.1:
            self.candidates.append(self.store.save_candidate(Candidate(f"model-{len(self.candidates)}")))
        rater = self.store.rater(f"Rater {draw.randrange(4)}")
        if supersedes_id is not None:
            earlier = next(ballot for ballot, _ in self.store.iter_ballots() if ballot.id == supersedes_id)
            rater, comparison_id = earlier.rater_id, earlier.comparison_id
        verdict = draw.choice(["best", "tie", "all_bad"]) if n_pairs else "skip"
        ballot = Ballot(
            id=f"ballot {number}", idempotency_key=f"{number}", comparison_id=comparison_id, rater_id=rater,
            verdict=verdict,  # type: ignore[arg-type]
            blind=draw.random() < 0.5, criterion=draw.choice(["fidelity", "tone"]), supersedes_id=supersedes_id,
            source=draw.choice(["imported", "playground"]),
            created_at=draw.choice(["", f"2026-11-{number % 28 + 1:02}T10:00:00.000+00:00"]) or "2026-12-01T00:00:00",
        )  # fmt: skip
        self.cast.append(ballot.id)
        return ballot, [self.pair(ballot) for _ in range(n_pairs)]

    def pair(self, ballot: Ballot) -> Preference:
        draw = self.random
        sides = draw.choice([(0, 1), (1, 0), (0, 0)])
        return Preference(
            ballot_id=ballot.id, candidate_a=draw.choice(self.candidates), candidate_b=draw.choice(self.candidates),
            score=draw.choice([0.0, 1.0]) if ballot.verdict == "best" else 0.5, verdict=ballot.verdict, pos_a=sides[0],
            pos_b=sides[1], n_messages=draw.choice([1, 8, 300]), workload=draw.choice(["interactive", "batch"]),
            history=draw.choice(["own", "fixed"]), blind=ballot.blind, rater_id=ballot.rater_id,
            thread_id=f"thread {draw.randrange(9)}",
        )  # fmt: skip

    def some(self) -> str:
        return self.random.choice(self.cast)

    def one_more(self) -> None:
        self.store.cast(*self.vote(self.random.choice([0, 1, 1, 1, 3])))

    def many(self) -> None:
        self.store.cast_all([self.vote(self.random.choice([0, 1, 2])) for _ in range(self.random.choice([4, 9]))])

    def change(self) -> None:
        self.store.cast(*self.vote(supersedes_id=self.some()))

    def undo(self) -> None:
        self.store.undo(self.some(), "Ann")

    def set_aside(self) -> None:
        self.store.set_aside(self.some(), "Ann", "leaked")

    def derive_anew(self) -> None:
        these = {ballot.id: ballot for ballot, _ in self.store.iter_ballots() if self.random.random() < 0.2}
        self.store.replace_preferences({i: [self.pair(b)] * (b.verdict != "skip") for i, b in these.items()})

    def take_out_the_newest(self) -> None:
        self.store.replace_preferences({self.cast[-1]: []})

    def delete_by_hand(self) -> None:
        with self.store._database.writing() as connection:
            connection.execute("DELETE FROM preferences WHERE ballot_id = ?", (self.some(),))

    def correct_by_hand(self) -> None:
        with self.store._database.writing() as connection:
            connection.execute("UPDATE preferences SET workload = 'archive' WHERE ballot_id = ?", (self.some(),))

    def empty_what_is_kept(self) -> None:
        with self.store._database.writing() as connection:
            connection.execute("DELETE FROM vote_parts")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.report.results.vote_table._IN_A_PART", 5)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("seed", range(3))
def test_readers_old_and_new_have_what_the_database_says_whatever_is_done(table: Table, seed: int) -> None:
    votes = Votes(table, random.Random(seed))
    store = table.store
    often = [votes.one_more] * 6 + [votes.many] * 3 + [votes.undo, votes.change, votes.set_aside]
    seldom = [votes.derive_anew, votes.take_out_the_newest, votes.delete_by_hand, votes.correct_by_hand,
              votes.empty_what_is_kept]  # fmt: skip
    other = open_store(store._database.path)
    readers = [VoteReader(store), VoteReader(other)]
    votes.many()
    seen = 0
    for _ in range(45):
        votes.random.choice(often * 3 + seldom)()
        for reader in (*votes.random.sample(readers, votes.random.randrange(3)), VoteReader(other)):
            assert rows(reader.table()) == expected(store)
        seen = max(seen, n_parts(store))
    other.close()
    assert seen > 4


def read_by_row(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many rows and ballots are read one by one from here on."""
    read = {"rows": 0, "ballots": 0}

    def counting(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def counted(self: VoteReading, after: int) -> Any:
            for batch in method(self, after):
                read[name] += len(batch.row)
                yield batch

        return counted

    monkeypatch.setattr(VoteReading, "rows_after", counting("rows", VoteReading.rows_after))
    monkeypatch.setattr(VoteReading, "ballots_after", counting("ballots", VoteReading.ballots_after))
    return read


@pytest.mark.usefixtures("small_parts")
def test_a_new_process_reads_only_what_makes_no_whole_part_by_row(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes = Votes(table, random.Random(1))
    store = table.store
    store.cast_all([votes.vote() for _ in range(23)])
    first = VoteReader(store)
    first.table()
    assert n_parts(store) == 4
    read = read_by_row(monkeypatch)
    assert rows(VoteReader(store).table()) == rows(first.table())
    assert read == {"rows": 3, "ballots": 3}
    store.undo(votes.cast[0], "Ann")
    store.cast_all([votes.vote() for _ in range(3)])
    assert rows(VoteReader(store).table()) == expected(store)
    assert read == {"rows": 9, "ballots": 9}
    assert n_parts(store) == 5
    assert rows(first.table()) == expected(store)
    assert read == {"rows": 12, "ballots": 12}


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(("n_pairs", "rest"), [(0, {"rows": 0, "ballots": 2}), (3, {"rows": 1, "ballots": 0})])
def test_the_last_part_may_hold_only_ballots_or_only_rows(
    table: Table, monkeypatch: pytest.MonkeyPatch, n_pairs: int, rest: dict[str, int]
) -> None:
    votes = Votes(table, random.Random(1))
    store = table.store
    store.cast_all([votes.vote() for _ in range(10)])
    store.cast_all([votes.vote(n_pairs) for _ in range(12 if n_pairs == 0 else 2)])
    VoteReader(store).table()
    read = read_by_row(monkeypatch)
    assert rows(VoteReader(store).table()) == expected(store)
    assert read == rest


@pytest.mark.usefixtures("small_parts")
def test_after_rows_were_taken_out_everything_is_read_and_kept_anew(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes = Votes(table, random.Random(1))
    store = table.store
    store.cast_all([votes.vote() for _ in range(20)])
    VoteReader(store).table()
    store.replace_preferences({votes.cast[3]: []})
    read = read_by_row(monkeypatch)
    assert len(VoteReader(store).table()) == 19
    assert read == {"rows": 19, "ballots": 20}
    assert rows(VoteReader(store).table()) == expected(store)
    assert read == {"rows": 19, "ballots": 20}, "the last part is of the last four rows and five ballots"


@pytest.mark.usefixtures("small_parts")
def test_parts_of_a_database_whose_rows_were_numbered_anew_are_replaced(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a copy made with SQLite's .dump, which keeps all rows and not their numbers."""
    votes = Votes(table, random.Random(1))
    store = table.store
    store.cast_all([votes.vote() for _ in range(12)])
    for ballot_id in votes.cast[2:4]:
        ballot = next(b for b, _ in store.iter_ballots() if b.id == ballot_id)
        store.replace_preferences({ballot_id: [votes.pair(ballot)]})
    VoteReader(store).table()
    with store._database.writing() as connection:
        removed = connection.execute("SELECT n FROM preferences_removed").fetchone()[0]
        connection.execute("CREATE TEMP TABLE kept AS SELECT * FROM preferences ORDER BY rowid")
        connection.execute("DELETE FROM preferences")
        connection.execute("INSERT INTO preferences SELECT * FROM kept ORDER BY rowid")
        connection.execute("UPDATE preferences_removed SET n = ?", (removed,))
    store.cast_all([votes.vote() for _ in range(3)])
    assert rows(VoteReader(store).table()) == expected(store)
    read = read_by_row(monkeypatch)
    for ballot_id in votes.cast[5:12]:
        store.undo(ballot_id, "Ann")
        assert rows(VoteReader(store).table()) == expected(store)
    assert read == {"rows": 0, "ballots": 0}


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    "damage",
    [
        "SET columns_json = substr(columns_json, 1, 40)",
        "SET columns_json = ''",
        "SET columns_json = replace(columns_json, 'Rater 1', 'Rater 2')",
        "SET codes = x''",
        "SET codes = CAST(zeroblob(length(codes)) AS BLOB)",
        "SET part = part + 9",
        "SET n_rows = n_rows + 1",
    ],
)
def test_damaged_parts_are_not_used_and_written_anew(
    table: Table, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    votes = Votes(table, random.Random(1))
    store = table.store
    store.cast_all([votes.vote() for _ in range(17)])
    VoteReader(store).table()
    for part in range(3):
        with store._database.writing() as connection:
            connection.execute(f"UPDATE vote_parts {damage} WHERE part = {part}")
        for _ in range(2):
            assert rows(VoteReader(store).table()) == expected(store)
    read = read_by_row(monkeypatch)
    assert rows(VoteReader(store).table()) == expected(store)
    assert read == {"rows": 2, "ballots": 2}


@pytest.mark.usefixtures("small_parts")
def test_a_lost_part_that_holds_only_ballots_is_missed(table: Table) -> None:
    votes = Votes(table, random.Random(1))
    store = table.store
    store.cast_all([votes.vote() for _ in range(5)])
    store.cast_all([votes.vote(0) for _ in range(5)])
    store.cast_all([votes.vote() for _ in range(5)])
    reader = VoteReader(store)
    reader.table()
    assert n_parts(store) == 3
    with store._database.writing() as connection:
        connection.execute("DELETE FROM vote_parts WHERE n_rows = 0")
    assert rows(VoteReader(store).table()) == expected(store)


@pytest.mark.usefixtures("small_parts")
def test_processes_that_read_and_keep_while_votes_come_in_end_with_the_same(table: Table) -> None:
    votes = Votes(table, random.Random(1))
    store = table.store
    store.cast_all([votes.vote() for _ in range(40)])
    done = threading.Event()
    failures: list[BaseException] = []

    def read_on() -> None:
        with closing(open_store(store._database.path)) as own:
            reader = VoteReader(own)
            try:
                while not done.is_set():
                    for table in (reader.table(), VoteReader(own).table()):
                        assert len(set(rows(table))) == len({row[0] for row in rows(table)})
                assert rows(VoteReader(own).table()) == rows(reader.table()) == expected(own)
            except BaseException as exc:  # whatever goes wrong in a thread must be seen by the test
                failures.append(exc)

    readers = [threading.Thread(target=read_on) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in range(60):
        store.cast(*votes.vote())
        if n % 20 == 10:
            (known, *_) = store.preferences()
            store.replace_preferences({known.ballot_id: [replace(known, workload="archive")]})
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
