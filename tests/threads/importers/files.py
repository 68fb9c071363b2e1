"""Records of foreign formats, written from the formats' definitions."""

from __future__ import annotations

import json
from typing import Any

from compare.records import Thread
from compare.threads.importers import Reading, read_bytes


def read(document: Any, name: str = "export.json") -> Reading:
    return read_bytes(json.dumps(document).encode(), source=name)


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def only(reading: Reading) -> Thread:
    assert reading.refused == []
    (thread,) = reading.threads
    return thread


def said(messages: Any) -> list[tuple[str, str]]:
    return [(m.role, m.text) for m in getattr(messages, "messages", messages)]


def node(
    name: str, parent: str | None, role: str = "", text: Any = "", *, what: str = "text", **more: Any
) -> dict[str, Any]:
    """One node of a ChatGPT export."""
    metadata = more.pop("metadata", {})
    if not role:
        return {"id": name, "message": None, "parent": parent, "children": []}
    parts = text if isinstance(text, list) else [text]
    content = {"content_type": what, "parts": parts} if what in ("text", "multimodal_text") else {
        "content_type": what, **(text if isinstance(text, dict) else {"text": text})
    }  # fmt: skip
    author = {"role": role, "name": more.pop("author_name", None), "metadata": {}}
    message = {"id": name, "author": author, "content": content, "metadata": metadata, "create_time": 1717236000.5,
               "recipient": "all", "status": "finished_successfully", "weight": 1.0, **more}  # fmt: skip
    return {"id": name, "message": message, "parent": parent, "children": []}


def chatgpt(*nodes: dict[str, Any], current: str | None = None, **more: Any) -> dict[str, Any]:
    """A conversation of a ChatGPT export."""
    mapping = {one["id"]: one for one in nodes}
    for one in nodes:
        if one["parent"] in mapping:
            mapping[one["parent"]]["children"].append(one["id"])
    return {"title": "Trip", "create_time": 1717236000.0, "mapping": mapping, "current_node": current,
            "conversation_id": "c-1", "default_model_slug": "gpt-4o", **more}  # fmt: skip


def attribute(key: str, value: Any) -> dict[str, Any]:
    """An attribute as OTLP writes it."""
    kind = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}.get(type(value))
    if kind is None:
        return {"key": key, "value": {"arrayValue": {"values": [{"stringValue": one} for one in value]}}}
    return {"key": key, "value": {kind: str(value) if kind == "intValue" else value}}


def span(found: dict[str, Any], *, start_s: float = 0.0, ms: float = 1500.0, events: Any = (), **more: Any) -> Any:
    """A span as the collector's file exporter writes it."""
    start = 1_717_236_000_000_000_000 + int(start_s * 1e9)
    return {
        "traceId": "t1", "spanId": f"s{start_s:g}", "name": "chat", "kind": 3, "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + int(ms * 1e6)), "attributes": [attribute(k, v) for k, v in found.items()],
        "events": list(events), "status": {}, **more,
    }  # fmt: skip


def batch(*spans: Any) -> dict[str, Any]:
    """Spans as one line of the file exporter."""
    resource = {"attributes": [attribute("service.name", "desk")]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "x"}, "spans": list(spans)}]}]}


def parts(role: str, text: str, **more: Any) -> dict[str, Any]:
    """A message of the current GenAI convention."""
    return {"role": role, "parts": [{"type": "text", "content": text}], **more}
