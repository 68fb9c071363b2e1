"""A raw TCP server that plays scripted bytes, so that every break, stall and odd chunk is exactly where a test says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from compare.providers import provider_for
from compare.providers.http import HttpClient, Transport
from compare.records import (
    ChatMessage,
    ChatRequest,
    ChatResult,
    Done,
    Event,
    ModelSpec,
    ProviderKind,
    ReasoningDelta,
    Settings,
    TextDelta,
)
from tests.providers.drive import HearAll

RESET = "reset"
"""Abort the connection with RST."""
GATE = "gate"
"""Wait until the test opens the gate."""
HANG_UP = "hang up"
"""Close the connection in good order."""
STALL = "stall"
"""Send nothing more, until the client goes away."""
Step = bytes | float | str
"""Bytes are sent, a number waits that many seconds, a word is one of the above."""


@dataclass
class Asked:
    """One request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


@dataclass
class RawServer:
    """Answers the n-th request with the n-th script, and later ones with the last."""

    scripts: list[list[Step]]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    left_at: list[float] = field(default_factory=list)
    """time.monotonic() at which a client closed its side."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.tasks.add(cast("asyncio.Task[None]", asyncio.current_task()))
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while asked := await self._request(reader):
                self.asked.append(asked)
                script = self.scripts[min(len(self.asked), len(self.scripts)) - 1]
                if not await self._play(script, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client is gone, or the test is over
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> Asked | None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *rest = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in rest if h)}
        return Asked(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))

    async def _play(self, script: list[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """True where the connection may serve another request."""
        for step in script:
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
                await asyncio.sleep(0)
            elif step == RESET:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
                return False
            elif step == GATE:
                await self.gate.wait()
            elif step == HANG_UP:
                return False
            elif step == STALL:
                await reader.read()
                self.left_at.append(time.monotonic())
                return False
            else:
                await asyncio.sleep(float(step))
        return True


async def until(true: Callable[[], object]) -> None:
    """Wait until it is true; a test that waits for more than 20 s fails."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def _playing(*scripts: Iterable[Step]) -> AsyncIterator[RawServer]:
    server = RawServer([list(script) for script in scripts])
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks)


@pytest.fixture
def playing() -> Callable[..., contextlib.AbstractAsyncContextManager[RawServer]]:
    """`async with playing(script, ...) as server`."""
    return _playing


