"""Asking a gateway that speaks OpenAI's chat completions over HTTP, and waiting until it does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any

import orjson

from compare.errors import CompareError, ProviderError
from compare.providers.failures import Call
from compare.providers.http import HttpClient, HttpResponse
from compare.routing.verify.asks import TIMEOUT_S, Ask, Reply, Streamed
from compare.routing.verify.child import Child
from compare.routing.verify.gateways.gateway import START_S
from compare.routing.verify.gateways.streaming import Reading

_EVERY_S = 0.1
_ERROR_CHARS = 200

Parts = Callable[[Ask], Mapping[str, Any]]


def _nothing(ask: Ask) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class ChatGateway:
    """A gateway on a loopback port."""

    child: Child
    http: HttpClient
    root: str
    """Its address, without a trailing slash."""
    model: str
    """The name that clients call."""
    key: str = "none"
    headers: Parts = _nothing
    """What the client snippet adds to a request's headers."""
    body: Parts = _nothing
    """What it adds to the body."""

    async def ask(self, ask: Ask) -> Reply:
        """Send one request; every failure that a client would see is a reply."""
        try:
            async with self._open(ask) as response:
                said = await response.read()
        except ProviderError as exc:
            self.child.check()
            return Reply(error=str(exc))
        return read_reply(response.status, said)

    async def stream(self, ask: Ask) -> Streamed:
        """The same, with the answer streamed."""
        reading = Reading()
        try:
            async with self._open(ask, stream=True) as response:
                if response.status != HTTPStatus.OK:
                    return Streamed(read_reply(response.status, await response.read()))
                while chunk := await response.next_chunk():
                    reading.feed(chunk, monotonic())
        except ProviderError as exc:
            self.child.check()
            return Streamed(Reply(error=str(exc)))
        except ValueError:
            return Streamed(Reply(error="an event of the stream holds no JSON"))
        return reading.result()

    def _open(self, ask: Ask, **more: Any) -> AbstractAsyncContextManager[HttpResponse]:
        call = Call(f"{self.root}/v1/chat/completions", self.model, total_timeout_s=TIMEOUT_S)
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.key}",
            **self.headers(ask),
        }
        return self.http.open(call, headers, orjson.dumps({**ask.body(self.model), **self.body(ask), **more}))


def read_reply(status: int, body: bytes) -> Reply:
    """Who answered, or the error in one line."""
    try:
        document = orjson.loads(body)
        if status == 200:
            return Reply(served=str(document["choices"][0]["message"]["content"]))
    except (orjson.JSONDecodeError, LookupError, TypeError):
        pass
    text = " ".join(body.decode("utf-8", errors="replace").split())
    return Reply(error=f"status {status}: {text[:_ERROR_CHARS]}")


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[HttpClient]:
    """A client of its own, closed when the block ends."""
    http = HttpClient()
    try:
        yield http
    finally:
        await http.aclose()


async def until_ready(child: Child, http: HttpClient, url: str, *, any_status: bool = False) -> None:
    """Wait until an address answers with status 200, or with any.

    Raises:
        CompareError: the process ended, or did not answer in time.
    """
    until = monotonic() + START_S
    call = Call(url, child.name, method="GET", total_timeout_s=10.0)
    while monotonic() < until:
        child.check()
        with contextlib.suppress(ProviderError):
            async with http.open(call, {}) as response:
                await response.read()
                if any_status or response.status == 200:
                    return
        await asyncio.sleep(_EVERY_S)
    raise CompareError(
        f"{child.name} did not answer {url} within {START_S:.0f} s. Its last words: {child.words() or '(none)'}"
    )


__all__ = ["ChatGateway", "Parts", "client", "read_reply", "until_ready"]
