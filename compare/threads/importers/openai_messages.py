"""Threads as OpenAI messages: `[{"role", "content"}, ...]` or an object with a "messages" list, one or many.

Content may be text, a list of parts, or null beside tool calls. Tool calls and results become readable text; the
message as it came is kept in parts_json. `"responses": {"name": "text"}` are recorded answers to the last user message;
instead of a text, an object may give its numbers as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from compare.errors import ImportFormatError
from compare.records import Message, Recorded, Role, Thread
from compare.threads.importers.items import Item, Where
from compare.threads.importers.values import iso, kind, mapping, milliseconds, moment, money, text, tokens

_PLAIN: dict[Any, Role] = {role: role for role in get_args(Role)}
_ROLES: dict[str, Role] = {
    **_PLAIN,
    "developer": "system",
    "human": "user",
    "model": "assistant",
    "function": "tool",
}


def is_message(item: Any) -> bool:
    """True for something that is one message, not a conversation of its own."""
    return isinstance(item, dict) and "messages" not in item and ("role" in item or {"from", "value"} <= item.keys())


def detect(record: Any) -> bool:
    """True for a list of messages, and for an object that holds one."""
    if isinstance(record, list):
        return any(is_message(item) for item in record)
    return isinstance(record, dict) and ("messages" in record or "messages" in mapping(record.get("body")))


def read(record: Any, where: Where) -> Iterable[Item]:
    """One thread from one parsed record.

    Raises:
        ImportFormatError: it holds no messages, or a message that cannot be read; the message says which.
    """
    fields = {"messages": record} if isinstance(record, list) else record
    if not isinstance(fields, dict):
        raise ImportFormatError(f"a record must be an object with a 'messages' list, not {kind(fields)}.")
    raw = fields.get("messages")
    if raw is None and "body" in fields:  # a line of a batch file: the request stands in its body
        fields = {"id": fields.get("custom_id"), **mapping(fields["body"])}
        raw = fields.get("messages")
    if not isinstance(raw, list):
        raise ImportFormatError("the field 'messages' is missing or is not a list.")
    messages = tuple([to_message(item, place) for place, item in enumerate(raw, start=1)])
    if not messages:
        raise ImportFormatError("the thread is empty: 'messages' holds no message.")
    if not any(m.role == "user" for m in messages):
        raise ImportFormatError(f"the thread has {len(messages)} messages but none of a user, so nothing to answer.")
    reference = next((str(fields[k]) for k in ("id", "thread_id", "task_id") if fields.get(k) is not None), None)
    yield Thread(
        messages=messages,
        title=text(fields.get("title")),
        source=where.source,
        source_ref=str(where.number) if reference is None else reference,
        workload=text(fields.get("workload")) or "interactive",
        recorded=_responses(fields.get("responses")),
    )


def to_message(item: Any, place: int) -> Message:
    """One message.

    Args:
        item: a parsed message in OpenAI's shape.
        place: which of the thread's messages it is, from 1, for an error's sentence.

    Raises:
        ImportFormatError: it has no known role, or content of an unknown kind.
    """
    if not isinstance(item, dict):
        raise ImportFormatError(f"message {place} is {kind(item)}; it must be an object with 'role' and 'content'.")
    role, content = item.get("role"), item.get("content")
    if len(item) == 2 and isinstance(content, str) and isinstance(role, str) and role in _PLAIN and role != "tool":
        return Message(_PLAIN[role], content)  # most messages by far
    known = _ROLES.get(str(item.get("role", "")).lower())
    if known is None:
        raise ImportFormatError(f"message {place} has the role {item.get('role')!r}; known are {', '.join(_ROLES)}.")
    said = _content(content, place)
    refusal = item.get("refusal")
    if isinstance(refusal, str) and refusal and refusal not in said:
        said = "\n".join(filter(None, [said, refusal]))
    calls = _calls(item)
    if calls:
        said = "\n".join(filter(None, [said, *calls]))
    if known == "tool":
        said = tool_result(said, str(item.get("name") or item.get("tool_call_id") or ""))
    says_all = item == {"role": known, "content": said}
    return Message(known, said, parts_json="" if says_all else json.dumps(item, ensure_ascii=False))


def tool_result(text: str, name: str = "") -> str:
    """A tool's result as it is shown and sent: named as what it is, since it goes as the user's side."""
    return f"[tool result{': ' + name if name else ''}] {text}"


def _content(content: Any, place: int) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(_part(part, place) for part in content)
    raise ImportFormatError(f"the content of message {place} is {kind(content)}; it must be text or a list of parts.")


def _part(part: Any, place: int) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        raise ImportFormatError(f"message {place} has a content part that is {kind(part)}.")
    for name in ("text", "refusal"):
        if isinstance(part.get(name), str):
            return str(part[name])
    return f"[{part.get('type', 'part')}]"


def _calls(item: dict[str, Any]) -> list[str]:
    """Tool calls in readable form; both OpenAI's nested shape and the flat one of many logs."""
    found = item.get("tool_calls") or item.get("function_call") or []
    return [f"[tool call] {_call(call)}" for call in (found if isinstance(found, list) else [found])]


def _call(call: Any) -> str:
    if not isinstance(call, dict):
        return json.dumps(call, ensure_ascii=False)
    inner = call["function"] if isinstance(call.get("function"), dict) else call
    arguments = inner.get("arguments", "")
    shown = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return f"{inner.get('name', 'unnamed')}({shown})"


def _responses(found: Any) -> tuple[Recorded, ...]:
    if found is None:
        return ()
    if not isinstance(found, dict):
        raise ImportFormatError("the field 'responses' must map names to texts.")
    return tuple(_response(str(name), given) for name, given in found.items())


def _response(name: str, given: Any) -> Recorded:
    if isinstance(given, str):
        return Recorded(name, given)
    said = given.get("text") if isinstance(given, dict) else None
    if not isinstance(said, str):
        raise ImportFormatError(
            f"the field 'responses' must map names to texts (or to objects with a 'text'); {name!r} has {kind(given)}."
        )
    return Recorded(name, said, **_numbers(given))


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ttft_ms": milliseconds(given.get("ttft_ms")),
        "total_ms": milliseconds(given.get("total_ms")),
        "in_reported": tokens(given.get("in_reported")),
        "out_reported": tokens(given.get("out_reported")),
        "cached": tokens(given.get("cached")),
        "cost_usd": money(given.get("cost_usd")),
        "started_at": iso(moment(given.get("started_at"))),
        "model_served": text(given.get("model_served")) or None,
    }