class Wire:
    """Bytes of HTTP responses and of Chat Completions streams, written for these tests."""

    until = staticmethod(until)
    RESET = RESET
    STALL = STALL
    HANG_UP = HANG_UP
    GATE = GATE

    @staticmethod
    def head(status: str = "200 OK", *headers: str, kind: str = "text/event-stream", chunked: bool = True) -> bytes:
        lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", *headers]
        if chunked:
            lines.append("transfer-encoding: chunked")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @staticmethod
    def chunks(body: bytes, size: int | None = None, *, end: bool = True) -> list[Step]:
        """The body in HTTP chunks of `size` bytes."""
        size = size or max(len(body), 1)
        cut: list[Step] = [
            b"%x\r\n%b\r\n" % (len(p), p) for p in (body[i : i + size] for i in range(0, len(body), size))
        ]
        return [*cut, b"0\r\n\r\n"] if end else cut

    @classmethod
    def stream(cls, body: bytes, size: int | None = None) -> list[Step]:
        """A whole streamed response."""
        return [cls.head(), *cls.chunks(body, size)]

    @classmethod
    def answer(cls, status: str, body: bytes | str, *headers: str, kind: str = "application/json") -> list[Step]:
        """A response that is no stream."""
        raw = body if isinstance(body, bytes) else body.encode()
        return [cls.head(status, f"content-length: {len(raw)}", *headers, kind=kind, chunked=False) + raw]

    @staticmethod
    def events(*values: object, end: str = "\n\n") -> bytes:
        """Each value as one event; a str goes out as it is, everything else as JSON."""
        texts = (v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values)
        return "".join(f"data: {text}{end}" for text in texts).encode()

    @staticmethod
    def delta(content: object = None, *, finish: str | None = None, **more: object) -> dict[str, object]:
        """One chunk with one choice."""
        delta = dict(more) if content is None else {"content": content, **more}
        return {"id": "c-1", "model": "served-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    @classmethod
    def hello(cls) -> bytes:
        """A small answer as OpenAI streams it: "Hello", usage 5 and 2."""
        usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
        return cls.events(
            cls.delta("", role="assistant"),
            cls.delta("Hel"),
            cls.delta("lo"),
            cls.delta(finish="stop"),
            {"id": "c-1", "choices": [], "usage": usage},
            "[DONE]",
        )


@pytest.fixture(scope="session")
def wire() -> type[Wire]:
    return Wire


@dataclass
class Heard:
    """What one call gave."""

    events: list[Event]

    @property
    def result(self) -> ChatResult:
        done = self.events[-1]
        assert isinstance(done, Done), "Done is last"
        assert sum(isinstance(event, Done) for event in self.events) == 1, "and comes once"
        return done.result


@pytest.fixture(scope="session")
def request_to() -> Callable[..., ChatRequest]:
    """A request for model "m" behind a base URL."""

    def make(
        base_url: str,
        *,
        kind: ProviderKind = "openai-chat",
        model: str = "m",
        messages: tuple[ChatMessage, ...] = (ChatMessage("user", "Hi"),),
        spec: Mapping[str, Any] | None = None,
        total_timeout_s: float = 10.0,
        seed: int | None = None,
        **settings: object,
    ) -> ChatRequest:
        asked = replace(ModelSpec("local", kind, base_url, model, api_key_env="MY_TEST_KEY"), **(spec or {}))
        chosen = Settings(**settings)  # type: ignore[arg-type]
        return ChatRequest(asked, messages, chosen, total_timeout_s, seed)

    return make


@pytest.fixture(scope="session")
def hear(request_to: Callable[..., ChatRequest]) -> Callable[..., object]:
    """Ask a server as the engine does, and check what holds for every call."""

    async def ask(client: HttpClient, base_url: str, *, api_key: str | None = None, **request: object) -> Heard:
        made = request_to(base_url, **request)
        stream = provider_for(made.model.provider, client).stream(made, base_url=base_url, api_key=api_key)
        heard = Heard([event async for event in stream])
        result = heard.result
        assert result.text == "".join(e.text for e in heard.events if isinstance(e, TextDelta))
        assert result.reasoning == "".join(e.text for e in heard.events if isinstance(e, ReasoningDelta))
        assert (result.failure is not None) == (result.finish == "error")
        assert all(e.text for e in heard.events if isinstance(e, TextDelta | ReasoningDelta)), "no empty piece"
        times = [event.at for event in heard.events]
        assert times == sorted(times)
        return heard

    return ask


@pytest.fixture(params=["aiohttp", "httpx"])
def transport(request: pytest.FixtureRequest) -> Transport:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def run(transport: Transport) -> Callable[..., Any]:
    """Run a coroutine function with a client that is closed afterwards."""

    def go(work: Callable[[HttpClient], Awaitable[Any]], **options: float) -> Any:
        async def whole() -> Any:
            client = HttpClient(transport=transport, **options)
            try:
                return await work(client)
            finally:
                await client.aclose()

        return asyncio.run(whole())

    return go


@pytest.fixture
def hear_all(hear: Callable[..., Any]) -> HearAll:
    """Asks for every case's body over a real socket, in chunks of a size, and checks what the call gives."""

    def heard(
        cases: Sequence[Any],
        check: Callable[[Any, ChatResult], None],
        size: int | None,
        transport: Transport,
        asked: Callable[[Any], dict[str, object]] = lambda _: {},
    ) -> None:
        async def run() -> None:
            client = HttpClient(transport=transport)
            for case in cases:
                async with _playing(Wire.stream(case.body, size)) as server:
                    answer = await hear(client, server.base_url, **asked(case))
                check(case, answer.result)
            await client.aclose()

        asyncio.run(run())

    return heard
