"""From a file to parsed records, one at a time: JSON lines, the elements of a JSON array, or one JSON document.

Which of these a file is, its beginning says. Never more than one record is held; one that is longer than
MAX_RECORD_BYTES is reported with its size and left out.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import orjson

from compare.errors import ImportFormatError
from compare.threads.importers.encoding import Decoded, Transcoded, decode, decode_record, wide_encoding
from compare.threads.importers.openai_messages import is_message
from compare.threads.importers.splitting import elements

MAX_RECORD_BYTES = 32 * 1024 * 1024
"""A conversation with several pictures fits; parsing takes about three times as much memory."""
JSON_NAMES = (".json", ".jsonl", ".ndjson")
_LINES_NAMES = (".jsonl", ".ndjson")
_HEAD_BYTES = 65_536
_N_LOOKED_AT = 20
_JSON = re.compile(rb"""[\[{]\s*(?:["'{}\[\]]|$)""")
"""How a JSON document of objects, lists or texts begins; "[10:32] hello" and "{name}, hello" do not."""
_WRAPPERS = ("data", "rows", "threads", "traces", "observations", "items", "conversations", "records")
"""Lists of records that an object may hold under these names, where it is a page of an interface or of a data set."""

Unit = Literal["line", "record", "row"]


class Record(NamedTuple):
    """One record, parsed."""

    number: int
    unit: Unit
    value: Any


class Bad(NamedTuple):
    """A record that could not be parsed."""

    number: int
    unit: Unit
    reason: str


class Source:
    """A file or an upload, opened for reading from its beginning."""

    def __init__(self, given: Path | bytes, name: str) -> None:
        self.name = name
        self._given = given
        self.guessed: Counter[str] = Counter()
        """Encodings of records that are not UTF-8, with how many they are."""
        self.first_guessed: dict[str, str] = {}
        """Where the first of them stands: "line 4"."""
        self.wide: str | None = None
        self.head = self._read_head()

    def stream(self) -> BinaryIO:
        """The file as UTF-8 from its beginning, without a mark."""
        opened = io.BytesIO(self._given) if isinstance(self._given, bytes) else _opened(self._given)
        if self.wide is not None:
            opened = io.BufferedReader(Transcoded(opened, self.wide))
        beginning = opened.read(3)
        if beginning != b"\xef\xbb\xbf":
            if self.wide is None:
                opened.seek(0)
            else:
                opened = io.BufferedReader(Transcoded(self._raw(), self.wide))
        return opened

    def whole(self) -> bytes:
        """All of it, as it is on the disk.

        Raises:
            ImportFormatError: it is longer than a record may be.
        """
        with self._raw() as stream:
            raw = stream.read(MAX_RECORD_BYTES + 1)
        if len(raw) > MAX_RECORD_BYTES:
            raise ImportFormatError(
                f"{self.name} has more than {MAX_RECORD_BYTES:,} bytes and would have to be read as one piece. Give "
                "its conversations as JSON lines or as one JSON array."
            )
        return raw

    def looks_like_json(self) -> bool:
        """True where the name or the first characters say so."""
        head = self.head.lstrip()
        # Zero bytes may damage a line of JSON; a file that begins otherwise and has them is no text at all.
        named = self.name.lower().endswith(JSON_NAMES) and (head[:1] in (b"{", b"[") or b"\x00" not in head)
        return named or _JSON.match(head) is not None

    def records(self) -> Iterator[Record | Bad]:
        """Every record of a JSON file, parsed or with the reason why not.

        Raises:
            ImportFormatError: the file is one JSON document, and it cannot be parsed.
        """
        first, more = self._first_line()
        if self._is_lines(first, more):
            yield from self._lines()
        elif self.head.lstrip().startswith(b"[") and not self._is_one_conversation():
            yield from self._elements()
        else:
            yield from self._document()

    def _raw(self) -> BinaryIO:
        return io.BytesIO(self._given) if isinstance(self._given, bytes) else _opened(self._given)

    def _read_head(self) -> bytes:
        with self._raw() as stream:
            head = stream.read(_HEAD_BYTES)
        self.wide = wide_encoding(head)
        with self.stream() as stream:
            return stream.read(_HEAD_BYTES)

    def _first_line(self) -> tuple[bytes, bool]:
        """The first line that is not blank, and whether another follows; empty where it is too long to be parsed."""
        with self.stream() as stream:
            first = b""
            while not first.strip():
                first = stream.readline(MAX_RECORD_BYTES + 1)
                if not first:
                    return b"", False
            if len(first) > MAX_RECORD_BYTES and not first.endswith(b"\n"):
                first = b""
                while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
                    pass
            return first.strip(), any(line.strip() for line in iter(lambda: stream.readline(1 << 16), b""))

    def _is_lines(self, first: bytes, more: bool) -> bool:
        if not more:
            return False
        if not first or isinstance(_tried(first), dict | list):
            return True
        begins = first[:1]
        lines = [line for line in self.head.split(b"\n")[:-1] if line.strip()]
        alike = len(lines) > 1 and all(line.startswith(begins) for line in lines) and begins in (b"{", b"[")
        if alike and (begins == b"{" or any(isinstance(_tried(line), list) for line in lines)):
            return True
        return self.name.lower().endswith(_LINES_NAMES) and first not in (b"{", b"[")

    def _is_one_conversation(self) -> bool:
        """True where an array's elements are messages, not conversations."""
        with self.stream() as stream:
            for _, element in zip(range(_N_LOOKED_AT), elements(stream, MAX_RECORD_BYTES), strict=False):
                if _is_of_conversation(_tried(element.raw)):
                    return True
        return False

    def _lines(self) -> Iterator[Record | Bad]:
        with self.stream() as stream:
            number = 0
            # Split on line feeds only: U+2028 and its like may stand inside a JSON string.
            while line := stream.readline(MAX_RECORD_BYTES + 1):
                number += 1
                if len(line) > MAX_RECORD_BYTES and not line.endswith(b"\n"):
                    n_bytes = len(line)
                    while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
                        n_bytes += len(rest)
                    yield Bad(number, "line", _too_long(n_bytes + len(rest)))
                elif not line.isspace():
                    yield self._parsed(line.strip(), number, "line")

    def _elements(self) -> Iterator[Record | Bad]:
        number = 0
        with self.stream() as stream:
            for element in elements(stream, MAX_RECORD_BYTES):
                if not element.raw:
                    number += 1
                    yield Bad(number, "record", _too_long(element.n_bytes))
                elif not element.complete:
                    rest = list(self._of_cut(element.raw, number))
                    if not number and len(rest) == 1:
                        yield from self._document()  # which says where it breaks off
                    yield from rest
                elif element.raw[:1] in (b"{", b"["):
                    number += 1
                    yield self._parsed(element.raw, number, "record")
                else:
                    loose = _tried(b"[" + element.raw + b"]")
                    for value in loose if isinstance(loose, list) else [None]:
                        number += 1
                        bad = Bad(number, "record", "not valid JSON.")
                        yield bad if loose is None else Record(number, "record", value)

    def _of_cut(self, raw: bytes, number: int) -> Iterator[Record | Bad]:
        """The rest of an array that ends in the middle; lines that are whole records are read."""
        first, *lines = raw.split(b"\n")
        del first
        yield Bad(number + 1, "record", "the file ends inside this record; it was cut off, or a bracket is missing.")
        for line in lines:
            value = _tried(line.strip().rstrip(b",]").strip())
            if isinstance(value, dict) and "role" not in value:
                number += 1
                yield Record(number + 1, "record", value)

    def _document(self) -> Iterator[Record | Bad]:
        decoded = decode(self.whole(), self.name)
        if decoded.guessed:
            self._note(decoded, "")
        text = decoded.text.removeprefix("\ufeff")
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as exc:
            raise ImportFormatError(f"{self.name} is not valid JSON: {exc}.", line=exc.lineno) from exc
        for number, one in enumerate(_unwrapped(value), start=1):
            yield Record(number, "record", one)

    def _parsed(self, raw: bytes, number: int, unit: Unit) -> Record | Bad:
        try:
            return Record(number, unit, orjson.loads(raw))
        except json.JSONDecodeError as exc:
            return self._otherwise(raw, number, unit, exc)

    def _otherwise(self, raw: bytes, number: int, unit: Unit, failed: json.JSONDecodeError) -> Record | Bad:
        """A record that is no JSON in UTF-8: perhaps it is in another encoding."""
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            # The line before may have been UTF-16, whose line feed leaves a zero byte to this one.
            return Record(number, unit, orjson.loads(raw.lstrip(b"\x00")))
        except json.JSONDecodeError:
            pass
        try:
            raw.decode()
            wide = b"\x00" in raw
        except UnicodeDecodeError:
            wide = True
        if wide:
            decoded = decode_record(raw)
            try:
                value = orjson.loads(decoded.text)
            except json.JSONDecodeError as exc:
                failed = exc
            else:
                self._note(decoded, f"{unit} {number}")
                return Record(number, unit, value)
        return Bad(number, unit, f"not valid JSON ({failed.msg} at column {failed.colno}).")

    def _note(self, decoded: Decoded, place: str) -> None:
        encoding = decoded.guessed or "utf-8"
        self.guessed[encoding] += 1
        self.first_guessed.setdefault(encoding, place)

    def notes(self) -> Iterator[str]:
        """What a reader of the file should know about its encoding, in sentences."""
        if self.wide:
            yield f"{self.name} is not UTF-8; it was read as {self.wide}."
        for encoding, n in self.guessed.items():
            place = self.first_guessed[encoding]
            which = f"{n:,} records of {self.name} are" if n > 1 else f"{self.name}, {place}," if place else self.name
            rest = f" (the first is {place})" if n > 1 else ""
            yield (
                f"{which}{'' if n > 1 else ' is'} not UTF-8{rest}; {'they were' if n > 1 else 'it was'} read as "
                f"{encoding}. If letters look wrong, save it as UTF-8 and try again."
            )


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as exc:
        raise ImportFormatError(f"{path} cannot be read: {exc.strerror or exc}. Check the path.") from exc


def _tried(raw: bytes) -> Any:
    """A record parsed, or None."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(decode_record(raw).text)
    except orjson.JSONDecodeError:
        return None


def _is_of_conversation(value: Any) -> bool:
    return is_message(value) or (isinstance(value, dict) and "parts" in value and "contents" not in value)


def _unwrapped(value: Any) -> list[Any]:
    """The records of a document: most are one, some hold a list of them."""
    if isinstance(value, list):
        return [value] if any(_is_of_conversation(one) for one in value) else value
    if isinstance(value, dict) and not {"messages", "contents", "mapping", "resourceSpans", "traceId"} & value.keys():
        for name in _WRAPPERS:
            inner = value.get(name)
            if isinstance(inner, list) and inner and not any(_is_of_conversation(one) for one in inner):
                if name == "observations" and ("id" in value or "input" in value):
                    continue  # a trace, which is a record itself
                return [one["row"] if isinstance(one, dict) and "row" in one else one for one in inner]
    return [value]


def _too_long(n_bytes: int) -> str:
    return f"it has {n_bytes:,} bytes; a record may have {MAX_RECORD_BYTES:,}. Leave out files that it carries."
