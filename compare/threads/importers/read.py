"""Finds out what a file or a pasted text is and hands it to the reader of that format, record by record."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from compare.errors import ImportFormatError
from compare.records import Thread
from compare.threads.importers import table, transcript
from compare.threads.importers.calls import Calls
from compare.threads.importers.encoding import decode
from compare.threads.importers.items import Call, Format, Item, Passed, Where
from compare.threads.importers.registry import NAMES, OTHER, find_format, named
from compare.threads.importers.source import Bad, Record, Source, Unit
from compare.threads.masking import Masking

_MOST_SLOW_THREADS = 5
"""An import ends where a mask of the user's was too slow for so many."""
MOST_REFUSALS = 1_000
"""Reasons that are kept; the refused records beyond are counted."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that could not be read."""

    line: int
    """1-based line of the file, or the record's number where the file is one JSON array."""
    reason: str
    unit: Unit = "line"
    """What `line` counts."""


@dataclass(slots=True)
class Reading:
    """What came out of a file, so far or in all."""

    threads: list[Thread] = field(default_factory=list)
    """Empty where the threads are handed on one by one; see `Incoming`."""
    refused: list[Refusal] = field(default_factory=list)
    """The first MOST_REFUSALS of them."""
    notes: list[str] = field(default_factory=list)
    """What a reader of the file should know beside that, in sentences: a guessed encoding, for instance."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Titles of the formats found, with how many records each has."""
    n_kept: int = 0
    """Records that became threads or parts of one: the calls of a log, several of which make one thread."""
    n_refused: int = 0
    n_threads: int = 0
    passed: Counter[str] = field(default_factory=Counter)
    """What else stood in the file and is no conversation, by what it is; not counted as read."""
    masked: Counter[str] = field(default_factory=Counter)
    """How many values were masked, by kind."""

    @property
    def n_read(self) -> int:
        """Records met: kept plus refused."""
        return self.n_kept + self.n_refused

    @property
    def kind(self) -> str:
        """What the file is: "ChatGPT export"."""
        return " and ".join(title for title, _ in self.kinds.most_common())

    @property
    def headline(self) -> str:
        """What was found, in a few words: "ChatGPT export, 212 conversations"."""
        plural = "conversation" if self.n_threads == 1 else "conversations"
        return f"{self.kind or 'no known format'}, {self.n_threads:,} {plural}"

    def refuse(self, number: int, reason: str, unit: Unit) -> None:
        """Note a record that cannot be kept."""
        self.n_refused += 1
        if len(self.refused) < MOST_REFUSALS:
            self.refused.append(Refusal(number, reason, unit))


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read."""

    format: str = "auto"
    """One of registry.NAMES, or "auto" to find out."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Which column of a table is what; see table.MEANINGS."""
    masking: Masking | None = None

    def __post_init__(self) -> None:
        if self.format != "auto" and self.format not in NAMES:
            raise ImportFormatError(f"The format {self.format!r} is not known; known are {', '.join(NAMES)}.")
        table.check_columns(self.columns)


