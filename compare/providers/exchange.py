"""One call from request to Done, whatever the wire format: the part that every adapter shares.

A format's reader is a pure state machine over bytes. This module opens the response, feeds the reader, yields what it
gives, and ends with exactly one Done, for which the socket is already closed or free again. Only cancellation is
raised; it closes the socket on its way.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from compare.errors import ProviderError
from compare.providers.errorbody import parse_json, read_complaint
from compare.providers.failures import Call, request_id_of
from compare.providers.ratelimits import read_rate_limits
from compare.providers.reply import Piece, Reply
from compare.records import Done, Event, ProviderFailure, ReasoningDelta, Started, TextDelta

if TYPE_CHECKING:
    from compare.providers.http import HttpClient, HttpResponse

_MAX_UNREAD_BYTES = 1024 * 1024
"""How much may come under another content type before it is plain that no model speaks."""


class Reader(Protocol):
    """Understands the bodies of one wire format and puts what it learns into a Reply; one per request.

    Every method may raise ProviderError where a body is beyond reading; what was understood before is kept.
    """

    ended: bool
    """True once the protocol's end marker or an error came: what follows is not read."""
    started: bool
    """True once anything of this wire format came."""

    def feed(self, chunk: bytes) -> None:
        """Take in bytes of a streamed body."""
        ...

    def close(self) -> None:
        """The streamed body ended; decide whether the answer is complete, unless nothing of this format came."""
        ...

    def cut(self, failure: ProviderFailure) -> None:
        """The connection broke or the time ran out; decide whether the answer was complete before."""
        ...

    def whole(self, value: Any) -> None:
        """Take in a complete JSON body, which some servers send to a request for a stream."""
        ...


class Asked(NamedTuple):
    """A request as it goes out."""

    headers: Mapping[str, str]
    body: bytes
    params: Mapping[str, Any]
    """Everything in the body but the messages."""
    reply: Reply
    """Where the outcome is gathered, with the warnings that the request itself gives rise to."""
    reader: Reader


class Format(Protocol):
    """An adapter's side of one call."""

    def ask(self) -> Asked:
        """The request, with a new reply and reader."""
        ...

    def adapt(self, failure: ProviderFailure) -> bool:
        """Whether the next `ask` gives something else that this server may accept, after it refused the last one."""
        ...


async def converse(client: HttpClient, call: Call, wire: Format) -> AsyncGenerator[Event, None]:
    """The events of one call; exactly one Done, always last.

    A request whose parameter is refused is asked again with that parameter changed, each parameter once; nothing else
    is ever repeated here.
    """
    began = time.monotonic()
    while True:
        asked = wire.ask()
        reply, reader = asked.reply, asked.reader
        at = 0.0
        try:
            spent_s = time.monotonic() - began
            async with client.open(call, asked.headers, asked.body, spent_s=spent_s) as response:
                reply.request_id = call.redact(request_id_of(response.headers) or "") or None
                reply.rate_limits = read_rate_limits(response.headers)
                if response.status == 200:
                    at = time.monotonic()
                    yield Started(at, reply.rate_limits)
                    body = _Body(response, reader, call)
                    while not body.over:
                        await body.read_on()
                        at = time.monotonic()
                        for piece in reply.take():
                            yield _event(at, piece)
                    await response.drain()
                else:
                    reply.failure = call.refused(response.status, response.headers, await response.read_error())
        except ProviderError as exc:
            reader.cut(exc.failure)
            if reply.failure is not None:  # else the answer was complete, at the time of its last piece
                at = time.monotonic()
            for piece in reply.take():
                yield _event(at, piece)
        if reply.failure is not None and not reply.has_any and wire.adapt(reply.failure):
            continue
        yield Done(at or time.monotonic(), reply.result(asked.params))
        return


def _event(at: float, piece: Piece) -> Event:
    return ReasoningDelta(at, piece.text) if piece.is_reasoning else TextDelta(at, piece.text)


class _Body:
    """The body of an accepted request, chunk by chunk: a stream, or one JSON value in place of it."""

    __slots__ = ("_call", "_is_json", "_is_stream", "_reader", "_response", "_unread", "over")

    def __init__(self, response: HttpResponse, reader: Reader, call: Call) -> None:
        self._response = response
        self._reader = reader
        self._call = call
        kind = response.headers.get("content-type", "").lower()
        self._is_json = "json" in kind
        self._is_stream = "event-stream" in kind
        self._unread = b""
        """What came while nothing of the expected format did."""
        self.over = False

    async def read_on(self) -> None:
        """Read and understand the next chunk, or a JSON body to its end."""
        if self._is_json:
            self.over = True
            self._take_whole(await self._response.read())
            return
        chunk = await self._response.next_chunk()
        if not chunk:
            self.over = True
            if self._reader.started:
                self._reader.close()
            else:
                self._take_whole(self._unread)
            return
        self._reader.feed(chunk)
        self.over = self._reader.ended
        if not self._reader.started:
            self._keep_unread(chunk)

    def _keep_unread(self, chunk: bytes) -> None:
        if len(self._unread) < _MAX_UNREAD_BYTES:
            self._unread += chunk
        elif not self._is_stream:
            raise ProviderError(self._not_a_model_server(self._unread))

    def _take_whole(self, body: bytes) -> None:
        try:
            value = parse_json(body)
        except ValueError:
            # Announced as JSON and yet perhaps a stream, or a stream whose only event was never closed.
            self._reader.feed(body if self._is_json else b"")
            self._reader.close()
            if not self._reader.started:
                raise ProviderError(self._not_a_model_server(body)) from None
        else:
            self._reader.whole(value)

    def _not_a_model_server(self, body: bytes) -> ProviderFailure:
        return self._call.not_a_model_server(200, read_complaint(body).message)


__all__ = ["Asked", "Format", "Reader", "converse"]
