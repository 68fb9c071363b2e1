"""Pairwise votes by column: the form in which they are read, grouped and rated.

Columns, not row objects, because a leaderboard is drawn on every page load: after one pass over the names everything
is arrays. Who voted, where and when stays beside the votes under the file's own column names.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from compare.errors import ConfigError
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.buckets import bucket_of, buckets
from compare.ratings.columns import Coded
from compare.ratings.dense import dense
from compare.records import Preference

if TYPE_CHECKING:
    import pandas as pd

BoolArray = NDArray[np.bool_]

Winner = Literal["model_a", "model_b", "tie", "both_bad"]

SCORES: Mapping[str, float] = {"model_a": 1.0, "model_b": 0.0, "tie": 0.5, "both_bad": 0.5}
"""What a vote gives model_a."""


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One vote between two candidates; `columns` holds whatever else is known about it."""

    model_a: str
    model_b: str
    winner: Winner
    columns: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Votes by column; all columns have the same length.

    Attributes:
        model_a: first candidate of each vote.
        model_b: second candidate.
        winner: one of SCORES.
        columns: every other column, by name.
        aliases: other names of columns, as they stood in the file.
    """

    model_a: Sequence[str]
    model_b: Sequence[str]
    winner: Sequence[str]
    columns: Mapping[str, Sequence[object]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.winner)

    @classmethod
    def from_rows(cls, rows: Iterable[VoteRow]) -> Votes:
        """Turn rows into columns; a value that a row lacks is None."""
        rows = list(rows)
        names = dict.fromkeys(name for row in rows for name in row.columns)
        return cls(
            [row.model_a for row in rows],
            [row.model_b for row in rows],
            [row.winner for row in rows],
            {name: [row.columns.get(name) for row in rows] for name in names},
        )

    @classmethod
    def from_preferences(cls, rows: Sequence[Preference], names: Mapping[str, str] | None = None) -> Votes:
        """Stored preferences; `names` gives the candidates' names by id, where they are to be called by name.

        Rows of one ballot share `ballot_id`, which is the cluster that they form.
        """
        called: Mapping[str, str] = names or {}
        return cls(
            [called.get(row.candidate_a, row.candidate_a) for row in rows],
            [called.get(row.candidate_b, row.candidate_b) for row in rows],
            [_winner_of(row) for row in rows],
            {
                "ballot_id": [row.ballot_id for row in rows],
                "rater": [row.rater_id for row in rows],
                "thread_id": [row.thread_id for row in rows],
                "n_messages": [row.n_messages for row in rows],
                "workload": [row.workload for row in rows],
                "history": [row.history for row in rows],
                "blind": [row.blind for row in rows],
                "position_a": ["left" if row.pos_a < row.pos_b else "right" for row in rows],
            },
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Votes:
        """Votes of a pandas table with the columns model_a, model_b and winner; every other column is kept.

        Its three columns stay pandas' own, whose names turn into numbers several times faster than a list's.
        """
        frame = frame.reset_index(drop=True)
        a, b, winner = (cast(Sequence[str], frame[name]) for name in ("model_a", "model_b", "winner"))
        rest = [str(name) for name in frame.columns if name not in ("model_a", "model_b", "winner")]
        return cls(a, b, winner, {name: frame[name].tolist() for name in rest})

    def rows(self) -> Iterator[VoteRow]:
        """The votes one by one."""
        names = list(self.columns)
        values = zip(*self.columns.values(), strict=True) if names else ((),) * len(self)
        for a, b, winner, rest in zip(self.model_a, self.model_b, self.winner, values, strict=True):
            yield VoteRow(a, b, cast(Winner, winner), dict(zip(names, rest, strict=True)))

    def has_column(self, name: str) -> bool:
        """True where `column` would give one."""
        name = self.aliases.get(name, name)
        return name in self.columns or (name == "bucket" and "n_messages" in self.columns)

    def column(self, name: str) -> Sequence[object]:
        """A column by its name, by the name it had in the file, or `bucket`, which follows from n_messages.

        Raises:
            ConfigError: there is no such column; the message lists those there are.
        """
        name = self.aliases.get(name, name)
        if name in self.columns:
            return self.columns[name]
        if name == "bucket" and "n_messages" in self.columns:
            lengths = self.columns["n_messages"]
            return lengths.map(_label) if isinstance(lengths, Coded) else [_label(value) for value in lengths]
        there = ", ".join([*self.columns, *self.aliases]) or "none besides model_a, model_b and winner"
        raise ConfigError(f"The votes have no column {name!r}. Columns: {there}.")

    def take(self, indices: Sequence[int] | IntArray) -> Votes:
        """The votes at these positions."""
        at = np.asarray(indices, dtype=np.int64)
        a, b, winner = (cast(Sequence[str], _taken(each, at)) for each in (self.model_a, self.model_b, self.winner))
        return Votes(a, b, winner, {name: _taken(each, at) for name, each in self.columns.items()}, self.aliases)


def _taken(values: Sequence[object], at: IntArray) -> Sequence[object]:
    return values.take(at) if isinstance(values, Coded) else [values[i] for i in at.tolist()]


def _label(n_messages: object) -> str | None:
    bucket = bucket_of(n_messages, _RANGES)
    return bucket.label if bucket else None


_RANGES = buckets()


@dataclass(frozen=True, slots=True, eq=False)
class VoteArrays:
    """Votes as numbers, all arrays of shape (n,).

    Attributes:
        names: the candidates, sorted; the indices point here.
        index_a: first candidate.
        index_b: second candidate.
        score: 1, 0.5 or 0 for model_a.
        both_bad: True where neither answer was any good.
    """

    names: tuple[str, ...]
    index_a: IntArray
    index_b: IntArray
    score: FloatArray
    both_bad: BoolArray

    def take(self, at: IntArray | BoolArray) -> VoteArrays:
        """The votes at these positions, or where a mask is True; the candidates stay."""
        if at.dtype == np.bool_ and at.all():
            return self
        return VoteArrays(self.names, self.index_a[at], self.index_b[at], self.score[at], self.both_bad[at])


def vote_arrays(votes: Votes, models: Sequence[str] = ()) -> VoteArrays:
    """Turn names into numbers, in one pass.

    Args:
        votes: the votes.
        models: candidates to list even where they have no votes.

    Raises:
        ValueError: a winner is none of SCORES.
    """
    (code_a, distinct_a), (code_b, distinct_b), (code_w, words) = (
        _codes(column) for column in (votes.model_a, votes.model_b, votes.winner)
    )
    names = tuple(sorted({*models, *distinct_a, *distinct_b}))
    number = {name: i for i, name in enumerate(names)}
    kinds = {word: k for k, word in enumerate(SCORES)}
    unknown = [word for word in words if word not in kinds]
    if unknown:
        raise ValueError(f"winner is {unknown[0]!r}; it must be one of {', '.join(SCORES)}")

    index_a = np.array([number[name] for name in distinct_a], dtype=np.int64)[code_a]
    index_b = np.array([number[name] for name in distinct_b], dtype=np.int64)[code_b]
    score = np.array([SCORES[word] for word in words], dtype=np.float64)
    bad = np.array([word == "both_bad" for word in words], dtype=np.bool_)
    return VoteArrays(names, index_a, index_b, score[code_w], bad[code_w])


def _codes(values: Sequence[str]) -> tuple[NDArray[np.integer[Any]], list[str]]:
    """Number equal texts alike, and the distinct texts; a pandas column knows a faster way than a list."""
    factorize = getattr(values, "factorize", None)
    if factorize is None:
        number: defaultdict[str, int] = defaultdict(count().__next__)
        codes: NDArray[np.integer[Any]]
        try:
            # Bytes take half the time of an array of whole numbers, and few tables have more than 256 names.
            codes = np.frombuffer(bytes(map(number.__getitem__, values)), np.uint8)
        except ValueError:
            codes = np.fromiter(map(number.__getitem__, values), np.int64, len(values))
        return codes, list(number)
    found, distinct = factorize()
    if len(found) and found.min() < 0:
        raise ValueError(f"row {int(found.argmin())} of the votes has an empty model_a, model_b or winner")
    return found, [str(value) for value in distinct]


def encode(values: Sequence[object]) -> tuple[IntArray, list[object]]:
    """Number equal values alike, from 0 in order of first appearance.

    Returns:
        The numbers, shape (n,), and the distinct values.
    """
    if isinstance(values, Coded):
        return values.factorize()
    try:
        distinct = list(dict.fromkeys(values))
    except TypeError:  # lists and objects, as JSONL may hold them, are equal where their JSON is
        values = [json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value for value in values]
        distinct = list(dict.fromkeys(values))
    number = {value: i for i, value in enumerate(distinct)}
    return np.fromiter(map(number.__getitem__, values), np.int64, len(values)), distinct


def is_missing(value: object) -> bool:
    """True for what an empty cell is read as."""
    return value is None or value == ""


def cluster_numbers(values: Sequence[object]) -> tuple[IntArray, int]:
    """Number clusters; a vote whose value is missing is a cluster of its own.

    Returns:
        The numbers, shape (n,), and how many values were missing.
    """
    if isinstance(values, Coded) and None not in values.values and "" not in values.values:
        return dense(values.codes.astype(np.int64, copy=False)), 0
    numbers, distinct = encode(values)
    missing = np.isin(numbers, [i for i, value in enumerate(distinct) if is_missing(value)])
    n_missing = int(missing.sum())
    if n_missing:
        numbers[missing] = len(distinct) + np.arange(n_missing)
        numbers = dense(numbers)
    return numbers, n_missing


def _winner_of(row: Preference) -> str:
    if row.verdict == "all_bad":
        return "both_bad"
    if row.score == 0.5:
        return "tie"
    return "model_a" if row.score > 0.5 else "model_b"
