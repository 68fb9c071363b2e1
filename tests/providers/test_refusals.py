"""What a server refuses: parameters, redirects, keys and addresses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest

from compare.providers import OpenAIChat
from compare.providers.http import HttpClient
from compare.records import ChatMessage, Done

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"


def _unsupported(name: str) -> str:
    error = {"message": f"Unsupported parameter: '{name}'.", "param": name, "code": "unsupported_parameter"}
    return json.dumps({"error": error})


def test_refused_parameter_is_renamed_once_and_remembered(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        refuse = wire.answer("400 Bad Request", _unsupported("max_tokens"))
        async with playing(refuse, wire.stream(wire.hello())) as server:
            first = await hear(client, server.base_url, max_output_tokens=64)
            second = await hear(client, server.base_url, max_output_tokens=32)
        assert len(server.asked) == 3
        assert server.asked[0].json["max_tokens"] == 64
        assert server.asked[1].json["max_completion_tokens"] == 64
        assert "max_tokens" not in server.asked[1].json
        assert server.asked[2].json["max_completion_tokens"] == 32
        assert first.result.text == "Hello"
        assert first.result.warnings == (
            "The server does not take max_tokens=64: it was sent as max_completion_tokens.",
            "It was asked again for this answer, whose times include the refused request.",
        )
        assert second.result.warnings == (
            "The server does not take max_tokens=32: it was sent as max_completion_tokens.",
        )
        assert first.result.params_sent["max_completion_tokens"] == 64

    run(work)


def test_each_refused_parameter_is_left_out_in_turn(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        report = [{"type": "extra_forbidden", "loc": ["body", "stream_options", "include_usage"], "msg": "Extra"}]
        scripts = (
            wire.answer("400 Bad Request", '{"error":{"message":"`temperature` is deprecated for this model."}}'),
            wire.answer("422 Unprocessable Entity", json.dumps({"message": {"detail": report}})),
            wire.stream(wire.hello()),
        )
        async with playing(*scripts) as server:
            result = (await hear(client, server.base_url, temperature=0.2)).result
        assert result.text == "Hello"
        assert result.warnings[:2] == (
            "The server does not take temperature=0.2: it was left out.",
            "The server does not take stream_options: it was left out.",
        )
        assert set(server.asked[2].json) == {"model", "stream", "messages"}

    run(work)


def test_server_that_refuses_under_both_names_gets_neither(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        scripts = (
            wire.answer("400 Bad Request", _unsupported("max_tokens")),
            wire.answer("400 Bad Request", _unsupported("max_completion_tokens")),
            wire.answer("400 Bad Request", _unsupported("max_tokens")),
        )
        async with playing(*scripts) as server:
            result = (await hear(client, server.base_url, max_output_tokens=64)).result
        assert len(server.asked) == 3, "and then it is believed"
        assert "max_tokens" not in server.asked[2].json
        assert "max_completion_tokens" not in server.asked[2].json
        assert result.failure.kind == "unsupported_param"

    run(work)


def test_calls_at_the_same_time_learn_from_each_other(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        said = '{"error":{"message":"Use max_completion_tokens, max_tokens is not supported here"}}'
        refuse = [0.1, *wire.answer("400 Bad Request", said)]
        async with playing(refuse, refuse, wire.stream(wire.hello())) as server:
            heard = await asyncio.gather(*(hear(client, server.base_url, max_output_tokens=9) for _ in range(2)))
        assert [one.result.text for one in heard] == ["Hello", "Hello"]
        assert len(server.asked) == 4
        assert server.asked[3].json["max_completion_tokens"] == 9

    run(work)


def test_half_a_surrogate_pair_in_a_message_is_sent_as_an_escape(
    run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as server:
            request = replace(request_to(server.base_url), messages=(ChatMessage("user", "a\ud83c"),))
            stream = OpenAIChat(client).stream(request, base_url=server.base_url, api_key=None)
            events = [event async for event in stream]
        assert isinstance(events[-1], Done)
        assert b'"a\\ud83c"' in server.asked[0].body

    run(work)


def test_value_that_a_server_dislikes_is_not_dropped_in_silence(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        said = '{"error":{"message":"temperature must be at most 2","param":"temperature","code":"too_big"}}'
        async with playing(wire.answer("400 Bad Request", said)) as server:
            failure = (await hear(client, server.base_url, temperature=9.0)).result.failure
        assert len(server.asked) == 1
        assert failure.kind == "bad_request"
        assert "temperature must be at most 2" in failure.message

    run(work)


def test_redirect_is_refused_and_its_target_not_asked(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as target:
            moved = wire.answer("308 Permanent Redirect", "", f"location: {target.base_url}/chat/completions")
            async with playing(moved) as server:
                failure = (await hear(client, server.base_url, api_key=CANARY)).result.failure
        assert target.asked == []
        assert "base_url must be the final address" in failure.message
        assert (failure.kind, failure.status) == ("protocol", 308)

    run(work)


def test_no_key_in_any_outcome(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    """Servers that echo the key in every place they can."""

    async def work(client: HttpClient) -> None:
        said = json.dumps({"error": {"message": f"bad {CANARY}", "code": CANARY, "param": CANARY, "type": CANARY}})
        headers = (f"x-request-id: {CANARY}", f"location: http://127.0.0.1/?{CANARY}")
        statuses = (
            "301 M",
            "400 B",
            "401 U",
            "402 P",
            "403 F",
            "404 N",
            "413 L",
            "418 T",
            "422 U",
            "429 R",
            "500 E",
            "503 U",
        )
        scripts = [wire.answer(status, body, *headers) for status in statuses for body in (said, f"<p>{CANARY}</p>")]
        inside = wire.events(wire.delta("A"), json.loads(said))
        scripts += [
            wire.answer("200 OK", f"<p>{CANARY}</p>", *headers, kind="text/html"),
            wire.answer("200 OK", said, *headers),
            [wire.head("200 OK", *headers), *wire.chunks(inside)],
            wire.stream(wire.events(wire.delta("A", finish=CANARY), "[DONE]")),
            wire.stream(wire.events(f"not json {CANARY}")),
            wire.stream(wire.events({"type": CANARY})),
            [f"HTTP/1.1 {CANARY}\r\n\r\n".encode(), wire.RESET],
        ]
        async with playing(*scripts) as server:
            for _ in scripts:
                result = (await hear(client, server.base_url, api_key=CANARY)).result
                assert result.failure is not None
                assert CANARY not in repr(result)
            refused = (await hear(client, f"http://{CANARY}@127.0.0.1:1/{CANARY}", api_key=CANARY)).result
        assert CANARY not in repr(refused)

    run(work)


@pytest.mark.parametrize("key", ["line\nbreak", "schlüssel-1", "nul\0byte"])
def test_key_that_no_header_can_carry_is_refused_without_showing_it(key: str, run: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        failure = (await hear(client, "http://127.0.0.1:1/v1", api_key=key)).result.failure
        assert failure.kind == "auth"
        assert failure.message.startswith("MY_TEST_KEY holds characters that no header can carry")

    run(work)


@pytest.mark.parametrize(
    "base_url",
    [
        "127.0.0.1:8080/v1",
        "localhost:8080",
        "ftp://127.0.0.1/v1",
        "http://",
        "http://[::1/v1",
        "http://127.0.0.1:99999/v1",
        "http://me:secret-9@127.0.0.1:1/v1",
        "http://a..b/v1",
        "",
    ],
)
def test_what_is_no_address_is_said_to_be_none(base_url: str, run: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        failure = (await hear(client, base_url)).result.failure
        assert (failure.kind, failure.retryable) == ("bad_request", False)
        assert "cannot be asked" in failure.message

    run(work)
