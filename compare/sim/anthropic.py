"""Anthropic's Messages, as the vendor's own server sends them: named events, content in blocks, usage at both ends.

Thoughts are a block of their own before the text, closed by a signature. Input tokens exclude those from a cache.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from math import ceil
from typing import Any, Literal
from uuid import uuid4

import orjson
from starlette.responses import Response
from starlette.routing import Route

from compare.sim.anthropic_read import MessagesAsk, read, read_count
from compare.sim.reply import Reply
from compare.sim.serve import Service
from compare.sim.state import SimState
from compare.sim.wire import Incoming, RefusedError, Slot, Usage, json_response

_ERROR_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


def routes(state: SimState) -> list[Route]:
    """The routes of this wire format."""
    service = Service(state, _MessagesFormat())
    count = service.counting(read_count, lambda n_tokens: {"input_tokens": n_tokens})
    return [
        Route("/v1/messages", service.answer, methods=["POST"]),
        Route("/v1/messages/count_tokens", count, methods=["POST"]),
    ]


def headers() -> dict[str, str]:
    """The headers of every answer."""
    return {"request-id": f"req_{uuid4().hex[:24]}", "cache-control": "no-cache"}


def error_response(refusal: RefusedError) -> Response:
    """A refusal as Anthropic sends it."""
    sent = headers()
    body = {**_error(refusal), "request_id": sent["request-id"]}
    if refusal.retry_after_s is not None:
        sent["retry-after"] = str(ceil(refusal.retry_after_s))
    return json_response(body, refusal.status, sent)


def _error(refusal: RefusedError) -> dict[str, Any]:
    kind = _ERROR_TYPES.get(refusal.status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": refusal.message}}


class _MessagesFormat:
    """wire.Format of Messages."""

    def read(self, call: Incoming, body: Mapping[str, Any]) -> MessagesAsk:
        return read(call, body)

    def write(self, ask: MessagesAsk, reply: Reply, usage: Usage | None) -> _MessagesWriter:
        return _MessagesWriter(ask, reply, usage)

    def refused(self, refusal: RefusedError, call: Incoming) -> Response:
        return error_response(refusal)

    def headers(self) -> dict[str, str]:
        return headers()


class _MessagesWriter:
    """wire.Writer of Messages."""

    media_type = "text/event-stream"

    def __init__(self, ask: MessagesAsk, reply: Reply, usage: Usage | None) -> None:
        self._ask = ask
        self._reply = reply
        self._usage = usage
        self._open: Literal["", "thinking", "text"] = ""
        self._index = -1
        self._slot: Slot | None = None
        """The deltas of the open block."""

    def whole(self) -> dict[str, Any]:
        content: list[dict[str, Any]] = []
        if self._reply.thoughts:
            shown = self._reply.thoughts if self._ask.shows_thinking else ""
            content.append({"type": "thinking", "thinking": shown, "signature": self._signature()})
        if self._reply.text:
            content.append({"type": "text", "text": self._reply.text})
        return self._message(content, self._stop(), _usage_object(self._usage, whole=True) if self._usage else None)

    def opening(self) -> bytes:
        begun = None
        if self._usage:
            # What is counted once an answer begins: its first token.
            begun = {**_usage_object(self._usage, whole=True), "output_tokens": min(1, self._usage.completion)}
            del begun["output_tokens_details"]
        nothing = {"stop_reason": None, "stop_sequence": None}
        return _event("message_start", message=self._message([], nothing, begun))

    def thought(self, text: str) -> bytes:
        return self._piece("thinking", text, self._ask.shows_thinking)

    def text(self, text: str) -> bytes:
        return self._piece("text", text, True)

    def ending(self) -> bytes:
        usage = {"usage": _usage_object(self._usage, whole=False)} if self._usage else {}
        return self._closes() + _event("message_delta", delta=self._stop(), **usage) + _event("message_stop")

    def failing(self, message: str) -> bytes:
        return _event("error", error=_error(RefusedError(500, message))["error"])

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _piece(self, kind: Literal["thinking", "text"], text: str, is_shown: bool) -> bytes:
        opened = b""
        if self._slot is None or self._open != kind:
            opened = self._closes() + self._opens(kind)
            self._slot = Slot(lambda piece: self._delta(f"{kind}_delta", **{kind: piece}))
        return opened + (self._slot.filled(text) if is_shown else b"")

    def _opens(self, kind: Literal["thinking", "text"]) -> bytes:
        self._open = kind
        self._index += 1
        empty = {"type": kind, kind: "", **({"signature": ""} if kind == "thinking" else {})}
        opened = _event("content_block_start", index=self._index, content_block=empty)
        return opened + (_event("ping") if self._index == 0 else b"")

    def _closes(self) -> bytes:
        if not self._open:
            return b""
        signed = self._delta("signature_delta", signature=self._signature()) if self._open == "thinking" else b""
        return signed + _event("content_block_stop", index=self._index)

    def _delta(self, kind: str, **fields: str) -> bytes:
        return _event("content_block_delta", index=self._index, delta={"type": kind, **fields})

    def _signature(self) -> str:
        digest = hashlib.sha512(f"simulated signature of {self._reply.thoughts}".encode()).digest()
        return base64.b64encode(digest).decode()

    # --- the message -------------------------------------------------------------------------------------------------

    def _message(
        self, content: list[dict[str, Any]], stop: Mapping[str, Any], usage: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        return {
            "model": self._ask.target.name,
            "id": f"msg_01{self._reply.fingerprint[:22]}",
            "type": "message",
            "role": "assistant",
            "content": content,
            **stop,
            **({} if usage is None else {"usage": usage}),
        }

    def _stop(self) -> dict[str, str | None]:
        if self._reply.finish == "length":
            return {"stop_reason": "max_tokens", "stop_sequence": None}
        sequence = self._reply.stop_sequence
        return {"stop_reason": "stop_sequence" if sequence else "end_turn", "stop_sequence": sequence}


def _usage_object(usage: Usage, *, whole: bool) -> dict[str, Any]:
    """The usage; `whole` with what is told once and not again at the end of a stream."""
    once: dict[str, Any] = {
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "service_tier": "standard",
    }
    return {
        "input_tokens": usage.prompt - usage.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.completion,
        "output_tokens_details": {"thinking_tokens": usage.thinking},
        **(once if whole else {}),
    }


def _event(kind: str, **fields: Any) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps({"type": kind, **fields}) + b"\n\n"


__all__ = ["error_response", "headers", "routes"]
