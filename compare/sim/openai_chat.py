"""OpenAI's Chat Completions, as the vendor's own server sends them.

Only the wire: what is asked is read into a SimRequest, what reply.py and pace.py give is written out. Unknown headers
and request fields are accepted and ignored, as are keys. Thoughts come as `reasoning_content`, the field by which most
servers of this format send them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from compare.sim import openai_shared
from compare.sim.openai_read import ChatAsk, read
from compare.sim.openai_shared import error_object
from compare.sim.reply import Reply
from compare.sim.serve import Service
from compare.sim.state import SimState
from compare.sim.wire import Incoming, RefusedError, Slot, Usage

_DONE = b"data: [DONE]\n\n"


def routes(state: SimState) -> list[Route]:
    """The routes of this wire format."""
    return [Route("/v1/chat/completions", Service(state, _ChatFormat()).answer, methods=["POST"])]


class _ChatFormat:
    """wire.Format of Chat Completions."""

    def read(self, call: Incoming, body: Mapping[str, Any]) -> ChatAsk:
        return read(body)

    def write(self, ask: ChatAsk, reply: Reply, usage: Usage | None) -> _ChatWriter:
        return _ChatWriter(ask, reply, usage)

    def refused(self, refusal: RefusedError, call: Incoming) -> Response:
        return openai_shared.error_response(refusal)

    def headers(self) -> dict[str, str]:
        return openai_shared.headers()


class _ChatWriter:
    """wire.Writer of Chat Completions."""

    media_type = "text/event-stream"

    def __init__(self, ask: ChatAsk, reply: Reply, usage: Usage | None) -> None:
        self._reply = reply
        self._usage = usage
        self._model = ask.target.name
        self._id = f"chatcmpl-{reply.fingerprint[:28]}"
        self._created = int(time.time())
        self._fingerprint = f"fp_{ask.sim.model.id.replace('-', '_')}"
        self._tail: dict[str, Any] = {"usage": None} if ask.include_usage and usage else {}
        self._text = Slot(lambda text: self._event({"content": text}, None))
        self._thought = Slot(lambda text: self._event({"reasoning_content": text}, None))

    def whole(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self._reply.text, "refusal": None, "annotations": []}
        if self._reply.thoughts:
            message["reasoning_content"] = self._reply.thoughts
        return {
            "id": self._id,
            "object": "chat.completion",
            "created": self._created,
            "model": self._model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": self._reply.finish}],
            **({"usage": _usage_object(self._usage)} if self._usage else {}),
            "service_tier": "default",
            "system_fingerprint": self._fingerprint,
        }

    def opening(self) -> bytes:
        """Role only, empty text."""
        return self._event({"role": "assistant", "content": "", "refusal": None}, None)

    def thought(self, text: str) -> bytes:
        return self._thought.filled(text)

    def text(self, text: str) -> bytes:
        return self._text.filled(text)

    def ending(self) -> bytes:
        """Why it ended, the usage where it was asked for, and the terminator."""
        end = self._event({}, self._reply.finish)
        if self._tail and self._usage:
            end += _event({**self._head(), "choices": [], "usage": _usage_object(self._usage)})
        return end + _DONE

    def failing(self, message: str) -> bytes:
        return _event({"error": error_object(RefusedError(500, message))})

    def _head(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
            "service_tier": "default",
            "system_fingerprint": self._fingerprint,
        }

    def _event(self, delta: Mapping[str, Any], finish: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**self._head(), "choices": [choice], **self._tail})


def _usage_object(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.thinking,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


__all__ = ["routes"]
