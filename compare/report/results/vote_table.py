"""All stored votes as columns of numbers, kept between page views and brought up to date by what came since.

Reading two hundred thousand votes row by row takes most of a second; asking whether anything is new takes a
millisecond. So the table is read once in a process, shared by all sessions, and never copied: a page takes the rows it
needs. What makes whole parts is kept in the database by column: the next process takes it in a tenth of the time.
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
from compare.report.results.coder import Coder
from compare.report.results.kept import FORM, Columns, packed, sealed, unsealed
from compare.store.store import Store
from compare.store.vote_parts import PartsKept, VotePart
from compare.store.vote_rows import BallotColumns, VoteReading, VoteRowColumns, VoteVersion

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

_WORDS = ("model_a", "tie", "model_b", "both_bad")
_FROM_ROW = (
    "candidate_a", "candidate_b", "n_messages", "workload", "history", "blind", "rater_id", "thread_id",
    "comparison_id",
)  # fmt: skip
_FROM_BALLOT = ("criterion", "source", "day")
_FIXED: dict[str, Sequence[object]] = {"winner": _WORDS, "position_a": ("left", "right", None)}
_READ = ("row", "ballot_id", *_FROM_ROW, *_FIXED, "ballot_row", *_FROM_BALLOT)
"""Columns that are read: `row` and `ballot_row` are the places of rows and ballots in the database."""
_CODED_WITH = {"candidate_a": "candidate", "candidate_b": "candidate"}
"""Columns that share the numbers of their values with others."""
_LISTED = {"ballot": "ballot_id", "comparison": "comparison_id"}
"""Ids that hardly repeat, in parts: each once, in the order of their numbers, so that nothing need be looked up."""
_IN_A_PART = 4000
"""Rows or ballots that the next process finds in one piece, or else reads one by one."""


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
        self._start(0)
        self._table = self._made(VoteVersion(0, 0), np.zeros(0, dtype=np.bool_))

    def _start(self, generation: int) -> None:
        self._generation = generation
        self._coders: dict[str, Coder] = defaultdict(Coder)
        self._read: dict[str, list[IntArray]] = {name: [np.zeros(0, dtype=np.int64)] for name in _READ}
        self._answers: tuple[int, _Answers] = 0, _Answers.unknown(0)

    def table(self) -> VoteTable:
        """The votes as they are now."""
        with self._lock:
            if self._store.vote_version() != self._table.version:
                with self._store.reading_votes() as reading:
                    kept = self._bring_up_to_date(reading)
                self._keep_more(kept)
            return self._table

    def answers(self, table: VoteTable) -> _Answers:
        """Turn and lengths for each row of the table; read when first asked for.

        Where rows were taken out since the table was made, what its answers were is not known any more.
        """
        with self._lock:
            if table.generation != self._generation:
                return _Answers.unknown(len(table))
            row, known = self._answers
            if row < table.version.row:
                with self._store.reading_votes() as reading:
                    if reading.version().removed != table.version.removed:
                        return _Answers.unknown(len(table))
                    batches = [[*zip(*each, strict=True)] for each in reading.answers_after(row)]
                known = known.and_also([one for batch in batches for one in batch if one[0] <= table.version.row])
                self._answers = table.version.row, known
            return known.first(len(table))  # another session may have asked for those of a newer table

    def _bring_up_to_date(self, reading: VoteReading) -> PartsKept:
        """Read what is new; says how far the parts reach that are kept."""
        old, new, kept = self._table.version, reading.version(), reading.parts_kept(FORM)
        if new.removed != old.removed or new.row < old.row:
            self._start_again()
        if not self._last("ballot_row") and not self._take_parts(reading):
            kept = PartsKept(0, 0, 0)  # damaged: they are written anew
            self._start_again()
        self._read_on(reading)
        if self._last("row") > new.row or len(self._column("row")) != reading.n_rows():
            # The database was written out and read in again, which numbers rows anew: the parts are of other rows.
            kept = PartsKept(0, 0, 0)
            self._start_again()
            self._read_on(reading)
        rows = self._column("row")
        counted = np.ones(len(rows), dtype=np.bool_)
        for not_counted in reading.not_counted():
            counted[np.searchsorted(rows, not_counted)] = False
        self._table = self._made(new, counted)
        return kept

    def _start_again(self) -> None:
        self._start(self._generation + bool(len(self._table)))

    def _take_parts(self, reading: VoteReading) -> bool:
        """Take what is kept; False where a part is damaged, and what was taken must not be used."""
        n_rows = n_ballots = 0
        for part in reading.parts(FORM):
            columns = unsealed(part.columns_json, part.codes, (n_rows, n_ballots))
            if columns is None:
                return False
            n_rows += part.n_rows
            n_ballots += part.n_ballots
            for name, column in columns.words.items():
                if name in _LISTED:
                    self._coders[_LISTED[name]].add(column.values)
                else:
                    number = self._coders[_CODED_WITH.get(name, name)].codes(column.values)
                    self._read[name].append(number[column.codes])
            for name, numbers in columns.numbers.items():
                self._read[name].append(numbers)
        return True

    def _read_on(self, reading: VoteReading) -> None:
        """Ballots are numbered in the order in which they were stored, and what is theirs is kept by that number."""
        for ballots in reading.ballots_after(self._last("ballot_row")):
            self._coders["ballot_id"].add(ballots.ballot_id)
            self._add(ballots, _FROM_BALLOT, ballot_row=np.array(ballots.row, dtype=np.int64))
        for rows in reading.rows_after(self._last("row")):
            bad, half_votes = np.array(rows.all_bad, dtype=np.bool_), np.array(rows.half_votes_a, dtype=np.int64)
            self._add(
                rows,
                ("ballot_id", *_FROM_ROW),
                row=np.array(rows.row, dtype=np.int64),
                winner=np.where(bad, 3, 2 - half_votes),
                position_a=np.array(rows.side_a, dtype=np.int64),
            )

    def _add(self, batch: VoteRowColumns | BallotColumns, names: Sequence[str], **numbers: IntArray) -> None:
        for name in names:
            self._read[name].append(self._coders[_CODED_WITH.get(name, name)].codes(getattr(batch, name)))
        for name, each in numbers.items():
            self._read[name].append(each)

    def _column(self, name: str) -> IntArray:
        """All of a column that was read: for each row, or for each ballot."""
        if len(self._read[name]) > 1:
            self._read[name] = [np.concatenate(self._read[name])]
        return self._read[name][0]

    def _last(self, name: str) -> int:
        column = self._column(name)
        return int(column[-1]) if len(column) else 0

    def _made(self, version: VoteVersion, counted: BoolArray) -> VoteTable:
        ballots = self._column("ballot_id")
        columns = {name: self._coded(name, self._column(name)) for name in ("ballot_id", *_FROM_ROW)}
        columns |= {name: self._coded(name, self._column(name)[ballots]) for name in _FROM_BALLOT}
        columns |= {name: Coded(self._column(name), values) for name, values in _FIXED.items()}
        return VoteTable(columns, counted, version, self._generation, self._number)

    def _coded(self, name: str, codes: IntArray) -> Coded:
        return Coded(codes, self._coders[_CODED_WITH.get(name, name)].values())

    def _keep_more(self, kept: PartsKept) -> None:
        """Keep what makes whole parts beyond those there are, for the next process."""
        n_rows, n_ballots = len(self._column("row")), len(self._column("ballot_row"))
        while max(n_rows - kept.n_rows, n_ballots - kept.n_ballots) >= _IN_A_PART:
            part = self._part(
                slice(kept.n_rows, min(kept.n_rows + _IN_A_PART, n_rows)),
                slice(kept.n_ballots, min(kept.n_ballots + _IN_A_PART, n_ballots)),
            )
            if not self._store.keep_vote_part(part, after=kept, removed=self._table.version.removed, form=FORM):
                return
            kept = PartsKept(kept.n_parts + 1, kept.n_rows + part.n_rows, kept.n_ballots + part.n_ballots)

    def _part(self, rows: slice, ballots: slice) -> VotePart:
        # Comparisons have their numbers in the order of rows: those that are new here follow on those before.
        n_before, n_after = (
            int(self._column("comparison_id")[:end].max(initial=-1)) + 1 for end in (rows.start, rows.stop)
        )
        words = {
            "ballot": self._coded("ballot_id", np.arange(ballots.start, ballots.stop)),
            "comparison": self._coded("comparison_id", np.arange(n_before, n_after)),
        }
        words |= {name: self._coded(name, self._column(name)[ballots]) for name in _FROM_BALLOT}
        words |= {name: self._coded(name, self._column(name)[rows]) for name in _FROM_ROW if name != "comparison_id"}
        numbers = {name: self._column(name)[rows] for name in ("row", "ballot_id", "comparison_id", *_FIXED)}
        numbers["ballot_row"] = self._column("ballot_row")[ballots]
        text, codes = packed(Columns(words, numbers))
        codes = sealed(text, codes, (rows.start, ballots.start))
        return VotePart(rows.stop - rows.start, ballots.stop - ballots.start, text, codes)


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """For each row of a table: the turn, and how long the two answers are, in tokens; -1 where it is not known."""

    turn: IntArray
    length_a: IntArray
    length_b: IntArray

    @classmethod
    def unknown(cls, n: int) -> _Answers:
        return cls(*(np.full(n, -1) for _ in range(3)))

    def first(self, n: int) -> _Answers:
        return _Answers(self.turn[:n], self.length_a[:n], self.length_b[:n])

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
