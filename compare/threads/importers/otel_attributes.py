"""Attributes of OpenTelemetry as OTLP writes them in JSON: a list of keys with typed values."""

from __future__ import annotations

import re
from typing import Any

from compare.threads.importers.values import mapping, opened

_MOST_DEEP = 50


def attributes(raw: Any) -> dict[str, Any]:
    """Values by key; also of a plain object, as some exporters write."""
    if isinstance(raw, dict):
        return dict(raw)
    found = {}
    for one in raw if isinstance(raw, list) else []:
        fields = mapping(one)
        if isinstance(fields.get("key"), str):
            found[fields["key"]] = value(fields.get("value"))
    return found


def value(raw: Any, depth: int = 0) -> Any:
    """The value in its OTLP wrapping: {"stringValue": "x"}, {"arrayValue": {"values": [...]}}, and so on."""
    if not isinstance(raw, dict) or depth > _MOST_DEEP:
        return raw
    for name in ("stringValue", "boolValue", "doubleValue", "bytesValue"):
        if name in raw:
            return raw[name]
    if "intValue" in raw:
        try:
            return int(raw["intValue"])
        except (TypeError, ValueError):
            return None
    if "arrayValue" in raw:
        values = mapping(raw["arrayValue"]).get("values")
        return [value(one, depth + 1) for one in values] if isinstance(values, list) else []
    if "kvlistValue" in raw:
        values = mapping(raw["kvlistValue"]).get("values")
        return {
            mapping(one).get("key"): value(mapping(one).get("value"), depth + 1)
            for one in (values if isinstance(values, list) else [])
        }
    return None


_NUMBERED = re.compile(
    r"(\d{1,6})\.(?:(role|content|finish_reason|tool_call_id|name|reasoning)|tool_calls\.(\d{1,4})\.(id|name|arguments))"
)


def unflattened(found: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Messages that were written as one attribute a field: `gen_ai.prompt.0.role`, `gen_ai.prompt.0.content`."""
    messages: dict[int, dict[str, Any]] = {}
    calls: dict[int, dict[int, dict[str, Any]]] = {}
    for key, given in found.items():
        match = _NUMBERED.fullmatch(key[len(prefix) :]) if key.startswith(prefix) else None
        if match is None:
            continue
        number = int(match[1])
        message = messages.setdefault(number, {})
        if match[2]:
            message[match[2]] = given
        else:
            calls.setdefault(number, {}).setdefault(int(match[3]), {})[match[4]] = given
    for number, of_message in calls.items():
        messages[number]["tool_calls"] = [
            {
                "id": call.get("id"),
                "type": "function",
                "function": {"name": call.get("name"), "arguments": call.get("arguments") or "{}"},
            }
            for _, call in sorted(of_message.items())
        ]
    return [_ready(message) for _, message in sorted(messages.items())]


def _ready(message: dict[str, Any]) -> dict[str, Any]:

    content = opened(message.get("content"))
    if isinstance(content, list) and all(isinstance(part, dict) and "type" in part for part in content):
        return {**message, "content": content}
    return message
