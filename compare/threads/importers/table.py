"""Tables: a row is a message of a thread, or a question with its answer. CSV, tab-separated text and Excel workbooks.

Which column is what is found by the names of the header, or said by the user. Rows of one thread need not stand
together; they are put in the order of the column for it, else in that of the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compare.errors import ImportFormatError
from compare.records import PRODUCTION_NAME, Recorded, Thread
from compare.threads.importers.building import Said, path_of, thread_of
from compare.threads.importers.encoding import decode, decode_record
from compare.threads.importers.items import Where
from compare.threads.importers.source import MAX_RECORD_BYTES, Bad, Source
from compare.threads.importers.transcript import role_named
from compare.threads.importers.values import iso, milliseconds, moment, money, tokens

MEANINGS: dict[str, tuple[str, ...]] = {
    "thread": ("thread", "thread_id", "conversation_id", "conversation", "session_id", "chat_id", "dialog_id",
               "dialogue_id", "ticket_id", "ticket", "case_id"),
    "role": ("role", "sender", "speaker", "author", "from", "participant"),
    "text": ("text", "content", "message", "body", "value", "utterance", "msg"),
    "order": ("order", "turn", "index", "position", "seq", "sequence", "message_index", "timestamp", "created_at",
              "time", "date", "sent_at"),
    "question": ("question", "prompt", "user", "input", "query", "instruction", "user_message"),
    "answer": ("answer", "response", "assistant", "output", "completion", "reply", "assistant_message"),
    "system": ("system", "system_prompt", "instructions"),
    "title": ("title", "subject", "name"),
    "model": ("model", "model_id", "model_name"),
    "ttft_ms": ("ttft_ms", "first_token_ms"),
    "total_ms": ("total_ms", "latency_ms", "duration_ms"),
    "in_tokens": ("in_tokens", "input_tokens", "prompt_tokens"),
    "out_tokens": ("out_tokens", "output_tokens", "completion_tokens"),
    "cost_usd": ("cost_usd", "cost"),
    "started_at": ("started_at", "timestamp", "created_at"),
}  # fmt: skip
"""What a column can be, and the names by which it is found."""
_NAMES = (".csv", ".tsv", ".xlsx", ".xlsm")


def check_columns(columns: Mapping[str, str]) -> None:
    """Refuse a mapping of columns that says nothing.

    Raises:
        ImportFormatError: it names something that a column cannot be.
    """
    unknown = [meaning for meaning in columns if meaning not in MEANINGS]
    if unknown:
        raise ImportFormatError(f"A column cannot be {unknown[0]!r}; it can be {', '.join(MEANINGS)}.")


def is_table(source: Source) -> bool:
    """True where the file's name says so."""
    return source.name.lower().endswith(_NAMES)


def read(source: Source, given: Mapping[str, str]) -> Iterator[Thread | Bad]:
    """Every thread of a table, and every row or thread that cannot be read.

    Args:
        source: the file.
        given: which column is what, for those that are not to be found by name.

    Raises:
        ImportFormatError: the table has no header, or no columns that hold messages.
    """
    rows = _workbook_rows(source) if source.name.lower().endswith((".xlsx", ".xlsm")) else _text_rows(source)
    header = next(rows, None)
    if header is None:
        raise ImportFormatError(f"{source.name} is empty. It should begin with a line that names the columns.")
    columns = find_columns([cell.strip() for cell in header.cells], given, source.name)
    if "text" in columns and "role" in columns:
        yield from _of_messages(rows, columns, source.name)
    else:
        yield from _of_questions(rows, columns, source.name)


def find_columns(header: list[str], given: Mapping[str, str], name: str) -> dict[str, int]:
    """Which column is what, as places in a row.

    Raises:
        ImportFormatError: a column that was named is not there, or the columns do not make threads.
    """
    known = {re.sub(r"[^\w]+", "_", cell.strip().lower()).strip("_"): i for i, cell in reversed([*enumerate(header)])}
    found: dict[str, int] = {}
    for meaning, column in given.items():
        if column not in header:
            raise ImportFormatError(f"{name} has no column {column!r}; its columns are {', '.join(header) or 'none'}.")
        found[meaning] = header.index(column)
    for meaning, names in MEANINGS.items():
        place = next((known[n] for n in names if n in known), None)
        if meaning not in found and place is not None and (place not in found.values() or meaning == "started_at"):
            found[meaning] = place
    if not ({"role", "text"} <= found.keys() or "question" in found):
        raise ImportFormatError(
            f"{name} has the columns {', '.join(header) or 'none'}, and none of them are known as messages. Say which "
            "is what: --columns thread=...,role=...,text=... or --columns question=...,answer=..."
        )
    if "question" in found and {"role", "text"} <= found.keys() and "question" not in given:
        for meaning in ("question", "answer"):
            found.pop(meaning, None)
    if "question" in given:
        found.pop("text", None)
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[str]

    def cell(self, columns: Mapping[str, int], meaning: str) -> str:
        place = columns.get(meaning)
        return self.cells[place] if place is not None and place < len(self.cells) else ""


@dataclass(slots=True)
class _Pending:
    """A message that waits for the rest of its thread."""

    order: Any
    number: int
    said: Said


