"""OpenAI's Chat Completions and model list, as the vendor's own server sends them.

Only the wire: what is asked is read into a SimRequest, what reply.py and pace.py give is written out. Unknown headers
and request fields are accepted and ignored, as are keys.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from math import ceil
from typing import Any
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from compare.sim.faults import NO_FAULT, RETRY_AFTER_S, Fault
from compare.sim.models import SIM_MODELS, SimModel
from compare.sim.openai_read import ChatAsk, WireError, known_model, parsed, read
from compare.sim.pace import schedule, wait_until
from compare.sim.reply import Reply, reply_to
from compare.sim.state import SimState

_MODELS_SINCE = 1_767_225_600
"""`created` in the model list; 2026-01-01."""
_DONE = b"data: [DONE]\n\n"
REFUSAL_S = 0.05
"""After which an error is sent, at real pace."""
ROLE_BEFORE_TEXT = 0.6
"""The role-only chunk comes this early, as a share of the time to the first text."""


def routes(state: SimState) -> list[Route]:
    """The routes of this wire format."""
    wire = _Wire(state)
    return [
        Route("/v1/chat/completions", wire.completions, methods=["POST"]),
        Route("/v1/models", wire.models, methods=["GET"]),
        Route("/v1/models/{model_id}", wire.model, methods=["GET"]),
    ]


def error_response(error: WireError) -> Response:
    """An error as OpenAI sends it."""
    return _json(error.body, error.status, error.headers)


class _Wire:
    def __init__(self, state: SimState) -> None:
        self.state = state

    async def models(self, request: Request) -> Response:
        return _json({"object": "list", "data": [_model_object(m) for m in SIM_MODELS.values()]})

    async def model(self, request: Request) -> Response:
        return _json(_model_object(known_model(request.path_params["model_id"])))

    async def completions(self, request: Request) -> Response:
        started = asyncio.get_running_loop().time()
        body = parsed(await request.body())
        self.state.record_request(body)
        # In a thread, so that a long new conversation does not hold up the pace of other streams on this loop.
        ask, reply = await asyncio.to_thread(_answered, body)
        fault = self._fault(ask)
        await self._refuse(fault, ask, started)
        if ask.stream:
            return self._stream(ask, reply, fault, started)
        timed = schedule(ask.sim.model, reply, fault)
        await self._wait(timed[-1].due_s if timed else REFUSAL_S, started)
        return _json(_completion(ask.sim.model, reply), headers=_headers())

    def _fault(self, ask: ChatAsk) -> Fault:
        if not ask.sim.model.flaky:
            return NO_FAULT
        fault = self.state.attempts.next_fault(ask.sim.seed, ask.sim.conversation_sha256)
        # Without a stream there is nothing to cut; what a client then sees is a gateway giving up.
        return Fault("server_error") if fault.kind == "cut" and not ask.stream else fault

    async def _refuse(self, fault: Fault, ask: ChatAsk, started: float) -> None:
        if fault.kind not in ("rate_limit", "server_error"):
            return
        await self._wait(REFUSAL_S, started)
        if fault.kind == "server_error":
            raise WireError(500, "The simulated server had an error. Try again.", kind="server_error")
        wait_s = RETRY_AFTER_S * self.state.speed
        raise WireError(
            429,
            f"Rate limit reached for {ask.sim.model.id} (simulated). Please try again in {wait_s:g}s.",
            kind="requests",
            code="rate_limit_exceeded",
            headers={"retry-after": str(ceil(wait_s)), "retry-after-ms": str(round(wait_s * 1000))},
        )

    async def _wait(self, due_s: float, started: float) -> bool:
        """Until a time after the start, at the server's pace; False when it is being stopped."""
        return await wait_until(started + due_s * self.state.speed, self.state.is_closing)

    def _stream(self, ask: ChatAsk, reply: Reply, fault: Fault, started: float) -> Response:
        timed = schedule(ask.sim.model, reply, fault)
        chunks = _Chunks(ask.sim.model, reply, ask.include_usage)
        begin_s, end_s = (timed[0].due_s, timed[-1].due_s) if timed else (REFUSAL_S, REFUSAL_S)
        events = [(begin_s * ROLE_BEFORE_TEXT, chunks.first()), *((p.due_s, chunks.text(p.text)) for p in timed)]
        if fault.kind != "cut":
            events.append((end_s, chunks.last()))
        if self.state.speed == 0:
            events = [(0.0, b"".join(data for _, data in events))]
        return StreamingResponse(self._paced(events, started), headers=_headers(), media_type="text/event-stream")

    async def _paced(self, events: list[tuple[float, bytes]], started: float) -> AsyncIterator[bytes]:
        for due_s, data in events:
            if not await self._wait(due_s, started):
                return
            yield data


def _answered(body: Mapping[str, Any]) -> tuple[ChatAsk, Reply]:
    ask = read(body)
    return ask, reply_to(ask.sim)


class _Chunks:
    """The events of one streamed completion, as bytes."""

    def __init__(self, model: SimModel, reply: Reply, include_usage: bool) -> None:
        self._head = {
            "id": _completion_id(reply),
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": model.id,
            "service_tier": "default",
            "system_fingerprint": _fingerprint(model),
        }
        self._tail: dict[str, Any] = {"usage": None} if include_usage else {}
        self._reply = reply
        # Only the text differs between chunks: everything around it is written once.
        mark = "\ue000"
        before, after = self._event({"content": mark}, None).split(mark.encode())
        self._before, self._after = before[:-1], after[1:]

    def first(self) -> bytes:
        """Role only, empty text."""
        return self._event({"role": "assistant", "content": "", "refusal": None}, None)

    def text(self, text: str) -> bytes:
        """One piece of text."""
        return self._before + orjson.dumps(text) + self._after

    def last(self) -> bytes:
        """Why it ended, the usage where it was asked for, and the terminator."""
        end = self._event({}, self._reply.finish)
        if self._tail:
            end += _event({**self._head, "choices": [], "usage": _usage(self._reply)})
        return end + _DONE

    def _event(self, delta: Mapping[str, Any], finish: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**self._head, "choices": [choice], **self._tail})


# --- writing ---------------------------------------------------------------------------------------------------------


def _completion(model: SimModel, reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None, "annotations": []}
    return {
        "id": _completion_id(reply),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model.id,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}],
        "usage": _usage(reply),
        "service_tier": "default",
        "system_fingerprint": _fingerprint(model),
    }


def _usage(reply: Reply) -> dict[str, Any]:
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "total_tokens": reply.prompt_tokens + reply.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _model_object(model: SimModel) -> dict[str, Any]:
    return {"id": model.id, "object": "model", "created": _MODELS_SINCE, "owned_by": "weighbridge-simulated"}


def _completion_id(reply: Reply) -> str:
    return f"chatcmpl-{reply.fingerprint[:28]}"


def _fingerprint(model: SimModel) -> str:
    return f"fp_{model.id.replace('-', '_')}"


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


def _headers() -> dict[str, str]:
    return {"x-request-id": f"req_{uuid4().hex}", "openai-version": "2020-10-01", "cache-control": "no-cache"}


def _json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, {**_headers(), **(headers or {})}, "application/json")


__all__ = ["WireError", "error_response", "routes"]
