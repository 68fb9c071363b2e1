"""Bodies as servers of the Responses format send them, written event by event."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from compare.providers.failures import Call
from compare.records import FailureKind, Finish

CALL = Call("http://127.0.0.1:1/v1/responses", "m")
Event = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A body, and what the call must give for it."""

    name: str
    body: bytes
    text: str = ""
    finish: Finish = "stop"
    raw: str | None = "completed"
    reasoning: str = ""
    tokens: tuple[int | None, int | None] = (None, None)
    kind: FailureKind | None = None
    says: tuple[str, ...] = field(default=())
    """Words of the failure, then of each warning, in order."""
    limit: int | None = None


def said(delta: Any, **more: Any) -> Event:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    return {"type": "response.output_text.delta", **place, "delta": delta, **more}


def summary(delta: str, part: int | None = 0, item: int = 0) -> Event:
    place: Event = {"item_id": f"rs_{item}", "output_index": item}
    if part is not None:
        place["summary_index"] = part
    return {"type": "response.reasoning_summary_text.delta", **place, "delta": delta}


def thinking(delta: str, part: int = 0) -> Event:
    return {"type": "response.reasoning_text.delta", "output_index": 0, "content_index": part, "delta": delta}


def message(*texts: str) -> Event:
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": parts}


def function(name: str = "find", call_id: str = "call_1") -> Event:
    return {"type": "function_call", "id": "fc_1", "call_id": call_id, "name": name, "arguments": "{}"}


def response(*output: Event, status: str = "completed", **more: Any) -> Event:
    return {"id": "resp_1", "object": "response", "model": "served-1", "status": status, "output": list(output), **more}


def last(*output: Event, kind: str = "completed", **more: Any) -> Event:
    more = {"status": kind, **more}
    return {"type": f"response.{kind}", "response": response(*output, **more)}


CREATED: Event = {"type": "response.created", "response": response(status="in_progress", usage=None, error=None)}
AB = (said("A"), said("b"))
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 3},
    "output_tokens": 4,
    "output_tokens_details": {"reasoning_tokens": 1},
    "total_tokens": 13,
}
THOUGHTS = (("One", "rs_a"), (" two.", "rs_a"), ("Three.", "rs_b"))
AB_DONE = message("Ab")
WHOLE = last(message("Ab"), usage=USAGE)


def sse(*events: Event | str, end: str = "\n", named: bool = True) -> bytes:
    lines: list[str] = []
    for event in events:
        if isinstance(event, dict):
            if named and "type" in event:
                lines.append(f"event: {event['type']}")
            event = json.dumps(event, ensure_ascii=False)
        lines += [f"data: {event}", ""]
    return end.join([*lines, ""]).encode("utf-8", "surrogatepass")


def done(kind: str, **more: Any) -> Event:
    return {"type": f"response.{kind}.done", "item_id": "msg_1", "output_index": 0, "content_index": 0, **more}
