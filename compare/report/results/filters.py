"""Which of the stored votes are looked at. Votes of unlike kinds (blind or open, history, criterion) are never mixed
unasked; everything else narrows the choice, and a filter that is not set lets everything through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from operator import eq
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compare.ratings.buckets import Bucket
from compare.ratings.columns import Coded
from compare.ratings.votes import Votes
from compare.records import Candidate
from compare.report.results.vote_table import IntArray, VoteReader, VoteTable
from compare.report.votes import KINDS, VoteKind
from compare.store.store import Store
from compare.store.votes import vote_name

BoolArray = NDArray[np.bool_]
Rated = Literal["candidate", "model", "policy", "preparation"]
"""What is rated: whole candidates, or all candidates with one part in common together."""
SOURCES: Mapping[str, str] = {"playground": "playground", "study": "studies", "imported": "imported"}
"""Where ballots come from, in words."""


@dataclass(frozen=True, slots=True)
class Filters:
    """A choice of votes; None and empty let everything through.

    Attributes:
        kind: blind or open, and which history; the one with the most votes where it is None.
        criterion: what raters judged by; the one with the most votes where it is None.
        length: thread lengths in messages, such as "1-8" or "9+".
        turn: of the user's, from 1.
        tag: of the thread.
        workload: of the thread.
        raters: names, or patterns such as "expert_*"; any of them.
        role: of the rater.
        model, policy, preparation: only votes between candidates that have this part, both of them.
        since, until: days, "2026-11-23", both included.
        study: its id.
        source: one of SOURCES.
        rated: what is rated.
    """

    kind: VoteKind | None = None
    criterion: str | None = None
    length: str | None = None
    turn: int | None = None
    tag: str | None = None
    workload: str | None = None
    raters: tuple[str, ...] = ()
    role: str | None = None
    model: str | None = None
    policy: str | None = None
    preparation: str | None = None
    since: str | None = None
    until: str | None = None
    study: str | None = None
    source: str | None = None
    rated: Rated = "candidate"


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What ids in votes stand for, read once for a page."""

    candidates: Mapping[str, Candidate]
    raters: Mapping[str, str]
    """Names by id; no two alike."""
    roles: Mapping[str, str]
    tags: Mapping[str, Sequence[str]]
    """Threads by tag."""
    studies: Mapping[str, str]
    """Names by id, of those that have votes or not."""
    study_of: Mapping[str, str]
    """Study by comparison."""

    @classmethod
    def read(cls, store: Store) -> Known:
        """From the store: a handful of statements, however many votes there are."""
        names = store.rater_names()
        often = Counter(names.values())
        unlike = {i: name if often[name] == 1 else f"{name} ({i[:6]})" for i, name in names.items()}
        return cls(
            candidates=store.candidates(),
            raters=unlike,
            roles=store.rater_roles(),
            tags=store.thread_tags(),
            studies={study.id: study.name for study in store.studies()},
            study_of=store.study_comparisons(),
        )

    def name_of(self, candidate_id: str, rated: Rated = "candidate") -> str:
        """What votes call a candidate, or the part of it that is rated."""
        candidate = self.candidates[candidate_id]
        if rated == "candidate":
            return vote_name(candidate)
        return {"model": candidate.model_id, "policy": candidate.context_policy, "preparation": candidate.preparation}[
            rated
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The votes that filters let through.

    Attributes:
        filters: as they were meant: kind and criterion are filled in.
        rows: shape (k,), places in the table.
        votes: the same, for ratings.
        kinds: ballots of each kind there are, most first.
        criteria: ballots of this kind by criterion, most first.
        n_within: ballots of this kind and criterion, whatever else is asked for.
    """

    filters: Filters
    table: VoteTable
    rows: IntArray
    votes: Votes
    kinds: Mapping[VoteKind, int]
    criteria: Mapping[str, int]
    n_within: int
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For each filter what occurs among the votes of this kind."""


def kinds_of(table: VoteTable) -> dict[VoteKind, int]:
    """How many ballots there are of each kind, most first."""
    ballots, blind, history = (table.column(name) for name in ("ballot_id", "blind", "history"))
    found = {}
    for kind in KINDS:
        at = table.counted & blind.where(partial(eq, int(kind.blind))) & history.where(partial(eq, kind.history))
        if at.any():
            found[kind] = _distinct(ballots, at)
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def choose(reader: VoteReader, known: Known, filters: Filters) -> Chosen | None:
    """The votes that filters ask for; None where nobody has voted at all.

    A kind or criterion of which there are no votes is shown as it is asked for: with none.
    """
    table = reader.table()
    kinds = kinds_of(table)
    if not kinds:
        return None
    kind = filters.kind or next(iter(kinds))
    of_kind = table.counted & table.column("blind").where(partial(eq, int(kind.blind)))
    of_kind &= table.column("history").where(partial(eq, kind.history))
    criteria = _criteria(table, of_kind)
    criterion = filters.criterion or next(iter(criteria), None)
    filters = replace(filters, kind=kind, criterion=criterion)
    of_kind &= table.column("criterion").where(partial(eq, criterion))
    rows = np.flatnonzero(of_kind & _wanted(reader, table, known, filters)).astype(np.int64)
    return Chosen(
        filters=filters,
        table=table,
        rows=rows,
        votes=votes_at(reader, table, known, rows, filters.rated, with_answers=filters.turn is not None),
        kinds=kinds,
        criteria=criteria,
        n_within=_distinct(table.column("ballot_id"), of_kind),
        options=_options(table, known, of_kind),
    )


def votes_at(
    reader: VoteReader,
    table: VoteTable,
    known: Known,
    rows: IntArray,
    rated: Rated = "candidate",
    *,
    with_answers: bool = False,
) -> Votes:
    """Rows of the table under the names that a votes file gives their columns.

    Args:
        reader: of the table, for what answers were.
        table: all votes.
        known: names.
        rows: shape (k,), places in the table.
        rated: what stands as candidate.
        with_answers: also turn, length_a and length_b (tokens), which take longer to read the first time.
    """
    taken = {name: table.column(name).take(rows) for name in _COLUMNS}
    a, b = (
        table.column(name).take(rows).map(lambda i: known.name_of(i, rated)) for name in ("candidate_a", "candidate_b")
    )
    columns: dict[str, Sequence[object]] = {
        **taken,
        "rater": table.column("rater_id").take(rows).map(lambda i: known.raters.get(i, i)),
    }
    if with_answers:
        answers = reader.answers(table)
        for name in ("turn", "length_a", "length_b"):
            columns[name] = _numbers(getattr(answers, name)[rows])
    return Votes(a, b, table.column("winner").take(rows), columns)  # type: ignore[arg-type]


_PARTS: tuple[Rated, ...] = ("model", "policy", "preparation")
Holds = Callable[[Any], bool]
_LONGEST_RANGE = 20
"""Characters; addresses hold anything."""
_COLUMNS = (
    "ballot_id", "thread_id", "n_messages", "workload", "history", "blind", "position_a", "criterion", "source", "day",
)  # fmt: skip


def _numbers(values: IntArray) -> Coded:
    distinct, codes = np.unique(values, return_inverse=True)
    return Coded(codes, [None if value < 0 else value for value in distinct.tolist()])


def bucket_named(length: str) -> Bucket | None:
    """The range of thread lengths that a filter names: "1-8", "9+", "12"; None where it names none."""
    low, dash, high = length.removesuffix("+").partition("-")
    if not low.isdecimal() or (dash and not high.isdecimal()) or len(length) > _LONGEST_RANGE:
        return None
    top = None if length.endswith("+") else int(high or low)
    return Bucket(length, int(low), top)


def _wanted(reader: VoteReader, table: VoteTable, known: Known, filters: Filters) -> BoolArray:
    """Shape (n,): the rows that all filters but kind and criterion let through."""
    wanted = np.ones(len(table), dtype=np.bool_)
    for column, holds in (*_of_vote(known, filters), *_of_candidates(known, filters)):
        wanted &= table.column(column).where(holds)
    if filters.turn is not None:
        wanted &= reader.answers(table).turn == filters.turn
    return wanted


def _of_vote(known: Known, filters: Filters) -> Iterator[tuple[str, Holds]]:
    """Columns with the condition that their values must fulfil."""
    bucket = bucket_named(filters.length) if filters.length else None
    if bucket is not None:
        yield "n_messages", bucket.holds
    for name in ("workload", "source"):
        if getattr(filters, name):
            yield name, partial(eq, getattr(filters, name))
    if filters.tag:
        yield "thread_id", frozenset(known.tags.get(filters.tag, ())).__contains__
    if filters.raters:
        yield "rater_id", lambda i: _is_named(known.raters.get(i, i), filters.raters)
    if filters.role:
        yield "rater_id", lambda i: known.roles.get(i) == filters.role
    if filters.since:
        yield "day", lambda day: bool(day) and day >= filters.since
    if filters.until:
        yield "day", lambda day: bool(day) and day <= filters.until
    if filters.study:
        yield "comparison_id", lambda i: known.study_of.get(i) == filters.study


def _of_candidates(known: Known, filters: Filters) -> Iterator[tuple[str, Holds]]:
    """The same for parts that both candidates must have."""
    for part in _PARTS:
        value = getattr(filters, part)
        having = {i for i in known.candidates if known.name_of(i, part) == value} if value else set()
        if value:
            yield "candidate_a", having.__contains__
            yield "candidate_b", having.__contains__


def _is_named(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def _criteria(table: VoteTable, at: BoolArray) -> dict[str, int]:
    column, ballots = table.column("criterion"), table.column("ballot_id")
    found = {str(value): _distinct(ballots, at & column.where(partial(eq, value))) for value in column.values}
    return {value: n for value, n in sorted(found.items(), key=lambda each: -each[1]) if n}


def _options(table: VoteTable, known: Known, at: BoolArray) -> dict[str, list[str]]:
    def of(name: str) -> list[object]:
        return table.column(name).take(at).present()

    threads = frozenset(of("thread_id"))
    candidates = {*of("candidate_a"), *of("candidate_b")}
    studies = {known.study_of[str(i)] for i in of("comparison_id") if i in known.study_of} if known.study_of else set()
    raters = of("rater_id")
    return {
        "workload": sorted(map(str, of("workload"))),
        "tag": [tag for tag, tagged in known.tags.items() if not threads.isdisjoint(tagged)],
        "raters": sorted(known.raters.get(str(i), str(i)) for i in raters),
        "role": sorted({known.roles[str(i)] for i in raters if i in known.roles}),
        "source": [source for source in SOURCES if source in of("source")],
        "study": sorted(studies, key=lambda i: known.studies.get(i, i)),
        **{part: sorted({known.name_of(str(i), part) for i in candidates}) for part in _PARTS},
        "day": sorted(str(day) for day in of("day") if day),
    }


def _distinct(ballots: Coded, at: BoolArray) -> int:
    return int((np.bincount(ballots.codes[at], minlength=len(ballots.values)) > 0).sum())
