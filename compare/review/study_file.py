"""Items from a file of answers made elsewhere: JSONL or CSV. A row that cannot be used is told with line and reason.

JSONL, one object a line: `messages` and `responses` ({"name": "text", ...}), as in a threads file; or, for whole
threads, `threads` ({"name": [messages], ...}), which begin with the same user message. CSV: `prompt`, or `messages` as
JSON, and one column `response:NAME` per candidate; or `model_a, model_b, response_a, response_b`. In both, where they
apply: `kind` (rated | training | gold), `expected` (a candidate's name | tie | both_bad) and `feedback`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, cast, get_args

from compare.errors import ImportFormatError
from compare.records import Answer, History, Message, Thread
from compare.review.studies import MOST_SIDES, Items, LeftOut
from compare.store.part import new_id, storable
from compare.store.recorded import candidate_of
from compare.store.store import Store
from compare.store.study_values import Expected, ItemKind, NewItem, Scope
from compare.threads.importers import openai_messages
from compare.threads.importers.items import Where
from compare.threads.importers.read import titled

_RESPONSE = "response:"
_OF_RUN = {"answer_id", "thread_id", "model_id", "text"}
"""Fields of a line that `run --out` and `jobs export` write."""
_PAIR = (("model_a", "response_a", "A"), ("model_b", "response_b", "B"))


def read_items(
    store: Store, lines: Iterable[str], *, source: str, scope: Scope = "turn", columns: Mapping[str, str] | None = None
) -> Items:
    """Keep the threads and answers of a file, and make an item of each row.

    Args:
        store: where threads and answers go; what is stored already is not stored again.
        lines: of the file, with their line ends, as an open text file (newline="") gives them.
        source: the file's name.
        scope: whether its rows are single turns or whole threads.
        columns: our name of a column -> the file's, for CSV.

    Raises:
        ImportFormatError: the file is empty, or none of its rows can be used; the sentence gives the first reason.
    """
    items: list[NewItem] = []
    left_out: list[LeftOut] = []
    is_of_run = False
    for line, record in _records(list(lines), dict(columns or {}), left_out):
        is_of_run = is_of_run or (record.keys() >= _OF_RUN and "messages" not in record)
        try:
            items.append(_item(store, record, source, line, scope))
        except ImportFormatError as exc:
            left_out.append(LeftOut(f"line {line}", str(exc)))
    if not items and is_of_run:
        raise ImportFormatError(
            f"{source} looks like a file written by `weighbridge run`: each line is one answer, without its thread. "
            "These answers are stored already: take them from the job instead (on the command line: --job last)."
        )
    if not items:
        reason = f"{left_out[0].what}: {left_out[0].reason}" if left_out else "it is empty."
        raise ImportFormatError(f"{source} holds no item that can be used; {reason}")
    return Items(tuple(items), tuple(left_out))


def _records(
    lines: Sequence[str], columns: Mapping[str, str], left_out: list[LeftOut]
) -> Iterator[tuple[int, dict[str, Any]]]:
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip("\ufeff").lstrip().startswith("{"):
        yield from _csv_records(lines, columns, left_out)
        return
    for number, line in enumerate(lines, start=1):
        text = line.lstrip("\ufeff").strip()
        if not text:
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as exc:
            left_out.append(LeftOut(f"line {number}", f"it is not valid JSON ({exc})."))
            continue
        if _HALF.search(text) and not _is_whole(record):
            left_out.append(LeftOut(f"line {number}", "it holds half a character (a lone surrogate)."))
        elif isinstance(record, dict):
            yield number, record
        else:
            left_out.append(LeftOut(f"line {number}", "it is no JSON object."))


_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def _is_whole(record: object) -> bool:
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _csv_records(
    lines: Sequence[str], columns: Mapping[str, str], left_out: list[LeftOut]
) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(lines, strict=True)
    try:
        header = [name.strip().lstrip("\ufeff") for name in next(reader, [])]
    except csv.Error as exc:
        raise ImportFormatError(f"The header cannot be read as CSV: {exc}.", line=1) from exc
    missing = sorted(theirs for theirs in columns.values() if theirs not in header)
    if missing:
        raise ImportFormatError(f"The file has no column {missing[0]!r}; it has {', '.join(header)}.", line=1)
    ours = {theirs: name for name, theirs in columns.items()}
    names = [ours.get(name, name) for name in header]
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            left_out.append(LeftOut(f"line {line}", f"it cannot be read as CSV: {exc}."))
            continue
        if len(row) == len(names):
            yield line, _csv_record(dict(zip(names, row, strict=True)))
        elif row:
            left_out.append(LeftOut(f"line {line}", f"{len(row)} fields, but the header has {len(names)}."))


def _csv_record(row: Mapping[str, str]) -> dict[str, Any]:
    """The row in the shape of a JSON line; empty cells are not there."""
    record: dict[str, Any] = {name: row[name] for name in ("id", "kind", "expected", "feedback") if row.get(name)}
    responses = {
        name.removeprefix(_RESPONSE).strip(): text for name, text in row.items() if name.startswith(_RESPONSE) and text
    }
    for model, response, default in _PAIR:
        if row.get(response):
            responses[row.get(model) or default] = row[response]
    record["responses"] = responses
    if row.get("messages"):
        try:
            record["messages"] = json.loads(row["messages"])
        except (ValueError, RecursionError):
            record["messages"] = row["messages"]  # the reader says what is wrong with it
    elif row.get("prompt"):
        record["messages"] = [{"role": "user", "content": row["prompt"]}]
    return record


def _item(store: Store, record: dict[str, Any], source: str, line: int, scope: Scope) -> NewItem:
    kind = str(record.get("kind") or "rated")
    if kind not in get_args(ItemKind):
        raise ImportFormatError(f"kind is {kind!r}; known are {', '.join(get_args(ItemKind))}.")
    read = _whole_threads if scope == "thread" else _turn
    thread, sides = read(record, source, line)
    if not 2 <= len(sides) <= MOST_SIDES:
        raise ImportFormatError(f"it has {len(sides)} answers; an item needs 2 to {MOST_SIDES}.")
    word = str(record.get("expected") or "")
    if word not in ("", "tie", "both_bad", *sides):
        raise ImportFormatError(f"expected is {word!r}; known are tie, both_bad, {', '.join(sides)}.")
    if kind != "rated" and not word:
        raise ImportFormatError(f"a {kind} item needs the verdict that is right in 'expected'.")
    feedback = str(record.get("feedback") or "")
    thread_id, answers = _keep_threads(store, thread, sides) if scope == "thread" else _keep_turn(store, thread)
    expected = None
    if word:
        verdict = {"tie": "tie", "both_bad": "all_bad"}.get(word, "best")
        expected = Expected(cast(Any, verdict), answers.get(word))
    history: History = "own" if scope == "thread" else "fixed"
    return NewItem(thread_id, tuple(answers.values()), history, cast(ItemKind, kind), expected, feedback)


def _turn(record: dict[str, Any], source: str, line: int) -> tuple[Thread, dict[str, tuple[Message, ...]]]:
    thread = titled(_read(record, source, line))
    empty = sorted(one.name for one in thread.recorded if not one.text.strip())
    if empty:
        raise ImportFormatError(f"the answer of {empty[0]!r} is empty.")
    return thread, {one.name: () for one in thread.recorded}


def _read(record: dict[str, Any], source: str, line: int) -> Thread:
    (thread,) = openai_messages.read(record, Where(source, line))
    assert isinstance(thread, Thread), "a record of messages is one thread"
    return thread


def _whole_threads(record: dict[str, Any], source: str, line: int) -> tuple[Thread, dict[str, tuple[Message, ...]]]:
    """What all sides share, and the rest of each side's messages; the last of them is its answer."""
    found = record.get("threads")
    if not isinstance(found, dict):
        raise ImportFormatError("the field 'threads' is missing or does not map names to lists of messages.")
    whole: dict[str, tuple[Message, ...]] = {}
    for name, messages in found.items():
        read = _read({"messages": messages}, source, line)
        if read.messages[-1].role != "assistant":
            raise ImportFormatError(f"the thread of {name!r} does not end with an answer.")
        whole[str(name)] = read.messages
    if not whole:
        raise ImportFormatError("it has 0 answers; an item needs 2 or more.")
    sides = list(whole.values())
    alike = takewhile(lambda same: len({(m.role, m.text) for m in same}) == 1, zip(*sides, strict=False))
    opening = [messages[0] for messages in alike]
    asked = next((place for place, message in enumerate(opening) if message.role == "user"), None)
    if asked is None:
        raise ImportFormatError("the threads begin differently; all sides must share the first user message.")
    shared = asked + 1
    thread = Thread(tuple(opening[:shared]), source=source, source_ref=str(record.get("id") or line))
    return titled(thread), {name: messages[shared:] for name, messages in whole.items()}


