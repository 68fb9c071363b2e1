"""Every pairwise row with what votes are sliced by, read once and then only what came since.

Rows are never changed but for whether they count, so whoever keeps them asks for those behind the last one known, and
for those that do not count, which an index of their own gives. Where rows are derived anew (`replace_preferences`), the
known ones are taken out, which is counted: then everything is to be read again. What one process has read, the next
finds in parts (`vote_parts.py`).

SQLite writes each column of a batch as one JSON array, outside Python's lock and a third of the work of making a tuple
for every row. Rows and ballots are read side by side instead of joined: looking two hundred thousand ballots up one by
one took as long as all the rest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson

from compare.store.part import Part
from compare.store.vote_parts import PartsKept, VotePart, select_parts_kept, select_vote_parts

_AT_ONCE = 4000
"""Rows at a time: while one column of a batch is taken apart, other threads of the process wait, half a millisecond."""
_ANSWERS_AT_ONCE = 500
"""The same for what is read row by row."""


class VoteVersion(NamedTuple):
    """How far the votes have been read: equal versions are equal votes."""

    row: int
    """Of the newest pairwise row."""
    status: int
    """Of the newest change of a ballot's state."""
    removed: int = 0
    """How many rows were ever taken out: while it stands, the known ones hold."""


class VoteRowColumns(NamedTuple):
    """Some rows by column; all are of equal length."""

    row: Sequence[int]
    ballot_id: Sequence[str]
    candidate_a: Sequence[str]
    candidate_b: Sequence[str]
    half_votes_a: Sequence[int]
    """Twice the score: 2 for a, 1 a tie, 0 for b; whole numbers are written and read faster."""
    all_bad: Sequence[int]
    side_a: Sequence[int]
    """0 left of b, 1 right of it, 2 where it is not known."""
    n_messages: Sequence[int]
    workload: Sequence[str]
    history: Sequence[str]
    blind: Sequence[int]
    rater_id: Sequence[str]
    thread_id: Sequence[str]
    comparison_id: Sequence[str | None]


class BallotColumns(NamedTuple):
    """Some ballots by column, those without pairwise rows too; all are of equal length."""

    row: Sequence[int]
    ballot_id: Sequence[str]
    criterion: Sequence[str]
    source: Sequence[str]
    day: Sequence[str]
    """UTC: "2026-11-23"; empty where an imported vote does not say."""


class AnswerColumns(NamedTuple):
    """What the answers of some rows were, by column."""

    row: Sequence[int]
    turn: Sequence[int | None]
    """None for imported votes, which name no answers."""
    length_a: Sequence[int | None]
    """Tokens of a's answer by the local count, else as reported."""
    length_b: Sequence[int | None]


