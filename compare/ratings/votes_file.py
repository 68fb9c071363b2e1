"""Votes files, CSV or JSONL: lines in, votes and rejects out. Nothing is dropped in silence.

A row needs model_a, model_b and winner (model_a | model_b | tie | both_bad); `columns` and `winners` map a file's own
names to these. Every other column is kept as it is. A row that cannot be used is a reject with its line and the reason.
"""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from compare.errors import ConfigError, ImportFormatError
from compare.ratings.votes import SCORES, Votes

Format = Literal["csv", "jsonl"]

NEEDED = ("model_a", "model_b", "winner")
KNOWN_WORDS: Mapping[str, str] = {**{word: word for word in SCORES}, "tie (bothbad)": "both_bad"}
"""What `winner` may say without a mapping; the last is LMSYS's word."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be used."""

    line: int
    """1-based; where the row begins."""
    reason: str


@dataclass(frozen=True, slots=True)
class VotesFile:
    """What a file held."""

    votes: Votes
    rejects: tuple[Reject, ...]
    lines: Sequence[int]
    """The line of each vote."""


def read_votes(
    lines: Iterable[str],
    *,
    file_format: Format | None = None,
    columns: Mapping[str, str] | None = None,
    winners: Mapping[str, str] | None = None,
    to_map_words: str = "map others with --winners",
) -> VotesFile:
    """Read votes.

    Args:
        lines: of the file, with their line ends, as an open text file (newline="") gives them.
        file_format: csv or jsonl; told by the first line where it is None.
        columns: our name of a column -> the file's.
        winners: the file's word for an outcome -> ours.
        to_map_words: what to do about a word that means nothing here, as its reason says it.

    Raises:
        ImportFormatError: the file is empty, or has no column for model_a, model_b or winner.
    """
    words = {**KNOWN_WORDS, **(winners or {})}
    unknown = sorted(set(words.values()) - set(SCORES))
    if unknown:
        raise ConfigError(f"--winners maps to {unknown[0]!r}; it must be one of {', '.join(SCORES)}.")
    rejects: list[Reject] = []
    table = _table(lines, file_format, rejects)
    return _assemble(table, dict(columns or {}), words, rejects, to_map_words)


def read_rows(lines: Iterable[str]) -> tuple[list[str], list[Sequence[object]]]:
    """The file's column names and its rows as they stand, before anything is mapped or refused for what it says.

    Raises:
        ImportFormatError: the file is empty, or its header cannot be read.
    """
    table = _table(lines, None, [])
    return table.names, table.values


def parse_pairs(text: str, option: str) -> list[tuple[str, str]]:
    """Split "ours=theirs,ours=theirs" as the command line takes it, for `columns_mapping` and `winners_mapping`.

    Raises:
        ConfigError: a part has no "=" or an empty side.
    """
    pairs = []
    for part in text.split(","):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not (ours and equals and theirs):
            raise ConfigError(f"{option} has {part.strip()!r}; write it as name={option.lstrip('-')}-in-the-file.")
        pairs.append((ours, theirs))
    return pairs


def columns_mapping(text: str) -> dict[str, str]:
    """`--columns model_a=model_left,...` as `read_votes` takes it; empty for an empty text."""
    return dict(parse_pairs(text, "--columns")) if text.strip() else {}


def winners_mapping(text: str) -> dict[str, str]:
    """`--winners model_a=left,...` as `read_votes` takes it; one of ours may be given for several of theirs."""
    return {theirs: ours for ours, theirs in parse_pairs(text, "--winners")} if text.strip() else {}


@dataclass(slots=True)
class _Table:
    """Rows as read: the file's column names, and values in their order with the line of each."""

    names: list[str]
    values: list[Sequence[object]]
    lines: list[int]


def _table(lines: Iterable[str], file_format: Format | None, rejects: list[Reject]) -> _Table:
    rest = iter(lines)
    head: list[str] = []  # leading blank lines and the first with something in it, so that line numbers stay true
    for line in rest:
        head.append(line.lstrip("\ufeff") if not head else line)
        if head[-1].strip():
            break
    else:
        raise ImportFormatError("The votes file is empty; it needs a header line, or one JSON object a line.")
    is_json = file_format == "jsonl" or (file_format is None and head[-1].lstrip().startswith("{"))
    text = chain(head, rest)
    return _jsonl(text, rejects) if is_json else _csv(text, max(",;\t", key=head[-1].count), rejects)