def _keep_turn(store: Store, thread: Thread) -> tuple[str, dict[str, str]]:
    thread_id = store.save_thread(thread).id
    prompt = [message for message in store.thread(thread_id).messages if message.role == "user"][-1]
    recorded = store.recorded_answers(prompt.id)
    found = {}
    for one in thread.recorded:
        wanted = candidate_of(one.name).id, storable(one.text)
        found[one.name] = next(answer.id for answer in recorded if (answer.candidate_id, answer.text) == wanted)
    return thread_id, found


def _keep_threads(store: Store, thread: Thread, sides: Mapping[str, tuple[Message, ...]]) -> tuple[str, dict[str, str]]:
    thread_id = store.save_thread(thread).id
    opening = store.thread(thread_id).messages
    found = {}
    for name, messages in sides.items():
        before, last = messages[:-1], messages[-1]
        leaf_id = store.append_messages(thread_id, opening[-1].id, before) if before else opening[-1].id
        path = store.path(leaf_id)
        answer = Answer(
            id=new_id(),
            candidate_id=store.save_candidate(candidate_of(name)),
            prompt_leaf_id=leaf_id,
            turn=sum(message.role == "user" for message in path),
            n_messages=len(path),
            history="own",
            origin="imported",
            status="done",
            finish="stop",
            text=last.text,
        )
        store.save_answer(answer)
        found[name] = answer.id
    return thread_id, found
