"""Real servers on loopback that do what a test tells them: scripted Chat Completions, and the product's simulator."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from compare.records import ModelSpec, Price
from compare.sim.server import start

Act = Callable[["Exchange"], Awaitable[None]]
PRICE = Price(Decimal("3"), Decimal("15"))


class Exchange:
    """One request and the connection on which it is answered."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: dict[str, Any] | None = None
    ) -> None:
        self.reader = reader
        self.request = request or {}
        self._writer = writer

    async def send(self, raw: bytes) -> None:
        self._writer.write(raw)
        await self._writer.drain()

    async def head(self, status: int = 200, headers: str = "", kind: str = "text/event-stream") -> None:
        await self.send(f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nconnection: close\r\n{headers}\r\n".encode())

    async def event(self, value: Any) -> None:
        await self.send(b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n")

    async def delta(self, **fields: str) -> None:
        await self.event({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})

    async def end(self, finish: str = "stop", usage: dict[str, Any] | None = None) -> None:
        await self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        if usage is not None:
            await self.event({"choices": [], "usage": usage})
        await self.event(b"[DONE]")


def answering(*pieces: str, finish: str = "stop", usage: tuple[int, int] | None = (100, 20)) -> Act:
    """A whole answer, piece by piece."""

    async def act(exchange: Exchange) -> None:
        await exchange.head()
        for piece in pieces:
            await exchange.delta(content=piece)
        counted = None if usage is None else {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
        await exchange.end(finish, counted)

    return act


async def naming_itself(exchange: Exchange) -> None:
    """The model's name and how many messages it was sent: an answer that nobody else can have given."""
    name, n = exchange.request["model"], len(exchange.request["messages"])
    await answering(f"I am {name} ", f"and was sent {n} messages.")(exchange)


def refusing(status: int, message: str = "no", headers: str = "") -> Act:
    """An error of that status."""

    async def act(exchange: Exchange) -> None:
        await exchange.head(status, headers, kind="application/json")
        await exchange.send(json.dumps({"error": {"message": message, "type": "error"}}).encode())

    return act


def breaking_off(*pieces: str) -> Act:
    """The beginning of an answer, then nothing: the connection closes."""

    async def act(exchange: Exchange) -> None:
        await exchange.head()
        for piece in pieces:
            await exchange.delta(content=piece)

    return act


def hanging(*pieces: str) -> Act:
    """The beginning of an answer, then silence until the client goes away."""

    async def act(exchange: Exchange) -> None:
        await breaking_off(*pieces)(exchange)
        await exchange.reader.read()

    return act


class ModelServer:
    """Answers requests by `acts`, in order; the last one is repeated. Runs on a loop of its own thread."""

    def __init__(self) -> None:
        self.acts: list[Act] = [answering("ready")]
        self.requests: list[dict[str, Any]] = []
        self.headers: list[str] = []
        self.n_open = 0
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def spec(self, model_id: str = "local", **changes: Any) -> ModelSpec:
        values: dict[str, Any] = {"label": f"Label {model_id}", "price": PRICE}
        return ModelSpec(model_id, "openai-chat", self.base_url, f"wire-{model_id}", **(values | changes))

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_open += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            n_bytes = int(head.split("content-length:")[1].split("\r\n")[0])
            request = json.loads(await reader.readexactly(n_bytes))
            self.requests.append(request)
            self.headers.append(head)
            act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
            await act(Exchange(reader, writer, request))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, which some tests want
        finally:
            self.n_open -= 1
            writer.close()


@contextmanager
def in_background(main: Callable[[asyncio.Event, threading.Event], Awaitable[None]]) -> Iterator[None]:
    """Run `main(stopping, ready)` on a loop in another thread until the block ends."""
    ready, loops = threading.Event(), []
    stopping = asyncio.Event()

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        await main(stopping, ready)

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="test-server")
    thread.start()
    assert ready.wait(20)
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(stopping.set)
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def model_server() -> Iterator[ModelServer]:
    model = ModelServer()

    async def main(stopping: asyncio.Event, ready: threading.Event) -> None:
        server = await asyncio.start_server(model.handle, "127.0.0.1", 0)
        model.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stopping.wait()
        server.close()
        await server.wait_closed()

    with in_background(main):
        yield model


@contextmanager
def simulator(record: list[dict[str, Any]]) -> Iterator[str]:
    """The product's simulator; yields its root address and appends every request to `record`."""
    roots: list[str] = []

    async def main(stopping: asyncio.Event, ready: threading.Event) -> None:
        server = await start(0.0, record=record)
        roots.append(server.base_url)
        ready.set()
        await stopping.wait()
        await server.close()

    with in_background(main):
        yield roots[0]
