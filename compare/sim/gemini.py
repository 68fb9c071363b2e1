"""Gemini's generateContent, as the vendor's own server sends it, under v1beta and v1 alike.

A stream is events with CR LF at the end of every line, or, without `alt=sse`, one JSON array. There is no mark that
ends it: the last chunk has a finish reason. Every chunk reports usage, in which thoughts are not part of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from compare.sim.gemini_read import GeminiAsk, is_sse, is_stream, read, read_count
from compare.sim.reply import Reply
from compare.sim.serve import Service
from compare.sim.state import SimState
from compare.sim.wire import Incoming, RefusedError, Slot, Usage, json_response

VERSIONS = ("v1beta", "v1")
_STATUSES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    529: "UNAVAILABLE",
}
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"


def routes(state: SimState) -> list[Route]:
    """The routes of this wire format."""
    service = Service(state, _GeminiFormat())
    methods = {
        "generateContent": service.answer,
        "streamGenerateContent": service.answer,
        "countTokens": service.counting(read_count, _token_count),
    }
    return [
        Route(f"/{version}/models/{{name}}:{method}", endpoint, methods=["POST"])
        for version in VERSIONS
        for method, endpoint in methods.items()
    ]


def error_response(refusal: RefusedError, *, in_array: bool = False) -> Response:
    """A refusal as Google sends it; a stream that is a JSON array has it as its one element."""
    body = {"error": _error(refusal)}
    extra = {} if refusal.retry_after_s is None else {"retry-after": str(ceil(refusal.retry_after_s))}
    return json_response([body] if in_array else body, refusal.status, extra)


def _error(refusal: RefusedError) -> dict[str, Any]:
    error: dict[str, Any] = {
        "code": refusal.status,
        "message": refusal.message,
        "status": _STATUSES.get(refusal.status, "INTERNAL"),
    }
    if refusal.retry_after_s is not None:
        error["details"] = [{"@type": _RETRY_INFO, "retryDelay": f"{refusal.retry_after_s:g}s"}]
    return error


def _token_count(n_tokens: int) -> dict[str, Any]:
    return {"totalTokens": n_tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": n_tokens}]}


class _GeminiFormat:
    """wire.Format of generateContent."""

    def read(self, call: Incoming, body: Mapping[str, Any]) -> GeminiAsk:
        return read(call, body)

    def write(self, ask: GeminiAsk, reply: Reply, usage: Usage | None) -> _GeminiWriter:
        return _GeminiWriter(ask, reply, usage)

    def refused(self, refusal: RefusedError, call: Incoming) -> Response:
        return error_response(refusal, in_array=is_stream(call) and not is_sse(call))

    def headers(self) -> dict[str, str]:
        return {"cache-control": "private"}


class _GeminiWriter:
    """wire.Writer of generateContent."""

    def __init__(self, ask: GeminiAsk, reply: Reply, usage: Usage | None) -> None:
        self.media_type = "text/event-stream" if ask.is_sse else "application/json"
        self._ask = ask
        self._reply = reply
        self._usage = usage
        self._before = b"["
        """What stands before the next chunk of an array."""
        self._thought = Slot(lambda text: self._chunk(_part(text, True), n_thoughts=0))
        self._text = Slot(lambda text: self._chunk(_part(text, False), n_thoughts=reply.thinking_tokens))

    def whole(self) -> dict[str, Any]:
        reply = self._reply
        parts = [_part(reply.thoughts, True)] if reply.thoughts and self._ask.shows_thoughts else []
        parts += [_part(reply.text, False)] if reply.text else []
        return self._response(parts, self._finish(), self._final_usage())

    def opening(self) -> bytes:
        return b""

    def thought(self, text: str) -> bytes:
        return self._framed(self._thought.filled(text)) if self._ask.shows_thoughts else b""

    def text(self, text: str) -> bytes:
        return self._framed(self._text.filled(text))

    def ending(self) -> bytes:
        # Where nothing was said, because thinking used up all that was allowed, there is no content at all.
        parts = [_part("", False)] if self._reply.text else []
        last = self._response(parts, self._finish(), self._final_usage())
        return self._framed(orjson.dumps(last)) + (b"" if self._ask.is_sse else b"]")

    def failing(self, message: str) -> bytes:
        error = orjson.dumps({"error": _error(RefusedError(500, message))})
        return self._framed(error) + (b"" if self._ask.is_sse else b"]")

    def _framed(self, chunk: bytes) -> bytes:
        if self._ask.is_sse:
            return b"data: " + chunk + b"\r\n\r\n"
        before, self._before = self._before, b",\r\n"
        return before + chunk

    def _chunk(self, part: Mapping[str, Any], n_thoughts: int) -> bytes:
        usage = None if self._usage is None else _running_usage(self._usage, n_thoughts)
        return orjson.dumps(self._response([part], None, usage))

    def _final_usage(self) -> dict[str, Any] | None:
        return None if self._usage is None else _final_usage(self._usage)

    def _response(
        self, parts: Sequence[Mapping[str, Any]], finish: str | None, usage: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}} if parts else {}
        if finish is not None:
            candidate["finishReason"] = finish
        return {
            "candidates": [{**candidate, "index": 0}],
            **({} if usage is None else {"usageMetadata": usage}),
            "modelVersion": self._ask.target.name,
            "responseId": self._reply.fingerprint[:24],
        }

    def _finish(self) -> str:
        return "MAX_TOKENS" if self._reply.finish == "length" else "STOP"


def _part(text: str, is_thought: bool) -> dict[str, Any]:
    return {"text": text, **({"thought": True} if is_thought else {})}


def _running_usage(usage: Usage, n_thoughts: int) -> dict[str, Any]:
    """What is known while the answer is under way."""
    return {
        "promptTokenCount": usage.prompt,
        "totalTokenCount": usage.prompt + n_thoughts,
        **({"cachedContentTokenCount": usage.cached} if usage.cached else {}),
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.prompt}],
        **({"thoughtsTokenCount": n_thoughts} if n_thoughts else {}),
    }


def _final_usage(usage: Usage) -> dict[str, Any]:
    answered = usage.completion - usage.thinking
    return {
        **_running_usage(usage, usage.thinking),
        "candidatesTokenCount": answered,
        "totalTokenCount": usage.total,
        "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": answered}],
    }


__all__ = ["VERSIONS", "error_response", "routes"]
