"""ShareGPT: turns with "from" and "value", in a list of their own or under "conversations"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.threads.importers.building import Said, path_of, thread_of
from compare.threads.importers.items import Item, Where
from compare.threads.importers.values import as_text, first, kind, text

_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "assistant": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "tool",
    "function_response": "tool",
    "observation": "tool",
    "function_call": "call",
    "tool_call": "call",
}


def detect(record: Any) -> bool:
    """True where the turns say "from" and "value"."""
    return any(isinstance(turn, dict) and "from" in turn and "value" in turn for turn in _turns(record) or ())


def _turns(record: Any) -> list[Any] | None:
    found = first(record, "conversations", "items") if isinstance(record, dict) else record
    return found if isinstance(found, list) else None


def read(record: Any, where: Where) -> Iterable[Item]:
    """One thread.

    Raises:
        ImportFormatError: a turn is from nobody known, or nobody asks.
    """
    fields = record if isinstance(record, dict) else {}
    system = text(first(fields, "system", "system_prompt"))
    opening = [Said({"role": "system", "content": system})] if system else []
    path = path_of([*opening, *_said(_turns(record) or [])])
    yield thread_of(path, where, title=text(fields.get("title")), source_ref=text(fields.get("id")))


def _said(turns: list[Any]) -> Iterator[Said]:
    for place, turn in enumerate(turns, start=1):
        if not isinstance(turn, dict):
            raise ImportFormatError(f"turn {place} is {kind(turn)}; it must be an object with 'from' and 'value'.")
        role = _ROLES.get(text(turn.get("from")).lower())
        if role is None:
            raise ImportFormatError(f"turn {place} is from {turn.get('from')!r}; known are {', '.join(_ROLES)}.")
        value = turn.get("value")
        said = "" if value is None else as_text(value)
        if role == "call":
            call = {"type": "function", "function": {"name": "call", "arguments": said}}
            yield Said({"role": "assistant", "content": None, "tool_calls": [call]})
        else:
            yield Said({"role": role, "content": said})
