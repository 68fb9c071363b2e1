"""What holds for every wire format alike, over real sockets: how an answer begins, breaks, and ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from compare.providers import provider_for
from compare.providers.http import HttpClient
from compare.records import ProviderKind, Started, TextDelta

Playing = Callable[..., AbstractAsyncContextManager[Any]]


def _events(*values: dict[str, Any] | str, end: str = "\n") -> bytes:
    """Events, with their names where they have a type."""
    written = (
        (f"event: {v['type']}{end}" if "type" in v else "", json.dumps(v)) for v in values if isinstance(v, dict)
    )
    done = f"data: [DONE]{end}{end}" if "[DONE]" in values else ""
    return ("".join(f"{name}data: {data}{end}{end}" for name, data in written) + done).encode()


@dataclass(frozen=True)
class Dialect:
    """The answer "Hello", 5 tokens in and 2 out, as one format says it."""

    kind: ProviderKind
    hel: bytes
    """The stream up to "Hel"."""
    lo: bytes
    """From there to the finish reason, with nothing behind it."""
    marker: bytes
    """What the format ends a stream with besides; empty where there is nothing."""
    whole: dict[str, Any]
    """The same answer as one JSON object."""
    input_early: int | None = None
    """Input tokens that are known before the finish reason."""
    marked_by_finish: bool = False
    """True where the finish reason is the end marker."""

    @property
    def hello(self) -> bytes:
        return self.hel + self.lo + self.marker


def _choice(content: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}]}


def _said(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def _piece(text: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "delta": text}


def _candidate(text: str, **more: str) -> dict[str, Any]:
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}
    return {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, **more}], "usageMetadata": usage}


_CHAT_USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
_RESPONSE = {
    "object": "response",
    "status": "completed",
    "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}],
    "usage": {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7},
}

DIALECTS = [
    Dialect(
        "openai-chat",
        _events(_choice("Hel")),
        _events(_choice("lo", "stop"), {"choices": [], "usage": _CHAT_USAGE}),
        b"data: [DONE]\n\n",
        {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}], "usage": _CHAT_USAGE},
    ),
    Dialect(
        "openai-responses",
        _events({"type": "response.created", "response": {"status": "in_progress"}}, _piece("Hel")),
        _events(_piece("lo"), {"type": "response.completed", "response": _RESPONSE}),
        b"",
        _RESPONSE,
        marked_by_finish=True,
    ),
    Dialect(
        "anthropic",
        _events({"type": "message_start", "message": {"usage": {"input_tokens": 5}}}, _said("Hel")),
        _events(
            _said("lo"), {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
        ),
        _events({"type": "message_stop"}),
        {
            "type": "message",
            "content": [{"type": "text", "text": "Hello"}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 5, "output_tokens": 2},
        },
        input_early=5,
    ),
    Dialect(
        "gemini",
        _events(_candidate("Hel"), end="\r\n"),
        _events(_candidate("lo", finishReason="STOP"), end="\r\n"),
        b"",
        _candidate("Hello", finishReason="STOP"),
        input_early=5,
    ),
]


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.kind)
def says(request: pytest.FixtureRequest) -> Dialect:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def ask(says: Dialect, hear: Any) -> Any:
    """Ask in the dialect; a limit is set because one of the formats would else warn that it chose one."""

    async def heard(client: HttpClient, server: Any) -> Any:
        return await hear(client, server.base_url, kind=says.kind, max_output_tokens=9)

    return heard


def _is_hello(result: Any) -> bool:
    assert (result.text, result.finish, result.failure, result.warnings) == ("Hello", "stop", None, ())
    assert (result.usage.input, result.usage.output, result.usage.source) == (5, 2, "reported")
    return True


# --- whole answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7, 64, None])
def test_answer_is_the_same_however_its_bytes_are_cut(
    size: int | None, says: Dialect, run: Any, playing: Playing, wire: Any, ask: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(says.hello, size)) as server:
            assert _is_hello((await ask(client, server)).result)

    run(work)


def test_pieces_come_as_they_are_sent_and_the_answer_ends_with_its_marker(
    says: Dialect, run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    has_marker = says.marker or says.marked_by_finish

    async def work(client: HttpClient) -> None:
        first, rest = wire.chunks(says.hel, end=False), wire.chunks(says.lo + says.marker, end=False)
        # The server waits for the client to have seen the first piece, and in the end for it to be gone.
        script = [wire.head("200 OK", "x-request-id: req-7"), *first, wire.GATE, *rest]
        async with playing([*script, wire.STALL if has_marker else b"0\r\n\r\n"]) as server, asyncio.timeout(20):
            request = request_to(server.base_url, kind=says.kind)
            events: list[Any] = []
            async for event in provider_for(says.kind, client).stream(request, base_url=server.base_url, api_key=None):
                events.append(event)
                if event == TextDelta(event.at, "Hel"):
                    server.gate.set()
        started, hel, lo, done = events
        assert isinstance(started, Started)
        assert started.at <= hel.at <= lo.at <= done.at
        assert (hel.text, lo.text, done.result.text) == ("Hel", "lo", "Hello")
        assert done.result.request_id == "req-7"

    run(work)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", "text/event-stream"])
def test_one_json_object_in_place_of_a_stream(
    kind: str, says: Dialect, run: Any, playing: Playing, wire: Any, ask: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", "\n\n\n" + json.dumps(says.whole), kind=kind)) as server:
            assert _is_hello((await ask(client, server)).result)

    run(work)


def test_stream_that_is_announced_as_json(says: Dialect, run: Any, playing: Playing, wire: Any, ask: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", says.hello)) as server:
            assert _is_hello((await ask(client, server)).result)

    run(work)


# --- breaks ----------------------------------------------------------------------------------------------------------


def test_break_after_the_finish_reason_is_a_warning(
    says: Dialect, run: Any, playing: Playing, wire: Any, ask: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing([wire.head(), *wire.chunks(says.hel + says.lo, end=False), 0.02, wire.RESET]) as server:
            result = (await ask(client, server)).result
        assert (result.text, result.finish, result.failure) == ("Hello", "stop", None)
        assert ["counts as complete" in warning for warning in result.warnings] == [True] * (not says.marked_by_finish)

    run(work)


@pytest.mark.parametrize("end", ["reset", "clean"])
def test_end_before_the_finish_reason_keeps_the_text(
    end: str, says: Dialect, run: Any, playing: Playing, wire: Any, ask: Any
) -> None:
    async def work(client: HttpClient) -> None:
        last = [0.02, wire.RESET] if end == "reset" else [b"0\r\n\r\n"]
        async with playing([wire.head(), *wire.chunks(says.hel, end=False), *last]) as server:
            result = (await ask(client, server)).result
        assert (result.text, result.finish) == ("Hel", "error")
        assert (result.failure.kind, result.failure.retryable) == ("truncated", False)
        assert result.usage.input == says.input_early, "what was reported until then is kept"

    run(work)


def test_leaving_early_closes_the_socket(says: Dialect, run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing([wire.head(), *wire.chunks(says.hel, end=False), wire.STALL]) as server:
            request = request_to(server.base_url, kind=says.kind)
            stream = provider_for(says.kind, client).stream(request, base_url=server.base_url, api_key=None)
            async with aclosing(stream) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, TextDelta):
                        break
            await wire.until(lambda: server.left_at)

    run(work)


# --- something else --------------------------------------------------------------------------------------------------


def test_web_page_in_place_of_an_answer_is_shown(
    says: Dialect, run: Any, playing: Playing, wire: Any, ask: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", "<p>Welcome to nginx</p>", kind="text/html")) as server:
            failure = (await ask(client, server)).result.failure
            (asked,) = server.asked
        assert failure.kind == "protocol"
        path = asked.line.split()[1].partition("?")[0]
        assert f"{path} was answered with status 200 and 'Welcome to nginx'" in failure.message

    run(work)