def _csv(text: Iterator[str], delimiter: str, rejects: list[Reject]) -> _Table:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(row for row in reader if "".join(row).strip())]
    except csv.Error as exc:
        raise ImportFormatError(f"The header of the votes file cannot be read: {exc}.", line=reader.line_num) from exc
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ImportFormatError(f"The votes file has the column {doubled[0]!r} twice.", line=reader.line_num)
    table = _Table(names, [], [])
    width = len(names)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return table
        except csv.Error as exc:
            last = reader.line_num
            span = f"lines {line} to {last}" if last > line else "the line"
            rejects.append(Reject(line, f"{span} cannot be read as CSV: {exc}"))
            continue
        if len(row) == width:
            table.values.append(row)
            table.lines.append(line)
        elif row:
            rejects.append(Reject(line, f"{len(row)} fields, but the header has {width}"))


def _jsonl(text: Iterator[str], rejects: list[Reject]) -> _Table:
    rows: list[dict[str, object]] = []
    lines: list[int] = []
    names: dict[str, None] = {}
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as exc:
            rejects.append(Reject(number, f"not JSON: {exc}"))
            continue
        if not isinstance(row, dict):
            rejects.append(Reject(number, "not a JSON object"))
            continue
        names.update(dict.fromkeys(row))
        rows.append(row)
        lines.append(number)
    return _Table(list(names), [[row.get(name) for name in names] for row in rows], lines)


def _assemble(
    table: _Table, columns: Mapping[str, str], words: Mapping[str, str], rejects: list[Reject], to_map_words: str
) -> VotesFile:
    place = _places(table.names, columns)
    a, b, winner = (place[name] for name in NEEDED)
    kept: list[Sequence[object]] = []
    lines: list[int] = []
    outcomes: list[str] = []
    for row, line in zip(table.values, table.lines, strict=True):
        model_a, model_b, word = row[a], row[b], row[winner]
        outcome = words.get(word) if isinstance(word, str) else None
        named = isinstance(model_a, str) and isinstance(model_b, str) and model_a and model_b
        if outcome is not None and named and model_a != model_b:
            kept.append(row)
            lines.append(line)
            outcomes.append(outcome)
        else:
            rejects.append(Reject(line, _why(model_a, model_b, word, words, to_map_words)))
    rejects.sort(key=lambda reject: reject.line)
    by_column = list(zip(*kept, strict=True)) if kept else [()] * len(table.names)
    ours = {place[name]: name for name in place}
    votes = Votes(
        model_a=[str(name) for name in by_column[a]],
        model_b=[str(name) for name in by_column[b]],
        winner=outcomes,
        columns={
            ours.get(i, name): values
            for i, (name, values) in enumerate(zip(table.names, by_column, strict=True))
            if i not in (a, b, winner)
        },
        aliases={theirs: name for name, theirs in columns.items() if name not in NEEDED and theirs != name},
    )
    return VotesFile(votes, tuple(rejects), lines)


def _places(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Position of every column that has a name of ours: the needed ones and those that `columns` maps."""
    place = {}
    for ours in dict.fromkeys([*NEEDED, *columns]):
        theirs = columns.get(ours, ours)
        if theirs not in names:
            close = difflib.get_close_matches(theirs, names, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ImportFormatError(
                f"The votes file has no column {theirs!r}; it has {', '.join(names)}.{hint} "
                f"Map your names with --columns {ours}=YOUR_NAME.",
                line=1,
            )
        place[ours] = names.index(theirs)
    return place


def _why(model_a: object, model_b: object, word: object, words: Mapping[str, str], to_map_words: str) -> str:
    for name, value in (("model_a", model_a), ("model_b", model_b)):
        if value is None or value == "":
            return f"{name} is empty"
        if not isinstance(value, str):
            return f"{name} is {value!r}, not text"
    if not isinstance(word, str) or word not in words:
        return f"winner is {word!r}; known are {', '.join(words)} ({to_map_words})"
    return f"both candidates are {model_a!r}"
