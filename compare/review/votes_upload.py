"""A votes file that somebody gives us as bytes: what columns and winner words it has, and its votes under a mapping."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compare.errors import ImportFormatError
from compare.ratings.votes_file import KNOWN_WORDS, NEEDED, VotesFile, read_rows, read_votes

FILE_TYPES = ("csv", "tsv", "jsonl", "parquet")
OTHER_NAMES: Mapping[str, Sequence[str]] = {
    "model_a": ("model_a", "model_left", "left_model", "response_a_model", "a"),
    "model_b": ("model_b", "model_right", "right_model", "response_b_model", "b"),
    "winner": ("winner", "verdict", "preference", "label", "vote", "choice"),
    "rater": ("rater", "judge", "annotator", "worker", "user"),
    "thread_id": ("thread_id", "question_id", "conversation_id", "prompt_id", "task_id"),
}
"""Our names -> what other files call them, the likeliest first."""
_WORDS: Mapping[str, Sequence[str]] = {
    "model_a": ("left", "a", "1", "first", "response_a", "model a"),
    "model_b": ("right", "b", "2", "second", "response_b", "model b"),
    "tie": ("equal", "draw", "same", "0", "both", "both good", "tie (inconsistent)"),
    "both_bad": ("bothbad", "both bad", "all_bad", "neither", "none"),
}
WORDS_PART = "What its words mean"
"""What the page calls the place where winner words are mapped."""
TO_MAP_WORDS = f'say under "{WORDS_PART}" what it means'
MOST_WORDS = 50


@dataclass(frozen=True, slots=True)
class Columns:
    """What a votes file holds, before it is mapped."""

    names: tuple[str, ...]
    n_rows: int
    guessed: Mapping[str, str]
    """Our name -> the file's, where one of them can be told."""


class WinnerWord(NamedTuple):
    """A word of the file for an outcome."""

    word: str
    n_rows: int
    means: str
    """Our word for it; empty where it cannot be told."""


def lines_of(raw: bytes, name: str) -> list[str]:
    """The lines of a CSV or JSONL file; rows of a Parquet file become JSON lines, so that a line is a row.

    Raises:
        ImportFormatError: it is not UTF-8, or no Parquet file.
    """
    if name.lower().endswith(".parquet") or raw[:4] == b"PAR1":
        return _parquet_lines(raw, name)
    try:
        return io.StringIO(raw.decode("utf-8-sig"), newline="").readlines()
    except UnicodeDecodeError as exc:
        raise ImportFormatError(f"{name} is not UTF-8 (byte {exc.start}). Save it as UTF-8 and try again.") from exc


def columns(lines: Sequence[str]) -> Columns:
    """The columns of a file, and which of ours they probably are.

    Raises:
        ImportFormatError: the file is empty or cannot be read as a table.
    """
    names, rows = read_rows(lines)
    folded = {name.strip().casefold(): name for name in reversed(names)}
    guessed: dict[str, str] = {}
    for ours, theirs in OTHER_NAMES.items():
        found = next((folded[word] for word in theirs if word in folded), None)
        if found is not None and found not in guessed.values():
            guessed[ours] = found
    return Columns(tuple(names), len(rows), guessed)


def winner_words(lines: Sequence[str], column: str) -> list[WinnerWord]:
    """What the winner column says, the most frequent first; at most 50 words, longer lists are no outcomes."""
    names, rows = read_rows(lines)
    place = names.index(column)
    said = Counter(str(row[place]) for row in rows if row[place] not in (None, ""))
    return [WinnerWord(word, n, _guess(word)) for word, n in said.most_common(MOST_WORDS)]


def read_mapped(lines: Sequence[str], mapping: Mapping[str, str], winners: Mapping[str, str]) -> VotesFile:
    """The votes under a mapping of columns (ours -> theirs) and winner words (theirs -> ours).

    Raises:
        ImportFormatError: a mapped column is not there.
        ConfigError: a word is mapped to none of ours.
    """
    return read_votes(lines, columns=mapping, winners=winners, to_map_words=TO_MAP_WORDS)


def missing(mapping: Mapping[str, str]) -> list[str]:
    """Which of the columns that a vote needs are not mapped."""
    return [name for name in NEEDED if not mapping.get(name)]


def _guess(word: str) -> str:
    folded = word.strip().casefold()
    if folded in KNOWN_WORDS:
        return KNOWN_WORDS[folded]
    return next((ours for ours, theirs in _WORDS.items() if folded in theirs), "")


def _parquet_lines(raw: bytes, name: str) -> list[str]:
    # pyarrow comes with streamlit, and takes a moment to load.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.read_table(io.BytesIO(raw)).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise ImportFormatError(f"{name} cannot be read as Parquet: {exc}. Save it again, or as CSV.") from exc
    if not rows:
        raise ImportFormatError(f"{name} holds 0 rows, so there is no vote in it.")
    return [json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in rows]
