"""All stored votes as columns of numbers, kept between page views and brought up to date by what came since.

Reading two hundred thousand votes takes most of a second; asking whether anything is new takes a millisecond. So the
table is read once in a process, shared by all sessions, and never copied: a page takes the rows it needs.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from compare.ratings.columns import Coded
from compare.store.store import Store
from compare.store.vote_rows import VoteReading, VoteRowColumns, VoteVersion

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

_WORDS = ("model_a", "tie", "model_b", "both_bad")
_FROM_ROW = (
    "ballot_id", "candidate_a", "candidate_b", "n_messages", "workload", "history", "blind", "rater_id", "thread_id",
    "comparison_id",
)  # fmt: skip
_FROM_BALLOT = ("criterion", "source", "day")
_SHARED = {"candidate_a": "candidate", "candidate_b": "candidate"}
"""Columns that share their numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class VoteTable:
    """Pairwise rows, n of them, those of ballots that no longer count too.

    Attributes:
        columns: by name, each of length n: ballot_id, candidate_a, candidate_b (both with the same values), winner
            (model_a | tie | model_b | both_bad), n_messages, workload, history, blind, rater_id, thread_id,
            comparison_id, criterion, source, day (the first ten characters of the time), position_a (left | right,
            None where it is not known).
        counted: shape (n,), whether the row's ballot counts.
        version: of the votes that this is.
        generation: how often everything was read anew: rows of one generation keep their places.
        reader: number of the reader that keeps it, one for each store.
    """

    columns: dict[str, Coded]
    counted: BoolArray
    version: VoteVersion
    generation: int = 0
    reader: int = 0

    def __len__(self) -> int:
        return len(self.counted)

    def column(self, name: str) -> Coded:
        """One column."""
        return self.columns[name]


class VoteReader:
    """Keeps the table of one store, and what answers were, once somebody asked for that."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._number = next(_numbers)
        self._start(VoteVersion(0, 0))

    def _start(self, version: VoteVersion, generation: int = 0) -> None:
        self._coders: dict[str, _Coder] = defaultdict(_Coder)
        self._parts: dict[str, list[IntArray]] = defaultdict(list)
        self._ballots = {name: np.zeros(0, dtype=np.int64) for name in _FROM_BALLOT}
        self._last_ballot = 0
        self._table = VoteTable(self._columns(), np.zeros(0, dtype=np.bool_), version, generation, self._number)
        self._answers: tuple[int, _Answers] = 0, _Answers.none()

    def table(self) -> VoteTable:
        """The votes as they are now."""
        with self._lock:
            if self._store.vote_version() != self._table.version:
                with self._store.reading_votes() as reading:
                    self._bring_up_to_date(reading)
            return self._table

    def answers(self, table: VoteTable) -> _Answers:
        """Turn and lengths for each row of the table; read when first asked for."""
        with self._lock:
            row, known = self._answers
            if row < table.version.row:
                with self._store.reading_votes() as reading:
                    batches = [[*zip(*each, strict=True)] for each in reading.answers_after(row)]
                known = known.and_also([one for batch in batches for one in batch if one[0] <= table.version.row])
                self._answers = table.version.row, known
            return known

    def _bring_up_to_date(self, reading: VoteReading) -> None:
        old, new = self._table, reading.version()
        if new.row < old.version.row or reading.n_rows_up_to(old.version.row) != len(old):
            self._start(VoteVersion(0, 0), old.generation + 1)
            old = self._table
        self._add_ballots(reading)
        counted = [old.counted]
        for batch in reading.rows_after(old.version.row):
            self._add(batch)
            counted.append(np.array(batch.counted, dtype=np.bool_))
        columns, counts = self._columns(), np.concatenate(counted)
        changed = {} if not len(old) else reading.changed_since(old.version.status)
        number = self._coders["ballot_id"].numbers
        known = {number[ballot_id]: counted for ballot_id, counted in changed.items() if ballot_id in number}
        for now in (True, False):
            these = [ballot for ballot, counted in known.items() if counted is now]
            if these:
                counts[np.isin(columns["ballot_id"].codes, these)] = now
        self._table = VoteTable(columns, counts, new, old.generation, self._number)

    def _add_ballots(self, reading: VoteReading) -> None:
        """Ballots are numbered in the order in which they were stored, and what is theirs is kept by that number."""
        parts = {name: [codes] for name, codes in self._ballots.items()}
        for batch in reading.ballots_after(self._last_ballot):
            self._coders["ballot_id"].codes(batch.ballot_id)
            for name in _FROM_BALLOT:
                parts[name].append(self._coders[name].codes(getattr(batch, name)))
            self._last_ballot = batch.row[-1]
        self._ballots = {name: np.concatenate(codes) for name, codes in parts.items()}

    def _add(self, batch: VoteRowColumns) -> None:
        for name in _FROM_ROW:
            self._parts[name].append(self._coders[_SHARED.get(name, name)].codes(getattr(batch, name)))
        ballots = self._parts["ballot_id"][-1]
        for name in _FROM_BALLOT:
            self._parts[name].append(self._ballots[name][ballots])
        bad, half_votes = np.array(batch.all_bad, dtype=np.bool_), np.array(batch.half_votes_a, dtype=np.int64)
        self._parts["winner"].append(np.where(bad, 3, 2 - half_votes))
        self._parts["position_a"].append(np.array(batch.side_a, dtype=np.int64))

    def _columns(self) -> dict[str, Coded]:
        found = {}
        for name in (*_FROM_ROW, *_FROM_BALLOT, "winner", "position_a"):
            parts = self._parts[name]
            if len(parts) > 1:
                self._parts[name] = parts = [np.concatenate(parts)]
            codes = parts[0] if parts else np.zeros(0, dtype=np.int64)
            fixed: dict[str, Sequence[object]] = {"winner": _WORDS, "position_a": ("left", "right", None)}
            values = fixed[name] if name in fixed else list(self._coders[_SHARED.get(name, name)].numbers)
            found[name] = Coded(codes, values)
        return found


class _Coder:
    """Numbers values in order of first appearance."""

    def __init__(self) -> None:
        self.numbers: defaultdict[Any, int] = defaultdict(count().__next__)

    def codes(self, values: Sequence[object]) -> IntArray:
        return np.fromiter(map(self.numbers.__getitem__, values), np.int64, len(values))


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """For each row of a table: the turn, and how long the two answers are, in tokens; -1 where it is not known."""

    turn: IntArray
    length_a: IntArray
    length_b: IntArray

    @classmethod
    def none(cls) -> _Answers:
        return cls(*(np.zeros(0, dtype=np.int64) for _ in range(3)))

    def and_also(self, rows: Sequence[tuple[Any, ...]]) -> _Answers:
        new = np.array([[-1 if value is None else value for value in row[1:]] for row in rows], dtype=np.int64)
        turn, a, b = new.reshape(len(rows), 3).T
        return _Answers(*(np.concatenate(each) for each in ((self.turn, turn), (self.length_a, a), (self.length_b, b))))


def reader_of(store: Store) -> VoteReader:
    """The reader of a store, one for the process."""
    with _making:
        found = _readers.get(store)
        if found is None:
            found = _readers[store] = VoteReader(store)
        return found


_making = threading.Lock()
_numbers = count(1)
_readers: WeakKeyDictionary[Store, VoteReader] = WeakKeyDictionary()