class VoteReading:
    """One unchanging view of the votes, for reading them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def version(self) -> VoteVersion:
        """How far one can read here."""
        return _version(self._connection)

    def n_rows(self) -> int:
        """How many rows there are, whether they count or not."""
        return int(self._connection.execute("SELECT count(*) FROM preferences").fetchone()[0])

    def parts_kept(self, form: int) -> PartsKept:
        """How far the parts reach."""
        return select_parts_kept(self._connection, form)

    def parts(self, form: int) -> Iterator[VotePart]:
        """The first rows and ballots by column, as some process kept them."""
        return select_vote_parts(self._connection, form)

    def rows_after(self, row: int) -> Iterator[VoteRowColumns]:
        """All rows behind this one, in batches, those that do not count too."""
        for columns in self._columns(_ROWS, row):
            yield VoteRowColumns(*columns)

    def ballots_after(self, row: int) -> Iterator[BallotColumns]:
        """All ballots behind this one, in batches."""
        for columns in self._columns(_BALLOTS, row):
            yield BallotColumns(*columns)

    def answers_after(self, row: int) -> Iterator[AnswerColumns]:
        """What was compared in the rows behind this one, in batches."""
        cursor = self._connection.execute(_ANSWERS, (row,))
        cursor.row_factory = None
        while batch := cursor.fetchmany(_ANSWERS_AT_ONCE):
            yield AnswerColumns(*zip(*batch, strict=True))

    def not_counted(self) -> Iterator[Sequence[int]]:
        """The rows that do not count, in batches, each in rising order."""
        cursor = self._connection.execute("SELECT rowid FROM preferences WHERE counted = 0 ORDER BY rowid")
        cursor.row_factory = None
        while batch := cursor.fetchmany(_AT_ONCE):
            yield [row for (row,) in batch]

    def _columns(self, statement: str, row: int) -> Iterator[list[list[Any]]]:
        n = _AT_ONCE
        while n == _AT_ONCE:
            arrays = self._connection.execute(statement, {"after": row, "n": _AT_ONCE}).fetchone()
            columns = [orjson.loads(array) for array in arrays]
            n = len(columns[0])
            if n:
                yield columns
                row = columns[0][-1]


class VoteRows(Part):
    """The store's part for reading votes by column."""

    def vote_version(self) -> VoteVersion:
        """Changes with every vote, undone vote and rebuilt row; costs the same however many there are."""
        with self._database.reading() as connection:
            return _version(connection)

    def answers_version(self) -> int:
        """Changes with every answer that is stored; costs the same however many there are."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT max(rowid) FROM answers").fetchone()[0] or 0)

    @contextmanager
    def reading_votes(self) -> Iterator[VoteReading]:
        """The votes as of this moment."""
        with self._database.snapshot() as connection:
            yield VoteReading(connection)

    def thread_tags(self) -> dict[str, list[str]]:
        """The threads of every tag, by tag."""
        found: dict[str, list[str]] = {}
        with self._database.reading() as connection:
            for tag, thread_id in connection.execute("SELECT tag, thread_id FROM thread_tags ORDER BY tag"):
                found.setdefault(tag, []).append(thread_id)
        return found

    def study_comparisons(self) -> dict[str, str]:
        """The study of every comparison that is an item of one."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT comparison_id, study_id FROM study_items").fetchall()
        return {row["comparison_id"]: row["study_id"] for row in rows}

    def rater_roles(self) -> dict[str, str]:
        """Every rater's role by id."""
        with self._database.reading() as connection:
            return {row["id"]: row["role"] for row in connection.execute("SELECT id, role FROM raters")}


def _version(connection: sqlite3.Connection) -> VoteVersion:
    row, status, removed = connection.execute(
        "SELECT (SELECT max(rowid) FROM preferences), (SELECT max(id) FROM ballot_status), "
        "(SELECT n FROM preferences_removed)"
    ).fetchone()
    return VoteVersion(row or 0, status or 0, removed)


def _arrays(table: str, expressions: Sequence[str]) -> str:
    """The statement for the next n rows behind one, by column; without an index they come in their order."""
    arrays = ", ".join(f"json_group_array({expression})" for expression in ("rowid", *expressions))
    last = f"SELECT max(rowid) FROM (SELECT rowid FROM {table} WHERE rowid > :after ORDER BY rowid LIMIT :n)"
    return f"SELECT {arrays} FROM {table} NOT INDEXED WHERE rowid > :after AND rowid <= ({last})"


_ROWS = _arrays("preferences", (
    "ballot_id", "candidate_a", "candidate_b", "CAST(2 * score AS INTEGER)", "verdict = 'all_bad'",
    "(pos_a > pos_b) + 2 * (pos_a = pos_b)", "n_messages", "workload", "history", "blind", "rater_id", "thread_id",
    "comparison_id",
))  # fmt: skip
_BALLOTS = _arrays("ballots", ("id", "criterion", "source", "substr(created_at, 1, 10)"))

# CROSS JOIN keeps the order of the loops: rows in their order, each with its ballot by key.
_ANSWERS = """
SELECT p.rowid, max(x.turn, y.turn), coalesce(x.out_counted, x.out_reported), coalesce(y.out_counted, y.out_reported)
FROM preferences p CROSS JOIN ballots b ON b.id = p.ballot_id
    LEFT JOIN answers x ON x.id = json_extract(b.shown_order_json, '$[' || p.pos_a || ']')
    LEFT JOIN answers y ON y.id = json_extract(b.shown_order_json, '$[' || p.pos_b || ']')
WHERE p.rowid > ? ORDER BY p.rowid
"""
