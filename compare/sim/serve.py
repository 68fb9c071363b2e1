"""Answering one request in any wire format: record it, make the reply in a thread, let faults happen, keep the pace."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Generic

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from compare.sim.faults import RETRY_AFTER_S, Fault
from compare.sim.pace import schedule, wait_until
from compare.sim.reply import Reply, prompt_tokens, reply_to
from compare.sim.state import SimState
from compare.sim.wire import Ask, AskT, Format, Incoming, RefusedError, Writer, json_response, parsed, usage_of

REFUSAL_S = 0.05
"""After which an error is sent, at real pace."""
OPENING_BEFORE_TEXT = 0.6
"""What opens a stream comes this early, as a share of the time to the first text."""

_BROKEN_STREAM = "The simulated server had an error in the middle of the answer. Try again."
_GATEWAY_PAGE = (
    "<html>\r\n<head><title>500 Internal Server Error</title></head>\r\n<body>\r\n<center><h1>500 Internal Server Error"
    "</h1></center>\r\n<hr><center>simulated gateway</center>\r\n</body>\r\n</html>\r\n"
)
_INSIDE_CHARACTER = re.compile(rb"(?<=[\xc2-\xf4])(?=[\x80-\xbf])")
"""After the first byte of a character of several bytes."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Service(Generic[AskT]):
    """The endpoints of one wire format."""

    def __init__(self, state: SimState, wire_format: Format[AskT]) -> None:
        self._state = state
        self._format = wire_format

    async def answer(self, request: Request) -> Response:
        """An endpoint that answers a conversation."""
        started = asyncio.get_running_loop().time()
        call = Incoming.of(request)
        try:
            body = await self._body(request, call)
            # In a thread, so that a long new conversation does not hold up the pace of other streams on this loop.
            ask, reply = await asyncio.to_thread(self._answered, call, body)
            fault = self._fault(ask)
            if (page := await self._refuse(fault, ask, call, started)) is not None:
                return page
        except RefusedError as refusal:
            return self._format.refused(refusal, call)
        writer = self._format.write(ask, reply, usage_of(reply, fault))
        if ask.stream:
            return self._stream(writer, ask, reply, fault, started)
        timed = schedule(ask.sim.model, reply, fault)
        await self._wait(timed[-1].due_s if timed else REFUSAL_S, started)
        return json_response(writer.whole(), headers=self._format.headers())

    def counting(
        self, read: Callable[[Incoming, Mapping[str, Any]], Ask], write: Callable[[int], Mapping[str, Any]]
    ) -> Endpoint:
        """An endpoint that says how many tokens a prompt has; of the faults only refusals hold there.

        Args:
            read: as Format.read, for what may stand in such a request.
            write: makes the answer.
        """

        async def count(request: Request) -> Response:
            started = asyncio.get_running_loop().time()
            call = Incoming.of(request)
            try:
                body = await self._body(request, call)
                ask = await asyncio.to_thread(read, call, body)
                fault = ask.target.next_refusal(self._state.attempts, call.path, ask.sim.conversation_sha256)
                if fault is not None and (page := await self._refuse(fault, ask, call, started)) is not None:
                    return page
                n_tokens = await asyncio.to_thread(prompt_tokens, ask.sim)
            except RefusedError as refusal:
                return self._format.refused(refusal, call)
            return json_response(write(n_tokens), headers=self._format.headers())

        return count

    async def _body(self, request: Request, call: Incoming) -> dict[str, Any]:
        body = parsed(await request.body())
        self._state.record_request(body, call.path, call.headers)
        return body

    def _answered(self, call: Incoming, body: Mapping[str, Any]) -> tuple[AskT, Reply]:
        ask = self._format.read(call, body)
        return ask, reply_to(ask.sim)

    def _fault(self, ask: Ask) -> Fault:
        fault = ask.target.next_fault(self._state.attempts, ask.sim.seed, ask.sim.conversation_sha256)
        # Without a stream there is nothing to break off; what a client then sees is a gateway giving up.
        return Fault("server_error") if fault.kind in ("cut", "error_in_200") and not ask.stream else fault

    async def _refuse(self, fault: Fault, ask: Ask, call: Incoming, started: float) -> Response | None:
        """Raise a fault that is a refusal in the format's own shape, or return one that is not; None where it is none.

        Raises:
            RefusedError: 401, 429, 500 or 529.
        """
        if fault.kind not in ("rate_limit", "server_error", "overloaded", "html_error", "bad_key"):
            return None
        await self._wait(REFUSAL_S, started)
        match fault.kind:
            case "html_error":
                return HTMLResponse(_GATEWAY_PAGE, 500)
            case "server_error":
                raise RefusedError(500, "The simulated server had an error. Try again.")
            case "overloaded":
                raise RefusedError(
                    529, f"{ask.target.name} is overloaded (simulated). Try again later.", code="overloaded"
                )
            case "bad_key":
                raise RefusedError(401, f"Incorrect API key provided: {call.key or '(none)'}.", code="invalid_api_key")
        wait_s = RETRY_AFTER_S * self._state.speed
        message = f"Rate limit reached for {ask.target.name} (simulated). Please try again in {wait_s:g}s."
        raise RefusedError(429, message, code="rate_limit_exceeded", retry_after_s=wait_s)

    async def _wait(self, due_s: float, started: float) -> bool:
        """Until a time after the start, at the server's pace; False when it is being stopped."""
        return await wait_until(started + due_s * self._state.speed, self._state.is_closing)

    def _stream(self, writer: Writer, ask: Ask, reply: Reply, fault: Fault, started: float) -> Response:
        timed = schedule(ask.sim.model, reply, fault)
        begin_s, end_s = (timed[0].due_s, timed[-1].due_s) if timed else (REFUSAL_S, REFUSAL_S)
        events = [(begin_s * OPENING_BEFORE_TEXT, writer.opening())]
        events += [(p.due_s, writer.thought(p.text) if p.is_thought else writer.text(p.text)) for p in timed]
        if fault.kind == "error_in_200":
            events.append((end_s, writer.failing(_BROKEN_STREAM)))
        elif fault.kind != "cut":
            events.append((end_s, writer.ending()))
        if self._state.speed == 0:
            events = [(0.0, b"".join(data for _, data in events))]
        if fault.kind == "crlf":
            events = [(due_s, data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")) for due_s, data in events]
        if fault.kind == "split_utf8":
            events = [(due_s, part) for due_s, data in events for part in _INSIDE_CHARACTER.split(data)]
        return StreamingResponse(
            self._paced(events, started), headers=self._format.headers(), media_type=writer.media_type
        )

    async def _paced(self, events: list[tuple[float, bytes]], started: float) -> AsyncIterator[bytes]:
        for due_s, data in events:
            if not await self._wait(due_s, started):
                return
            if data:
                yield data


__all__ = ["Endpoint", "Service"]