AS_FOUND = Options()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that is being read: its threads one by one, and what has become of its records so far."""

    reading: Reading
    threads: Iterator[Thread]
    """Raises ImportFormatError where the file is unreadable or holds no thread."""


def open_import(given: Path | bytes, *, source: str = "", options: Options = AS_FOUND) -> Incoming:
    """Read a file thread by thread, in bounded memory.

    Args:
        given: the file, or the bytes of an upload.
        source: the file's name, where only bytes are given.
        options: format, columns and masks.
    """
    reading = Reading()
    name = source or (given.name if isinstance(given, Path) else "upload")
    return Incoming(reading, _read(given, name, options, reading))


def read_file(path: Path, options: Options = AS_FOUND) -> Reading:
    """Every thread of a file.

    Raises:
        ImportFormatError: the file cannot be opened, is empty, or holds nothing that looks like a thread.
    """
    return _collected(open_import(path, options=options))


def read_bytes(raw: bytes, *, source: str, options: Options = AS_FOUND) -> Reading:
    """As read_file, for bytes of an upload; UTF-8 first, else the encoding that the bytes suggest."""
    return _collected(open_import(raw, source=source, options=options))


def read_text(text: str, *, source: str, options: Options = AS_FOUND) -> Reading:
    """As read_file, for pasted text: JSON, JSON lines, or a transcript such as "User: ... Assistant: ..."."""
    if "\x00" in text:
        raise ImportFormatError(
            f"{source} is not text: it holds zero bytes. JSON, JSON lines and plain text can be read."
        )
    # A half character has no bytes in UTF-8; as a replacement character it can at least be read.
    return read_bytes(text.encode("utf-8", "replace"), source=source, options=options)


def _collected(incoming: Incoming) -> Reading:
    reading = incoming.reading
    reading.threads.extend(incoming.threads)
    return reading


def _read(given: Path | bytes, name: str, options: Options, reading: Reading) -> Iterator[Thread]:
    source = Source(given, name)
    if not source.head.strip(b" \t\r\n\x0b\x0c" + codecs.BOM_UTF8):
        raise ImportFormatError(
            f"{name} is empty. It should hold a conversation: JSON, JSON lines, or 'User: ... Assistant: ...'."
        )
    found = _threads(source, options, reading)
    if options.masking is not None:
        found = _masked(found, options.masking, reading)
    for thread in found:
        reading.n_threads += 1
        yield thread
    reading.notes.extend(source.notes())
    reading.notes.extend(f"{n:,} {what} were passed over." for what, n in reading.passed.items())
    if not reading.n_threads:
        raise ImportFormatError(f"{name}: no thread could be read. {_first_reason(reading)}")


def _threads(source: Source, options: Options, reading: Reading) -> Iterator[Thread]:
    if options.format == "table" or options.columns or (options.format == "auto" and table.is_table(source)):
        reading.kinds[OTHER["table"]] += 1
        yield from _counted(table.read(source, options.columns), reading)
    elif options.format == "transcript" or (options.format == "auto" and not source.looks_like_json()):
        reading.kinds[OTHER["transcript"]] += 1
        reading.n_kept += 1
        text, guessed = decode(source.whole(), source.name)
        if guessed is not None:
            reading.notes.append(
                f"{source.name} is not UTF-8; it was read as {guessed}. If letters look wrong, save it as UTF-8 and "
                "try again."
            )
            source.wide = None  # has been said
        yield transcript.read(text.removeprefix("\ufeff"), source=source.name)
    else:
        yield from _of_records(source, None if options.format == "auto" else named(options.format), reading)


def _counted(found: Iterator[Thread | Bad], reading: Reading) -> Iterator[Thread]:
    for one in found:
        if isinstance(one, Bad):
            reading.refuse(one.number, one.reason, one.unit)
        else:
            reading.n_kept += 1
            yield one


def _of_records(source: Source, given: Format | None, reading: Reading) -> Iterator[Thread]:
    calls = Calls()
    for record in source.records():
        if isinstance(record, Bad):
            reading.refuse(*_placed(record))
            continue
        form = given or find_format(record.value)
        try:
            items = list(form.read(record.value, Where(source.name, record.number)))
        except ImportFormatError as exc:
            reading.refuse(record.number, str(exc), record.unit)
            continue
        except (RecursionError, TypeError, ValueError, AttributeError, KeyError, IndexError) as exc:
            # A reader met something that no rule of its format allows for.
            reading.refuse(record.number, _unforeseen(form, exc), record.unit)
            continue
        yield from _taken(items, record, form, calls, reading)
    if calls.n:
        reading.notes.extend(_about(calls))
        yield from calls.threads(source.name)


def _taken(items: list[Item], record: Record, form: Format, calls: Calls, reading: Reading) -> Iterator[Thread]:
    if any(isinstance(item, Thread) for item in items):
        reading.n_kept += 1
        reading.kinds[form.title] += 1
    for item in items:
        if isinstance(item, Thread):
            yield item
        elif isinstance(item, Call):
            calls.add(item)
            reading.n_kept += 1
            reading.kinds[form.title] += 1
        elif isinstance(item, Passed):
            reading.passed[item.what] += 1
        else:
            reading.refuse(record.number, item.reason, record.unit)


def _placed(bad: Bad) -> tuple[int, str, Unit]:
    return bad.number, bad.reason, bad.unit


def _unforeseen(form: Format, exc: Exception) -> str:
    if isinstance(exc, RecursionError):
        return "it is nested too deeply to be read."
    return f"it looks like {form.title}, but a field is of an unexpected kind ({exc})."


def _about(calls: Calls) -> Iterator[str]:
    if calls.n_unanswered:
        yield (
            f"{calls.n_unanswered:,} of {calls.n:,} calls have no answer (they failed, or it was not logged); their "
            "questions are kept."
        )


def _masked(found: Iterator[Thread], masking: Masking, reading: Reading) -> Iterator[Thread]:
    n = 0
    for number, thread in enumerate(found, start=1):
        try:
            done = masking.mask(thread)
        except ImportFormatError as exc:
            n += 1
            if n == _MOST_SLOW_THREADS:
                raise ImportFormatError(f"{n} threads were refused, so the import was stopped: {exc}") from exc
            reading.n_kept -= 1
            reading.refuse(number, f"thread {thread.source_ref}: {exc}", "record")
            continue
        reading.masked.update(done.counts)
        yield done.thread


def _first_reason(reading: Reading) -> str:
    if not reading.refused:
        return "It holds no record."
    return f"Record {reading.refused[0].line}: {reading.refused[0].reason}"


def titled(thread: Thread) -> Thread:
    """The thread with a title made from its first user message, where it came without one."""
    if thread.title:
        return thread
    first = next((m.text for m in thread.messages if m.role == "user"), "")
    words = " ".join(first[:2_000].split())
    return replace(thread, title=words if len(words) <= 60 else words[:57].rsplit(" ", 1)[0] + "...")
