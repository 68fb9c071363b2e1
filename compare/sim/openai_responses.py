"""OpenAI's Responses, as the vendor's own server sends them: an answer built up item by item, every event numbered.

An answer is a reasoning item, where it thinks, and a message item. In a stream each is added, filled and done before
the next; the last event carries the whole response once more, with its usage. There is no `[DONE]`.
"""

from __future__ import annotations

import random
import string
import time
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from compare.sim import openai_shared
from compare.sim.openai_shared import error_object
from compare.sim.reply import Reply
from compare.sim.responses_read import ResponsesAsk, read
from compare.sim.serve import Service
from compare.sim.state import SimState
from compare.sim.wire import Incoming, RefusedError, Usage

PADDED_CHARS = 16
"""To which multiple of characters `obfuscation` fills up a delta."""


def routes(state: SimState) -> list[Route]:
    """The routes of this wire format."""
    service = Service(state, _ResponsesFormat())
    count = service.counting(lambda call, body: read(body), _token_count)
    return [
        Route("/v1/responses", service.answer, methods=["POST"]),
        Route("/v1/responses/input_tokens", count, methods=["POST"]),
    ]


def _token_count(n_tokens: int) -> dict[str, Any]:
    return {"object": "response.input_tokens", "input_tokens": n_tokens}


class _ResponsesFormat:
    """wire.Format of Responses."""

    def read(self, call: Incoming, body: Mapping[str, Any]) -> ResponsesAsk:
        return read(body)

    def write(self, ask: ResponsesAsk, reply: Reply, usage: Usage | None) -> _ResponsesWriter:
        return _ResponsesWriter(ask, reply, usage)

    def refused(self, refusal: RefusedError, call: Incoming) -> Response:
        return openai_shared.error_response(refusal)

    def headers(self) -> dict[str, str]:
        return openai_shared.headers()


