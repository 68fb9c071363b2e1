"""Threads as OpenAI messages: `[{"role", "content"}, ...]` or an object with a "messages" list, one or many.

Content may be text, a list of parts, or null beside tool calls. Tool calls and results become readable text; the
message as it came is kept in parts_json. `"responses": {"name": "text"}` are recorded answers to the last user message.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from compare.errors import ImportFormatError
from compare.records import Message, Role, Thread

_ROLES: dict[str, Role] = {
    **{role: role for role in get_args(Role)},
    "developer": "system",
    "human": "user",
    "model": "assistant",
    "function": "tool",
}


def is_message_list(record: list[Any]) -> bool:
    """True where a JSON array is one conversation, perhaps with a bad message, not an array of conversations."""
    return any(isinstance(item, dict) and "role" in item and "messages" not in item for item in record)


def read(record: Any, *, source: str, number: int) -> Thread:
    """One thread from one parsed record.

    Raises:
        ImportFormatError: it holds no messages, or a message that cannot be read; the message says which.
    """
    fields = {"messages": record} if isinstance(record, list) else record
    if not isinstance(fields, dict):
        raise ImportFormatError(f"a record must be an object with a 'messages' list, not {_kind(record)}.")
    raw = fields.get("messages")
    if not isinstance(raw, list):
        raise ImportFormatError("the field 'messages' is missing or is not a list.")
    messages = tuple(_message(item, place) for place, item in enumerate(raw, start=1))
    if not messages:
        raise ImportFormatError("the thread is empty: 'messages' holds no message.")
    if not any(m.role == "user" for m in messages):
        raise ImportFormatError(f"the thread has {len(messages)} messages but none of a user, so nothing to answer.")
    reference = next((str(fields[k]) for k in ("id", "thread_id", "task_id") if fields.get(k) is not None), str(number))
    return Thread(
        messages=messages,
        title=str(fields.get("title") or ""),
        source=source,
        source_ref=reference,
        workload=str(fields.get("workload") or "interactive"),
        recorded=_responses(fields.get("responses")),
    )


def _message(item: Any, place: int) -> Message:
    if not isinstance(item, dict):
        raise ImportFormatError(f"message {place} is {_kind(item)}; it must be an object with 'role' and 'content'.")
    role = _ROLES.get(str(item.get("role", "")).lower())
    if role is None:
        raise ImportFormatError(f"message {place} has the role {item.get('role')!r}; known are {', '.join(_ROLES)}.")
    text = _content(item.get("content"), place)
    calls = _calls(item)
    if calls:
        text = "\n".join(filter(None, [text, *calls]))
    if role == "tool":
        text = tool_result(text, str(item.get("name") or item.get("tool_call_id") or ""))
    says_all = item == {"role": role, "content": text}
    return Message(role, text, parts_json="" if says_all else json.dumps(item, ensure_ascii=False))


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
    raise ImportFormatError(f"the content of message {place} is {_kind(content)}; it must be text or a list of parts.")


def _part(part: Any, place: int) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        raise ImportFormatError(f"message {place} has a content part that is {_kind(part)}.")
    if isinstance(part.get("text"), str):
        return str(part["text"])
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


def _responses(found: Any) -> dict[str, str]:
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ImportFormatError("the field 'responses' must map names to texts.")
    return {str(name): text for name, text in found.items()}


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", type(None): "null", bool: "true or false"}
    return names.get(type(value), "a number")