def _of_messages(rows: Iterator[_Row], columns: Mapping[str, int], name: str) -> Iterator[Thread | Bad]:
    threads: dict[str, list[_Pending]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        text = row.cell(columns, "text")
        role = role_named(row.cell(columns, "role"))
        if role is None:
            told = row.cell(columns, "role")
            yield Bad(row.number, "row", f"the role {told!r} is not known; user, assistant, system and tool are.")
            continue
        thread = row.cell(columns, "thread").strip()
        titles.setdefault(thread, row.cell(columns, "title"))
        said = Said({"role": role, "content": text}, _numbers(row, columns) if role == "assistant" else None)
        threads.setdefault(thread, []).append(_Pending(_order(row.cell(columns, "order")), row.number, said))
    for thread, pending in threads.items():
        # What is no number or time keeps the place that the file gives it.
        if all(one.order is not None for one in pending) and len({type(one.order) for one in pending}) == 1:
            pending.sort(key=lambda one: one.order)
        fields = {"title": titles[thread], "source_ref": thread}
        yield from _thread([one.said for one in pending], Where(name, pending[0].number), fields)


def _of_questions(rows: Iterator[_Row], columns: Mapping[str, int], name: str) -> Iterator[Thread | Bad]:
    threads: dict[str, tuple[int, str, list[Said]]] = {}
    for row in rows:
        said = []
        if system := row.cell(columns, "system"):
            said.append(Said({"role": "system", "content": system}))
        question = row.cell(columns, "question")
        if not question.strip():
            yield Bad(row.number, "row", "the question is empty.")
            continue
        said.append(Said({"role": "user", "content": question}))
        if answer := row.cell(columns, "answer"):
            said.append(Said({"role": "assistant", "content": answer}, _numbers(row, columns)))
        thread = row.cell(columns, "thread").strip()
        title = row.cell(columns, "title")
        if not thread:
            yield from _thread(said, Where(name, row.number), {"title": title})
        elif thread in threads:
            threads[thread][2].extend(one for one in said if one.item["role"] != "system")
        else:
            threads[thread] = (row.number, title, said)
    for thread, (number, title, said) in threads.items():
        yield from _thread(said, Where(name, number), {"title": title, "source_ref": thread})


def _thread(said: list[Said], where: Where, fields: dict[str, Any]) -> Iterator[Thread | Bad]:
    try:
        yield thread_of(path_of(said), where, **fields)
    except ImportFormatError as exc:
        yield Bad(where.number, "row", str(exc))


def _numbers(row: _Row, columns: Mapping[str, int]) -> Recorded | None:
    found = Recorded(
        PRODUCTION_NAME,
        "",
        in_thread=True,
        ttft_ms=milliseconds(row.cell(columns, "ttft_ms")),
        total_ms=milliseconds(row.cell(columns, "total_ms")),
        in_reported=tokens(row.cell(columns, "in_tokens")),
        out_reported=tokens(row.cell(columns, "out_tokens")),
        cost_usd=money(row.cell(columns, "cost_usd").removeprefix("$")),
        started_at=iso(moment(row.cell(columns, "started_at"))),
        model_served=row.cell(columns, "model").strip() or None,
    )
    return None if found == Recorded(PRODUCTION_NAME, "", in_thread=True) else found


def _order(cell: str) -> Any:
    """A number, else a time, else nothing that could be compared."""
    try:
        return float(cell)
    except ValueError:
        return moment(cell)


def _text_rows(source: Source) -> Iterator[_Row]:
    sample = source.head.decode("utf-8", "replace")
    delimiter = _delimiter(sample, source.name)
    csv.field_size_limit(MAX_RECORD_BYTES)
    reader = csv.reader(_lines(source), delimiter=delimiter)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise ImportFormatError(f"{source.name}, line {number}: the table cannot be read on ({exc}).") from exc
        if any(cell.strip() for cell in cells):
            yield _Row(number, cells)


def _lines(source: Source) -> Iterator[str]:
    """Lines as text; one that is no UTF-8 by itself."""
    decoded = _guess(source)
    with source.stream() as stream:
        while line := stream.readline(MAX_RECORD_BYTES):
            if decoded is not None:
                yield decoded(line)
                continue
            try:
                yield line.decode()
            except UnicodeDecodeError:
                told = decode_record(line)
                source.guessed[told.guessed or ""] += 1
                source.first_guessed.setdefault(told.guessed or "", "one of its lines")
                yield told.text


def _guess(source: Source) -> Callable[[bytes], str] | None:
    """How to decode a file that is in another encoding from its beginning on; None for UTF-8."""
    cut = source.head[: source.head.rfind(b"\n") + 1] or source.head
    try:
        cut.decode()
    except UnicodeDecodeError:
        pass
    else:
        return None
    encoding = decode(cut, source.name).guessed
    if encoding is None:
        return None
    source.guessed[encoding] += 1
    source.first_guessed.setdefault(encoding, "")
    return lambda line: line.decode(encoding, "replace")


def _delimiter(sample: str, name: str) -> str:
    if name.lower().endswith(".tsv"):
        return "\t"
    header = next(csv.reader(io.StringIO(sample.split("\n", 1)[0])), [])
    first = sample.split("\n", 1)[0]
    if len(header) > 1:
        best = max(",;\t|", key=first.count)
        return best if first.count(best) > first.count(",") else ","
    return max(",;\t|", key=first.count)


def _workbook_rows(source: Source) -> Iterator[_Row]:
    from compare.threads.importers.workbook import rows

    for number, cells in rows(source):
        if any(cell.strip() for cell in cells):
            yield _Row(number, cells)
