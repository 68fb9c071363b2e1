"""Breaks, stalls and stops: every call ends, keeps its text, and lets go of its socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

import pytest

from compare.providers import OpenAIChat
from compare.providers.http import HttpClient
from compare.records import Done, FailureKind, Started, TextDelta

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"


def _broken(wire: Any) -> dict[str, tuple[list[Any], FailureKind, str, bool]]:
    """Name: script, kind of failure, text kept, whether asking again makes sense."""
    part = wire.chunks(wire.events(wire.delta("Hel")), end=False)
    length = wire.head("200 OK", "content-length: 9000", chunked=False)
    return {
        "before any header": ([b"", wire.RESET], "connection", "", True),
        "inside the headers": ([b"HTTP/1.1 200 OK\r\nconte", wire.RESET], "connection", "", True),
        "after the headers": ([wire.head(), wire.RESET], "truncated", "", True),
        "by reset in the text": ([wire.head(), *part, 0.02, wire.RESET], "truncated", "Hel", False),
        "inside a chunk": ([wire.head(), *part, b"ff\r\ndata: {", 0.02, wire.HANG_UP], "truncated", "Hel", False),
        "a chunk size that is none": ([wire.head(), *part, b"zz\r\n"], "truncated", "Hel", False),
        "short of its length": ([length + wire.events(wire.delta("Hel")), 0.02, wire.RESET], "truncated", "Hel", False),
        "a clean end": ([wire.head(), *part, b"0\r\n\r\n"], "truncated", "Hel", False),
        "a status line that is none": ([b"SSH-2.0-Server_9\r\n\r\n", wire.RESET], "protocol", "", False),
        "bytes that are not gzip": (
            [wire.head("200 OK", "content-encoding: gzip"), *wire.chunks(b"not gzip at all")],
            "protocol",
            "",
            False,
        ),
    }


@pytest.mark.parametrize(
    "name",
    [
        "before any header",
        "inside the headers",
        "after the headers",
        "by reset in the text",
        "inside a chunk",
        "a chunk size that is none",
        "short of its length",
        "a clean end",
        "a status line that is none",
        "bytes that are not gzip",
    ],
)
def test_break_is_a_failure_that_keeps_the_text(name: str, run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    script, kind, text, retryable = _broken(wire)[name]

    async def work(client: HttpClient) -> None:
        async with playing(script) as server:
            result = (await hear(client, server.base_url, api_key=CANARY)).result
        assert result.failure is not None
        assert (result.failure.kind, result.failure.retryable, result.text) == (kind, retryable, text)
        assert "127.0.0.1" in result.failure.message
        assert CANARY not in repr(result)

    run(work)


def test_break_after_the_finish_reason_is_a_warning(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        body = wire.events(wire.delta("Hello", finish="stop"))
        async with playing([wire.head(), *wire.chunks(body, end=False), 0.02, wire.RESET]) as server:
            result = (await hear(client, server.base_url)).result
        assert (result.text, result.finish, result.failure) == ("Hello", "stop", None)
        assert "counts as complete" in result.warnings[0]

    run(work)


def test_nothing_listens_there(run: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        failure = (await hear(client, "http://127.0.0.1:1/v1")).result.failure
        assert (failure.kind, failure.retryable) == ("connection", True)
        assert failure.message.startswith("Nothing answers at 127.0.0.1:1; is the server running?")

    run(work)


def test_nobody_takes_the_connection(run: Any, hear: Any) -> None:
    with contextlib.ExitStack() as waiting, socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        for _ in range(4):  # more than wait in line there
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(full.getsockname())

        async def work(client: HttpClient) -> None:
            failure = (await hear(client, f"http://127.0.0.1:{full.getsockname()[1]}/v1")).result.failure
            assert (failure.kind, failure.retryable) == ("connection", True)
            assert "did not accept a connection within 0.2 s" in failure.message

        run(work, connect_timeout_s=0.2)


@pytest.mark.parametrize("text", ["", "Hel"])
def test_stall_is_noticed_by_the_gap(text: str, run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        begin = [wire.head(), *wire.chunks(wire.events(wire.delta(text)), end=False)] if text else []
        async with playing([*begin, wire.STALL]) as server:
            began = time.monotonic()
            result = (await hear(client, server.base_url)).result
            took_s = time.monotonic() - began
        assert (result.failure.kind, result.failure.retryable, result.text) == ("timeout", False, text)
        assert "sent nothing for 0.2 s" in result.failure.message
        assert 0.15 < took_s < 3.0

    run(work, read_gap_s=0.2)


def test_gap_is_not_a_bound_on_the_whole(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        slow = [step for _ in range(6) for step in (0.1, *wire.chunks(wire.events(wire.delta("a")), end=False))]
        script = [wire.head(), *slow, *wire.chunks(wire.events(wire.delta(finish="stop"), "[DONE]"))]
        async with playing(script) as server:
            assert (await hear(client, server.base_url)).result.text == "aaaaaa"

    run(work, read_gap_s=0.3)


@pytest.mark.parametrize("begun", [True, False])
def test_deadline_bounds_the_whole_call(begun: bool, run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        tick = [0.05, *wire.chunks(b": tick\n\n", end=False)] * 40
        script = (
            [wire.head(), *wire.chunks(wire.events(wire.delta("Hel")), end=False), *tick] if begun else [wire.STALL]
        )
        async with playing(script) as server:
            began = time.monotonic()
            result = (await hear(client, server.base_url, total_timeout_s=0.3)).result
            took_s = time.monotonic() - began
        assert (result.failure.kind, result.failure.retryable) == ("timeout", False)
        assert result.failure.message.endswith("was not complete within 0.3 s.")
        assert result.text == ("Hel" if begun else "")
        assert 0.25 < took_s < 3.0

    run(work)


def test_reader_that_is_slow_is_no_stall(run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    async def work(client: HttpClient) -> None:
        hel, lo = wire.events(wire.delta("Hel")), wire.events(wire.delta("lo", finish="stop"), "[DONE]")
        script = [wire.head(), *wire.chunks(hel, end=False), 0.05, *wire.chunks(lo)]
        async with playing(script) as server:
            stream = OpenAIChat(client).stream(request_to(server.base_url), base_url=server.base_url, api_key=None)
            async for event in stream:
                if isinstance(event, TextDelta):
                    await asyncio.sleep(0.5)
        assert isinstance(event, Done)
        assert event.result.text == "Hello"

    run(work, read_gap_s=0.2)


@pytest.mark.parametrize("begun", [True, False])
def test_cancelling_closes_the_socket_within_100_ms(
    begun: bool, run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    async def once(client: HttpClient) -> float:
        begin = [wire.head(), *wire.chunks(wire.events(wire.delta("Hel")), end=False)] if begun else []
        async with playing([*begin, wire.STALL]) as server:
            seen: list[Any] = []
            ready = asyncio.Event()

            async def listen() -> None:
                stream = OpenAIChat(client).stream(request_to(server.base_url), base_url=server.base_url, api_key=None)
                async with aclosing(stream) as events:
                    async for event in events:
                        seen.append(event)
                        if isinstance(event, TextDelta):
                            ready.set()

            task = asyncio.create_task(listen())
            await wire.until(ready.is_set if begun else lambda: server.asked)
            stopped = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await wire.until(lambda: server.left_at)
        assert [type(event) for event in seen] == ([Started, TextDelta] if begun else []), "cancellation gives no Done"
        return float(server.left_at[0] - stopped)

    async def work(client: HttpClient) -> None:
        # The best of three: the machine may be busy, and it is not what is measured.
        assert min([await once(client) for _ in range(3)]) < 0.1

    run(work)


def test_leaving_early_closes_the_socket(run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    async def work(client: HttpClient) -> None:
        begin = [wire.head(), *wire.chunks(wire.events(wire.delta("Hel")), end=False)]
        async with playing([*begin, wire.STALL]) as server:
            stream = OpenAIChat(client).stream(request_to(server.base_url), base_url=server.base_url, api_key=None)
            async with aclosing(stream) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        break
            await wire.until(lambda: server.left_at)

    run(work)
