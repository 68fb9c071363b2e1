"""Finds out what a file or a pasted text is and hands it to the reader of that format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from compare.errors import ImportFormatError
from compare.records import Thread
from compare.threads.importers import openai_messages, transcript
from compare.threads.importers.encoding import decode

_JSON = re.compile(r"""[\[{]\s*(?:["'{}\[\]]|$)""")
"""How a JSON document of objects, lists or texts begins; "[10:32] hello" and "{name}, hello" do not."""
_JSON_NAMES = (".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that could not be read."""

    line: int
    """1-based line of the file, or the record's number where the file is one JSON array."""
    reason: str


@dataclass(slots=True)
class Reading:
    """What came out of a file."""

    threads: list[Thread] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a reader of the file should know beside that, in sentences: a guessed encoding, for instance."""

    @property
    def n_read(self) -> int:
        """Records met: kept plus refused."""
        return len(self.threads) + len(self.refused)


def read_file(path: Path) -> Reading:
    """Every thread of a file.

    Raises:
        ImportFormatError: the file cannot be opened, is empty, or holds nothing that looks like a thread.
    """
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise ImportFormatError(f"{path} cannot be read: {exc.strerror or exc}. Check the path.") from exc
    return read_bytes(raw, source=path.name)


def read_bytes(raw: bytes, *, source: str) -> Reading:
    """As read_file, for bytes of an upload; UTF-8 first, else the encoding that the bytes suggest."""
    text, guessed = decode(raw, source)
    reading = read_text(text, source=source)
    if guessed is not None:
        reading.notes.append(
            f"{source} is not UTF-8; it was read as {guessed}. If letters look wrong, save it as UTF-8 and try again."
        )
    return reading


def read_text(text: str, *, source: str) -> Reading:
    """As read_file, for pasted text: JSON, JSON lines, or a transcript such as "User: ... Assistant: ..."."""
    text = text.removeprefix("\ufeff")
    if not text.replace("\ufeff", "").strip():
        raise ImportFormatError(
            f"{source} is empty. It should hold a conversation: JSON, JSON lines, or 'User: ... Assistant: ...'."
        )
    if "\x00" in text:
        raise ImportFormatError(
            f"{source} is not text: it holds zero bytes. JSON, JSON lines and plain text can be read."
        )
    if not source.lower().endswith(_JSON_NAMES) and not _JSON.match(text.lstrip()):
        return Reading(threads=[transcript.read(text, source=source)])
    reading = Reading()
    for line, record in _records(text, source, reading):
        try:
            reading.threads.append(openai_messages.read(record, source=source, number=line))
        except ImportFormatError as exc:
            reading.refused.append(Refusal(line, str(exc)))
        except RecursionError:
            reading.refused.append(Refusal(line, "it is nested too deeply to be read."))
    if not reading.threads:
        raise ImportFormatError(f"{source}: no thread could be read. {_first_reason(reading)}")
    return reading


def _first_reason(reading: Reading) -> str:
    if not reading.refused:
        return "It holds no record."
    return f"Record {reading.refused[0].line}: {reading.refused[0].reason}"


def _records(text: str, source: str, reading: Reading) -> Iterator[tuple[int, Any]]:
    """(line or number, parsed record) of a JSON document or of JSON lines; bad lines go into reading.refused."""
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        lines = list(_json_lines(text, reading))
        if not lines and len(reading.refused) > 1 and _each_line_begins_anew(text):
            return  # JSON lines, all of them bad
        if not lines:
            raise ImportFormatError(f"{source} is not valid JSON: {exc}.", line=exc.lineno) from exc
        yield from lines
        return
    if isinstance(whole, list) and not openai_messages.is_message_list(whole):
        yield from enumerate(whole, start=1)
    else:
        yield 1, whole


def _each_line_begins_anew(text: str) -> bool:
    return all(line.lstrip().startswith("{") for line in text.split("\n") if line.strip())


def _json_lines(text: str, reading: Reading) -> Iterator[tuple[int, Any]]:
    # Split on line feeds only: U+2028 and its like may stand inside a JSON string.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, orjson.loads(line)
        except json.JSONDecodeError as exc:
            reading.refused.append(Refusal(number, f"not valid JSON ({exc.msg} at column {exc.colno})."))


def titled(thread: Thread) -> Thread:
    """The thread with a title made from its first user message, where it came without one."""
    if thread.title:
        return thread
    first = next((m.text for m in thread.messages if m.role == "user"), "")
    words = " ".join(first.split())
    return replace(thread, title=words if len(words) <= 60 else words[:57].rsplit(" ", 1)[0] + "...")