class _ResponsesWriter:
    """wire.Writer of Responses."""

    media_type = "text/event-stream"

    def __init__(self, ask: ResponsesAsk, reply: Reply, usage: Usage | None) -> None:
        self._ask = ask
        self._reply = reply
        self._usage = usage
        self._created = int(time.time())
        self._n_events = 0
        self._is_reasoning = False
        self._is_message = False
        self._message_index = 1 if reply.thoughts else 0
        self._padding = random.Random(f"padding {reply.fingerprint}")

    def whole(self) -> dict[str, Any]:
        return self._response(self._final_status(), self._items())

    def opening(self) -> bytes:
        begun = self._response("in_progress", [])
        return self._event("response.created", response=begun) + self._event("response.in_progress", response=begun)

    def thought(self, text: str) -> bytes:
        opened = b"" if self._is_reasoning else self._reasoning_opens()
        if not self._ask.shows_summary:
            return opened
        return opened + self._delta("response.reasoning_summary_text.delta", text, self._summary_place())

    def text(self, text: str) -> bytes:
        opened = b"" if self._is_message else self._reasoning_closes() + self._message_opens()
        return opened + self._delta("response.output_text.delta", text, self._text_place(), logprobs=[])

    def ending(self) -> bytes:
        status = self._final_status()
        end = self._reasoning_closes()
        if self._message_item(status) is not None:
            end += b"" if self._is_message else self._message_opens()
            end += self._message_closes(status)
        return end + self._event(f"response.{status}", response=self._response(status, self._items()))

    def failing(self, message: str) -> bytes:
        error = error_object(RefusedError(500, message, code="server_error"))
        failed = {**self._response("failed", []), "error": {"code": "server_error", "message": message}}
        return self._event("error", error=error) + self._event("response.failed", response=failed)

    # --- reasoning ---------------------------------------------------------------------------------------------------

    def _reasoning_opens(self) -> bytes:
        self._is_reasoning = True
        item = {**self._reasoning_item(), "summary": []}
        opened = self._event("response.output_item.added", item=item, output_index=0)
        if not self._ask.shows_summary:
            return opened
        empty = {"type": "summary_text", "text": ""}
        return opened + self._event("response.reasoning_summary_part.added", **self._summary_place(), part=empty)

    def _reasoning_closes(self) -> bytes:
        if not self._is_reasoning:
            return b""
        self._is_reasoning = False
        item, closed = self._reasoning_item(), b""
        if self._ask.shows_summary:
            place, part = self._summary_place(), item["summary"][0]
            closed += self._event("response.reasoning_summary_text.done", **place, text=part["text"])
            closed += self._event("response.reasoning_summary_part.done", **place, part=part)
        return closed + self._event("response.output_item.done", item=item, output_index=0)

    def _reasoning_item(self) -> dict[str, Any]:
        shown = [{"type": "summary_text", "text": self._reply.thoughts}] if self._ask.shows_summary else []
        return {"id": f"rs_{self._reply.fingerprint[:32]}", "type": "reasoning", "summary": shown}

    def _summary_place(self) -> dict[str, Any]:
        return {"item_id": f"rs_{self._reply.fingerprint[:32]}", "output_index": 0, "summary_index": 0}

    # --- message -----------------------------------------------------------------------------------------------------

    def _message_opens(self) -> bytes:
        self._is_message = True
        item = {"id": self._message_id(), "type": "message", "status": "in_progress", "role": "assistant"}
        empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        return self._event(
            "response.output_item.added", item={**item, "content": []}, output_index=self._message_index
        ) + self._event("response.content_part.added", **self._text_place(), part=empty)

    def _message_closes(self, status: str) -> bytes:
        item = self._message_item(status)
        assert item is not None
        part, place = item["content"][0], self._text_place()
        return (
            self._event("response.output_text.done", **place, text=part["text"], logprobs=[])
            + self._event("response.content_part.done", **place, part=part)
            + self._event("response.output_item.done", item=item, output_index=self._message_index)
        )

    def _message_item(self, status: str) -> dict[str, Any] | None:
        """The message; None where thinking used up all that was allowed."""
        if not self._reply.text and status == "incomplete":
            return None
        part = {"type": "output_text", "text": self._reply.text, "annotations": [], "logprobs": []}
        item = {"id": self._message_id(), "type": "message", "status": status, "role": "assistant"}
        return {**item, "content": [part]}

    def _text_place(self) -> dict[str, Any]:
        return {"item_id": self._message_id(), "output_index": self._message_index, "content_index": 0}

    def _message_id(self) -> str:
        return f"msg_{self._reply.fingerprint[:32]}"

    # --- the response ------------------------------------------------------------------------------------------------

    def _final_status(self) -> str:
        return "incomplete" if self._reply.finish == "length" else "completed"

    def _items(self) -> list[dict[str, Any]]:
        message = self._message_item(self._final_status())
        return [*([self._reasoning_item()] if self._reply.thoughts else []), *([message] if message else [])]

    def _response(self, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
        ask, is_over = self._ask, status in ("completed", "incomplete")
        return {
            "id": f"resp_{self._reply.fingerprint[:32]}",
            "object": "response",
            "created_at": self._created,
            "status": status,
            "background": False,
            "completed_at": int(time.time()) if status == "completed" else None,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
            "instructions": ask.instructions,
            "max_output_tokens": ask.sim.max_tokens,
            "max_tool_calls": None,
            "model": ask.target.name,
            "output": output,
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "prompt_cache_key": None,
            "reasoning": {"effort": None, "summary": None, **(ask.reasoning or {})},
            "safety_identifier": None,
            "service_tier": "default" if is_over else "auto",
            "store": ask.stores,
            "temperature": ask.temperature,
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "tool_choice": "auto",
            "tools": [],
            "top_logprobs": 0,
            "top_p": ask.top_p,
            "truncation": "disabled",
            "usage": _usage_object(self._usage) if self._usage and is_over else None,
            "user": None,
            "metadata": {},
        }

    # --- events ------------------------------------------------------------------------------------------------------

    def _delta(self, kind: str, text: str, place: Mapping[str, Any], **more: Any) -> bytes:
        if self._ask.pads:
            n_missing = -len(text) % PADDED_CHARS
            more["obfuscation"] = "".join(self._padding.choices(string.ascii_letters + string.digits, k=n_missing))
        return self._event(kind, **place, delta=text, **more)

    def _event(self, kind: str, **fields: Any) -> bytes:
        data = {"type": kind, "sequence_number": self._n_events, **fields}
        self._n_events += 1
        return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def _usage_object(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": usage.cached},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.thinking},
        "total_tokens": usage.total,
    }


__all__ = ["routes"]
